"""How often something that could not be sent is tried again: after pauses that grow, for a day."""

from __future__ import annotations

from datetime import datetime, timedelta

PAUSES = (1, 5, 15)  # minutes after the first attempts; then an hour each time
LONGEST_PAUSE = 60
MOST_ATTEMPTS = len(PAUSES) + 24  # a day and a night of them


def next_try(attempts: int, at: datetime) -> datetime | None:
    """When to try again what failed at ``at`` after so many earlier attempts; None: it is given up."""
    if attempts + 1 >= MOST_ATTEMPTS:
        return None
    return at + timedelta(minutes=PAUSES[attempts] if attempts < len(PAUSES) else LONGEST_PAUSE)
