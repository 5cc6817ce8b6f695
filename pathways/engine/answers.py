"""Answers to handoffs: which fact answers which handoff, and answers that meet none (rules, sections 1 and 6)."""

from __future__ import annotations

from pathways.engine.definitions import Answers, Moment, Step
from pathways.engine.facts import Fact
from pathways.engine.opened import Opened
from pathways.engine.pregnancy import Pregnancy
from pathways.engine.subjects import Subject, subject_answered


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
