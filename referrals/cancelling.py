"""What follows when we cancel: her midwife's side hears of it, and she is told. Nobody stands before a closed door.

An appointment that we or the service cancelled stands on the list of whom to tell until somebody wrote down that she
knows. The worker passes it on once: a message to whoever has her in hand, which counts women and says nothing else.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import Membership, User
from carecoord.delivery.outbox import tell
from pathways.actions import AlreadyAnswered
from pathways.covering import write_grants_of
from pathways.engine import Stage
from pathways.models import Journey
from pathways.recording import lock
from pathways.visibility import check_may
from referrals.going_along import not_seen
from referrals.models import Appointment

Whose = Appointment.Whose
BY_US = (Whose.OURS, Whose.SERVICE)
AT_ONCE = 200
URGENT_WITHIN = timedelta(days=3)


def to_be_told() -> QuerySet[Appointment]:
    """The appointments that we cancelled, of which nobody has told her yet; her journey goes on."""
    cancelled = Appointment.objects.filter(cancelled_whose__in=BY_US, told_at=None)
    return cancelled.exclude(journey__stage=Stage.CLOSED)


@transaction.atomic
def told(appointment: Appointment, *, by: User) -> Appointment:
    """Write down that she knows of it. Raises AlreadyAnswered where somebody told her first."""
    journey = lock(appointment.journey)
    check_may(by, Ability.BOOK, woman_id=journey.woman_id)
    waiting = Appointment.objects.filter(pk=appointment.pk, cancelled_whose__in=BY_US, told_at=None)
    if not waiting.update(told_at=clock.now(), told_by=by):
        raise AlreadyAnswered("She has been told already.")
    appointment.refresh_from_db()
    return appointment


def pass_on(at: datetime | None = None) -> int:
    """Tell whoever has these women in hand that we cancelled something; the worker's own. Returns of how many.

    What she would have come for within three days goes at once, the rest in the next digest.
    """
    at = at or clock.now()
    journeys = set(_not_passed_on().values_list("journey", flat=True)[:AT_ONCE])
    return sum(_pass_on(pk, at) for pk in sorted(journeys))


@transaction.atomic
def _pass_on(journey_id: int, at: datetime) -> int:
    """Of one woman; one whom a page has in hand is left for the next time."""
    free = Journey.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    journey = free.select_related("site", "woman").filter(pk=journey_id).first()
    if journey is None:
        return 0
    cancelled = list(_not_passed_on().filter(journey=journey))
    if untold := [each for each in cancelled if each.told_at is None and journey.stage != Stage.CLOSED]:
        is_soon = any(each.during.lower < at + URGENT_WITHIN for each in untold)
        knows = {each.cancelled_by_id for each in untold}
        tell(dict.fromkeys(_in_hand(journey) - knows, 1), urgent=is_soon, at=at)
    for each in cancelled:
        not_seen(each, each.cancelled_whose, by=None, said_by=str(each.cancelled_by or "The product"))
    Appointment.objects.filter(pk__in=[each.pk for each in cancelled]).update(passed_on_at=at)
    write_grants_of(journey)  # whoever expected her that day does not any more
    return len(untold)


def _not_passed_on() -> QuerySet[Appointment]:
    return Appointment.objects.filter(cancelled_whose__in=BY_US, passed_on_at=None).order_by("pk")


def _in_hand(journey: Journey) -> set[int]:
    """Ids: her named midwife where she works here today; else everybody of her team."""
    today = Membership.objects.current().filter(user__is_active=True)
    named = today.filter(user=journey.named_midwife_id, team__site=journey.site_id).values_list("user", flat=True)
    return set(named) or set(today.filter(team=journey.team_id).values_list("user", flat=True))
