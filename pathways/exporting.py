"""The handoffs that the rules give, as CSV (rules, section 6): worked out from the facts, not from stored rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import TextIO

from django.db.models import Case, CharField, F, Prefetch, Q, When
from django.db.models.functions import Cast, Collate

from carecoord.csvfiles import SafeWriter
from carecoord.sites.models import Site
from pathways.models import Event, Journey
from pathways.projection import answer_for, facts_of

COLUMNS = ("person_ref", "pregnancy", "moment", "step", "subject", "due_at", "state", "late_entry")
_AT_ONCE = 500  # journeys held in memory

Cells = tuple[str, ...]


def export_handoffs(file: TextIO, at: datetime, *, site: Site | None = None) -> int:
    """Write every handoff that exists at ``at`` (aware) to an open file; returns how many. Changes nothing.

    Sorted as text by the first five columns. One group of journeys is held at a time, so the
    length of the table does not matter.
    """
    writer = SafeWriter(file)
    writer.row(COLUMNS)
    count = 0
    for _, journeys in groupby(_journeys(site), key=lambda journey: (journey.woman.reference, journey.number)):
        # Two sites may use the same reference: their rows are told apart by nothing but what follows.
        for cells in sorted(cells for journey in journeys for cells in _handoffs(journey, at)):
            writer.row(cells)
            count += 1
    return count


def _journeys(site: Site | None) -> Iterator[Journey]:
    reference = Case(
        When(~Q(woman__person_ref=""), then=F("woman__person_ref")),
        default=Cast("woman_id", CharField()),
        output_field=CharField(),
    )
    journeys = Journey.objects.select_related("woman", "site", "entered_site").prefetch_related(
        Prefetch("events", Event.objects.filter(correction=None).order_by("occurred_at", "id"), to_attr="counting")
    )
    if site:
        journeys = journeys.filter(site=site)
    return journeys.order_by(Collate(reference, "C"), Cast("number", CharField()), "id").iterator(_AT_ONCE)


def _handoffs(journey: Journey, at: datetime) -> Iterator[Cells]:
    facts = facts_of(journey.counting)  # type: ignore[attr-defined]
    for handoff in answer_for(journey, facts, at).handoffs:
        yield (
            journey.woman.reference,
            str(journey.number),
            handoff.moment,
            handoff.step,
            str(handoff.subject),
            handoff.due_at.astimezone(UTC).isoformat(),
            handoff.state.value,
            str(int(handoff.late_entry)),
        )
