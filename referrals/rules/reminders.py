"""When a reminder of a visit may go to her, and which of the fixed texts it is. Pure.

A reminder goes on the day before. Where that is none of the days on which she may be reached, it goes on the last one
that is, if that is in the same week. Nothing is sent later, and nothing twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from carecoord import clock

TOMORROW, THIS_WEEK, CHANGED = "tomorrow", "this_week", "time_changed"

# Kinds of service that are about herself alone. What may be about the pregnancy or a baby is not here: of that nothing
# is sent after a loss, or when a baby is placed away.
OWN_CARE = frozenset(
    {
        *("drug_service", "prescriber", "mental_health", "loss_support", "residential", "day_treatment"),
        *("advocacy", "peer_support", "housing", "money", "domestic_abuse", "contraception", "blood_borne"),
        *("dental", "smoking", "transport"),
    }
)


@dataclass(frozen=True, slots=True)
class Reminder:
    """``message`` is a key of pathways.reaching.MESSAGES; it goes on ``day`` from ``since`` to ``until``, in London."""

    message: str
    day: date
    since: time
    until: time

    def is_due(self, at: datetime) -> bool:
        """Whether it may go at that instant."""
        local = at.astimezone(clock.LONDON)
        return local.date() == self.day and self.since <= local.time() < self.until

    def is_over(self, at: datetime) -> bool:
        """Whether its time has passed."""
        local = at.astimezone(clock.LONDON)
        return (local.date(), local.time()) >= (self.day, self.until)


def reminder_of(on: date, *, days: Collection[int], since: time, until: time) -> Reminder | None:
    """The reminder of a visit on ``on``, for a woman who may be reached on these ISO weekdays (none: any) and hours."""
    back_to_monday = max(on.isoweekday(), 2)  # of a Monday's visit she is told on Sunday
    before = [on - timedelta(days=back) for back in range(1, back_to_monday)]
    day = next((day for day in before if not days or day.isoweekday() in days), None)
    if day is None:
        return None
    return Reminder(TOMORROW if day == before[0] else THIS_WEEK, day, since, until)


def is_own_care(kinds: Iterable[str]) -> bool:
    """Whether a visit for these kinds of service is about herself alone."""
    return set(kinds) <= OWN_CARE
