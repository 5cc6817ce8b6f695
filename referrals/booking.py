"""The verbs of her appointments: book one or several, agree a time with her, cancel, move.

As in ``pathways.actions``: object first, ``by`` last, one transaction, permission checked, and a refusal says what to
do. Everything that she does on one day at one place is one visit.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from carecoord.refused import Refused
from pathways.covering import write_grants_of
from pathways.models import Journey
from pathways.recording import lock
from pathways.visibility import check_may
from referrals.going_along import appointed, not_seen
from referrals.models import Appointment, Session, Visit
from referrals.placing import Choice, State, TakenMeanwhile, Whose, as_they_stand, check, give, taken_back, visit_of
from referrals.seats import check_children, lock_creche
from referrals.waiting import placed, wait_again

__all__ = ["Choice", "TakenMeanwhile", "book", "book_visit", "cancel", "confirm", "move"]

# -- booking -------------------------------------------------------------------------------------


@transaction.atomic
def book(
    journey: Journey, choice: Choice, *, children: int = 0, submission: UUID | None = None, by: User | None
) -> Appointment:
    """Book one time for her; it joins what she does there that day. The same form counts once.

    Raises TakenMeanwhile, Refused.
    """
    journey = _open_to(journey, by)
    if earlier := _sent_before(journey, submission):
        return earlier
    _, (made,) = _booked(journey, [choice], children, submission, by)
    return made


@transaction.atomic
def book_visit(
    journey: Journey,
    choices: Sequence[Choice],
    *,
    planned: bool = True,
    instead_of: int | None = None,
    children: int = 0,
    submission: UUID | None = None,
    by: User | None,
) -> Visit:
    """Book several times of one day at one place, all of them or none.

    ``instead_of``: so many trips it would have been. Raises TakenMeanwhile, Refused.
    """
    journey = _open_to(journey, by)
    if earlier := _sent_before(journey, submission):
        return earlier.visit
    if not choices:
        raise Refused("Choose what she comes for.")
    if len({(choice.on, choice.place, choice.elsewhere) for choice in choices}) > 1:
        raise Refused("One visit is one day at one place. Book the rest as another visit.")
    visit, made = _booked(journey, choices, children, submission, by)
    visit.planned, visit.instead_of = planned, max(instead_of or len(made), 1)
    visit.save(update_fields=["planned", "instead_of"])
    return visit


def _check_whose(whose: str, why: str) -> None:
    """Raise Refused unless it is said on which side, and why, where it is not hers."""
    if whose not in (Whose.HERS, Whose.OURS, Whose.SERVICE):
        raise Refused("Choose on whose side it is.", field="whose")
    if whose != Whose.HERS and not why.strip():
        raise Refused("Say why, in a few words: she is told.", field="why")


def _open_to(journey: Journey, by: User | None) -> Journey:
    journey = lock(journey)
    check_may(by, Ability.BOOK, woman_id=journey.woman_id)
    return journey


def _sent_before(journey: Journey, submission: UUID | None) -> Appointment | None:
    if submission is None:
        return None
    return Appointment.objects.select_related("visit").filter(journey=journey, submission=submission).first()


def _booked(
    journey: Journey, choices: Sequence[Choice], children: int, submission: UUID | None, by: User | None
) -> tuple[Visit, list[Appointment]]:
    """The rows, under the locks: journey, the day of the clinic for its crèche, sessions."""
    if journey.is_closed:
        raise Refused("Her journey is closed. Open it again before you book for her.")
    check(choices)
    visit = visit_of(journey, choices[0])
    if children or visit.children:
        lock_creche(visit.place, visit.on)
    choices = as_they_stand(choices)
    made = [
        give(journey, visit, choice, submission=None if place else submission, by=by)
        for place, choice in enumerate(choices)
    ]
    for each in made:
        placed(each)
        appointed(each, by=by)
    visit.children = max(visit.children, children)
    if visit.children:
        check_children(visit)
    visit.confirmed_at = visit.confirmed_by = None  # what is new is agreed with her anew
    visit.save(update_fields=["children", "confirmed_at", "confirmed_by"])
    write_grants_of(journey)
    return visit, made


# -- agreed, cancelled, moved --------------------------------------------------------------------


@transaction.atomic
def confirm(what: Visit | Appointment, *, by: User) -> Visit:
    """She agreed to it: to a whole visit, or to a place that was kept for her, which is then hers. Raises Refused."""
    _open_to(what.journey, by)
    visit = Visit.objects.get(pk=what.pk if isinstance(what, Visit) else what.visit_id)
    rows = Appointment.objects.filter(visit=visit).exclude(state=State.CANCELLED)
    if isinstance(what, Appointment):
        rows = rows.filter(pk=what.pk)
    if not rows.exists():
        raise Refused("Nothing of it stands any more. Look at what is free, and book again.")
    for held in rows.filter(state=State.HELD):
        held.state, held.held_until, held.booked_by = State.BOOKED, None, by
        held.save(update_fields=["state", "held_until", "booked_by"])
        placed(held)
        appointed(held, by=by)
    if not visit.appointments.filter(state=State.HELD).exists():
        visit.confirmed_at, visit.confirmed_by = clock.now(), by
        visit.save(update_fields=["confirmed_at", "confirmed_by"])
    return visit


@transaction.atomic
def arrange_interpreter(visit: Visit, *, by: User) -> None:
    """Write down that an interpreter comes to all of a visit."""
    _open_to(visit.journey, by)
    Visit.objects.filter(pk=visit.pk).update(interpreter_booked=True)


@transaction.atomic
def cancel(appointment: Appointment, whose: str, why: str = "", *, waits: bool = False, by: User) -> Appointment:
    """Cancel it; ``whose`` says on which side. ``waits``: she waits for another time, from when this one was booked.

    What we or the service cancel is no missed contact of hers. Raises AlreadyAnswered, Refused.
    """
    journey = _open_to(appointment.journey, by)
    _check_whose(whose, why)
    appointment = taken_back(appointment, whose, why, by=by)
    not_seen(appointment, whose, by=by)
    if waits:
        wait_again(appointment, by=by)
    write_grants_of(journey)
    return appointment


@transaction.atomic
def move(
    appointment: Appointment,
    starts_at: datetime,
    session: Session,
    *,
    whose: str,
    why: str = "",
    submission: UUID | None = None,
    by: User,
) -> Appointment:
    """Another time for the same thing: the old one is cancelled and the new one booked, or neither.

    Raises TakenMeanwhile, AlreadyAnswered, Refused.
    """
    journey = _open_to(appointment.journey, by)
    if earlier := _sent_before(journey, submission):
        return earlier
    _check_whose(whose, why)
    if appointment.visit.children:
        lock_creche(session.clinic.place, session.clinic.on)
    old = taken_back(appointment, whose, why, by=by)
    choice = Choice(
        session=session,
        starts_at=starts_at,
        minutes=int((old.during.upper - old.during.lower).total_seconds() // 60),
        kind=old.kind,
        words=old.words,
        need_key=old.need_key,
        referral=old.referral,
        her_words=old.her_words,
        needs_interpreter=old.needs_interpreter,
    )
    _, (made,) = _booked(journey, [choice], old.visit.children, submission, by)
    return made
