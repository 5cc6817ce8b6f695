"""Asking another site to take her: the fact, and the offers that follow from it, in one transaction."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import Team, User
from pathways.actions import Draft, Refused, lock, record_event
from pathways.engine import OPEN_STATES, SubjectKind
from pathways.models import Event, Handoff, Journey, Offer
from pathways.offering import Proposal, offer
from pathways.receivers import receivers_of
from pathways.visibility import check_may


@transaction.atomic
def request_move(journey: Journey, proposal: Proposal, *, by: User) -> Event:
    """Ask the proposal's team, of another site, to take her; and its drug service where she is in treatment.

    The same submission counts once. What nobody there can be asked on a page stays to be offered: her page says so.
    Raises Refused.
    """
    journey = lock(journey)
    check_may(by, Ability.HAND_OVER, woman_id=journey.woman_id)
    team = proposal.to_team
    if team is None or team.site_id == journey.site_id or team.kind != Team.Kind.CASELOAD:
        raise Refused("Choose a midwifery team of another site.", field="to")
    if proposal.submission and (earlier := Event.objects.filter(submission=proposal.submission).first()):
        return earlier
    if journey.handoffs.filter(subject=SubjectKind.TRANSFER, state__in=OPEN_STATES).exists():
        raise Refused("A move has been asked for already. Take it back before you ask another site.", field="to")
    draft = Draft(
        "transfer_requested",
        clock.now(),
        details={"to": team.site.code},
        note=proposal.note,
        submission=proposal.submission,
    )
    event = record_event(journey, draft, by=by)
    for step in journey.handoffs.filter(subject=SubjectKind.TRANSFER, state__in=OPEN_STATES, offers=None):
        offer_step(step, journey, team, proposal, by=by)
    return event


def offer_step(step: Handoff, journey: Journey, team: Team, proposal: Proposal, *, by: User) -> Offer | None:
    """Offer one step of a move: to ``team`` where it can take it, else to whoever at that site can."""
    usual = [each.team for each in receivers_of(step, journey) if each.is_usual]
    to = team if team in usual else next(iter(usual), None)
    if to is None:
        return None
    return offer(step, replace(proposal, to_team=to, answer_by=None, submission=None), by=by)
