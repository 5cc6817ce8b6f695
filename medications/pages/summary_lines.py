"""The shorter lines of a woman's summary: babies, feeding, her own medicine, naloxone, what is next. No query."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from medications.models import Stay
from medications.pages.observation import BabyLine
from medications.pages.ward_facts import Known
from medications.wording.times import day
from pathways import engine
from pathways.engine import LATE_STATES, OPEN_STATES, State
from pathways.engine.facts import instant_in
from pathways.rules.baby_places import SAID_IN_HOSPITAL, BabyIs, Place, places_of
from pathways.shown import Shown
from pathways.wording.babies import PLACES
from pathways.wording.handoffs import live_state, step_of

MOST_NEXT = 2
DAY_AHEAD = timedelta(days=1)
NALOXONE = {"supplied": "supplied", "has_in_date": "has a kit in date", "declined": "she chose not to have a kit"}
# Who works on a ward: what one of them gives or receives is for the board, the rest is for her team.
_ON_WARD = frozenset(
    {Role.WARD_MIDWIFE, Role.WARD_COORDINATOR, Role.LABOUR_WARD_COORDINATOR, Role.NEONATAL_TEAM, Role.PHARMACIST}
)
# Told by a cell of their own.
_ELSEWHERE = (
    *("OST_DOSE_LATE", "OST_VERIFY", "OST_3DAY_GAP", "OST_FIRST_DOSE"),
    *("POCD_RECEIPT", "FEEDING_PLAN", "FEEDING_CONFLICT"),
)


@dataclass(frozen=True)
class Baby:
    """One baby: the day of observation, where, in a quiet line what is next. ``state`` as a handoff's."""

    words: str
    note: str = ""
    state: str = ""
    url: str = ""


def babies(known: Known, now: datetime) -> Iterator[Baby]:
    """A line a baby. Never a placement or a legal status: of a baby who is not in hospital nothing is said."""
    births = {fact.baby_number: fact.occurred_at for fact in known.facts if fact.kind == "baby_born"}
    if not births:
        pregnant = known.journey.edd and not any(fact.kind == "pregnancy_loss" for fact in known.facts)
        if pregnant and not known.journey.is_closed:
            yield Baby("Not born")
        return
    here = engine.whereabouts(known.facts).with_her_in_hospital
    lines = {line.number: line for line in known.baby_lines}
    for number, stands in places_of(known.facts).items():
        if number not in here and not _said_to_be_here(known, stands):
            continue
        who = f"Baby {number}: " if len(births) > 1 else ""
        words, line = _words(known, number, stands, lines.get(number), now), lines.get(number)
        url = reverse("observation", args=[known.journey.pk, number])
        yield Baby(f"{who}{words}", line.next_words if line else "", line.state if line else "", url)


def _said_to_be_here(known: Known, stands: BabyIs) -> bool:
    """Whether a baby who was not born here is in hospital, or beside her on the ward."""
    beside_her = stands.place is Place.WITH_MOTHER and stands.said_at is not None and known.admission is not None
    return beside_her or stands.place in SAID_IN_HOSPITAL


def _words(known: Known, number: int, stands: BabyIs, line: BabyLine | None, now: datetime) -> str:
    """Its observation and where the baby is: as a look saw it, or as somebody said since."""
    if line and line.seen_at and (stands.said_at is None or line.seen_at > stands.said_at):
        return line.words
    where = _where(known, stands)
    if line:
        return line.with_place(where)
    return ", ".join(filter(None, (_not_observed(known, number, now), where)))


def _not_observed(known: Known, number: int, now: datetime) -> str:
    """That the observation has ended, and when; "" where none is owed."""
    ended = [fact for fact in known.facts if fact.kind == "observation_ended" and fact.baby_number == number]
    return f"observation ended {day(ended[-1].occurred_at, now)}" if ended else ""


def _where(known: Known, stands: BabyIs) -> str:
    """As it was said; else with her, or in the unit where she is with her baby."""
    if stands.said_at:
        return PLACES[stands.place]
    at_unit = known.stay is not None and known.stay["location"] == Stay.Location.NEONATAL_UNIT
    return "neonatal unit" if at_unit else "with her" if known.admission is not None else ""


def own_medicine(known: Known, now: datetime) -> str:
    """What became of medicine that she brought, in this admission."""
    if known.admission is None:
        return ""
    number = str(known.admission)
    hers = [fact for fact in known.facts if fact.details.get("admission", number) == number]
    if any(fact.kind == "own_medicine_taken" and fact.at >= known.admitted_at for fact in hers if known.admitted_at):
        return "Own medicine taken without her consent or receipt: put it right"
    if known.own:
        return f"Own medicine: {known.own}"
    receipt = known.handoff("POCD_RECEIPT")
    if receipt and receipt.subject_number == known.admission:
        return "Own medicine: receipt owed" if live_state(receipt) in OPEN_STATES else "Own medicine: receipt given"
    return ""


def naloxone(known: Known) -> str:
    """Whether she has a kit, as it was written down last."""
    answer = known.answer("NALOXONE_ANTENATAL", "NALOXONE_DISCHARGE")
    if answer is None:
        return "not recorded"
    words = NALOXONE.get(answer.details.get("naloxone_outcome", ""), "offered")
    until = answer.details.get("naloxone_expiry", "")
    return f"{words}, expires {clock.day_in_words(clock.parse_date(until), weekday=False)}" if until else words


def next_lines(known: Known, reader: User, now: datetime, *, decides: bool) -> Iterator[tuple[str, bool]]:
    """(words, whether it is due): about her medicine, then the next urgent handoffs by their list titles.

    ``decides``: a prescriber decides first, so nobody is told to give or record anything.
    """
    shown = Shown(reader, reader.labels_by_woman.get(known.journey.woman_id, frozenset()))
    told = 0
    if (due := _of_medicine(known, now)) and not decides:
        yield due, True
    for handoff in known.handoffs:
        state = live_state(handoff)
        moment, step = step_of(handoff)
        if (
            state not in OPEN_STATES
            or moment.key in _ELSEWHERE
            or _ON_WARD.isdisjoint((*moment.senders, *moment.receivers))
        ):
            continue
        pressing = state in LATE_STATES or state == State.DUE_SOON
        if told < MOST_NEXT and shown.moment(moment.key) and (pressing or handoff.due_at <= now + DAY_AHEAD):
            told += 1
            yield step.list_title, pressing


def _of_medicine(known: Known, now: datetime) -> str:
    """What to do about a dose that is due, or about a first one that nobody decided on."""
    if known.due and known.due["due_at"] <= now:
        return "Record the dose, or why not"
    if known.due and known.due["due_at"] <= now + timedelta(hours=1):
        return "Give with second signature" if any(plan["two_sign"] for plan in known.plans) else "Give"
    first = known.handoff("OST_FIRST_DOSE")
    if first and live_state(first) in (*LATE_STATES, State.DUE_SOON):
        return "Prescriber decides about the first dose"
    return ""


def planned_home(known: Known) -> datetime | None:
    """When she goes home, as it was planned in this admission."""
    plan = known.latest("mother_discharge_planned")
    if plan is None or known.admitted_at is None or plan.at < known.admitted_at:
        return None
    return instant_in(plan.details.get("planned_for", ""))
