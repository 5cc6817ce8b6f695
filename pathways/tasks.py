"""What the workers run: one line each; ids and nothing else travel in their arguments."""

from __future__ import annotations

from celery import shared_task

from pathways import sweep as sweeping


@shared_task(ignore_result=True)
def sweep() -> None:
    """Move the handoffs whose time has come. Beat asks for it every minute."""
    sweeping.sweep()
