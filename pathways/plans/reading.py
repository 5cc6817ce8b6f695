"""Who reads which plan: whoever covers its label, and of those who do not, the teams that it was sent to."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet

from carecoord.access.abilities import Ability
from carecoord.access.models import User
from pathways.models import CarePlan, Journey, PlanSent
from pathways.plans.kinds import KINDS
from pathways.recording import lock
from pathways.rules.plans import PlanKind
from pathways.visibility import check_may, labels_for


def covers(user: User, journey: Journey, kind: PlanKind) -> bool:
    """Whether the reader's roles cover the label under which plans of this kind stand: they read and write it all."""
    return kind.label in labels_for(user, journey.woman_id)


def may_write(user: User, journey: Journey, kind: PlanKind) -> bool:
    """Whether the reader can write it: they cover its label, and there is something to plan."""
    if not covers(user, journey, kind):
        return False
    return not kind.only_where_owed or journey.handoffs.filter(moment=kind.moment).exists()


def plans_open_to(user: User, journey: Journey) -> QuerySet[CarePlan]:
    """The versions of her plans that ``user`` may read. What is not among them is answered as if it were not there."""
    mine = sent_to(user).filter(journey=journey).values("plan")
    covered = [kind.key for kind in KINDS if covers(user, journey, kind)]
    return CarePlan.objects.filter(Q(journey=journey), Q(kind__in=covered) | Q(pk__in=mine))


def current_plan(journey: Journey, kind: PlanKind) -> CarePlan | None:
    """The version that counts: signed by both sides, and none since. Whoever asks has looked who may read it."""
    return CarePlan.objects.filter(journey=journey, kind=kind.key, agreed_at__isnull=False, ended_at=None).first()


def knows_of(user: User, journey: Journey, kind: PlanKind) -> bool:
    """Whether the reader may know that there is such a plan of hers."""
    return may_write(user, journey, kind) or plans_open_to(user, journey).filter(kind=kind.key).exists()


def sent_to(user: User) -> QuerySet[PlanSent]:
    """What was sent to a team of theirs for the role that they have in it."""
    for_me = Q(pk__in=[])
    for kind in KINDS:
        for receiver in kind.receivers:
            teams = [each.team_id for each in user.current_memberships if each.role in receiver.roles]
            if teams:
                for_me |= Q(plan__kind=kind.key, receiver=receiver.key, to_team__in=teams)
    return PlanSent.objects.filter(for_me)


def locked(journey: Journey, by: User, ability: Ability = Ability.RECORD_EVENT) -> Journey:
    """Her journey, locked until the transaction ends. Raises PermissionDenied where ``by`` may not do this."""
    journey = lock(journey)
    check_may(by, ability, woman_id=journey.woman_id)
    return journey


def open_plan(plan: CarePlan, by: User, ability: Ability = Ability.RECORD_EVENT) -> tuple[Journey, CarePlan]:
    """Her journey, locked, and the version as it stands now. Raises PermissionDenied where it is not open to ``by``."""
    journey = locked(plan.journey, by, ability)
    found = plans_open_to(by, journey).filter(pk=plan.pk).first()
    if found is None:
        raise PermissionDenied("This plan is not open to you.")
    found.journey = journey
    return journey, found
