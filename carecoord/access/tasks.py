"""What the worker does for signing in."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task

from carecoord import clock
from carecoord.access import drafts, failures

COUNTS_KEPT = timedelta(days=1)


@shared_task
def forget_expired() -> None:
    """Drop drafts whose twelve hours are over, and yesterday's counts of wrong passwords."""
    drafts.forget_expired()
    failures.forget_before(clock.now() - COUNTS_KEPT)
