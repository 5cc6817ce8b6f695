"""Times as the ward reads them: the hour first, and the day in a word. London time."""

from __future__ import annotations

from datetime import datetime, timedelta

from carecoord import clock
from medications.rules.gap import elapsed

DAY = 24 * 60  # minutes
DAYS_ONLY = 2 * DAY


def hour(instant: datetime, *, seconds: bool = False) -> str:
    """``08:05`` or ``08:05:42``; with the zone in the hour that the autumn night has twice."""
    local = instant.astimezone(clock.LONDON)
    words = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    return f"{words} {local:%Z}" if clock.is_repeated(instant) else words


def day(instant: datetime, at: datetime) -> str:
    """``today``, ``tomorrow, Sat``, ``yesterday``, ``Tue 24 Nov``; by the London calendar, also at 23:40."""
    on, today = clock.today(instant), clock.today(at)
    words = {0: "today", -1: "yesterday", 1: f"tomorrow, {on:%a}"}
    return words.get((on - today).days) or clock.day_in_words(on, year=on.year != today.year)


def when(instant: datetime, at: datetime) -> str:
    """``today 08:05``, ``yesterday 09:40``, ``Tue 17 Nov 14:20``."""
    return f"{day(instant, at)} {hour(instant)}"


def away(instant: datetime, at: datetime) -> str:
    """How far off, short: ``in 25 min``, ``1 h 5 min late``, ``in 4 days``."""
    late = instant <= at
    span = elapsed(instant, at) if late else elapsed(at, instant)
    words = _short(span)
    return f"{words} late" if late else f"in {words}"


def _short(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    if minutes >= DAYS_ONLY:
        return f"{minutes // DAY} days"
    if minutes >= DAY:
        return f"1 day {hours} h" if (hours := minutes % DAY // 60) else "1 day"
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{max(rest, 1)} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"
