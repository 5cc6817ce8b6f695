"""What the workers run for the numbers about sites; nothing travels in their arguments."""

from __future__ import annotations

from celery import shared_task

from pathways.gaps.engagement import calling, cohorts
from pathways.gaps.publishing import publish
from pathways.gaps.refreshing import refresh
from pathways.gaps.report.quarters import close_quarters

SECONDS = 8  # for each; a backlog goes on with the next one, well before a task would be stopped


@shared_task(ignore_result=True)
def count() -> None:
    """Count again what changed. Beat asks for it every minute."""
    refresh(seconds=SECONDS)


@shared_task(ignore_result=True)
def tell() -> None:
    """Tell what is due, once nothing waits to be counted. Beat asks for it every quarter of an hour."""
    if refresh(seconds=SECONDS).finished:
        publish(seconds=SECONDS)
        close_quarters()


@shared_task(ignore_result=True)
def tell_of_calls() -> None:
    """Tell whoever is to call a woman who asked for it. Beat asks for it every minute."""
    calling.tell_of_calls()


@shared_task(ignore_result=True)
def analyse_engagement() -> None:
    """Tell the analysis of a year when it is due, where the installation has switched it on."""
    if refresh(seconds=SECONDS).finished:
        cohorts.tell_what_is_due()
