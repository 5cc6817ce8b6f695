"""The shorter lines of a woman's summary: babies, feeding, her own medicine, naloxone, what is next. No query."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from medications.models import Stay
from medications.pages.ward_facts import Known
from medications.wording.times import day
from pathways import engine
from pathways.engine import LATE_STATES, OPEN_STATES, State
from pathways.engine.facts import instant_in
from pathways.engine.offsets import Unit
from pathways.moments.parameters import NOWS_HOURS
from pathways.shown import Shown
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
    """One baby: the day of observation, where, in a quiet line what is next."""

    words: str
    note: str = ""


def babies(known: Known, now: datetime) -> Iterator[Baby]:
    """A line a baby. Never a placement or a legal status: of a baby who is not here nothing is said."""
    found = engine.whereabouts(known.facts)
    births = {fact.baby_number: fact.occurred_at for fact in known.facts if fact.kind == "baby_born"}
    if not births:
        pregnant = known.journey.edd and not any(fact.kind == "pregnancy_loss" for fact in known.facts)
        if pregnant and not known.journey.is_closed:
            yield Baby("Not born")
        return
    here = [number for number in sorted(births) if number in found.with_her_in_hospital]
    for number in here:
        who = f"Baby {number}: " if len(births) > 1 else ""
        yield Baby(f"{who}{_observation(known, number, births[number], now)}{_where(known)}".strip())


def _observation(known: Known, number: int, born_at: datetime, now: datetime) -> str:
    ended = next(
        (f for f in known.facts if f.kind == "observation_ended" and f.baby_number == number),
        None,
    )
    if ended:
        return f"observation ended {day(ended.occurred_at, now)}"
    passed = (clock.today(now) - clock.today(born_at)).days
    total = observation_days(known)
    return f"day {passed} of {total}" if passed <= total else f"day {passed}, observation of {total} days not ended"


def observation_days(known: Known) -> int:
    """For how many days a baby is observed at the site where she entered."""
    values = known.journey.rules_site.definition.parameter_values
    offset = engine.parse_offset(values.get(NOWS_HOURS.name, NOWS_HOURS.default))
    return offset.amount // 24 if offset.unit is Unit.HOURS else offset.amount


def _where(known: Known) -> str:
    at_unit = known.stay is not None and known.stay["location"] == Stay.Location.NEONATAL_UNIT
    return ", neonatal unit" if at_unit else ", with her" if known.admission is not None else ""


def feeding(known: Known, now: datetime) -> str:
    """One agreed plan, or that advice differs."""
    conflict = known.handoff("FEEDING_CONFLICT")
    if conflict and live_state(conflict) in OPEN_STATES:
        return "Feeding advice differs: the two who signed settle it"
    plan = known.answer("FEEDING_PLAN")
    if plan:
        return f"Feeding plan agreed {clock.day_in_words(clock.today(plan.occurred_at), weekday=False, year=False)}"
    return "No feeding plan agreed yet"


def own_medicine(known: Known, now: datetime) -> str:
    """What became of medicine that she brought, in this admission."""
    if known.admission is None:
        return ""
    number = str(known.admission)
    hers = [fact for fact in known.facts if fact.details.get("admission", number) == number]
    if any(fact.kind == "own_medicine_taken" and fact.at >= known.admitted_at for fact in hers if known.admitted_at):
        return "Own medicine taken without her consent or receipt: put it right"
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
