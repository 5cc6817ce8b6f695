"""Births: each baby of this pregnancy with their own outcome, and where that baby is then (pathway, section 2.3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from carecoord.refused import Refused
from pathways.engine import Stage
from pathways.engine.stage import POSTNATAL_STAGES
from pathways.guided import Move, Standing, standing_of
from pathways.models import Journey
from pathways.moves.recording import Recorded, record_move
from pathways.recording import Draft, lock, sent_before
from pathways.rules.birth import Birth, ToRecord, facts_of, first_problem, next_numbers
from pathways.seen import fingerprint

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


@transaction.atomic
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
    journey = lock(journey)
    said = fingerprint(journey.pk, *births, came_in_at, note)
    if earlier := sent_before(submission, said):
        return Recorded([earlier], again=True)
    known = standing_of(journey)
    if [birth.baby for birth in births] != next_numbers(sorted(known.where.born), len(births)):
        raise Refused(_MEANWHILE)
    if problem := first_problem(births, known.facts, came_in_at):
        raise Refused(problem.sentence, field=problem.field)
    lines = facts_of(births, known.facts, came_in_at, clock.now())
    return record_move(journey, BIRTH, drafts_of(lines, note=note, submission=submission), said=said, by=by)


def drafts_of(lines: Sequence[ToRecord], *, note: str = "", submission: UUID | None = None) -> list[Draft]:
    """The facts of one form as drafts; the first carries the form's note and its ``submission``."""
    return [
        Draft(
            line.kind,
            line.at,
            baby=line.baby,
            details=line.details,
            note=" ".join(filter(None, (line.note, note if number == 0 else ""))),
            submission=submission if number == 0 else None,
        )
        for number, line in enumerate(lines)
    ]
