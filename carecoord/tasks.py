"""What the worker does for the ground floor itself."""

from __future__ import annotations

from celery import shared_task

from carecoord.watching.heartbeat import beat


@shared_task(ignore_result=True)
def heartbeat() -> None:
    """Say outside that all is well. Beat asks for it every minute."""
    beat()
