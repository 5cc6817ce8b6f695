"""What the worker does for messages."""

from __future__ import annotations

from celery import shared_task

from carecoord.delivery import arrival, relay


@shared_task(ignore_result=True)
def deliver() -> None:
    """Send what waits in the outbox. Beat asks for it every 15 seconds."""
    relay.deliver()


@shared_task(ignore_result=True)
def follow_up() -> None:
    """Ask whether texts arrived. Beat asks for it every five minutes."""
    arrival.follow_up()
