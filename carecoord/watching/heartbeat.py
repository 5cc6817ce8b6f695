"""The heartbeat: while the sweep is well, somebody outside hears from us; when they hear nothing, they raise the alarm.

So a machine that is off, which cannot say so itself, is noticed too.
"""

from __future__ import annotations

import structlog
from django.conf import settings

from carecoord.health import last_sweep
from carecoord.outbound import Unreachable, ask

SECONDS = 5
log = structlog.get_logger("carecoord.watching")


def beat() -> bool:
    """Ask HEARTBEAT_URL if every site was swept lately; whether it was heard. A failure is logged, no more."""
    sweep = last_sweep()
    if not settings.HEARTBEAT_URL or sweep.stale:
        return False
    try:
        status = ask("GET", settings.HEARTBEAT_URL, seconds=SECONDS)
    except Unreachable:
        log.warning("the heartbeat was not heard")
        return False
    if status >= 300:
        log.warning("the heartbeat was not heard", status=status)
    return status < 300
