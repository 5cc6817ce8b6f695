"""How the day of one room is filled: what is taken, free or closed, from the first hour of the clinic to the last.

Pure Python. The boxes of a column follow each other without a gap, so that a drawing needs their lengths alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

HALF_HOUR = timedelta(minutes=30)


class What(StrEnum):
    """What a box says. ``GAP``: free, and too short for an appointment there. ``GROUP``: several at the same time."""

    TAKEN = "taken"
    FREE = "free"
    CLOSED = "closed"
    GAP = "gap"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Taken:
    """One place of a session that is taken."""

    seat: int
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Stretch:
    """One session as the plan needs it: its time, how long an appointment takes, how many places at the same time."""

    key: int
    since: datetime
    until: datetime
    minutes: int
    seats: int = 1
    taken: tuple[Taken, ...] = ()


@dataclass(frozen=True, slots=True)
class Box:
    """One part of a room's day. ``session`` is the stretch's key; None where the room is closed.

    ``free``: how many places are left, 1 or 0 but in a group.
    """

    what: What
    since: datetime
    until: datetime
    session: int | None = None
    taken: tuple[Taken, ...] = ()
    free: int = 0

    @property
    def lasts(self) -> timedelta:
        """How long it is."""
        return self.until - self.since


def hours_of(stretches: Sequence[Stretch]) -> tuple[datetime, datetime] | None:
    """The first and last hour of a day, to the half hour; None for one without sessions."""
    if not stretches:
        return None
    first, last = min(each.since for each in stretches), max(each.until for each in stretches)
    return first - _past_half_hour(first), last + (HALF_HOUR - _past_half_hour(last)) % HALF_HOUR


def column(stretches: Iterable[Stretch], opens: datetime, closes: datetime) -> list[Box]:
    """The boxes of one room, whose sessions do not overlap, from ``opens`` until ``closes``."""
    boxes: list[Box] = []
    reached = opens
    for each in sorted(stretches, key=lambda stretch: stretch.since):
        if reached < each.since:
            boxes.append(Box(What.CLOSED, reached, each.since))
        boxes += _one_by_one(each) if each.seats == 1 else _group(each)
        reached = each.until
    if reached < closes:
        boxes.append(Box(What.CLOSED, reached, closes))
    return boxes


def free_time(boxes: Iterable[Box]) -> timedelta:
    """How much time is free, one woman at a time; places in groups are no time."""
    return sum((box.lasts for box in boxes if box.what is What.FREE), timedelta())


def _one_by_one(stretch: Stretch) -> Iterator[Box]:
    reached = stretch.since
    for taken in sorted(stretch.taken, key=lambda each: each.since):
        yield from _unused(stretch, reached, taken.since)
        yield Box(What.TAKEN, taken.since, taken.until, stretch.key, (taken,))
        reached = taken.until
    yield from _unused(stretch, reached, stretch.until)


def _unused(stretch: Stretch, since: datetime, until: datetime) -> Iterator[Box]:
    if since < until:
        is_long_enough = until - since >= timedelta(minutes=stretch.minutes)
        yield Box(What.FREE if is_long_enough else What.GAP, since, until, stretch.key, free=int(is_long_enough))


def _group(stretch: Stretch) -> Iterator[Box]:
    """A box for each stretch of time in which the same women are there."""
    ends = {stretch.since, stretch.until} | {end for each in stretch.taken for end in (each.since, each.until)}
    edges = sorted(ends)
    for since, until in itertools.pairwise(edges):
        there = tuple(
            sorted(
                (each for each in stretch.taken if each.since <= since and until <= each.until),
                key=lambda each: each.seat,
            )
        )
        yield Box(What.GROUP, since, until, stretch.key, there, stretch.seats - len(there))


def _past_half_hour(at: datetime) -> timedelta:
    return timedelta(minutes=at.minute % 30, seconds=at.second, microseconds=at.microsecond)
