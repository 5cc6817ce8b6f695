"""When the next backup is due, for a process that makes one every night."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from carecoord.clock import LONDON

AGAIN_AFTER = timedelta(minutes=15)  # one that failed


def next_night(after: datetime, at: time) -> datetime:
    """The next time that clocks in London show ``at``, in the zone of ``after`` (aware).

    On the night on which that time is skipped it is an hour later; where it comes twice, the first.
    """
    local = after.astimezone(LONDON)
    for days in range(3):
        wall = datetime.combine(local.date() + timedelta(days=days), at, tzinfo=LONDON)
        instant = wall.astimezone(after.tzinfo)
        if instant > after:
            return instant
    raise AssertionError("two nights hold that time")
