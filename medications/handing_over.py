"""The verbs of a change of shift: who goes signs, who comes accepts by name. Nothing waits for either signature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from carecoord import clock
from carecoord.access.abilities import Ability, roles_with
from carecoord.access.models import Membership, Team, User
from carecoord.access.roles import Role
from carecoord.delivery.outbox import tell
from medications.models import HandedOver, Shift, ShiftHandover, Stay
from medications.models.statements import LONGEST_WORDS
from medications.rules.shifts import begins_on
from pathways.actions import AlreadyAnswered, Refused
from pathways.models import Journey
from pathways.visibility import journeys_visible_to

ACCEPT_WITHIN = timedelta(minutes=60)
AT_ONCE = 200


@transaction.atomic
def sign(
    ward: Team, to_shift: str, women: Sequence[Journey], notes: Mapping[int, str] | None = None, *, by: User
) -> ShiftHandover:
    """Hand the ward over to the next shift. ``women`` are those on the sheet, ``notes`` by the journey's id.

    Raises AlreadyAnswered with who signed, where somebody was faster; Refused.
    """
    _check_works_there(ward, by)
    if to_shift not in Shift.values:
        raise Refused("Choose the shift that takes over.", field="to_shift")
    notes = notes or {}
    if any(len(note) > LONGEST_WORDS for note in notes.values()):
        raise Refused(f"Shorten the note to {LONGEST_WORDS} characters.", field="notes")
    now = clock.now()
    known = {"ward": ward, "to_shift": to_shift, "on_day": begins_on(to_shift, now.astimezone(clock.LONDON))}
    try:
        with transaction.atomic():
            made = ShiftHandover.objects.create(**known, signed_by=by, signed_at=now)
    except IntegrityError as refused:
        first = ShiftHandover.objects.select_related("signed_by").filter(**known).first()
        if first is None:
            raise
        raise AlreadyAnswered(
            f"{first.signed_by} has signed this handover, {clock.due_in_words(first.signed_at)}. There is one for both."
        ) from refused
    seen = list(journeys_visible_to(by).filter(pk__in=[each.pk for each in women]).values_list("pk", flat=True))
    beds = dict(Stay.objects.filter(journey__in=seen, until=None).values_list("journey", "bed"))
    HandedOver.objects.bulk_create(
        HandedOver(handover=made, journey_id=pk, bed=beds.get(pk, ""), note=notes.get(pk, "").strip())
        for pk in sorted(seen)
    )
    return made


@transaction.atomic
def accept(handover: ShiftHandover, *, by: User) -> ShiftHandover:
    """Take the ward over, by name. Another person than who signed. Raises AlreadyAnswered, Refused."""
    _check_works_there(handover.ward, by)
    if handover.signed_by_id == by.pk:
        raise Refused("You handed it over. Somebody who comes on duty takes it.", field="second")
    waiting = ShiftHandover.objects.filter(pk=handover.pk, accepted_at=None)
    if not waiting.update(accepted_by=by, accepted_at=clock.now()):
        taken = ShiftHandover.objects.select_related("accepted_by").get(pk=handover.pk)
        at = clock.due_in_words(taken.accepted_at or clock.now())
        raise AlreadyAnswered(f"{taken.accepted_by} has taken it over, {at}.")
    handover.refresh_from_db()
    return handover


def latest(ward: Team) -> ShiftHandover | None:
    """The newest handover of a ward."""
    made = ShiftHandover.objects.filter(ward=ward).select_related("signed_by", "accepted_by")
    return made.order_by("-signed_at", "-pk").first()


def is_late(handover: ShiftHandover, now: datetime) -> bool:
    """Whether nobody has taken it over within the hour."""
    return handover.accepted_at is None and now >= handover.signed_at + ACCEPT_WITHIN


def works_on(user: User, ward: Team) -> bool:
    """Whether somebody hands this ward over and takes it over: they work there today."""
    there = {each.team_id for each in user.current_memberships if Role(each.role) in roles_with(Ability.WORK_ON_WARD)}
    return user.is_active and ward.pk in there


@transaction.atomic
def tell_of_unaccepted(at: datetime | None = None) -> int:
    """Tell the coordinator of each ward that nobody has taken over within the hour. Once; the worker's own.

    The message counts one item and says no more. Returns of how many handovers.
    """
    at = at or clock.now()
    late = ShiftHandover.objects.select_for_update(of=("self",), skip_locked=True).select_related("ward")
    waiting = list(
        late.filter(accepted_at=None, told_at=None, signed_at__lte=at - ACCEPT_WITHIN).order_by("signed_at")[:AT_ONCE]
    )
    counts: dict[int, int] = {}
    for handover in waiting:
        for user in _coordinators(handover.ward):
            counts[user] = counts.get(user, 0) + 1
    tell(counts, urgent=True, at=at)
    ShiftHandover.objects.filter(pk__in=[each.pk for each in waiting]).update(told_at=at)
    return len(waiting)


def _coordinators(ward: Team) -> set[int]:
    """The ward's coordinators today; those of its site where it has none."""
    held = Membership.objects.current().filter(role=Role.WARD_COORDINATOR, user__is_active=True)
    own = set(held.filter(team=ward).values_list("user", flat=True))
    return own or set(held.filter(team__site=ward.site_id).values_list("user", flat=True))


def _check_works_there(ward: Team, by: User) -> None:
    if not works_on(by, ward):
        raise PermissionDenied("Only who works on this ward hands it over.")
