"""What the workers run: one line each; ids and nothing else travel in their arguments."""

from __future__ import annotations

from celery import shared_task

from carecoord.sites.models import Site
from pathways import covering
from pathways import sweep as sweeping
from pathways.alerting import turns
from pathways.finding import matching
from pathways.writing_to_her import write_to_her as send_what_waits

SECONDS = 10  # of one site's sweep; a backlog goes on with the next one, well before a task would be stopped


@shared_task(ignore_result=True)
def sweep() -> None:
    """Give each site's sweep to whichever worker is free; then the upkeep. Beat asks for it every minute."""
    for site in Site.objects.values_list("pk", flat=True):
        sweep_site.apply_async((site,), expires=60)
    upkeep.apply_async(expires=60)


@shared_task(ignore_result=True)
def sweep_site(site: int) -> None:
    """Move what time moves at one site, and tell whom its alerts have reached."""
    sweeping.sweep_site(site, seconds=SECONDS)


@shared_task(ignore_result=True)
def upkeep() -> None:
    """Tell whose turn it is; bring grants up to date that the calendar moved; compare new women; forget old sweeps."""
    turns.tell_whose_turn_it_is()
    turns.tell_of_sent_plans()
    covering.regrant()
    matching.match()
    sweeping.forget_old_runs()


@shared_task(ignore_result=True)
def write_to_her() -> None:
    """Send what waits to be written to women, where it may go now. Beat asks for it every minute."""
    send_what_waits()
