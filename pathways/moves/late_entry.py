"""A woman who came late: what she says made it later, written down without blame."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from carecoord.access.abilities import Ability
from carecoord.access.models import User
from carecoord.refused import Refused
from pathways.guided import Move, check_offered
from pathways.models import Journey, LateReason
from pathways.recording import lock
from pathways.seen import check_same, fingerprint
from pathways.visibility import check_may

LATE_REASON = Move(
    key="late_reason",
    title="What made it later that she came",
    lead="Ask kindly, and only if she wants to say. It helps services reach women sooner; it is no fault of hers.",
    group="Contact and booking",
    ability=Ability.RECORD_EVENT,
    page="late_reason",
    offered=lambda standing: not standing.closed,
)


@transaction.atomic
def tell_late_reason(journey: Journey, reason: str, *, submission: UUID | None = None, by: User) -> LateReason:
    """Write down what she says made it later; told again, the newest holds. Raises Refused."""
    journey = lock(journey)
    check_may(by, Ability.RECORD_EVENT, woman_id=journey.woman_id)
    said = fingerprint(journey.pk, reason)
    earlier = LateReason.objects.filter(submission=submission).first() if submission else None
    if earlier:
        check_same(earlier, said)
        return earlier
    check_offered(LATE_REASON, journey)
    if reason not in LateReason.Reason.values:
        raise Refused("Choose what she said. That she prefers not to say is an answer.", field="reason")
    return LateReason.objects.create(
        journey=journey, reason=reason, recorded_by=by, submission=submission, fingerprint=said
    )
