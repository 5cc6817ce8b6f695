"""Booking a plan of her trips, as its page showed it: all of it, or nothing of it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from pathways.actions import Refused
from pathways.models import Journey
from pathways.recording import lock
from pathways.visibility import check_may
from referrals import seats
from referrals.booking import Choice, book_visit, cancel
from referrals.models import Appointment, Visit, Waiting
from referrals.planning import Thing, is_for

ANOTHER_DAY = "She would rather come for it on another day."


@transaction.atomic
def book_trips(
    journey: Journey, trips: Sequence[Sequence[Thing]], *, children: int = 0, submission: UUID, by: User
) -> list[Visit]:
    """Book every trip, or none of them. The same submission counts once, and its first visit is the answer.

    What takes the place of an appointment of hers cancels that one, as her wish; whoever waited for it waits no more.
    Raises TakenMeanwhile, Refused.
    """
    journey = lock(journey)
    check_may(by, Ability.BOOK, woman_id=journey.woman_id)
    if earlier := booked_before(journey, submission):
        return [earlier]
    things = [thing for trip in trips for thing in trip]
    if not things:
        raise Refused("Choose at least one trip to book.")
    if not all(is_for(thing.session, thing.wanted) for thing in things):
        raise Refused("A session is for something else now. Look at the plan again.")
    seats.locked(thing.session.pk for thing in things)  # of all trips at once: nobody waits for another in a circle
    for thing in things:
        if thing.wanted.instead_of:
            cancel(thing.wanted.instead_of, Appointment.Whose.HERS, ANOTHER_DAY, by=by)
    once = [submission, *(None for _ in trips[1:])]  # all are booked in one transaction: one of them says so
    return [_booked(journey, trip, children, sent, by) for trip, sent in zip(trips, once, strict=True)]


def booked_before(journey: Journey, submission: UUID | None) -> Visit | None:
    """The first visit that the same form booked; None where it did not."""
    return Visit.objects.filter(journey=journey, appointments__submission=submission).first() if submission else None


def _booked(journey: Journey, trip: Sequence[Thing], children: int, submission: UUID | None, by: User) -> Visit:
    choices = [_choice(thing) for thing in trip]
    visit = book_visit(journey, choices, planned=True, children=children, submission=submission, by=by)
    standing = visit.appointments.exclude(state=Appointment.State.CANCELLED)
    visit.instead_of = standing.count()  # what was booked there before counts with it
    visit.save(update_fields=["instead_of"])
    for thing in trip:
        if waiting := thing.wanted.waiting:
            place = standing.get(during__startswith=thing.starts_at)
            ended = {"ended": Waiting.Ended.PLACED, "ended_at": clock.now(), "appointment": place}
            Waiting.objects.filter(pk=waiting.pk, ended="").update(**ended)
    return visit


def _choice(thing: Thing) -> Choice:
    wanted = thing.wanted
    return Choice(
        session=thing.session,
        starts_at=thing.starts_at,
        minutes=wanted.minutes,
        kind=wanted.kind,
        words=wanted.words,
        need_key=wanted.need_key,
        referral=wanted.referral,
        her_words=wanted.her_words,
    )
