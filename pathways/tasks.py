"""What the workers run: one line each; ids and nothing else travel in their arguments."""

from __future__ import annotations

from celery import shared_task

from pathways import covering
from pathways import sweep as sweeping
from pathways.finding import matching


@shared_task(ignore_result=True)
def sweep() -> None:
    """Move what time moves: handoffs, then grants; compare women who are new. Beat asks for it every minute."""
    sweeping.sweep()
    covering.regrant()
    matching.match()
