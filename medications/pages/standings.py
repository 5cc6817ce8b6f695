"""How far the medicine of each of several women is confirmed: three queries, however many they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, DateTimeField, F

from carecoord.compiled import Compiled, Given, IsOneOf
from carecoord.sites.definitions import SiteDefinition
from medications import admissions, supply
from medications.admissions import Admission, running_admission
from medications.models import Call, Statement
from medications.rules.verification import Asked, Said, Standing, standing
from medications.supply import Supply, supply_of
from pathways.models import Event, Journey
from pathways.projection import facts_of

TAKEN = ("dose_given", "dose_confirmed")
MOVED = "transfer_accepted"
KINDS = {*admissions.KINDS, *TAKEN, supply.KIND, MOVED}


@dataclass
class Known:
    """What is known of one woman's medicine, as it was written down."""

    journey: Journey
    statements: list[Statement] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    @property
    def admission(self) -> Admission | None:
        return running_admission(facts_of(event for event in self.events if event.kind in admissions.KINDS))

    @property
    def supply(self) -> Supply:
        return supply_of(self.journey, [event for event in self.events if event.kind == supply.KIND])

    @property
    def said(self) -> list[Said]:
        return [said_of(row, self.journey.site.definition) for row in self.statements]

    def standing(self, now: datetime) -> Standing:
        """How far it is confirmed."""
        admission = self.admission
        doses = [event.occurred_at for event in self.events if event.kind in TAKEN]
        moves = [event.occurred_at for event in self.events if event.kind == MOVED and self.journey.entered_site_id]
        return standing(
            self.said,
            [asked_of(call) for call in self.calls],
            admission=admission.number if admission else None,
            admitted_at=admission.since if admission else None,
            last_confirmed_at=max(doses, default=None),
            confirmed=doses,
            moved_at=max(moves, default=None),
            closed=self.supply.closed(now),
            now=now,
        )


def standings_of(journeys: Sequence[Journey], now: datetime) -> dict[int, Standing]:
    """How it stands with each of them at ``now``, by journey."""
    return {pk: known.standing(now) for pk, known in known_of(journeys, now).items()}


def known_of(journeys: Sequence[Journey], now: datetime) -> dict[int, Known]:
    """What is known of each of them at ``now``, by journey: three queries (a fourth where sites are not loaded)."""
    found = {journey.pk: Known(journey) for journey in journeys}
    asked = list(found)
    for row in _STATEMENTS(journeys=asked):
        found[row.journey_id].statements.append(row)
    for call in _CALLS(journeys=asked):
        found[call.journey_id].calls.append(call)
    for event in _EVENTS(journeys=asked, now=now):
        found[event.journey_id].events.append(event)
    return found


_THEIRS = IsOneOf(F("journey"), Given("journeys", ArrayField(BigIntegerField())))
_STATEMENTS = Compiled(
    lambda: Statement.objects.filter(_THEIRS).select_related("obtained_by", "struck_by").order_by("pk")
)
_CALLS = Compiled(lambda: Call.objects.filter(_THEIRS).select_related("called_by", "struck_by").order_by("pk"))
_EVENTS = Compiled(
    lambda: Event.objects.filter(
        _THEIRS, kind__in=KINDS, correction=None, occurred_at__lte=Given("now", DateTimeField())
    ).order_by("occurred_at", "id")
)


def said_of(row: Statement, site: SiteDefinition) -> Said:
    """A statement as the rules take it."""
    return Said(
        pk=row.pk,
        source=row.source,
        admission=row.admission,
        product=row.product,
        strength=row.strength,
        amount=row.amount,
        unit=row.unit,
        frequency=row.frequency,
        times=tuple((each.get("time", ""), each.get("amount", "")) for each in row.times),
        words=row.words,
        last_dose_at=row.last_dose_at,
        said_at=row.said_at,
        said_by=row.said_by,
        contact=row.said_by_contact,
        where=_where(row, site),
        supervised=row.supervised,
        struck=not row.stands,
    )


def asked_of(call: Call) -> Asked:
    """A call as the rules take it."""
    return Asked(call.source, call.called_at, call.whom, call.outcome, call.opens_at, struck=not call.stands)


def _where(row: Statement, site: SiteDefinition) -> str:
    code, words = (row.pharmacy, row.pharmacy_words) if row.source == "pharmacy" else (row.service, row.service_words)
    source = site.source(code) if code else None
    return source.name if source else words
