"""She is taken into custody, and comes back: her journey, her handoffs and her medicine go on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from carecoord.access.abilities import Ability
from carecoord.access.models import User
from pathways.guided import Move
from pathways.models import Journey
from pathways.moves.outside import check_knows_where_she_is
from pathways.moves.recording import Recorded, record_move
from pathways.recording import Draft
from pathways.rules.apart import custody_since

GROUP = "Custody"
INTO_CUSTODY = Move(
    key="custody_start",
    title="She is in custody",
    lead="Everything that is owed to her goes on. Ring the healthcare team there the same day: what she takes, "
    "when she had it last, and who is her midwife. Every day without her medicine counts.",
    group=GROUP,
    ability=Ability.OPEN_ADDRESS,
    page="custody_start",
    offered=lambda standing: not standing.closed and custody_since(standing.facts) is None,
    kinds=("custody_started",),
)
OUT_OF_CUSTODY = Move(
    key="custody_end",
    title="She is back from custody",
    lead="Ring her prescriber the same day: when she had her last dose there, and where she has the next. Ask how she "
    "is reached safely now, and that she has naloxone.",
    group=GROUP,
    ability=Ability.OPEN_ADDRESS,
    page="custody_end",
    offered=lambda standing: not standing.closed and custody_since(standing.facts) is not None,
    kinds=("custody_ended",),
)


@transaction.atomic
def record_custody(
    journey: Journey, move: Move, at: datetime, *, note: str = "", submission: UUID | None = None, by: User
) -> Recorded:
    """She went into custody, or came out of it (``move``), at ``at`` (aware). Raises Refused."""
    check_knows_where_she_is(by, journey)
    (kind,) = move.kinds
    return record_move(journey, move, [Draft(kind, at, note=note, submission=submission)], by=by)
