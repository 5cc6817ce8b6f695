"""Measures of what follows a separation, for all sites together: M13 to M15, M22 (pathway 6.1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from pathways.engine import Fact, SubjectKind
from pathways.gaps.case import Case, days_from, done_by
from pathways.gaps.measures.definitions import Counted, Line, Measure, Section, Shown, Table
from pathways.gaps.measures.going_home import in_hand
from pathways.gaps.rules.disclosure import Split
from pathways.gaps.rules.spc import Direction

_HOURS_24, _HOURS_72 = timedelta(hours=24), timedelta(hours=72)
_7_DAYS = timedelta(days=7)


def _separations(case: Case) -> Iterator[tuple[int, Fact]]:
    """Each separation that she lived through: its number, and the fact."""
    return ((number, fact) for number, fact in enumerate(case.all("separated"), 1) if case.alive_at(fact.at))


def _reached(case: Case) -> Iterator[Counted]:
    for number, fact in _separations(case):
        contacts = [
            each.at
            for each in case.completed_for("SEP_CONTACT", "contact_1", SubjectKind.SEPARATION, number)
            if each.details.get("contact_successful") != "no"  # a try is no contact
        ]
        in_time = (any(at <= fact.at + hours for at in contacts) for hours in (_HOURS_24, _HOURS_72))
        yield Counted("M13.reached", fact.at, 2 - sum(in_time), _HOURS_72)


REACHED = Measure(
    key="M13",
    title="Supportive contact within 24 hours",
    why="“It's like I never had a baby.” The first day is when nobody should be alone.",
    numerator="somebody reached her within 24 hours, and within 72 hours",
    denominator="separations, she being alive",
    exclusions="none",
    better=Direction.HIGHER,
    section=Section.SEPARATION,
    tables=(
        Table(
            key="M13.reached",
            split=Split(("within 24 hours", "within 72 hours", "later")),
            lines=(Line("24h", "within 24 hours"), Line("72h", "within 72 hours", frozenset({0, 1}))),
            shown=Shown.POOLED,
            settles=_7_DAYS,
            one_is="separation",
        ),
    ),
    counted=_reached,
    follow_up="72 hours",
    sources=("R1",),
)


def _mental_health(case: Case) -> Iterator[Counted]:
    for number, fact in _separations(case):
        owed = case.owed_for("SEP_MH_7D", "first_contact", number)
        week = days_from(fact.at, 7)
        seen = owed is not None and done_by(owed, fact.at + week)
        declined = owed is not None and owed.state == "declined"
        yield Counted("M14.seen", fact.at, 0 if seen else 1 if declined else 2, week)


MENTAL_HEALTH = Measure(
    key="M14",
    title="Mental-health contact within 7 days",
    why="Support for this kind of loss is not always there. A referral is done when somebody has seen her.",
    numerator="a mental-health professional and she have spoken within 7 days",
    denominator="separations, she being alive; those who declined stay in it and are shown",
    exclusions="none",
    better=Direction.HIGHER,
    section=Section.SEPARATION,
    tables=(
        Table(
            key="M14.seen",
            split=Split(("within 7 days", "she declined", "neither")),
            lines=(
                Line("7d", "within 7 days"),
                Line("declined", "she declined", frozenset({1}), better=Direction.NEITHER),
            ),
            shown=Shown.POOLED,
            settles=_7_DAYS,
            one_is="separation",
        ),
    ),
    counted=_mental_health,
    follow_up="7 days",
    sources=("R1", "R5", "R21"),
)


def _risk(case: Case) -> Iterator[Counted]:
    for number, fact in _separations(case):
        if not case.was_exposed:
            continue
        review = case.owed_for("SEP_RISK_7D", "clinician_review", number)
        week = days_from(fact.at, 7)
        by = fact.at + week
        both = review is not None and done_by(review, by) and _has_naloxone(case, by)
        yield Counted("M15.both", fact.at, int(not both), week)


def _has_naloxone(case: Case, at: datetime) -> bool:
    """Whether a kit was in her hand by then, wherever it was given to her."""
    given = (
        ("SEP_OST_NALOXONE_24H", "done"),
        ("NALOXONE_DISCHARGE", "outcome"),
        ("NALOXONE_ANTENATAL", "done"),
    )
    return any(in_hand(case.completed(moment, step), at) for moment, step in given)


RISK = Measure(
    key="M15",
    title="Overdose risk looked at, with naloxone in hand",
    why="Most of these women's deaths come in the months after the birth, many after a baby was taken.",
    numerator="a clinician has looked at the risk within 7 days, and she has naloxone",
    denominator="separations of women with opioid use or treatment on record",
    exclusions="none",
    better=Direction.HIGHER,
    section=Section.SEPARATION,
    tables=(
        Table(
            key="M15.both",
            lines=(Line("both", "both within 7 days"),),
            shown=Shown.POOLED,
            settles=_7_DAYS,
            one_is="separation",
        ),
    ),
    counted=_risk,
    follow_up="7 days",
    sources=("R1", "R58"),
)


def _told_before_labour(case: Case) -> Iterator[Counted]:
    planned = case.first("separation_possible")
    separated = next((fact for fact in case.all("separated") if planned and fact.order > planned.order), None)
    if separated is None:
        return
    labour = _labour(case) or separated
    told = case.answers("SEPARATION_PLAN", "told_in_person")
    met = any(each.kind == "handoff_completed" and each.at < labour.at and _in_person(each) for each in told)
    yield Counted("M22.told", separated.at, int(not met))


def _in_person(answer: Fact) -> bool:
    """Whether she was told face to face. Who tells by phone is named, and no day on which it was in person."""
    return "told_in_person_on" in answer.details or "told_by" not in answer.details


def _labour(case: Case) -> Fact | None:
    admitted = (fact for fact in case.all("admitted") if fact.details.get("reason") == "labour")
    return next(admitted, None) or case.first("baby_born")


TOLD_BEFORE_LABOUR = Measure(
    key="M22",
    title="Known to her before labour",
    why="Nobody should hear it first in labour, or by phone.",
    numerator="told in person before labour",
    denominator="separations that the plan had named as possible",
    exclusions="separations that nobody had planned for",
    better=Direction.HIGHER,
    section=Section.SEPARATION,
    tables=(
        Table(key="M22.told", lines=(Line("told", "told before labour"),), shown=Shown.POOLED, one_is="separation"),
    ),
    counted=_told_before_labour,
    sources=("R1", "R16"),
)
