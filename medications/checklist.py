"""How a woman's way home stands: what is written down, what is missing, which days have no dose arranged.

``checklists_of`` asks the same few questions for one woman as for a whole ward.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from carecoord import clock
from carecoord.access.models import Team
from carecoord.sites.definitions import Source
from medications.models import Dose, LeavingEntry
from medications.models.doses import TAKEN
from medications.rules.closed_days import Day, uncovered, way_home
from medications.rules.leaving import ACKNOWLEDGED, ITEMS, MEDICINE_ITEMS, NOT_DONE
from medications.rules.products import WARD_PRODUCTS
from medications.rules.two_settings import BothOnOneDay, Taken, both_on_one_day, taken_from
from pathways.engine import Fact
from pathways.engine.facts import instant_in
from pathways.models import Event, Journey, Offer

HANDOVER = "DISCHARGE_OST_HANDOVER"
LATELY = timedelta(days=14)  # how far back doses from two places are told
EARLY = timedelta(hours=48)  # how long before a closed day somebody is warned (pathway 4.6)

_KINDS = (
    *("admitted", "mother_discharge_planned", "mother_discharged", "mother_died", "supply_arranged"),
    *("treatment_started", "treatment_ended", "dose_given", "dose_confirmed", "dose_outcome_recorded"),
)


@dataclass(frozen=True)
class Facts:
    """What the events of one journey say about going home, for its latest admission."""

    admission: int = 0
    admitted_at: datetime | None = None
    planned_for: datetime | None = None
    left_at: datetime | None = None
    in_treatment: bool = False
    product: str = ""
    last_taken_at: datetime | None = None
    service: str = ""
    pharmacy: str = ""
    taken: Sequence[Taken] = ()


@dataclass(frozen=True)
class Checklist:
    """One woman's way home. ``entries`` by item, ``cover`` by day: the latest that stands.

    ``days``: every date from leaving to the next dose. ``pharmacy_known``: False where the site's first stands in.
    """

    journey: Journey
    now: datetime
    facts: Facts
    entries: Mapping[str, LeavingEntry]
    cover: Mapping[date, LeavingEntry]
    last_dose: Dose | None
    accepted_by: str
    days: Sequence[Day] = field(default=())

    @property
    def in_treatment(self) -> bool:
        return self.facts.in_treatment

    @property
    def leaving_on(self) -> date:
        """The day she left, else the day it is planned for, else today."""
        return clock.today(self.facts.left_at or self.facts.planned_for or self.now)

    @property
    def pharmacy(self) -> Source | None:
        """Whose hours count: where the next dose is, else her pharmacy, else the site's first."""
        return _pharmacy(self.journey, self.facts, self.entries)

    @property
    def pharmacy_known(self) -> bool:
        """Whether somebody wrote down which pharmacy is hers."""
        entry = self.entries.get("next_dose")
        return bool((entry and entry.source) or self.facts.pharmacy)

    @property
    def prescriber(self) -> Source | None:
        """Who prescribes in the community."""
        sources = self.journey.site.definition.sources
        named = [each for each in sources if each.code == self.facts.service]
        return next(iter(named or [each for each in sources if each.kind == "prescriber"]), None)

    @property
    def items(self) -> tuple[str, ...]:
        """The points that are asked of her; after a loss nothing about a baby at home."""
        not_asked = {*(() if self.in_treatment else MEDICINE_ITEMS), *(("sleep",) if self.journey.after_loss else ())}
        return tuple(item for item in ITEMS if item not in not_asked)

    @property
    def uncovered(self) -> list[date]:
        """The days on which she needs a dose and nobody has said how she gets it."""
        return uncovered(self.days, set(self.cover))

    @property
    def missing(self) -> list[str]:
        """The points that are neither done nor reasoned."""
        return [item for item in self.items if not self.is_answered(item)]

    def is_answered(self, item: str) -> bool:
        """Whether a point is done, or its reason is written down."""
        entry = self.entries.get(item)
        match item:
            case "last_dose":
                return self.last_dose is not None or entry is not None
            case "cover":
                return not self.uncovered
            case "pharmacy" | "prescriber":
                return self.acknowledged(item) or (entry is not None and entry.answer == NOT_DONE)
            case _:
                return entry is not None

    def acknowledged(self, item: str) -> bool:
        """Whether pharmacy or prescriber have said that they have it; a prescriber also by accepting the offer."""
        entry = self.entries.get(item)
        said = entry is not None and entry.answer == ACKNOWLEDGED
        return said or (item == "prescriber" and bool(self.accepted_by))

    @property
    def both_acknowledged(self) -> bool:
        return self.acknowledged("pharmacy") and self.acknowledged("prescriber")

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing

    @property
    def both(self) -> list[BothOnOneDay]:
        """The days of the last two weeks with doses from the ward and from the community, the newest first."""
        return both_on_one_day(_lately(self.facts, self.now))

    @property
    def warns(self) -> bool:
        """Whether a day without a dose lies ahead, and she leaves within 48 hours or has left."""
        if not self.uncovered or self.facts.admission == 0:
            return False
        leaves = self.facts.left_at or self.facts.planned_for
        return leaves is not None and leaves - self.now <= EARLY


