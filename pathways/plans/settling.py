"""What a version completes: the steps of its moment, each with the evidence that the kind declares."""

from __future__ import annotations

from carecoord import clock
from carecoord.access.models import User
from pathways.actions import end_handoff
from pathways.engine import OPEN_STATES
from pathways.models import CarePlan, Journey, PlanCopy
from pathways.plans.kinds import KINDS
from pathways.recording import Draft
from pathways.rules.plans import PlanKind, Standing


def settle(journey: Journey, plan: CarePlan, *, by: User) -> None:
    """Complete what this version has come far enough for. The caller holds the journey's lock."""
    kind = KINDS[plan.kind]
    standing = standing_of(plan, kind)
    for done in kind.completes:
        if standing.has_reached(done.when):
            owed = journey.handoffs.filter(moment=kind.moment, step=done.step, state__in=OPEN_STATES)
            for handoff in owed.order_by("pk"):
                draft = Draft("handoff_completed", clock.now(), details=done.evidence(standing))
                end_handoff(handoff, draft, by=by)


def standing_of(plan: CarePlan, kind: PlanKind) -> Standing:
    """How far a version has come. Three queries."""
    signed = {each.side: each.said_by or str(each.signed_by) for each in plan.signatures.select_related("signed_by")}
    sent = plan.sent.filter(ended_at=None).select_related("to_team", "acknowledged_by").order_by("pk")
    answered = {each.receiver: each for each in sent if each.answered}
    held_by = [
        f"{receiver.title}: {answered[receiver.key].answer_in_words}"
        for receiver in kind.receivers
        if receiver.key in answered
    ]
    ways = set(plan.copies.values_list("how", flat=True))
    return Standing(
        version=plan.version,
        written_on=clock.today(plan.written_at),
        agreed_on=clock.today(plan.agreed_at) if plan.agreed_at else None,
        signed=signed,
        held_by=tuple(held_by),
        all_hold_it=len(answered) == len(kind.receivers),
        she_has_paper=PlanCopy.How.PAPER in ways if ways else None,
    )
