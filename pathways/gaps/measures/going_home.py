"""Measures of staying together, feeding advice and going home: M10, M11, M17, M19, M20 (pathway 6.1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from carecoord import clock
from pathways.engine import COMPLETED_STATES, Fact, SubjectKind
from pathways.engine.facts import date_in
from pathways.engine.whereabouts import whereabouts
from pathways.gaps.case import Case, days_from, done_by, last_word
from pathways.gaps.measures.definitions import NONE, Counted, Line, Measure, Section, Shown, Table
from pathways.gaps.measures.ward import stays
from pathways.gaps.rules.disclosure import Split
from pathways.gaps.rules.spc import Direction

IN_HAND = ("supplied", "has_in_date")
_DAY, _7_DAYS, _14_DAYS = (timedelta(days=days) for days in (1, 7, 14))
_HOURS_6, _HOURS_12, _HOURS_36 = (timedelta(hours=hours) for hours in (6, 12, 36))
_ELSEWHERE = ("neonatal_unit", "other_hospital")


def _before_the_baby(case: Case) -> Iterator[Counted]:
    for baby, birth in _births(case).items():
        left = next((fact for fact in case.all("mother_discharged") if fact.order > birth.order), None)
        if left is None or not _stayed(case, baby) or not _together(case, baby, left):
            continue
        home = next(
            (fact for fact in case.all("baby_discharged") if fact.baby_number == baby and fact.order > birth.order),
            None,
        )
        part = 0
        if home is None or home.at - left.at >= _HOURS_6:
            offer = _offer(case, baby, left.at)
            part = 3 if not offer else 2 if offer == "not_available" else 1
        yield Counted("M10.home", left.at, part, _HOURS_6)


def _offer(case: Case, baby: int, at: datetime) -> str:
    """What had last been written down by then of a place for her near this baby; blank where nothing was.

    It can be offered before it is owed, and again: what completed the handoff is then an older answer, or none.
    """
    rows = [offer for offered_at, of, offer in case.stay_offers if of == baby and offered_at <= at]
    answers = [fact for fact in case.answers("MOTHER_STAYS", "offer_answered") if fact.baby_number == baby]
    return rows[-1] if rows else last_word(answers, "stay_offer", at)


def _stayed(case: Case, baby: int) -> bool:
    """Whether this baby was observed, or was elsewhere in hospital than with her."""
    observed = any(fact.baby_number == baby for fact in case.all("observation_started"))
    placed = (fact for fact in case.all("baby_place_recorded") if fact.baby_number == baby)
    return observed or any(fact.details.get("place") in _ELSEWHERE for fact in placed)


def _together(case: Case, baby: int, left: Fact) -> bool:
    """Whether both lived when she left, and this baby was not placed away."""
    where = whereabouts(fact for fact in case.history.facts if fact.at <= left.at)
    return baby in where.with_her and not where.mother_died


def _births(case: Case) -> dict[int, Fact]:
    """The birth of each baby."""
    found: dict[int, Fact] = {}
    for birth in case.all("baby_born"):
        found.setdefault(birth.baby_number, birth)
    return found


BEFORE_HER_BABY = Measure(
    key="M10",
    title="Mothers home before their baby",
    why="“Women were discharged before their babies.” A bed beside the baby is part of the treatment.",
    numerator="she went home 6 hours or more before her baby",
    denominator="babies who were observed or on a neonatal unit, and whose mother lived and was not separated then",
    exclusions="babies placed away before she left",
    better=Direction.LOWER,
    section=Section.WARD,
    tables=(
        Table(
            key="M10.home",
            split=Split(
                (
                    "together, or she later",
                    "she first, a place was offered",
                    "she first, there was none",
                    "she first, the offer is not recorded",
                ),
                groups=((0,), (1, 2, 3)),
            ),
            lines=(
                Line("before", "she went home first", frozenset({1, 2, 3})),
                Line(
                    "offered",
                    "of these: a place near her baby was offered",
                    frozenset({1}),
                    frozenset({1, 2}),
                    parts_only=True,
                    better=Direction.HIGHER,
                ),
            ),
            settles=_DAY,
            one_is="baby",
        ),
    ),
    counted=_before_the_baby,
    follow_up="6 hours",
    sources=("R1", "R43", "R47", "R51"),
)


def _feeding(case: Case) -> Iterator[Counted]:
    plan = next((each for each in case.owed("FEEDING_PLAN", "signed_x2") if each.state in COMPLETED_STATES), None)
    conflicts = case.all("feeding_conflict_logged")
    for baby, birth in _births(case).items() if plan else ():
        logged = any(fact.baby_number == baby for fact in conflicts)
        yield Counted("M11.logged", birth.at, int(not logged), days_from(birth.at, 14))
    for each in case.owed("FEEDING_CONFLICT", "reconciled"):
        yield Counted("M11.settled", each.due_at - _HOURS_12, int(not done_by(each, each.due_at)), _HOURS_12)


FEEDING = Measure(
    key="M11",
    title="Contradictory feeding advice",
    why="“The midwives were telling me, ‘Yeah, you can,’ but the consultants was telling me, ‘No, you can't’.” A rise "
    "may mean that it is written down more often.",
    numerator="different advice was logged; it was settled within 12 hours",
    denominator="babies with an agreed feeding plan; contradictions that were logged",
    exclusions="babies without a feeding plan",
    better=Direction.NEITHER,
    section=Section.WARD,
    tables=(
        Table(
            key="M11.logged", lines=(Line("logged", "different advice was logged"),), settles=_14_DAYS, one_is="baby"
        ),
        Table(
            key="M11.settled",
            lines=(Line("settled", "settled within 12 hours", better=Direction.HIGHER),),
            settles=_DAY,
            one_is="contradiction",
        ),
    ),
    counted=_feeding,
    follow_up="14 days",
    sources=("R1", "R41", "R42"),
)


def _naloxone(case: Case) -> Iterator[Counted]:
    for each in case.owed("NALOXONE_DISCHARGE", "outcome"):
        left = case.of_subject("mother_discharged", SubjectKind.ADMISSION, each.subject_number)
        if left:
            answers = case.completed_for("NALOXONE_DISCHARGE", "outcome", SubjectKind.ADMISSION, each.subject_number)
            day = days_from(left[0].at, 1)  # a kit that comes later was not in her hand when she went
            yield Counted("M17.hand", left[0].at, int(not in_hand(answers, left[0].at + day)), day)


def in_hand(answers: Sequence[Fact], at: datetime) -> bool:
    """Whether she has naloxone, by the last of these answers up to an instant."""
    return last_word(answers, "naloxone_outcome", at) in IN_HAND


NALOXONE = Measure(
    key="M17",
    title="Naloxone in hand when she goes home",
    why="The first weeks at home are when most overdoses happen.",
    numerator="supplied, or she has one in date",
    denominator="discharges of women with opioid use or treatment on record",
    exclusions="none. Not recorded counts as not in hand",
    better=Direction.HIGHER,
    section=Section.WARD,
    tables=(Table(key="M17.hand", lines=(Line("in_hand", "in hand"),), settles=_DAY, one_is="discharge"),),
    counted=_naloxone,
    follow_up="1 day",
    sources=("R58", "R36"),
)


def _first_visit(case: Case) -> Iterator[Counted]:
    birth = case.first("baby_born")
    left = next((fact for fact in case.all("mother_discharged") if birth and fact.order > birth.order), None)
    if left is None:
        return
    visits = [*case.owed("PN_MIDWIFE_36H", "seen"), *case.owed("SEP_MIDWIFERY", "first_visit")]
    met = any(done_by(each, left.at + _HOURS_36) for each in visits)
    table = "M19.visit_apart" if case.was_separated(left.at) else "M19.visit"
    yield Counted(table, left.at, int(not met), _HOURS_36)


FIRST_VISIT = Measure(
    key="M19",
    title="Seen by a midwife within 36 hours",
    why="Her body, her milk and her mood need looking after wherever her baby is.",
    numerator="seen within 36 hours of going home",
    denominator="women who went home from hospital after a birth. By site: those whose baby was not placed away; "
    "separated women stand for all sites together",
    exclusions="none",
    better=Direction.HIGHER,
    section=Section.HOME,
    tables=(
        Table(key="M19.visit", lines=(Line("36h", "within 36 hours"),), settles=_7_DAYS, one_is="discharge"),
        Table(
            key="M19.visit_apart",
            lines=(Line("36h", "separated women: within 36 hours"),),
            shown=Shown.POOLED,
            settles=_7_DAYS,
            one_is="discharge",
        ),
    ),
    counted=_first_visit,
    follow_up="36 hours",
    sources=("K4", "R24"),
)


def _handed_over(case: Case) -> Iterator[Counted]:
    for number, _, left in stays(case):
        if left is None:
            continue
        handover = case.owed_for("DISCHARGE_OST_HANDOVER", "both_acknowledged", number)
        if handover and case.history.in_treatment_at(left.at):
            yield Counted("M20.before", left.at, int(not done_by(handover, left.at)))
        next_on = date_in(left.details.get("next_dose_on", ""))
        first_dose = case.owed_for("FIRST_COMMUNITY_DOSE", "confirmed", number)
        if next_on and first_dose:
            in_time = any(clock.today(at) <= next_on for at in _taken(case, number, left))
            yield Counted("M20.taken", left.at, int(not in_time), max(first_dose.due_at - left.at, NONE))


def _taken(case: Case, admission: int, left: Fact) -> Iterator[datetime]:
    """When she took a dose after that admission: as the pharmacy said, or as the dose itself was confirmed."""
    for fact in case.completed_for("FIRST_COMMUNITY_DOSE", "confirmed", SubjectKind.ADMISSION, admission):
        if fact.details.get("pharmacy_confirmation") == "taken":
            yield fact.at
    for fact in case.of_subject("dose_confirmed", SubjectKind.ADMISSION, admission):
        if fact.order > left.order:
            yield fact.at


HANDED_OVER = Measure(
    key="M20",
    title="Medicine handed over before she went home",
    why="A gap after discharge is the most dangerous one of all.",
    numerator="prescriber and pharmacy had acknowledged it when she left; the first dose outside was taken in time",
    denominator="discharges in treatment",
    exclusions="none",
    better=Direction.HIGHER,
    section=Section.HOME,
    tables=(
        Table(key="M20.before", lines=(Line("before", "acknowledged by both when she left"),), one_is="discharge"),
        Table(
            key="M20.taken",
            lines=(Line("taken", "first dose outside taken in time"),),
            settles=_14_DAYS,
            one_is="discharge",
        ),
    ),
    counted=_handed_over,
    follow_up="the day after her next dose",
    sources=("R27", "R30", "R31", "R36"),
)
