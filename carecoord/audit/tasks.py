"""What the workers run: one line each; ids and nothing else travel in their arguments."""

from __future__ import annotations

from celery import shared_task

from carecoord.audit import anchors, sealing, unusual


@shared_task(ignore_result=True)
def seal_audit() -> None:
    """Seal what is committed. Beat asks for it every 30 seconds."""
    sealing.seal()


@shared_task(ignore_result=True)
def anchor_audit() -> None:
    """Tell the head of the chain outside the database. Beat asks for it every hour."""
    anchors.anchor()


@shared_task(ignore_result=True)
def find_unusual() -> None:
    """Look for unusual access, today's and yesterday's. Beat asks for it every quarter of an hour."""
    unusual.find()
