"""The waiting list: who waits for a place, and the place that somebody else gave back, kept for who is first in line.

A place is freed when an appointment is cancelled. The worker looks each minute: the first who has waited since before
that, and whom it fits, gets it kept; her midwife is told and asks her. Not confirmed in time, it lapses to the next.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from carecoord.delivery.outbox import tell
from carecoord.refused import Refused
from pathways.actions import AlreadyAnswered
from pathways.covering import write_grants_of
from pathways.engine import Stage
from pathways.models import Journey
from pathways.recording import lock
from pathways.visibility import check_may
from referrals.fitting import Fit, fits_within
from referrals.her_people import who_asks
from referrals.models import Appointment, Place, Referral, Service, Session, Waiting
from referrals.placing import Choice, State, Whose, as_they_stand, give, taken_back, visit_of
from referrals.rules import kinds
from referrals.rules.places import kept_until

AT_ONCE = 200


@dataclass(frozen=True)
class Wish:
    """What she waits for. ``service`` and ``place``: only that one will do; None: any of the kind, anywhere here."""

    kind: str
    words: str
    minutes: int = 30
    service: Service | None = None
    place: Place | None = None
    not_before: date | None = None
    until: date | None = None
    need_key: str = ""
    referral: Referral | None = None


# -- who waits -----------------------------------------------------------------------------------


@transaction.atomic
def wait(journey: Journey, wish: Wish, *, submission: UUID | None = None, by: User) -> Waiting:
    """Put her on the waiting list. The same form counts once. Raises Refused."""
    journey = lock(journey)
    check_may(by, Ability.BOOK, woman_id=journey.woman_id)
    if submission and (earlier := Waiting.objects.filter(journey=journey, submission=submission).first()):
        return earlier
    if journey.is_closed:
        raise Refused("Her journey is closed. Open it again before you put her on a waiting list.")
    if wish.kind not in kinds.BY_KEY:
        raise Refused("Choose what she waits for.", field="kind")
    if not wish.words.strip():
        raise Refused("Say what it is for, in a few words.", field="words")
    if wish.until and wish.until < max(clock.today(), wish.not_before or clock.today()):
        raise Refused("The last day that suits her has passed, or is before the first. Check both.", field="until")
    if Waiting.objects.filter(journey=journey, kind=wish.kind, words=wish.words.strip(), ended="").exists():
        raise Refused("She waits for this already.", field="words")
    return Waiting.objects.create(
        journey=journey,
        kind=wish.kind,
        words=wish.words.strip(),
        minutes=wish.minutes,
        service=wish.service,
        place=wish.place,
        not_before=wish.not_before,
        until=wish.until,
        need_key=wish.need_key,
        referral=wish.referral,
        by=by,
        submission=submission,
    )


def wait_again(cancelled: Appointment, *, by: User) -> Waiting:
    """She waits for another time, from when the cancelled one was booked: first in line. Once for one appointment."""
    session = cancelled.session
    lasts = cancelled.during.upper - cancelled.during.lower
    return Waiting.objects.get_or_create(
        journey_id=cancelled.journey_id,
        kind=cancelled.kind,
        words=cancelled.words,
        ended="",
        defaults={
            "service": session.service if session else None,
            "minutes": int(lasts.total_seconds() // 60),
            "need_key": cancelled.need_key,
            "referral": cancelled.referral,
            "since": cancelled.booked_at,
            "by": by,
        },
    )[0]


def placed(appointment: Appointment) -> None:
    """What she waited for has its place: what the appointment names as its need, or was kept for."""
    named = re.fullmatch(r"waiting:(\d{1,18})", appointment.need_key, re.ASCII)
    of_this = Q(appointment=appointment) | Q(pk=int(named[1]) if named else 0)
    rows = Waiting.objects.filter(of_this, journey=appointment.journey_id, ended="")
    rows.update(ended=Waiting.Ended.PLACED, ended_at=clock.now(), appointment=appointment)


@transaction.atomic
def end_waiting(waiting: Waiting, ended: str, *, by: User) -> Waiting:
    """She waits no more: it is not needed, or she does not want to. What was kept for her is free again."""
    journey = lock(waiting.journey)
    check_may(by, Ability.BOOK, woman_id=journey.woman_id)
    waiting = Waiting.objects.select_related("appointment").get(pk=waiting.pk)
    if ended not in (Waiting.Ended.NOT_NEEDED, Waiting.Ended.HER_CHOICE):
        raise Refused("Choose why she waits no more.", field="ended")
    if waiting.ended:
        raise AlreadyAnswered(f"This has ended meanwhile: {waiting.get_ended_display().lower()}.")
    if waiting.appointment:
        taken_back(waiting.appointment, Whose.HERS, "", by=by)
        write_grants_of(journey)
    Waiting.objects.filter(pk=waiting.pk).update(ended=ended, ended_at=clock.now(), appointment=None)
    waiting.refresh_from_db()
    return waiting


# -- a freed place -------------------------------------------------------------------------------


def keep_places(at: datetime | None = None) -> tuple[int, int]:
    """The worker's upkeep: what was not confirmed lapses, what is free is kept for the next. How many of each."""
    at = at or clock.now()
    # A whole session was cancelled while a place of it was kept: whom it was kept for waits on.
    Waiting.objects.filter(ended="", appointment__state=State.CANCELLED).update(appointment=None)
    return lapse(at), fill_freed(at)


