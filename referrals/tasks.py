"""What the workers run for services, referrals and clinics: one line each; ids and nothing else in their arguments."""

from __future__ import annotations

from celery import shared_task

from referrals import waiting


@shared_task(ignore_result=True)
def keep_places() -> None:
    """Keep what was given back for who waits; let lapse what was not confirmed. Beat asks for it every minute."""
    waiting.keep_places()
