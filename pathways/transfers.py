"""A move to another site: she stays where she is until everybody there who has to has said yes.

The steps of a move are offered to the other site (offering.py). With the last confirmation, in one transaction, she is
theirs: site, team and midwife change, and every open handoff goes with its first due time. One refusal ends the move.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import Membership, Team, User
from pathways.actions import Draft, record_history
from pathways.engine import OPEN_STATES, SubjectKind
from pathways.models import Event, Handoff, Journey, Offer, Owner
from pathways.models.handoffs import OPEN
from pathways.moments import by_key

MOVE = SubjectKind.TRANSFER
ACCEPTED, REFUSED = "transfer_accepted", "transfer_refused"
NOT_NOW = "The move does not take place"


def is_move(made: Offer) -> bool:
    """Whether the offer is one of a move between sites."""
    return made.handoff is not None and made.handoff.subject == MOVE


def take_over_if_confirmed(journey: Journey, made: Offer, *, by: User) -> bool:
    """Move her to the other site where this was the last confirmation that was missing. The journey is locked.

    True where she moved: the grants are written then.
    """
    steps = _steps_of(made)
    hers = [step for step in steps if _is_the_move(step)]
    taken = Offer.objects.filter(handoff__in=hers, state=Offer.State.ACCEPTED).select_related("to_team").first()
    others_open = any(step.state in OPEN_STATES for step in steps if step not in hers)
    if taken is None or taken.to_team is None or others_open:
        return False
    at = clock.now()
    team, midwife = taken.to_team, _midwife(taken)
    _leave_behind(journey, team, at, by)
    journey.entered_site_id = journey.entered_site_id or journey.site_id
    journey.site, journey.team, journey.named_midwife, journey.buddy = team.site, team, midwife, None
    journey.save(update_fields=["entered_site", "site", "team", "named_midwife", "buddy"])
    kinds = [ACCEPTED, *(["named_midwife_assigned"] if midwife else [])]
    record_history(journey, [Draft(kind, at) for kind in kinds], source=Event.Source.SCREEN, by=by)
    return True


def call_off(journey: Journey, made: Offer, reason: str, *, by: User) -> None:
    """She stays: record that the move was refused or called off, and close what was offered for it.

    A step that is already missed does not fall away by itself; it is ended with the reason. Writes the grants last.
    """
    at = clock.now()
    steps = _steps_of(made)
    others = Offer.objects.filter(handoff__in=steps, state__in=(Offer.State.OFFERED, Offer.State.ACCEPTED))
    others.update(state=Offer.State.WITHDRAWN, answered_at=at, answered_by=by, reason=NOT_NOW)
    Owner.objects.filter(handoff__in=steps, until=None).update(until=at)
    missed = [step for step in steps if step.state in OPEN_STATES and step.missed_at <= at]
    drafts = [Draft(REFUSED, at, note=reason), *(_not_applicable(step, at) for step in missed)]
    record_history(journey, drafts, source=Event.Source.SCREEN, by=by)


def _steps_of(made: Offer) -> list[Handoff]:
    """All steps of the move that the offer is of, as they stand now."""
    handoff = made.handoff
    if handoff is None:
        return []
    same = {"moment": handoff.moment, "subject": handoff.subject, "subject_number": handoff.subject_number}
    return list(Handoff.objects.filter(journey=handoff.journey_id, **same).order_by("pk"))


def _is_the_move(step: Handoff) -> bool:
    """Whether it is the step that the move itself completes; the others have to be done before."""
    declared = by_key[step.moment].step(step.step).completed_by
    return declared is not None and ACCEPTED in declared.facts


def _midwife(taken: Offer) -> User | None:
    """Who accepted her, or to whom they passed it; None where that person no longer works there."""
    owner = Owner.objects.filter(handoff=taken.handoff, until=None).select_related("user").first()
    who = owner.user if owner else taken.answered_by
    works = Membership.objects.current().filter(user=who, team__site=taken.to_team.site_id if taken.to_team else None)
    if who is None or not who.is_active or not works.exists():
        return None
    return who if Ability.SEE_CASELOAD in who.abilities else None


def _leave_behind(journey: Journey, team: Team, at: datetime, by: User) -> None:
    """What teams of the old site were offered or had in hand is for the new one to arrange."""
    running = Offer.objects.filter(journey=journey, state__in=(Offer.State.OFFERED, Offer.State.ACCEPTED))
    elsewhere = running.filter(handoff__state__in=OPEN).filter(Q(to_team__isnull=False), ~Q(to_team__site=team.site_id))
    elsewhere.update(
        state=Offer.State.WITHDRAWN, answered_at=at, answered_by=by, reason=f"She moved to {team.site.name}"
    )
    here = Membership.objects.current().filter(team__site=team.site_id).values("user")
    Owner.objects.filter(journey=journey, until=None).exclude(user__in=here).update(until=at)


def _not_applicable(step: Handoff, at: datetime) -> Draft:
    about = {"moment": step.moment, "step": step.step, step.subject: str(step.subject_number)}
    return Draft("handoff_not_applicable", at, details={**about, "reason": NOT_NOW})