def lapse(at: datetime) -> int:
    """Free the places that were kept and not confirmed in time. Each in its own transaction. Returns how many."""
    over = Appointment.objects.filter(state=State.HELD, held_until__lte=at).order_by("held_until", "pk")
    return sum(_lapse(held, at) for held in over.select_related("journey")[:AT_ONCE])


@transaction.atomic
def _lapse(held: Appointment, at: datetime) -> bool:
    journey = lock(held.journey)
    if not Appointment.objects.filter(pk=held.pk, state=State.HELD, held_until__lte=at).exists():
        return False  # confirmed meanwhile
    Waiting.objects.filter(appointment=held, ended="").update(passed_over_at=at)
    taken_back(held, Whose.LAPSED, "", by=None)
    write_grants_of(journey)
    return True


def fill_freed(at: datetime) -> int:
    """Keep each freed place for the first who waits and whom it fits; her midwife is told. Returns how many."""
    filled = 0
    for freed, session in _freed(at):
        line = list(_in_line(freed))
        fits = fits_within(line, session, (freed.during.lower, freed.during.upper), at)
        filled += any(_keep(wait, fits[wait.pk], at) for wait in line if wait.pk in fits)
    return filled


def _freed(at: datetime) -> list[tuple[Appointment, Session]]:
    """Cancelled appointments whose time is still to come, for whose kind somebody has waited since before that."""
    since_before = {"since__lte": OuterRef("cancelled_at"), "ended": "", "appointment": None}
    waits = Waiting.objects.filter(kind=OuterRef("kind"), **since_before)
    rows = Appointment.objects.filter(
        Exists(waits),
        state=State.CANCELLED,
        session__cancelled_at=None,
        session__clinic__cancelled_at=None,
        during__startswith__gt=at,
    )
    in_order = rows.select_related("session__clinic__place__site", "session__room").order_by("during", "pk")
    return [(each, each.session) for each in in_order[:AT_ONCE] if each.session]


def _in_line(freed: Appointment) -> QuerySet[Waiting]:
    """Who may get it, first come first: who has waited since before it was freed, and has not had that very time."""
    had_it = Appointment.objects.filter(
        journey=OuterRef("journey"), session=freed.session_id, during__overlap=freed.during, state=State.CANCELLED
    )
    waits = Waiting.objects.filter(kind=freed.kind, ended="", appointment=None, since__lte=freed.cancelled_at)
    waits = waits.filter(journey__site__places__clinics__sessions=freed.session).exclude(journey__stage=Stage.CLOSED)
    return waits.filter(~Exists(had_it)).select_related("journey__woman").order_by("since", "pk")


@transaction.atomic
def _keep(wait: Waiting, fit: Fit, at: datetime) -> bool:
    """Keep the place for her, if it is still free and somebody can ask her in time; and tell who asks."""
    journey = lock(wait.journey)
    still = Waiting.objects.filter(pk=wait.pk, ended="", appointment=None)
    until = kept_until(at, fit.starts_at, fit.session.clinic.place.site.nation)
    if until is None or not still.exists():
        return False
    need = f"waiting:{wait.pk}"
    choice = Choice(fit.session, fit.starts_at, wait.minutes, wait.kind, wait.words, need, wait.referral)
    try:
        with transaction.atomic():
            (choice,) = as_they_stand([choice])
            held = give(journey, visit_of(journey, choice), choice, held_until=until, by=None)
    except Refused:
        return False  # somebody was faster
    still.update(appointment=held)
    write_grants_of(journey)
    tell(dict.fromkeys(who_asks(journey, at), 1), urgent=True, at=at)
    return True
