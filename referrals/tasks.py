"""What the workers run for services, referrals and clinics: one line each; ids and nothing else in their arguments."""

from __future__ import annotations

from celery import shared_task

from referrals import cancelling, letters, looping, reminding, series, telling, waiting


@shared_task(ignore_result=True)
def keep_places() -> None:
    """Keep what was given back for who waits; let lapse what was not confirmed. Beat asks for it every minute."""
    waiting.keep_places()


@shared_task(ignore_result=True)
def make_clinic_days() -> None:
    """Make the days of clinics that come again, twelve weeks ahead. Beat asks for it every hour."""
    series.make_all_days()


@shared_task(ignore_result=True)
def pass_on_cancelled() -> None:
    """Tell midwives which of their women's appointments we cancelled. Beat asks for it every minute."""
    cancelling.pass_on()


@shared_task(ignore_result=True)
def write_to_her() -> None:
    """Remind of visits, and tell of what we changed, where it is safe now. Beat asks for it every five minutes."""
    reminding.remind()
    reminding.tell_of_changes()


@shared_task(ignore_result=True)
def whose_turn() -> None:
    """Bring back what stands with a service that has ended, and tell whose turn it is. Beat asks every minute."""
    looping.bring_back_from_ended()
    telling.tell_whose_turn_it_is()


@shared_task(ignore_result=True)
def send_letters() -> None:
    """Send the addresses of links that wait. Beat asks every fifteen seconds."""
    letters.send_letters()
