"""When a source of her medicine is open: by weekday, by the nation's bank holidays, by dates of its own. No Django.

Hours are wall-clock times in London, so they stay what they are through both clock changes: a time that the spring
change skips is one hour later, one that the autumn change repeats is the first of the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from carecoord.clock import LONDON
from carecoord.sites.calendars import bank_holidays

Spell = tuple[datetime, datetime]  # from when until when it is open, in UTC
Minutes = tuple[int, int]  # the same, in minutes since midnight on the wall clock; 24:00 is 1440

FURTHEST = 60  # days that somebody looks ahead; a source that stays closed longer does not open again
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WHOLE_DAY = 24 * 60

_RANGE = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})", re.ASCII)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """The opening hours of one source. ``weekly`` is Monday first; each day's ranges are in order and apart.

    On the bank holidays of ``nation`` it is closed unless ``on_bank_holidays``; then it opens as on that weekday.
    """

    nation: str
    weekly: tuple[tuple[Minutes, ...], ...]
    on_bank_holidays: bool = False
    closed_on: frozenset[date] = frozenset()

    def opens_on(self, day: date) -> bool:
        """Whether it opens at all on a date."""
        return bool(self.ranges_on(day))

    def ranges_on(self, day: date) -> list[Spell]:
        """From when until when it is open on a date, in UTC and in order; empty where it is closed."""
        spells = ((_instant(day, opens), _instant(day, closes)) for opens, closes in self._minutes_on(day))
        return [spell for spell in spells if spell[0] < spell[1]]

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at an instant (aware); at its closing time it no longer is."""
        return any(opens <= at < closes for opens, closes in self.ranges_on(_day(at)))

    def next_opening(self, at: datetime) -> datetime | None:
        """The first instant after ``at`` (aware) at which it opens, in UTC; None when not within 60 days.

        None, too, of what never closes. Hours that go on past midnight are one opening.
        """
        return next((opens for opens, _ in self._spells_from(at) if opens > at), None)

    def open_hours_later(self, at: datetime, hours: float) -> datetime | None:
        """The instant, in UTC, after that much open time from ``at`` (aware); None when not within 60 days."""
        left = timedelta(hours=hours)
        if not left:
            return at.astimezone(UTC)
        for opens, closes in self._spells_from(at):
            since = max(opens, at.astimezone(UTC))
            if closes - since >= left:
                return since + left
            left -= max(closes - since, timedelta())
        return None

    def closed_days_from(self, day: date) -> list[date]:
        """The dates in a row, beginning with ``day``, on which it does not open; empty where it opens on ``day``."""
        days = (day + timedelta(days=ahead) for ahead in range(FURTHEST))
        closed = []
        for each in days:
            if self.opens_on(each):
                break
            closed.append(each)
        return closed

    def _minutes_on(self, day: date) -> tuple[Minutes, ...]:
        is_holiday = not self.on_bank_holidays and day in bank_holidays(self.nation, day.year)
        return () if is_holiday or day in self.closed_on else self.weekly[day.weekday()]

    def _spells_from(self, at: datetime) -> Iterator[Spell]:
        """When it is open from ``at`` on, for 60 days, what touches told as one. The first may have begun before."""
        day = _day(at)
        ranges = (spell for ahead in range(FURTHEST + 1) for spell in self.ranges_on(day + ahead * _ONE_DAY))
        open_now: Spell | None = None
        for spell in ranges:
            if open_now and spell[0] <= open_now[1]:
                open_now = open_now[0], max(open_now[1], spell[1])
                continue
            if open_now and open_now[1] > at:
                yield open_now
            open_now = spell
        if open_now and open_now[1] > at:
            yield open_now


def read_hours(table: Mapping[str, str]) -> tuple[tuple[Minutes, ...], ...]:
    """The week in a site's file: ``mon-fri = "09:00-13:00, 14:00-17:30"``, ``sat = "09:00-13:00"``.

    Days that nobody names are closed. Raises ValueError that says what cannot be read.
    """
    week: list[tuple[Minutes, ...]] = [()] * len(WEEKDAYS)
    for days, text in table.items():
        ranges = _read_ranges(text)
        for day in _read_days(days):
            if week[day]:
                raise ValueError(f"{WEEKDAYS[day]} stands twice among the hours")
            week[day] = ranges
    if not any(week):
        raise ValueError('no hours: write at least one day, such as mon-fri = "09:00-17:30"')
    return tuple(week)


def opening_hours(nation: str, table: Mapping[str, Any]) -> OpeningHours:
    """Hours as they are written: ``read_hours`` by weekday, ``bank_holidays`` closed or open, dates of ``closed_on``.

    Other keys are left alone. Raises ValueError that says what cannot be read, KeyError where it says nothing of bank
    holidays.
    """
    on_bank_holidays = {"closed": False, "open": True}[table["bank_holidays"]]
    closed_on = frozenset(date.fromisoformat(day) for day in table.get("closed_on", []))
    weekly = read_hours({name: text for name, text in table.items() if is_days(name)})
    return OpeningHours(nation, weekly, on_bank_holidays, closed_on)


def is_days(name: str) -> bool:
    """Whether a key of a site's file names a weekday or a run of them."""
    return all(day in WEEKDAYS for day in name.split("-"))


def _read_days(name: str) -> range:
    first, _, last = name.partition("-")
    days = range(WEEKDAYS.index(first), WEEKDAYS.index(last or first) + 1)
    if not days:
        raise ValueError(f"{name}: write the earlier day first")
    return days


def _read_ranges(text: str) -> tuple[Minutes, ...]:
    ranges = tuple(_read_range(part.strip()) for part in text.split(","))
    if any(earlier[1] >= later[0] for earlier, later in pairwise(ranges)):
        raise ValueError(f"{text}: write hours in order, with a break between them")
    return ranges


def _read_range(text: str) -> Minutes:
    if match := _RANGE.fullmatch(text):
        opens, closes = (int(match[hour]) * 60 + int(match[hour + 1]) for hour in (1, 3))
        if opens < closes <= WHOLE_DAY and int(match[2]) < 60 and int(match[4]) < 60:
            return opens, closes
    raise ValueError(f"{text!r} is no opening time; write it as 09:00-17:30")


def _day(at: datetime) -> date:
    return at.astimezone(LONDON).date()


def _instant(day: date, minutes: int) -> datetime:
    """A wall-clock time of a date, in UTC; 24:00 is the beginning of the next."""
    day += minutes // WHOLE_DAY * _ONE_DAY
    hour, minute = divmod(minutes % WHOLE_DAY, 60)
    return datetime.combine(day, time(hour, minute), LONDON).astimezone(UTC)
