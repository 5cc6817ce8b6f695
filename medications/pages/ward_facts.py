"""What is known of many women at once, for board, card, sheet and readiness, in few queries however many they are.

One query reads what stands in rows, facts and handoffs among it, as JSON beside each journey: a board asks for itself
again every half minute on every ward. How far a medicine is confirmed is asked of its own module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from carecoord.access.models import GIVEN, Reader, User
from carecoord.compiled import Compiled, Given, IsOneOf
from medications.admissions import running_admission
from medications.models import Decision, Dose, DueDose, Plan, Source, Statement, Stay, Visiting
from medications.pages.beside import baby_lines, feeding, going_home, lines_beside, own
from medications.pages.feeding import FeedingLine
from medications.pages.last_doses import CONFIRMED, GIVERS, LastDose, last_dose, with_givers
from medications.pages.leaving import LeavingLine
from medications.pages.observation import BabyLine
from medications.pages.rows import beside, newest, read
from medications.pages.standings import standings_of
from medications.rules.schedule import next_due
from medications.rules.verification import Standing
from medications.rules.verification import State as Confirmed
from pathways import engine
from pathways.engine import Fact, Severity, State
from pathways.models import Event, Handoff, Journey, SafeContact, StayOffer
from pathways.moments import ALL
from pathways.visibility import remember_open, with_labels

FACTS = (
    *("admitted", "mother_discharged", "mother_died", "mother_discharge_planned", "pregnancy_loss"),
    *("baby_born", "baby_place_recorded", "baby_died", "baby_discharged", "separated", "reunified"),
    *("observation_started", "observation_ended", "treatment_started", "treatment_ended", "supply_arranged"),
    *("own_medicine_identified", "own_medicine_taken", "feeding_conflict_logged"),
)
UNKNOWN = Standing(Confirmed.UNVERIFIED)
# Handoffs whose answers the ward reads, beside those that are open and urgent.
KEPT = (
    *("FEEDING_PLAN", "BIRTH_MED_PLAN", "SEPARATION_PLAN", "POCD_RECEIPT", "FEEDING_CONFLICT"),
    *("NALOXONE_ANTENATAL", "NALOXONE_DISCHARGE"),
)
URGENT = tuple(moment.key for moment in ALL if moment.severity in (Severity.S1, Severity.S2))


@dataclass
class _Rule:
    """What the schedule reads of a plan."""

    times: Sequence[Mapping[str, str]]
    every_days: int
    first_on: date


@dataclass(frozen=True)
class Known:
    """Everything of one woman that her line is made of. Times are aware; JSON of a query stays as it came."""

    journey: Journey
    facts: list[Fact]
    admission: int | None
    admitted_at: datetime | None
    stay: Mapping[str, Any] | None
    plans: list[Mapping[str, Any]]
    due: Mapping[str, Any] | None
    decision: Mapping[str, Any] | None
    told: Mapping[str, Any] | None
    visiting: Mapping[str, Any] | None
    contact: Mapping[str, Any] | None
    stay_offers: dict[int, StayOffer]
    last: LastDose | None
    standing: Standing
    baby_lines: Sequence[BabyLine]
    feeding: FeedingLine
    own: str
    home: LeavingLine | None
    handoffs: list[Handoff] = field(default_factory=list)

    def latest(self, *kinds: str) -> Fact | None:
        """The latest fact of these kinds."""
        return next((fact for fact in reversed(self.facts) if fact.kind in kinds), None)

    @property
    def is_treated(self) -> bool:
        """Whether opioid replacement goes on."""
        last = self.latest("treatment_started", "treatment_ended")
        return bool(self.plans) or (last is not None and last.kind == "treatment_started")

    def next_dose_at(self, now: datetime) -> datetime | None:
        """The earliest dose of which nobody has said what came of it; else the next that a plan asks for."""
        if self.due:
            return cast("datetime", self.due["due_at"])
        rules = [_Rule(plan["times"], plan["every_days"], date.fromisoformat(plan["first_on"])) for plan in self.plans]
        return min((found.at for rule in rules if (found := next_due(rule, now))), default=None)

    def handoff(self, *moments: str) -> Handoff | None:
        """The latest handoff of these moments; a moment of several steps ends with its last."""
        found = [handoff for handoff in self.handoffs if handoff.moment in moments]
        return max(found, key=lambda each: (each.opened_at, each.due_at), default=None)

    def answer(self, *moments: str) -> Fact | None:
        """What was written down when a handoff of these moments was completed last."""
        return next(
            (
                fact
                for fact in reversed(self.facts)
                if fact.kind == "handoff_completed" and fact.details.get("moment") in moments
            ),
            None,
        )


def with_ward(journeys: QuerySet[Journey]) -> QuerySet[Journey]:
    """Journeys with what the ward knows of each, as JSON in the same query."""
    return journeys.select_related("woman", "site", "entered_site").annotate(
        stay_json=newest(
            Stay.objects.filter(until=None).annotate(code=F("ward__code")),
            *("ward_id", "code", "bed", "location", "back_at", "admission"),
        ),
        plans_json=beside(_active_plans(), *_PLAN),
        due_json=newest(_open_doses(), "pk", "number", "due_at", "plan_id", order="due_at"),
        decision_json=newest(
            Decision.objects.filter(struck_at=None).annotate(by=F("prescriber__name")),
            *("kind", "words", "decided_at", "by", "prescriber_words"),
            order="-decided_at",
        ),
        visiting_json=newest(Visiting.objects.all(), "words", "admission"),
        told_json=newest(
            Statement.objects.filter(struck_at=None, source__in=(Source.SHE_SAYS, Source.OWN_CARD)),
            *("source", "words", "said_at", "admission", "last_dose_at"),
            order="-said_at",
        ),
        facts_json=beside(_facts(), *_FACT, "is_struck", *GIVERS),
        handoffs_json=beside(_handoffs(), *_HANDOFF),
        contact_json=Subquery(
            SafeContact.objects.filter(woman=OuterRef("woman"))
            .order_by("-pk")
            .values(json=JSONObject(still_safe="still_safe", confirmed_on="confirmed_on"))[:1]
        ),
        stay_offers_json=beside(StayOffer.objects.order_by("pk"), *STAY_OFFER),
        **lines_beside(),
    )


_FACT = ("kind", "occurred_at", "pk", "baby", "details")
_DOSE = ("kind", "occurred_at", "details", *GIVERS)
STAY_OFFER = ("pk", "baby", "offer", "choice", "offered_at", "visiting", "feeding", "medicine_from")
_HANDOFF = (
    *("pk", "journey_id", "moment", "step", "subject", "subject_number", "occurrence", "state", "opened_at"),
    *("warn_at", "due_at", "missed_at", "ended_at"),
)
_PLAN = (
    *("pk", "product", "words", "two_sign", "supervised", "signed_at", "version", "by"),
    *("times", "every_days", "first_on"),
)


def known_of(
    journeys: Sequence[Journey], now: datetime, *, standings: Mapping[int, Standing] | None = None
) -> dict[int, Known]:
    """By journey (id). ``journeys`` come ``with_ward``.

    ``standings``: how far each medicine is confirmed, where that is known already or does not matter.
    """
    stand = standings_of(journeys, now) if standings is None else standings
    return {journey.pk: _known(journey, stand.get(journey.pk, UNKNOWN), now) for journey in journeys}


def _by_ids() -> QuerySet[Journey]:
    asked = IsOneOf(F("pk"), Given("journeys", ArrayField(BigIntegerField())))
    return with_labels(with_ward(Journey.objects.filter(asked)), GIVEN)


_BY_IDS = Compiled(_by_ids)


def on_the_ward(ids: Sequence[int], reader: User) -> list[Journey]:
    """Journeys by their ids, in that order, which somebody has found open to ``reader``, with what the ward knows."""
    found = {each.pk: each for each in _BY_IDS(journeys=ids, **Reader.of(reader).given())}
    for journey in found.values():
        remember_open(journey, reader)
    return [found[pk] for pk in ids]


def _known(journey: Any, standing: Standing, now: datetime) -> Known:
    events = [read(event) for event in journey.facts_json]
    events = [event for event in events if event["occurred_at"] <= now]
    facts = [Fact(*(event[name] for name in _FACT)) for event in events]
    admission = running_admission(facts) if journey.in_hospital else None
    doses = [event for event in events if event["kind"] in CONFIRMED and not event["is_struck"]]
    stay = read(journey.stay_json)
    return Known(
        journey=journey,
        facts=facts,
        admission=admission.number if admission else None,
        admitted_at=admission.since if admission else None,
        stay=stay if stay and admission and stay["admission"] == admission.number else None,
        plans=[read(plan) for plan in journey.plans_json],
        due=read(journey.due_json),
        decision=read(journey.decision_json),
        told=read(journey.told_json),
        visiting=journey.visiting_json,
        contact=journey.contact_json,
        stay_offers={row["baby"]: StayOffer(**read(row)) for row in journey.stay_offers_json},  # the newest stays
        last=last_dose(**{name: doses[-1][name] for name in _DOSE}) if doses else None,
        standing=standing,
        baby_lines=baby_lines(journey, now),
        feeding=feeding(journey),
        own=own(journey, admission.number) if admission else "",
        home=going_home(journey, facts, now) if admission else None,
        handoffs=[_handoff(row, now) for row in journey.handoffs_json],
    )


def _active_plans() -> QuerySet[Plan]:
    return Plan.objects.filter(status=Plan.Status.ACTIVE).annotate(by=F("prescriber__name")).order_by("signed_at")


def _open_doses() -> QuerySet[DueDose]:
    """Doses of an active plan of which nobody has said what came of them."""
    answered = Dose.objects.filter(due=OuterRef("pk"), struck_at=None)
    return DueDose.objects.filter(~Exists(answered), cancelled_at=None, plan__status=Plan.Status.ACTIVE)


def _facts() -> QuerySet[Event]:
    answers = Q(kind="handoff_completed", details__moment__in=KEPT)
    events = Event.objects.filter(Q(kind__in=(*FACTS, *CONFIRMED)) | answers, correction=None)
    return with_givers(events).order_by("occurred_at", "pk")


def _handoffs() -> QuerySet[Handoff]:
    """Those that are open and urgent, and of some moments those that have ended too; by due time."""
    urgent = Q(moment__in=URGENT, state__in=[state.value for state in engine.OPEN_STATES])
    return Handoff.objects.filter(Q(moment__in=KEPT) | urgent).order_by("due_at", "pk")


def _handoff(row: dict[str, Any], now: datetime) -> Handoff:
    """A handoff that was read as JSON, with its state by the clock as ``with_live_state`` has it."""
    handoff = Handoff(**read(row))
    if handoff.state in engine.OPEN_STATES:
        late = ((handoff.missed_at, State.MISSED), (handoff.due_at, State.OVERDUE), (handoff.warn_at, State.DUE_SOON))
        handoff.live_state = next((state for at, state in late if at <= now), State.PENDING)  # type: ignore[attr-defined]
    return handoff
