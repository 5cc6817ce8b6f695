"""Keeping her with her baby: planning that she goes home, and offering her a place with each baby who stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from carecoord.refused import Refused
from pathways.actions import end_handoff
from pathways.engine import History, Stage
from pathways.guided import Move, Standing, check_offered
from pathways.models import Event, Handoff, Journey, StayOffer
from pathways.moves.recording import Recorded, record_move
from pathways.recording import Draft, lock
from pathways.rules.together import OTHER_REASON, answered_elsewhere, in_hospital_since, is_apart, named
from pathways.seen import fingerprint
from pathways.visibility import check_may

MOTHER_STAYS = "MOTHER_STAYS"


def is_in_hospital(standing: Standing) -> bool:
    """Whether she is in hospital now."""
    return standing.where.mother_in_hospital


STAY_OFFER = Move(
    key="stay_offer",
    title="A place with her baby",
    lead="She may be well before her baby is. Ask where she can stay, tell her what there is, and write down what she "
    "chose. If they are apart, write down how she visits, feeds and gets her medicine.",
    group="Hospital",
    ability=Ability.RECORD_EVENT,
    page="stay_offer",
    offered=lambda standing: bool(standing.where.with_her_in_hospital),
    completes=(MOTHER_STAYS,),
    likely=frozenset({Stage.POSTNATAL_INPATIENT.value}),
)
PLAN_HOME = Move(
    key="plan_home",
    title="Her going home is planned",
    lead="When she is expected to leave, and whether each baby leaves with her. Where a baby stays, a place with the "
    "baby is owed to her first.",
    group="Hospital",
    ability=Ability.RECORD_EVENT,
    page="plan_home",
    offered=is_in_hospital,
    kinds=("mother_discharge_planned",),
    likely=frozenset({Stage.POSTNATAL_INPATIENT.value}),
)


@dataclass(frozen=True)
class Answer:
    """What was offered to her for one baby, what she chose, and how it goes if they are apart. Without a time: now."""

    baby: int
    offer: str
    choice: str
    offered_at: datetime | None = None
    because: str = ""
    visiting: str = ""
    feeding: str = ""
    medicine_from: str = ""
    note: str = ""
    submission: UUID | None = None

    def kept(self) -> dict[str, str]:
        """The words of the plan and the note, as they are kept."""
        names = ("visiting", "feeding", "medicine_from", "note")
        return {name: getattr(self, name).strip() for name in names}


@transaction.atomic
def offer_stay(journey: Journey, answer: Answer, *, by: User) -> Recorded:
    """Write down one offer and her answer; a later one for the same baby replaces it. Raises Refused.

    Where the offer was owed, its handoff is completed with what was written. The same submission counts once.
    """
    journey = lock(journey)
    check_may(by, STAY_OFFER.ability, woman_id=journey.woman_id)
    said = fingerprint(journey.pk, *vars(answer).values())
    earlier = StayOffer.objects.filter(submission=answer.submission).first() if answer.submission else None
    if earlier:
        if earlier.fingerprint != said:
            raise Refused(
                "This form was saved already, with other words. Open the page again to write down a new answer."
            )
        return Recorded([], again=True)
    offered_at = answer.offered_at or clock.now()
    _check_answer(answer, offered_at, check_offered(STAY_OFFER, journey))
    row = StayOffer.objects.create(
        journey=journey,
        site=journey.site,
        baby=answer.baby,
        offered_at=offered_at,
        offer=answer.offer,
        because=answer.because,
        choice=answer.choice,
        **answer.kept(),
        recorded_by=by,
        submission=answer.submission,
        fingerprint=said,
    )
    return Recorded(_complete(journey, row, by))


@dataclass(frozen=True)
class Plan:
    """When she is to go home. ``with_her``: babies who leave then. ``later``: when others are expected to, if known."""

    planned_for: datetime
    with_her: frozenset[int] = frozenset()
    later: Mapping[int, datetime] = field(default_factory=dict)
    submission: UUID | None = None


@transaction.atomic
def plan_home(journey: Journey, plan: Plan, *, by: User) -> Recorded:
    """Plan her going home, and each baby's with it. What was offered and answered already completes what opens."""
    now = clock.now()
    times = {**dict.fromkeys(sorted(plan.with_her), plan.planned_for), **plan.later}
    hers = Draft("mother_discharge_planned", now, details=_planned(plan.planned_for), submission=plan.submission)
    babies = [Draft("baby_discharge_planned", now, baby=baby, details=_planned(at)) for baby, at in times.items()]
    said = fingerprint(journey.pk, plan.planned_for, sorted(times.items()))
    recorded = record_move(
        journey, PLAN_HOME, [hers, *babies], said=said, check=lambda standing: _check_plan(plan, standing), by=by
    )
    if recorded.again:
        return recorded
    journey = recorded.events[0].journey
    answered = standing_offers(journey, check_offered(PLAN_HOME, journey))
    more = [event for row in answered.values() for event in _complete(journey, row, by)]
    return Recorded([*recorded.events, *more])


