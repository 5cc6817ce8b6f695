"""Measures of her medicine on the ward: M07 to M09 (pathway 6.1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from pathways.engine import Fact, SubjectKind
from pathways.engine.facts import instant_in
from pathways.gaps.case import Case, days_from, done_by
from pathways.gaps.measures.definitions import UNKNOWN, Counted, Line, Measure, Section, Table, Unit
from pathways.gaps.rules.disclosure import Split
from pathways.gaps.rules.releases import BY_YEAR
from pathways.gaps.rules.spc import Direction

LATE_AFTER = timedelta(hours=2)  # what the study of hospital doses calls delayed [R33]
HALF_AN_HOUR = timedelta(minutes=30)
_OPEN_HOURS = timedelta(hours=4)
_DAY = timedelta(days=1)
_7_DAYS = timedelta(days=7)
SPREAD = (2, 6, 12, 24)  # hours at which the parts of the distribution end
_LEFT_OUT = {"not_recorded": 2, "stock_unavailable": 3, "given_late": 1}


def half_hours(time: timedelta) -> int:
    """A length of time in half hours, rounded."""
    return round(time / HALF_AN_HOUR)


def stays(case: Case) -> Iterator[tuple[int, Fact, Fact | None]]:
    """Each admission: its number, the admission, and how it ended."""
    for number, admitted in enumerate(case.all("admitted"), start=1):
        left = case.of_subject("mother_discharged", SubjectKind.ADMISSION, number)
        yield number, admitted, left[0] if left else None


def in_treatment(case: Case) -> Iterator[tuple[int, Fact, Fact | None]]:
    """Each admission of a woman who was in treatment then; as ``stays``."""
    return (stay for stay in stays(case) if case.history.in_treatment_at(stay[1].at))


def _first_dose(case: Case) -> Iterator[Counted]:
    for number, admitted, left in in_treatment(case):
        owed = case.owed_for("OST_FIRST_DOSE", "given_or_decision", number)
        if owed is None or (left and left.at < owed.due_at):
            continue  # she went home before her next dose was due
        doses = case.of_subject("dose_given", SubjectKind.ADMISSION, number)
        given = next((dose for dose in doses if dose.at >= admitted.at), None)
        known = owed.due_at - admitted.at + LATE_AFTER
        in_time = given is not None and given.at <= owed.due_at + LATE_AFTER
        yield Counted("M07.within", admitted.at, int(not in_time), known)
        if given:
            took = given.at - admitted.at
            yield Counted("M07.hours", admitted.at, 0, max(known, took), half_hours(took))
            yield Counted("M07.spread", admitted.at, _bin(took), max(known, took))


def _bin(took: timedelta) -> int:
    return sum(took > timedelta(hours=hours) for hours in SPREAD)


FIRST_DOSE = Measure(
    key="M07",
    title="First ward dose within 2 hours of due",
    why="“As soon as they found out … they took it off me.” The share given within two hours of her usual time is the "
    "measure; the median of hours stands beside it.",
    numerator="given within 2 hours of her next usual dose",
    denominator="admissions in treatment that lasted past her next usual dose",
    exclusions="those who went home before their next dose was due",
    better=Direction.HIGHER,
    section=Section.WARD,
    tables=(
        Table(
            key="M07.within",
            lines=(Line("within_2h", "within 2 hours of her time"),),
            settles=_7_DAYS,
            one_is="admission",
        ),
        Table(
            key="M07.hours",
            split=Split(("admissions",)),
            lines=(Line("hours", "hours from admission to the first dose, median", better=Direction.LOWER),),
            settles=_7_DAYS,
            one_is="admission",
            unit=Unit.HOURS,
            medians=True,
        ),
        Table(
            key="M07.spread",
            split=Split(("up to 2 hours", "2 to 6", "6 to 12", "12 to 24", "more than 24"), groups=((0, 1, 2, 3, 4),)),
            lines=tuple(
                Line(f"h{place}", words, frozenset({place}), parts_only=True, better=Direction.NEITHER)
                for place, words in enumerate(("up to 2 hours", "2 to 6", "6 to 12", "12 to 24", "more than 24"))
            ),
            rhythm=BY_YEAR,
            settles=_7_DAYS,
            one_is="admission",
        ),
    ),
    counted=_first_dose,
    follow_up="her next usual dose and 2 hours",
    sources=("R1", "R27", "R33", "R34"),
)


def _doses(case: Case) -> Iterator[Counted]:
    for dose in case.belonging.subjects(SubjectKind.DOSE):
        plans, given, told = (
            case.of_subject(kind, *dose) for kind in ("dose_scheduled", "dose_given", "dose_outcome_recorded")
        )
        if not given and not told and _was_cancelled(case, dose.number):
            continue
        times = [at for at in (instant_in(plan.details.get("scheduled_for", "")) for plan in plans) if at]
        at = times[-1] if times else plans[0].at
        yield Counted("M08.doses", at, _what_came_of_it(given, told, at), days_from(at, 1))


def _was_cancelled(case: Case, dose: int) -> bool:
    """Whether a dose was never to be given: the plan changed, or she went home before."""
    owed = case.owed_for("OST_DOSE_LATE", "outcome_recorded", dose)
    return owed is not None and owed.state in ("not_applicable", "superseded")


def _what_came_of_it(given: Sequence[Fact], told: Sequence[Fact], due: datetime) -> int:
    """A dose that was given was given, whatever else was written of it; else the last word counts."""
    if given:
        return int(given[0].at > due + LATE_AFTER)
    return _LEFT_OUT.get(told[-1].details.get("outcome", ""), 0) if told else UNKNOWN


LATE_DOSES = Measure(
    key="M08",
    title="Ward doses late or left out for our reasons",
    why="A dose that is late because nobody came, or because there was none, is ours to mend.",
    numerator="given more than 2 hours late, not in stock, or nobody can say",
    denominator="doses that were scheduled on the ward",
    exclusions="doses that were cancelled before their time. Those that she chose not to take, and those a prescriber "
    "held, stay in the denominator",
    better=Direction.LOWER,
    section=Section.WARD,
    tables=(
        Table(
            key="M08.doses",
            split=Split(("not for our reasons", "late", "not recorded", "not in stock"), groups=((0,), (1, 2, 3))),
            lines=(
                Line("late", "late or left out for our reasons", frozenset({1, 2, 3})),
                Line("given_late", "given more than 2 hours late", frozenset({1}), parts_only=True),
                Line("not_recorded", "nobody can say", frozenset({2}), parts_only=True),
                Line("stock", "not in stock", frozenset({3}), parts_only=True),
            ),
            settles=_DAY,
            one_is="dose",
            unit=Unit.PER_100,
            together=4,
        ),
    ),
    counted=_doses,
    follow_up="1 day",
    sources=("R33",),
)


def _verified(case: Case) -> Iterator[Counted]:
    for number, admitted, _ in in_treatment(case):
        if owed := case.owed_for("OST_VERIFY", "two_sources", number):
            window = owed.due_at - admitted.at
            part = int(not done_by(owed, owed.due_at)) + (2 if window > _OPEN_HOURS else 0)
            yield Counted("M09.verified", admitted.at, part, window)


VERIFIED = Measure(
    key="M09",
    title="Medicine confirmed by two sources in time",
    why="The ward can only give what prescriber and pharmacy have confirmed.",
    numerator="confirmed within 4 hours, or within an hour of the first opening where they are closed",
    denominator="admissions in treatment",
    exclusions="none",
    better=Direction.HIGHER,
    section=Section.WARD,
    tables=(
        Table(
            key="M09.verified",
            split=Split(
                ("in time, open", "late, open", "in time, closed", "late, closed"),
                groups=((0, 2), (1, 3)),
            ),
            lines=(
                Line("4h", "in time", frozenset({0, 2})),
                Line("open", "in time, where they were open", frozenset({0}), frozenset({0, 1}), parts_only=True),
                Line("closed", "in time, where they were closed", frozenset({2}), frozenset({2, 3}), parts_only=True),
            ),
            settles=_7_DAYS,
            one_is="admission",
        ),
    ),
    counted=_verified,
    follow_up="until it was due",
    sources=("R27", "R29", "R54", "R33"),
)
