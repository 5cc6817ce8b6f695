"""Telling the side whose turn it is: the team that is asked, whoever it came back to, whoever is reminded.

The worker writes the messages, as it does for alerts; a page only notes that nobody has been told yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from carecoord import clock
from carecoord.access.models import Conflict, Cover, Membership, User
from pathways.alerting.climbing import AT_ONCE_SEVERITIES, tell_of
from pathways.engine import OPEN_STATES
from pathways.models import Offer, PlanSent
from pathways.moments import by_key
from pathways.plans.kinds import KINDS
from pathways.receivers import takers_in

AT_ONCE = 200


@transaction.atomic
def tell_whose_turn_it_is(at: datetime | None = None) -> int:
    """Put messages into the outbox for those whose turn it is and who has not been told. Returns of how many offers.

    What has to be dealt with the same day goes at once, the rest in the next digest. A message counts women.
    """
    at = at or clock.now()
    offers = Offer.objects.select_for_update(of=("self",), skip_locked=True).select_related("handoff", "journey")
    waiting = list(offers.filter(messaged_at=None).order_by("pk")[:AT_ONCE])
    urgent: dict[int, set[int]] = {}
    routine: dict[int, set[int]] = {}
    for offer in waiting:
        if offer.handoff and offer.handoff.state in OPEN_STATES and offer.handoff.moment in by_key:
            at_once = by_key[offer.handoff.moment].severity in AT_ONCE_SEVERITIES
            for user in _present(_whose_turn(offer), offer.journey.woman_id, at):
                (urgent if at_once else routine).setdefault(user, set()).add(offer.journey.woman_id)
    tell_of(urgent, routine, at)
    Offer.objects.filter(pk__in=[offer.pk for offer in waiting]).update(messaged_at=at)
    return len(waiting)


def _whose_turn(offer: Offer) -> set[int | None]:
    """Ids: whoever can accept it, or is meant to; who has accepted; or, where it came back, the sender's side."""
    if offer.state == Offer.State.DECLINED:
        return {offer.offered_by_id, offer.journey.named_midwife_id}
    if offer.state == Offer.State.ACCEPTED:
        return {offer.answered_by_id}
    if offer.meant_for_id:
        return {offer.meant_for_id}
    return set(takers_in(offer.handoff, offer.to_team_id)) if offer.handoff and offer.to_team_id else set()


@transaction.atomic
def tell_of_sent_plans(at: datetime | None = None) -> int:
    """The same of plans: whoever can say for their team that they have it reads in the next digest that it waits."""
    at = at or clock.now()
    rows = PlanSent.objects.select_for_update(of=("self",), skip_locked=True).filter(messaged_at=None).order_by("pk")
    waiting = list(rows.values_list("pk", "plan__kind", "receiver", "to_team", "journey__woman", "ended_at")[:AT_ONCE])
    routine: dict[int, set[int]] = {}
    for _, kind, receiver, team, woman, ended_at in waiting:
        if team and ended_at is None:
            roles = KINDS[kind].roles_of(receiver)
            working = Membership.objects.current().filter(team=team, role__in=roles).values_list("user", flat=True)
            for user in _present(working, woman, at):
                routine.setdefault(user, set()).add(woman)
    tell_of({}, routine, at)
    PlanSent.objects.filter(pk__in=[row[0] for row in waiting]).update(messaged_at=at)
    return len(waiting)


def _present(people: Iterable[int | None], woman_id: int, at: datetime) -> set[int]:
    """Those who work, and are in no conflict with her. Where all of them are away, all the same."""
    never = Conflict.objects.filter(woman=woman_id).values_list("user", flat=True)
    able = set(User.objects.filter(pk__in=[pk for pk in people if pk], is_active=True).values_list("pk", flat=True))
    able -= set(never)
    today = clock.today(at)
    away = Cover.objects.filter(midwife__in=able, ended_at=None, starts_on__lte=today, ends_on__gte=today)
    return able - set(away.values_list("midwife", flat=True)) or able
