"""Times as people type them: to the minute."""

from __future__ import annotations

from datetime import datetime

from carecoord import clock
from carecoord.refused import Refused


def checked_time(at: datetime | None, since: datetime, problem: str) -> datetime:
    """``at``, not before ``since``: what was typed for the same minute is meant as after it. Raises Refused."""
    if at is None or not since.replace(second=0, microsecond=0) <= at <= clock.now():
        raise Refused(f"Check the time: {problem}, or in the future.", field="at")
    return max(at, since)
