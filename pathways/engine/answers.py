"""Answers to handoffs: which fact answers which handoff, and answers that meet none (rules, sections 1 and 6)."""

from __future__ import annotations

from pathways.engine.definitions import Answers, Moment, Step
from pathways.engine.facts import Fact
from pathways.engine.opened import Opened
from pathways.engine.pregnancy import Pregnancy
from pathways.engine.subjects import THE_PREGNANCY, Subject, SubjectKind


def subject_answered(answer: Fact, kind: SubjectKind) -> Subject | None:
    """The subject of a kind that an answer is about; None where it does not say which.

    A blank baby means baby 1. An admission, separation, transfer or dose has to be named: guessing
    could complete the handoff of another one.
    """
    if kind is SubjectKind.PREGNANCY:
        return THE_PREGNANCY
    if kind is SubjectKind.BABY:
        return Subject(kind, answer.baby_number)
    number = answer.details.get(kind.value, "")
    return Subject(kind, int(number)) if number.isdecimal() else None


def answers_to(
    pregnancy: Pregnancy, moment: Moment, step: Step, opened: Opened, subject: Subject, *kinds: str
) -> list[Fact]:
    """The answers of these kinds to one handoff that count."""
    return [
        answer
        for answer in pregnancy.answers(moment.key, step.key)
        if answer.kind in kinds
        and subject_answered(answer, subject.kind) == subject
        and (moment.answers is Answers.ANY_TIME or answer.order > opened.fact.order)
        and opened.takes(answer)
    ]
