"""Time as the product knows it: stored in UTC, read and written in Europe/London.

Pure Python. Every parser here is shared by the import and the screens, so that both
refuse the same things in the same words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

_YEARS = range(1900, 2201)  # what lies outside is mistyped, and some of it no time zone can be worked out for
_LOCAL_FORMS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M")
_DATE_FORMS = ("%Y-%m-%d", "%d/%m/%Y")
_DATE_SHAPE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{4}", re.ASCII)
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()


class SkippedTime(ValueError):
    """A local time that does not exist, because the clocks went forward over it."""


_told_as_of: ContextVar[datetime | None] = ContextVar("told_as_of", default=None)


def now() -> datetime:
    """The current instant, aware, UTC."""
    return _told_as_of.get() or present()


def present() -> datetime:
    """The current instant, aware, UTC, also while something is told as of another: what follows, follows now."""
    return datetime.now(UTC)


@contextmanager
def as_of(instant: datetime) -> Iterator[None]:
    """Within this block it is ``instant``. For the demonstration alone, which tells what happened on days before."""
    before = _told_as_of.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _told_as_of.reset(before)


def today(at: datetime | None = None) -> date:
    """The local (London) date of ``at``, or of now."""
    return (at or now()).astimezone(LONDON).date()


def is_repeated(moment: datetime) -> bool:
    """Whether this London wall-clock time happens twice (the autumn clock change)."""
    wall = moment.astimezone(LONDON).replace(tzinfo=None)
    first, second = (wall.replace(tzinfo=LONDON, fold=fold).utcoffset() for fold in (0, 1))
    return first is not None and second is not None and first > second


def from_local(wall: datetime) -> datetime:
    """The instant of a naive London wall-clock time, in UTC.

    A time that the autumn change repeats is the first of the two (rules, section 6).
    Raises SkippedTime for one that the spring change skips.
    """
    instant = wall.replace(tzinfo=LONDON).astimezone(UTC)
    if instant.astimezone(LONDON).replace(tzinfo=None) != wall:
        raise SkippedTime("this local time does not exist (clocks went forward)")
    return instant


def parse_date(text: str) -> date:
    """A date written ``YYYY-MM-DD`` or ``DD/MM/YYYY``. Raises ValueError."""
    text = text.strip()
    if _DATE_SHAPE.fullmatch(text):
        for form in _DATE_FORMS:
            try:
                day = datetime.strptime(text, form).date()
            except ValueError:
                continue
            if day.year in _YEARS:
                return day
    raise ValueError("not a date")


def parse_instant(text: str) -> tuple[datetime, bool]:
    """An instant in UTC, and whether its local time was ambiguous.

    Takes ISO 8601 with an offset, or local ``YYYY-MM-DD HH:MM`` or ``DD/MM/YYYY HH:MM``.
    Raises SkippedTime (clocks went forward) or ValueError.
    """
    text = text.strip()
    try:
        written = datetime.fromisoformat(text)  # first, as it is by far the fastest and files are long
    except ValueError:
        written = None
    if written and written.tzinfo and written.year in _YEARS:
        return written.astimezone(UTC), False
    for form in _LOCAL_FORMS:
        try:
            wall = datetime.strptime(text, form)
        except ValueError:
            continue
        if wall.year in _YEARS:
            instant = from_local(wall)
            return instant, is_repeated(instant)
    raise ValueError("not a time")


def day_in_words(day: date, *, weekday: bool = True, year: bool = True) -> str:
    """``Tue 4 Mar 2026``; unambiguous wherever it is read."""
    words = f"{day.day} {_MONTHS[day.month - 1]}"
    if weekday:
        words = f"{_DAYS[day.weekday()]} {words}"
    return f"{words} {day.year}" if year else words


def due_in_words(instant: datetime, *, year: bool = False) -> str:
    """``Tue 4 Mar, 14:30``; local midnight ends the day before and is shown as that day alone."""
    local = instant.astimezone(LONDON)
    if local.time() == time(0):
        return day_in_words((local - timedelta(days=1)).date(), year=year)
    return f"{day_in_words(local.date(), year=year)}, {local:%H:%M}"


def distance_in_words(instant: datetime, at: datetime) -> str:
    """How far ``instant`` lies from ``at``: ``3 days late``, ``in 55 minutes``, ``tomorrow``, ``today``.

    Days are London calendar days, as people count them. A due time that is local midnight is
    a whole day and counted in days only; others within a day are counted in hours or minutes.
    """
    whole_day = instant.astimezone(LONDON).time() == time(0)
    days = (today(instant - timedelta(microseconds=1)) - today(at)).days
    seconds = int((instant - at).total_seconds())
    late = instant <= at
    if whole_day and days == 0:
        return "today"
    if days == 1 and not late and (whole_day or seconds >= 12 * 3600):
        return "tomorrow"
    if whole_day or abs(seconds) >= 86_400:
        words = _counted(abs(days) or 1, "day")
    elif abs(seconds) >= 3600:
        words = _counted(abs(seconds) // 3600, "hour")
    else:
        words = _counted(max(1, abs(seconds) // 60), "minute")
    return f"{words} late" if late else f"in {words}"


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
