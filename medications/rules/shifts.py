"""Which shift comes next, on London's clock. Times are usual ones: whoever signs can choose another shift."""

from __future__ import annotations

from datetime import date, datetime, timedelta

NIGHT_ENDS, NOON, EVENING = 5, 12, 17


def coming_shift(local: datetime) -> str:
    """The shift that takes over at about this time."""
    if NIGHT_ENDS <= local.hour < NOON:
        return "day"
    return "late" if NOON <= local.hour < EVENING else "night"


def begins_on(shift: str, local: datetime) -> date:
    """The day on which that shift began or begins. A night signed after midnight began the evening before."""
    return local.date() - timedelta(days=1) if shift == "night" and local.hour < NOON else local.date()
