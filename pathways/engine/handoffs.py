"""The engine's one answer: every handoff of a pregnancy at an instant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from pathways.engine.definitions import Moment, Step
from pathways.engine.due import due_of
from pathways.engine.facts import ANSWER_KINDS, Fact, in_order
from pathways.engine.openings import openings_of
from pathways.engine.pregnancy import Pregnancy
from pathways.engine.site import SiteRules
from pathways.engine.state import State, standing_of
from pathways.engine.subjects import Subject, SubjectKind, subject_answered


@dataclass(frozen=True, slots=True)
class Handoff:
    """One step of one moment, owed for one subject. All instants are aware, UTC.

    ``ended_at`` is when it was completed, declined, ended otherwise or superseded; None while it is open.
    """

    moment: str
    step: str
    subject: Subject
    occurrence: int
    opened_at: datetime
    warn_at: datetime
    due_at: datetime
    missed_at: datetime
    state: State
    late_entry: bool
    not_before: datetime | None = None
    ended_at: datetime | None = None


def handoffs(
    definitions: Sequence[Moment],
    site: SiteRules,
    facts: Iterable[Fact],
    now: datetime,
    *,
    edd_at_entry: date | None,
) -> list[Handoff]:
    """Every handoff that exists at ``now`` (aware), in the order of the definitions, steps, subjects and occurrences.

    A pure function: the same facts, in whatever order they are given, give the same answer.
    """
    pregnancy = Pregnancy(facts, site, now, edd_at_entry)
    return [
        handoff
        for moment in definitions
        for step in moment.steps
        for subject in pregnancy.belonging.subjects(moment.subject)
        for handoff in _handoffs_of(pregnancy, moment, step, subject)
    ]


class Owed(Protocol):
    """What names a handoff: an answer of the engine has it, and a stored row."""

    @property
    def moment(self) -> str: ...
    @property
    def step(self) -> str: ...
    @property
    def subject(self) -> Subject: ...


def answers_without_handoff(
    definitions: Sequence[Moment], facts: Iterable[Fact], existing: Iterable[Owed]
) -> list[Fact]:
    """Answers whose handoff does not exist (yet), in order: they are kept as facts, and worth a warning."""
    known = {(handoff.moment, handoff.step, handoff.subject) for handoff in existing}
    subject_kinds = {moment.key: moment.subject for moment in definitions}
    return [
        fact for fact in in_order(facts) if fact.kind in ANSWER_KINDS and _answered(fact, subject_kinds) not in known
    ]


def _handoffs_of(pregnancy: Pregnancy, moment: Moment, step: Step, subject: Subject) -> Iterator[Handoff]:
    for opened in openings_of(pregnancy, moment, step, subject):
        if step.exists_if and not step.exists_if.holds(pregnancy, opened.fact, subject):
            continue
        due = due_of(pregnancy, moment, step, opened, subject)
        if due is None:
            continue
        standing = standing_of(pregnancy, moment, step, opened, subject, due)
        yield Handoff(
            moment=moment.key,
            step=step.key,
            subject=subject,
            occurrence=opened.occurrence,
            opened_at=opened.at,
            warn_at=due.warn_at,
            due_at=due.at,
            missed_at=due.missed_at,
            state=standing.state,
            late_entry=due.late_entry,
            not_before=due.not_before,
            ended_at=standing.ended_at,
        )


def _answered(answer: Fact, subject_kinds: dict[str, SubjectKind]) -> tuple[str, str, Subject | None] | None:
    moment = answer.details.get("moment", "")
    kind = subject_kinds.get(moment)
    return (moment, answer.details.get("step", ""), subject_answered(answer, kind)) if kind else None
