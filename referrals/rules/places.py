"""Places of a session: which of them is free, and how long a freed one is kept for somebody. Pure, no Django.

A session has ``seats`` places beside each other, numbered from 1; each is given to one woman at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from carecoord import clock
from carecoord.sites.calendars import working_days
from carecoord.sites.hours import OpeningHours

KEPT_FOR = timedelta(hours=24)
ASKED_BEFORE = timedelta(hours=2)  # of working time: whoever is not asked by then is not asked in time
LEAST = timedelta(minutes=30)  # a place is not kept for less: nobody could be asked
Span = tuple[datetime, datetime]

_DAY = timedelta(days=1)
_OFFICE = (((9 * 60, 17 * 60),),) * 5 + ((),) * 2  # Monday to Friday, 09:00 to 17:00


@dataclass(frozen=True, slots=True)
class Given:
    """A place that somebody has, from ``since`` until ``until`` (aware)."""

    seat: int
    since: datetime
    until: datetime


def free_seat(given: Iterable[Given], seats: int, since: datetime, until: datetime) -> int | None:
    """The lowest place that is free all the time from ``since`` until ``until``; None where there is none."""
    taken = {each.seat for each in given if each.since < until and since < each.until}
    return next((seat for seat in range(1, seats + 1) if seat not in taken), None)


def free_spans(since: datetime, until: datetime, given: Iterable[Given], seats: int) -> list[Span]:
    """When one of the places is free, from ``since`` until ``until``, in order; the longest stretches only."""
    given = list(given)
    gaps = {gap for seat in range(1, seats + 1) for gap in _gaps(since, until, given, seat)}
    return sorted(gap for gap in gaps if not any(_holds(other, gap) for other in gaps))


def _gaps(since: datetime, until: datetime, given: Iterable[Given], seat: int) -> Iterator[Span]:
    for each in sorted((each for each in given if each.seat == seat), key=lambda each: each.since):
        if since < each.since:
            yield since, each.since
        since = max(since, each.until)
    if since < until:
        yield since, until


def _holds(outer: Span, inner: Span) -> bool:
    return outer != inner and outer[0] <= inner[0] and inner[1] <= outer[1]


def kept_until(now: datetime, starts_at: datetime, nation: str) -> datetime | None:
    """Until when a freed place is kept; None where it comes too late for anybody to be asked.

    For 24 hours, over a weekend or a bank holiday until the same hour of the next working day; never later than two
    working hours before it begins.
    """
    until = min(_on_a_working_day(now + KEPT_FOR, nation), _working_time_before(starts_at, ASKED_BEFORE, nation))
    return until if until - now >= LEAST else None


def _on_a_working_day(at: datetime, nation: str) -> datetime:
    """``at``, or the same hour by the clock on the wall of the next working day."""
    day, is_working_day = clock.today(at), working_days(nation)
    wall = at.astimezone(clock.LONDON).time()
    while not is_working_day(day):
        day += _DAY
    return at if day == clock.today(at) else _instant(datetime.combine(day, wall))


def _instant(wall: datetime) -> datetime:
    """A London time; one that the clocks skip is an hour later."""
    try:
        return clock.from_local(wall)
    except clock.SkippedTime:
        return clock.from_local(wall + timedelta(hours=1))


def _working_time_before(at: datetime, left: timedelta, nation: str) -> datetime:
    """The instant from which on there is so much working time until ``at``."""
    office, day = OpeningHours(nation, _OFFICE), clock.today(at)
    while True:
        for opens, closes in reversed(office.ranges_on(day)):
            open_until = min(closes, at)
            if open_until - opens >= left:
                return open_until - left
            left -= max(open_until - opens, timedelta())
        day -= _DAY
