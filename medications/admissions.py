"""The admission that runs: which it is, and since when. One query, for one woman or for many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, DateTimeField, F

from carecoord import clock
from carecoord.compiled import Compiled, Given, IsOneOf
from pathways import engine
from pathways.engine import Fact
from pathways.models import Event, Journey
from pathways.projection import facts_of

KINDS = ("admitted", "baby_born", "mother_discharged", "mother_died")


@dataclass(frozen=True)
class Admission:
    """A stay in hospital that goes on. ``number`` is that of the pathway: the nth time she was admitted.

    A birth in hospital to which nobody was admitted is counted with the admission before it, or as the first.
    """

    number: int
    since: datetime
    until: datetime | None = None


def admission_of(journey: Journey, now: datetime | None = None) -> Admission | None:
    """Her admission that runs at ``now``; None while she is not in hospital."""
    return admissions_of([journey], now).get(journey.pk)


def admissions_of(journeys: Sequence[Journey], now: datetime | None = None) -> dict[int, Admission]:
    """The running admissions of these journeys, by journey; those who are not in hospital are left out. One query."""
    at = now or clock.now()
    by_journey: dict[int, list[Event]] = defaultdict(list)
    for event in _EVENTS(journeys=[journey.pk for journey in journeys], at=at):
        by_journey[event.journey_id].append(event)
    found = {pk: running_admission(facts_of(events)) for pk, events in by_journey.items()}
    return {pk: admission for pk, admission in found.items() if admission}


_EVENTS = Compiled(
    lambda: Event.objects.filter(
        IsOneOf(F("journey"), Given("journeys", ArrayField(BigIntegerField()))),
        kind__in=KINDS,
        correction=None,
        occurred_at__lte=Given("at", DateTimeField()),
    ).order_by("occurred_at", "id")
)


def running_admission(facts: Iterable[Fact]) -> Admission | None:
    """The admission that runs after these facts. Since the last time she was admitted, or the stay began."""
    facts = list(facts)
    stays = engine.stays(facts)
    if not stays or stays[-1][1] is not None:
        return None
    admitted = [fact.occurred_at for fact in facts if fact.kind == "admitted"]
    began = stays[-1][0]
    return Admission(max(len(admitted), 1), max([at for at in admitted if at >= began], default=began))
