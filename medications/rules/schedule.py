"""When doses are due: the rule of a plan, on the clock in London.

A time of day stays that time of day through the changes of the clock: 14:00 stays 14:00. A time that the spring change
skips moves to the first that there is; one that the autumn change repeats counts once, the first of the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Protocol

from carecoord import clock

DAY = timedelta(days=1)
LATE_AFTER = timedelta(hours=2)  # research calls a dose delayed from here on (R33)


@dataclass(frozen=True, slots=True)
class DueTime:
    """One time at which a dose is due. ``slot`` is which of the day's times, from 0, as the plan lists them."""

    local_day: date
    slot: int
    at: datetime


class Scheduled(Protocol):
    """What the schedule reads of a plan."""

    times: Sequence[Mapping[str, str]]
    every_days: int
    first_on: date


def due_times(
    times: Sequence[Mapping[str, str]], *, every_days: int, first_on: date, after: datetime, until: datetime
) -> Iterator[DueTime]:
    """The due times after ``after``, up to and with ``until``, in their order. ``times``: ``[{"time": "09:30"}]``."""
    slots = sorted((time.fromisoformat(each["time"]), slot) for slot, each in enumerate(times))
    last = clock.today(until)
    cycles = -(-(clock.today(after) - first_on).days // every_days)  # rounded up: the first day on or after
    day = first_on + max(0, cycles) * every_days * DAY
    while slots and day <= last:
        for wall, slot in slots:
            at = instant_of(day, wall)
            if after < at <= until:
                yield DueTime(day, slot, at)
        day += every_days * DAY


def next_due(plan: Scheduled, after: datetime) -> DueTime | None:
    """The first time after ``after`` at which the plan asks for a dose. It needs no worker to have written it down."""
    start = max(clock.today(after), plan.first_on)
    until = clock.from_local(datetime.combine(start + (plan.every_days + 1) * DAY, time(12)))
    found = due_times(plan.times, every_days=plan.every_days, first_on=plan.first_on, after=after, until=until)
    return next(found, None)


def instant_of(day: date, wall: time) -> datetime:
    """The instant of a time of day; the first one that there is, where the clocks went forward over it."""
    try:
        return clock.from_local(datetime.combine(day, wall))
    except clock.SkippedTime:
        return clock.from_local(datetime.combine(day, time(wall.hour + 1)))


def shortest_between(times: Sequence[Mapping[str, str]], every_days: int) -> timedelta:
    """How far apart two doses of the rule are at least: also in the night in which the clocks go forward."""
    walls = sorted(time.fromisoformat(each["time"]) for each in times)
    minutes = [wall.hour * 60 + wall.minute for wall in walls]
    between = [after - before for before, after in pairwise(minutes)]
    over_night = every_days * 24 * 60 - minutes[-1] + minutes[0] - 60
    return timedelta(minutes=min([*between, over_night]))
