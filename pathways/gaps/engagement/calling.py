"""She asked to be called: her midwife's side is told until somebody has talked with her. It stands apart from CE-8."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import Conflict, Cover, Membership, User
from carecoord.access.roles import Role
from carecoord.delivery.outbox import tell
from pathways.gaps.models.engagement import CallWanted
from pathways.models import Journey
from pathways.recording import lock
from pathways.visibility import check_may

AGAIN_AFTER = timedelta(days=1)
AT_ONCE = 200
_MIDWIVES = (Role.SPECIALIST_MIDWIFE, Role.MIDWIFE)


@transaction.atomic
def called(journey: Journey, *, by: User) -> None:
    """Somebody talked with her; nothing where nobody waits."""
    journey = lock(journey)
    check_may(by, Ability.RECORD_EVENT, woman_id=journey.woman_id)
    CallWanted.objects.filter(journey=journey, done_at=None).update(done_at=clock.now(), done_by=by)


@transaction.atomic
def tell_of_calls(at: datetime | None = None) -> int:
    """Tell whoever is to call her, at once; each day again, and then her whole team. Returns of how many women."""
    at = at or clock.now()
    due = Q(told_at=None) | Q(told_at__lte=at - AGAIN_AFTER)
    calls = CallWanted.objects.select_for_update(of=("self",), skip_locked=True).select_related("journey")
    waiting = list(calls.filter(due, done_at=None).order_by("pk")[:AT_ONCE])
    counts: dict[int, int] = {}
    for call in waiting:
        for user in _whom(call, at):
            counts[user] = counts.get(user, 0) + 1
    tell(counts, urgent=True, at=at)
    CallWanted.objects.filter(pk__in=[call.pk for call in waiting]).update(told_at=at)
    return len(waiting)


def _whom(call: CallWanted, at: datetime) -> set[int]:
    """Ids: her midwife, the buddy and who covers; her team where nobody is named, and from the second day on."""
    journey, today = call.journey, clock.today(at)
    named = {pk for pk in (journey.named_midwife_id, journey.buddy_id) if pk}
    covers = Cover.objects.filter(midwife__in=named, ended_at=None, starts_on__lte=today, ends_on__gte=today)
    people = named | set(covers.values_list("covered_by", flat=True))
    if call.told_at or not named:
        team = Membership.objects.current().filter(team=journey.team_id, role__in=_MIDWIVES)
        people |= set(team.values_list("user", flat=True))
    never = Conflict.objects.filter(woman=journey.woman_id).values_list("user", flat=True)
    return set(User.objects.filter(pk__in=people, is_active=True).values_list("pk", flat=True)) - set(never)
