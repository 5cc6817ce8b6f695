"""The last dose of each woman that somebody confirmed, and who says so. One query, however many women."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from medications.models import Dose
from pathways.engine.facts import instant_in
from pathways.models import Event, Journey

CONFIRMED = ("dose_given", "dose_confirmed")
CONFIRMED_BY = {
    "pharmacy": "pharmacy",
    "prescriber": "prescriber",
    "ward": "another ward",
    "clinic": "community clinic",
    "own_card": "her own card",
}


@dataclass(frozen=True, slots=True)
class LastDose:
    """When she took it, who says so in words, the kind of the fact; and what and when next, where it says so."""

    at: datetime
    by_words: str
    kind: str
    product: str = ""
    next_due: datetime | None = None


def last_doses(journeys: Iterable[Journey], now: datetime) -> dict[int, LastDose]:
    """By journey (id), the latest dose up to ``now`` that was given or confirmed and is not corrected."""
    events = Event.objects.filter(
        journey__in=[journey.pk for journey in journeys], kind__in=CONFIRMED, occurred_at__lte=now, correction=None
    )
    latest = with_givers(events).filter(is_struck=False).order_by("journey_id", "-occurred_at", "-pk")
    rows = latest.distinct("journey_id").values("journey_id", "occurred_at", "kind", "details", *GIVERS)
    return {row["journey_id"]: last_dose(**{key: row[key] for key in row if key != "journey_id"}) for row in rows}


def with_givers(events: QuerySet[Event]) -> QuerySet[Any]:
    """Events with who gave the dose and who watched, by name, and whether its row was struck through."""
    given = Dose.objects.filter(event=OuterRef("pk"))
    return events.annotate(
        is_struck=Exists(given.filter(struck_at__isnull=False)),
        giver=Subquery(given.values("given_by__name")[:1]),
        watched=Subquery(given.values("witness__name")[:1]),
        recorder=F("recorded_by__name"),
    )


GIVERS = ("giver", "watched", "recorder")


def last_dose(
    *,
    occurred_at: datetime,
    kind: str,
    details: Mapping[str, str],
    giver: str | None,
    watched: str | None,
    recorder: str | None,
) -> LastDose:
    """One event, as ``with_givers`` has it, in words."""
    source = CONFIRMED_BY.get(details.get("confirmed_by", "")) if kind == "dose_confirmed" else None
    by = source or ", ".join(filter(None, (giver, watched))) or recorder or "brought in from another system"
    product, following = details.get("medication", ""), instant_in(details.get("next_due", ""))
    return LastDose(occurred_at, by, kind, product, following)
