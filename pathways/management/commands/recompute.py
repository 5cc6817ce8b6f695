"""`manage.py recompute`: works every stage and handoff out again from the events, and compares or mends the copies."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from carecoord import clock
from pathways.actions import lock
from pathways.models import Journey
from pathways.projection import differences, refresh

AT_ONCE = 500  # journeys held in memory


class Command(BaseCommand):
    """With ``--check``, exit code 1 when a stored row differs; without, rows that differ are put right."""

    help = "Compare every stored stage and handoff with what follows from the events, and put right what differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only list what differs; change nothing")

    def handle(self, *args: Any, check: bool = False, **options: Any) -> None:
        journeys = differing = 0
        for journey in _journeys():
            found = _check(journey) if check else _mend(journey)
            journeys += 1
            differing += bool(found)
            for difference in found:
                self.stdout.write(f"journey {journey.pk}: {difference}")
        outcome = "differ" if check else "differed and were put right"
        self.stdout.write(f"{journeys:,} journeys compared with their events, {differing:,} {outcome}")
        if check and differing:
            raise SystemExit(1)


def _journeys() -> Iterator[Journey]:
    """Every journey, in steps rather than in one long statement: people go on working meanwhile."""
    last = 0
    while some := list(Journey.objects.select_related("site").filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        yield from some
        last = some[-1].pk


def _check(journey: Journey) -> list[str]:
    """What differs. Looked at again under the lock, as somebody may have been recording just then."""
    found = differences(journey, clock.now())
    if found:
        with transaction.atomic():
            found = differences(lock(journey), clock.now())
    return found


@transaction.atomic
def _mend(journey: Journey) -> list[str]:
    journey = lock(journey)
    at = clock.now()
    found = differences(journey, at)
    refresh(journey, at=at)
    return found
