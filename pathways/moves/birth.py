"""Births: each baby of this pregnancy with their own outcome, and where that baby is then (pathway, section 2.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from carecoord.refused import Refused
from pathways.engine import Stage
from pathways.engine.stage import POSTNATAL_STAGES
from pathways.guided import Move, Standing
from pathways.models import Journey
from pathways.moves.recording import Recorded, record_asked
from pathways.recording import Draft
from pathways.rules.birth import Birth, ToRecord, facts_of, first_problem, next_numbers

_MEANWHILE = "Somebody recorded a birth while you were writing. Look at her page before you add another baby."


def _may_be_born(standing: Standing) -> bool:
    """Of a twin too, whose sibling is born already."""
    return standing.pregnant or (bool(standing.where.born) and standing.stage in POSTNATAL_STAGES)


BIRTH = Move(
    key="birth",
    title="A baby is born",
    lead="Each baby has a line of their own: when, how it went, and where the baby is now.",
    group="Birth and babies",
    ability=Ability.RECORD_EVENT,
    page="birth",
    offered=_may_be_born,
    kinds=("baby_born",),
    likely=frozenset({Stage.INTRAPARTUM.value}),
)


def record_births(
    journey: Journey,
    births: Sequence[Birth],
    *,
    came_in_at: datetime | None = None,
    note: str = "",
    submission: UUID | None = None,
    by: User,
) -> Recorded:
    """Record the births of one to three babies. ``came_in_at``: when she came to hospital, where nobody wrote it down.

    Raises Refused with the field of the birth that cannot have been so; also where somebody recorded one meanwhile.
    """

    def ask(_: Journey, known: Standing) -> list[Draft]:
        if [birth.baby for birth in births] != next_numbers(sorted(known.where.born), len(births)):
            raise Refused(_MEANWHILE)
        if problem := first_problem(births, known.facts, came_in_at):
            raise Refused(problem.sentence, field=problem.field)
        return _drafts(facts_of(births, known.facts, came_in_at, clock.now()), note)

    return record_asked(journey, BIRTH, ask, said=(*births, came_in_at, note), submission=submission, by=by)


def _drafts(lines: Sequence[ToRecord], note: str) -> list[Draft]:
    """The facts of one form as drafts; the first carries the form's note beside its own."""
    drafts = [Draft(line.kind, line.at, baby=line.baby, details=line.details, note=line.note) for line in lines]
    drafts[0] = replace(drafts[0], note=" ".join(filter(None, (drafts[0].note, note))))
    return drafts