def checklist_of(journey: Journey, now: datetime) -> Checklist:
    """One woman's."""
    return checklists_of([journey], now)[journey.pk]


def taken_lately(journey: Journey, now: datetime) -> list[Taken]:
    """What she took in the last two weeks, on the ward and in the community. One query."""
    return _lately(_facts([journey], now)[journey.pk], now)


def _lately(facts: Facts, now: datetime) -> list[Taken]:
    return [each for each in facts.taken if now - each.at < LATELY]


def checklists_of(journeys: Sequence[Journey], now: datetime) -> dict[int, Checklist]:
    """By the journeys' ids; four queries for however many. The journeys bring their site."""
    ids = [journey.pk for journey in journeys]
    facts = _facts(journeys, now)
    entries = _entries(ids, facts)
    doses = _last_doses(ids, facts)
    accepted = _accepted(ids, facts)
    return {
        each.pk: made_of(each, now, facts[each.pk], entries.get(each.pk, []), doses.get(each.pk), accepted.get(each.pk))
        for each in journeys
    }


def made_of(
    journey: Journey,
    now: datetime,
    facts: Facts,
    rows: Iterable[LeavingEntry],
    last_dose: Dose | None,
    accepted_by: str | None,
) -> Checklist:
    """One checklist of what was read; ``rows`` are of the latest admission, the oldest first. No query."""
    entries: dict[str, LeavingEntry] = {}
    cover: dict[date, LeavingEntry] = {}
    for row in rows:  # the oldest first: the latest stays
        if row.item == "cover" and row.day:
            cover[row.day] = row
        else:
            entries[row.item] = row
    made = Checklist(journey, now, facts, entries, cover, last_dose, accepted_by or "")
    return Checklist(journey, now, facts, entries, cover, last_dose, accepted_by or "", _days(made))


def _days(made: Checklist) -> list[Day]:
    pharmacy = made.pharmacy
    if not made.in_treatment or pharmacy is None:
        return []
    last, entry = made.facts.last_taken_at, made.entries.get("next_dose")
    product = WARD_PRODUCTS.get(made.facts.product)
    return way_home(
        pharmacy.hours,
        made.leaving_on,
        next_dose_on=entry.day if entry else None,
        last_dose_on=clock.today(last) if last else None,
        every_days=product.every_days if product else 1,
    )


def _pharmacy(journey: Journey, facts: Facts, entries: Mapping[str, LeavingEntry]) -> Source | None:
    definition = journey.site.definition
    entry = entries.get("next_dose")
    for code in (entry.source if entry else "", facts.pharmacy):
        if code and (source := definition.source(code)):
            return source
    return next((each for each in definition.sources if each.kind == "pharmacy"), None)


