"""Telling the side whose turn it is: a team that was sent a referral or is reminded of one, whoever it came back to,
and whoever has it in hand once it is past its time. A message counts women and says nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from carecoord import clock
from carecoord.access.abilities import Ability, roles_with
from carecoord.access.models import Conflict, Membership
from pathways.alerting.climbing import tell_of
from pathways.engine import Stage
from referrals.models import Referral
from referrals.rules.loop import THEIR_TURN, State

AT_ONCE = 200
_MAY_REFER = sorted(roles_with(Ability.REFER))


@transaction.atomic
def tell_whose_turn_it_is(at: datetime | None = None) -> int:
    """Put messages into the outbox; of how many referrals. What came back is told at once, the rest in the digest."""
    at = at or clock.now()
    rows = Referral.objects.select_for_update(of=("self",), skip_locked=True).select_related("journey")
    past_its_time = Q(flag_at__lte=at, messaged_at__lt=F("flag_at"))
    waiting = list(rows.filter(Q(messaged_at=None) | past_its_time).order_by("pk")[:AT_ONCE])
    urgent: dict[int, set[int]] = {}
    routine: dict[int, set[int]] = {}
    for referral in waiting:
        told = urgent if referral.state == State.DECLINED else routine
        for user in _whose_turn(referral):
            told.setdefault(user, set()).add(referral.journey.woman_id)
    tell_of(urgent, routine, at)
    Referral.objects.filter(pk__in=[referral.pk for referral in waiting]).update(messaged_at=at)
    return len(waiting)


def _whose_turn(referral: Referral) -> set[int]:
    """Ids of those who are told: the team that is asked, else whoever has it in hand, else the team that sent it.

    Nobody once it is closed, or her journey is.
    """
    if referral.flag_at is None or referral.journey.stage == Stage.CLOSED:
        return set()
    asked = referral.messaged_at is None and referral.state in THEIR_TURN
    if asked and referral.to_team_id is None:
        return set()  # nobody there has an account: whoever sent it rings them
    there = _present(_members(referral.to_team_id), referral) if asked else set()
    own = filter(None, [referral.owner_id, referral.journey.named_midwife_id])
    return there or _present(own, referral) or _present(_members(referral.from_team_id), referral)


def _members(team_id: int | None) -> Iterable[int]:
    """Who of that team answers referrals today."""
    if team_id is None:
        return ()
    return Membership.objects.current().filter(team=team_id, role__in=_MAY_REFER).values_list("user", flat=True)


def _present(people: Iterable[int], referral: Referral) -> set[int]:
    """Those of them who work here today, and are in no conflict with her."""
    never = Conflict.objects.filter(woman=referral.journey.woman_id).values_list("user", flat=True)
    working = Membership.objects.current().filter(user__in=list(people), user__is_active=True)
    return set(working.values_list("user", flat=True)) - set(never)
