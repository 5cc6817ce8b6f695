"""Admitted in labour, booked or not (pathway, section 2.3)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from carecoord.access.abilities import Ability
from carecoord.access.models import User
from pathways.engine import Stage
from pathways.guided import Move
from pathways.models import Journey
from pathways.moves.recording import Recorded, record_move
from pathways.recording import Draft

LABOUR = Move(
    key="labour",
    title="She is in labour",
    lead="She has come in to give birth. What the ward has to do for her and her baby opens now.",
    group="Hospital",
    ability=Ability.RECORD_EVENT,
    page="labour",
    offered=lambda standing: standing.pregnant and standing.stage is not Stage.INTRAPARTUM,
    likely=frozenset({"", Stage.ANTENATAL.value}),
)


def admit_in_labour(
    journey: Journey, at: datetime, *, note: str = "", submission: UUID | None = None, by: User
) -> Recorded:
    """She was admitted in labour at ``at`` (aware). Raises Refused, also when she is in labour already."""
    draft = Draft("admitted", at, details={"reason": "labour"}, note=note, submission=submission)
    return record_move(journey, LABOUR, [draft], by=by)