def _facts(journeys: Sequence[Journey], now: datetime) -> dict[int, Facts]:
    said: dict[int, dict[str, Any]] = {
        journey.pk: {"admission": 0, "product": journey.medication_at_entry, "taken": []} for journey in journeys
    }
    events = Event.objects.filter(journey__in=list(said), kind__in=_KINDS, correction=None, occurred_at__lte=now)
    for event in events.select_related("recorded_by").order_by("occurred_at", "id"):
        by = str(event.recorded_by or "")
        _take(said[event.journey_id], event.kind, event.occurred_at, event.details, by)
    return {pk: Facts(**found) for pk, found in said.items()}


def facts_from(journey: Journey, events: Iterable[Fact]) -> Facts:
    """The same of events that were read already, in their order; of doses only the last. No query."""
    said: dict[str, Any] = {"admission": 0, "product": journey.medication_at_entry, "taken": []}
    for event in events:
        if event.kind in _KINDS:
            _take(said, event.kind, event.occurred_at, event.details)
    return Facts(**{**said, "taken": ()})


def _take(said: dict[str, Any], kind: str, at: datetime, details: Mapping[str, str], by: str = "") -> None:
    """Take one more event into account; they come in their order."""
    if details.get("medication"):
        said["product"] = details["medication"]
    if taken := taken_from(kind, at, details, by):
        said["taken"].append(taken)
    match kind:
        case "admitted":
            said.update(admission=said["admission"] + 1, admitted_at=at, planned_for=None, left_at=None)
        case "mother_discharge_planned":
            said["planned_for"] = instant_in(details.get("planned_for", ""))
        case "mother_discharged" | "mother_died":
            said["left_at"] = at
        case "supply_arranged":
            said.update({key: details[key] for key in ("service", "pharmacy") if details.get(key)})
        case "treatment_started" | "treatment_ended":
            said["in_treatment"] = kind == "treatment_started"
        case "dose_given" | "dose_confirmed":
            said["last_taken_at"] = at


def _entries(ids: Sequence[int], facts: Mapping[int, Facts]) -> dict[int, list[LeavingEntry]]:
    rows = standing_entries().filter(journey__in=ids).select_related("recorded_by")
    found: dict[int, list[LeavingEntry]] = {}
    for row in rows:
        if row.admission == facts[row.journey_id].admission:
            found.setdefault(row.journey_id, []).append(row)
    return found


def standing_entries() -> QuerySet[LeavingEntry]:
    """What was written down of going home, the oldest first."""
    return LeavingEntry.objects.filter(struck_at=None).order_by("id")


def taken_doses() -> QuerySet[Dose]:
    """What the ward gave, of which something was taken."""
    return Dose.objects.filter(outcome__in=TAKEN, struck_at=None)


def accepted_offers() -> QuerySet[Offer]:
    """Where the drug service accepted the handover of her medicine."""
    return Offer.objects.filter(
        state=Offer.State.ACCEPTED, handoff__moment=HANDOVER, to_team__kind=Team.Kind.DRUG_SERVICE
    ).order_by("id")


def _last_doses(ids: Sequence[int], facts: Mapping[int, Facts]) -> dict[int, Dose]:
    """The last dose that the ward gave in this admission, as recorded."""
    rows = taken_doses().filter(journey__in=ids)
    rows = rows.order_by("journey_id", "-given_at").distinct("journey_id").select_related("given_by", "witness")
    found = {}
    for dose in rows:
        admitted_at = facts[dose.journey_id].admitted_at
        if admitted_at and dose.given_at >= admitted_at:
            found[dose.journey_id] = dose
    return found


def _accepted(ids: Sequence[int], facts: Mapping[int, Facts]) -> dict[int, str]:
    """Who of the drug service accepted the handover of this admission, by name."""
    offers = accepted_offers().filter(journey__in=ids)
    return {
        offer.journey_id: f"{offer.answered_by}, {offer.to_team}, {_at(offer.answered_at)}"
        for offer in offers.select_related("answered_by", "to_team", "handoff")
        if offer.handoff and offer.handoff.subject_number == facts[offer.journey_id].admission
    }


def _at(at: datetime | None) -> str:
    return clock.due_in_words(at, year=True) if at else ""