def standing_offers(journey: Journey, standing: Standing) -> dict[int, StayOffer]:
    """The answer that counts for each baby: the newest, while she is in hospital only of this stay. One query."""
    rows = StayOffer.objects.filter(journey=journey).order_by("baby", "-pk").distinct("baby")
    if since := in_hospital_since(standing.facts):
        rows = rows.filter(offered_at__gte=since)
    return {row.baby: row for row in rows.select_related("recorded_by")}


def answered_babies(journey: Journey, standing: Standing) -> set[int]:
    """The babies whose offer, and what she chose, is written down for the stay that runs."""
    since = in_hospital_since(standing.facts)
    imported = answered_elsewhere(standing.facts, since) if since else set()
    return set(standing_offers(journey, standing)) | imported


def is_treated(standing: Standing) -> bool:
    """Whether her treatment goes on."""
    now = clock.now()
    return History(standing.facts, now).in_treatment_at(now)


# -- what each asks ------------------------------------------------------------------------------


def _check_answer(answer: Answer, offered_at: datetime, standing: Standing) -> None:
    """Raise Refused unless it can be written down so."""
    if offered_at > clock.now():
        raise Refused("This time is in the future. Write it down when she was asked.", field="at")
    if answer.baby not in standing.where.with_her_in_hospital:
        raise Refused("This baby is not in hospital with her any more. Open the page again.", field="baby")
    nothing = answer.offer == StayOffer.Offer.NOT_AVAILABLE
    if nothing and answer.because not in StayOffer.Because.values:
        raise Refused("Say why nothing was available: it is counted, so that somebody can change it.", field="because")
    if not nothing and answer.because:
        raise Refused("Something was offered. Say why only where nothing was available.", field="because")
    if nothing and answer.choice == StayOffer.Choice.STAYS:
        raise Refused("Nothing was available, so she could not take it. Say what she wanted.", field="choice")
    if not nothing and answer.choice == StayOffer.Choice.WANTED_TO_STAY:
        raise Refused("A place was offered. Say whether she takes it.", field="choice")
    if answer.because == OTHER_REASON and not answer.note.strip():
        raise Refused("Write in a few words what it was.", field="note")
    if is_apart(answer.offer, answer.choice):
        _check_apart(answer, standing)


def _check_apart(answer: Answer, standing: Standing) -> None:
    """Raise Refused unless it is written down how it goes while they are apart."""
    needed = {
        "visiting": "Write how and when she visits, and how she gets there.",
        "feeding": "Write how the baby is fed while she is away, as she wants it.",
    }
    if is_treated(standing):
        needed["medicine_from"] = "Write where she gets her medicine on the days when she visits."
    for name, sentence in needed.items():
        if not getattr(answer, name).strip():
            raise Refused(sentence, field=name)


def _check_plan(plan: Plan, standing: Standing) -> None:
    """Raise Refused unless it can be planned so."""
    if plan.planned_for <= clock.now():
        raise Refused("This time has passed. Write down when she is expected to leave.", field="planned_for")
    babies = standing.where.with_her_in_hospital
    history = History(standing.facts, clock.now())
    for baby in sorted(babies - plan.with_her):
        who, later = named(baby, len(standing.where.born)), plan.later.get(baby)
        if later is not None and later <= plan.planned_for:
            raise Refused(f"This is not after she leaves. Say that {who} leaves with her.", field=f"later_{baby}")
        if later is None and any(fact.baby_number == baby for fact in history.of("baby_discharge_planned")):
            raise Refused(
                f"A time was planned for {who} before. Write when {who} is expected to go home now.",
                field=f"later_{baby}",
            )


# -- shared --------------------------------------------------------------------------------------


def _planned(at: datetime) -> dict[str, str]:
    return {"planned_for": at.astimezone(clock.LONDON).isoformat(timespec="minutes")}


def _complete(journey: Journey, row: StayOffer, by: User) -> list[Event]:
    """Complete what was owed for this baby with what is written down; nothing where nothing is owed."""
    owed: Handoff | None = journey.handoffs.open().filter(moment=MOTHER_STAYS, subject_number=row.baby).first()
    if owed is None:
        return []
    details = {
        "stay_offer": row.offer,
        "woman_choice": row.get_choice_display(),
        "apart_plan": plan_in_words(row),
    }
    kept = {name: words for name, words in details.items() if words}
    return [end_handoff(owed, Draft("handoff_completed", max(row.offered_at, owed.opened_at), details=kept), by=by)]


def plan_in_words(row: StayOffer) -> str:
    """How it goes while they are apart, in one line; "" where nothing is written down."""
    parts = (("Visiting", row.visiting), ("feeding", row.feeding), ("her medicine", row.medicine_from))
    return "; ".join(f"{label}: {words}" for label, words in parts if words)
