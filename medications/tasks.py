"""What the workers run for ward medicine: one line each; ids and nothing else travel in their arguments."""

from __future__ import annotations

from celery import shared_task

from carecoord.sites.models import Site
from medications import handing_over, planning, telling


@shared_task(ignore_result=True)
def schedule() -> None:
    """Give each site's doses to whichever worker is free. Beat asks for it every five minutes."""
    for site in Site.objects.values_list("pk", flat=True):
        schedule_site.apply_async((site,), expires=300)


@shared_task(ignore_result=True)
def schedule_site(site: int) -> None:
    """Write down the doses of the next two days at one site; end the plans of those who went home."""
    planning.keep_up(site)


@shared_task(ignore_result=True)
def tell_of_reports() -> None:
    """Tell whoever has to know that a second dose was given. Beat asks for it every fifteen seconds."""
    telling.tell_of_reports()


@shared_task(ignore_result=True)
def tell_of_unaccepted() -> None:
    """Tell coordinators of handovers that nobody has taken over. Beat asks for it every minute."""
    handing_over.tell_of_unaccepted()
