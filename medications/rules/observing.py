"""When a newborn baby is looked at next, and which day of the observation it is. No score is read, none is judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from carecoord import clock

SOON = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one baby's observation stands. ``day`` of ``days``, day 0 being the day of birth; ``state`` as handoffs'."""

    day: int
    days: int
    next_at: datetime | None
    state: str

    @property
    def in_words(self) -> str:
        """``day 2 of 5``."""
        return f"day {self.day} of {self.days}"


def standing(
    born_at: datetime, ends_at: datetime, *, last_at: datetime | None, every_hours: int, first_hours: int, now: datetime
) -> Standing:
    """Which day it is, when the next look is due, and whether that is soon or past. Hours are elapsed ones.

    Nothing is due any more once the end is reached: then it is the end that has to be written down.
    """
    first_day = clock.today(born_at)
    day, days = (clock.today(now) - first_day).days, (clock.today(ends_at) - first_day).days
    planned = last_at + timedelta(hours=every_hours) if last_at else born_at + timedelta(hours=first_hours)
    next_at = min(planned, ends_at)
    if now >= ends_at:
        return Standing(min(day, days), days, None, "overdue")
    return Standing(day, days, next_at, _state(next_at, now))


def _state(due_at: datetime, now: datetime) -> str:
    if now >= due_at:
        return "overdue"
    return "due_soon" if due_at - now <= SOON else "on_track"
