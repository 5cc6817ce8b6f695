"""The verbs of the days of clinics: add a day, put a session on it, change one, cancel one or the whole day.

Object first, ``by`` last, one transaction, permission checked, and a refusal says what to do. Times are London's.
A room and a clinician are in one session at a time: the database refuses the second, and the verb says who has it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import QuerySet

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import Membership, User
from carecoord.refused import Refused
from carecoord.sites.models import Site
from pathways.visibility import check_may_at
from referrals.models import Clinic, Place, Room, SeriesSession, Service, Session
from referrals.rules.kinds import BY_KEY
from referrals.taken import taken_in
from referrals.wording.clinics import hours_in_words, session_in_words

EARLIEST, LATEST = time(6), time(22)  # by day: no clock change falls into a session
MOST_SEATS = 60
LEAST_MINUTES = 5


@dataclass(frozen=True)
class SessionPlan:
    """One session as somebody plans it: what, where, who, from when until when (London).

    ``clinician`` has an account here; who has none is named in ``clinician_name``.
    """

    kind: str
    room: Room
    starts: time
    ends: time
    minutes: int = 30
    seats: int = 1
    service: Service | None = None
    clinician: User | None = None
    clinician_name: str = ""
    has_interpreter: bool = False

    def columns(self) -> dict[str, object]:
        """What a session, and a session of a series, keep of it; not its times."""
        return {
            "kind": self.kind,
            "room": self.room,
            "minutes": self.minutes,
            "seats": self.seats,
            "service": self.service,
            "clinician": self.clinician,
            "clinician_name": self.clinician_name.strip(),
            "has_interpreter": self.has_interpreter,
        }


@dataclass(frozen=True)
class Creche:
    """From when until when children are looked after, and how many; none without places."""

    since: time | None = None
    until: time | None = None
    places: int = 0

    def columns(self) -> dict[str, object]:
        """What a day, and a series, keep of it. Raises Refused unless it is whole."""
        if not self.places and not self.since and not self.until:
            return {"creche_from": None, "creche_until": None, "creche_places": 0}
        if not self.places:
            raise Refused("Say for how many children there is room.", field="creche_places")
        if not self.since or not self.until or self.since >= self.until:
            raise Refused("Say from when until when children are looked after.", field="creche_from")
        return {"creche_from": self.since, "creche_until": self.until, "creche_places": self.places}


# -- days ------------------------------------------------------------------------------------------


@transaction.atomic
def add_day(place: Place, on: date, creche: Creche | None = None, *, by: User) -> Clinic:
    """Add one day at a place. A day that was cancelled is opened again; what was on it stays cancelled.

    Raises Refused for a day that is there already, or has passed.
    """
    check_may_at(by, Ability.KEEP_CLINICS, site_id=place.site_id)
    if on < clock.today():
        raise Refused("This day has passed. Choose today or a day to come.", field="on")
    columns = (creche or Creche()).columns()
    clinic, is_new = Clinic.objects.get_or_create(place=place, on=on, defaults=columns)
    if is_new:
        return clinic
    clinic = Clinic.objects.select_for_update(of=("self",)).get(pk=clinic.pk)
    if clinic.cancelled_at is None:
        raise Refused("There is a clinic at this place that day. Open it, and add a session to it.", field="on")
    reopened = {**columns, "cancelled_at": None, "cancelled_why": "", "cancelled_by": None}
    Clinic.objects.filter(pk=clinic.pk).update(**reopened)
    clinic.refresh_from_db()
    return clinic


@transaction.atomic
def change_creche(clinic: Clinic, creche: Creche, *, by: User) -> None:
    """Say anew from when until when children are looked after that day, and how many. Raises Refused."""
    clinic = _locked_day(clinic, by)
    Clinic.objects.filter(pk=clinic.pk).update(**creche.columns())


@transaction.atomic
def cancel_day(clinic: Clinic, why: str, *, by: User) -> int:
    """Cancel what is still to come of a day. Returns how many appointments were cancelled. Raises Refused.

    What has begun already stays, and with it the day.
    """
    clinic = _locked_day(clinic, by)
    why, now = _reason(why), clock.now()
    live = list(clinic.sessions.filter(cancelled_at=None))
    to_come = [each for each in live if each.during.lower > now]
    if clinic.on < clock.today(now) or (live and not to_come):
        raise Refused("This day is over. Say on the list of who came what took place, and what did not.")
    gone = _cancel(to_come, why, by)
    if len(to_come) == len(live):
        known = {"cancelled_at": now, "cancelled_why": why, "cancelled_by": by}
        Clinic.objects.filter(pk=clinic.pk).update(**known)
    return gone


# -- sessions --------------------------------------------------------------------------------------


@transaction.atomic
def add_session(clinic: Clinic, plan: SessionPlan, *, by: User) -> Session:
    """Put one more session on a day. Raises Refused, also with who has the room or the clinician at that time."""
    clinic = _locked_day(clinic, by)
    check_plan(plan, clinic.place)
    return write_session(clinic, plan)


@transaction.atomic
def change_session(session: Session, plan: SessionPlan, *, by: User) -> Session:
    """Change one session of one day; what comes again stays. Raises Refused.

    Whoever has a place in it keeps it: a change that leaves somebody without is refused, with the times.
    """
    clinic = _locked_day(session.clinic, by)
    session = _to_come(session)
    check_plan(plan, clinic.place)
    during = during_of(clinic.on, plan)
    _check_keeps_places(session, plan, during)
    try:
        with transaction.atomic():
            Session.objects.filter(pk=session.pk).update(**plan.columns(), during=during)
    except IntegrityError as refused:
        raise (_taken_meanwhile(clinic, plan, during, session.pk) or refused) from refused
    session.refresh_from_db()
    return session


@transaction.atomic
def cancel_session(session: Session, why: str, *, by: User) -> int:
    """Cancel one session of one day. Returns how many appointments were cancelled with it. Raises Refused.

    Each of these women stands on the list of whom to tell, and in the line again from when she had her place.
    """
    _locked_day(session.clinic, by)
    return _cancel([_to_come(session)], _reason(why), by)


def write_session(clinic: Clinic, plan: SessionPlan, line: SeriesSession | None = None) -> Session:
    """The row of a session whose plan was checked. Raises Refused with who has the room or the clinician."""
    during = during_of(clinic.on, plan)
    try:
        with transaction.atomic():
            return Session.objects.create(clinic=clinic, line=line, during=during, **plan.columns())
    except IntegrityError as refused:
        raise (_taken_meanwhile(clinic, plan, during) or refused) from refused


def during_of(on: date, plan: SessionPlan) -> DateTimeTZRange:
    """From when until when a session planned in London times is on that day."""
    return DateTimeTZRange(*(clock.from_local(datetime.combine(on, at)) for at in (plan.starts, plan.ends)))


# -- what can be planned ---------------------------------------------------------------------------


def check_plan(plan: SessionPlan, place: Place) -> None:
    """Raise Refused for what cannot be, whatever the day: hours, lengths, a room or a service of elsewhere."""
    if plan.kind not in BY_KEY:
        raise Refused("Choose what the session is for.", field="kind")
    if plan.room.place_id != place.pk:
        raise Refused("Choose a room of this place.", field="room")
    if not EARLIEST <= plan.starts < plan.ends <= LATEST:
        raise Refused("A session begins after 06:00, ends by 22:00, and ends after it began.", field="ends")
    minutes = (plan.ends.hour - plan.starts.hour) * 60 + plan.ends.minute - plan.starts.minute
    if not LEAST_MINUTES <= plan.minutes <= minutes:
        raise Refused("An appointment takes 5 minutes or more, and not longer than the session.", field="minutes")
    if not 1 <= plan.seats <= MOST_SEATS:
        raise Refused(f"Say for how many women at the same time: 1 to {MOST_SEATS}.", field="seats")
    _check_people(plan, place.site)


def _check_people(plan: SessionPlan, site: Site) -> None:
    service, clinician = plan.service, plan.clinician
    if service and (service.site_id != site.pk or service.kind != plan.kind or service.ended_on):
        raise Refused("Choose a service of this kind that exists here.", field="service")
    if clinician and not works_at(site).filter(pk=clinician.pk).exists():
        raise Refused(f"{clinician} does not work at {site} today. Write the name instead.", field="clinician")


def works_at(site: Site) -> QuerySet[User]:
    """Whoever has an account and works at a site today."""
    there = Membership.objects.current().filter(team__site=site).values("user")
    return User.objects.filter(pk__in=there, is_active=True)


def _check_keeps_places(session: Session, plan: SessionPlan, during: DateTimeTZRange) -> None:
    """Raise Refused where somebody's place would no longer lie in the session, or be of another kind."""
    taken = taken_in([session.pk])
    if taken and plan.kind != session.kind:
        raise Refused("Women have places in this session: cancel it, and add the other one.", field="kind")
    outside = [each for each in taken if not (during.lower <= each.since and each.until <= during.upper)]
    if outside:
        times = ", ".join(dict.fromkeys(hours_in_words(each.since, each.until) for each in outside))
        raise Refused(f"Somebody has a place at {times}. Move her first, then change the session.", field="ends")
    if any(each.seat > plan.seats for each in taken):
        raise Refused("More women than that have a place at the same time. Move some of them first.", field="seats")


def _taken_meanwhile(
    clinic: Clinic, plan: SessionPlan, during: DateTimeTZRange, this: int | None = None
) -> Refused | None:
    """Who has the room, or the clinician, at that time; None where it is neither."""
    then = Session.objects.filter(during__overlap=during, cancelled_at=None).exclude(pk=this or 0)
    then = then.select_related("room", "clinician", "service", "clinic__place").order_by("during")
    day = clock.day_in_words(clinic.on)
    if has_room := then.filter(room=plan.room).first():
        return Refused(
            f"{plan.room} is taken on {day}: {session_in_words(has_room)}. Choose another room or time.", field="room"
        )
    busy = then.filter(clinician=plan.clinician).first() if plan.clinician else None
    if busy is None:
        return None
    where = f"{busy.clinic.place}, {session_in_words(busy)}"
    return Refused(f"{plan.clinician} is elsewhere on {day}: {where}. Choose somebody else.", field="clinician")


# -- shared ----------------------------------------------------------------------------------------


def _locked_day(clinic: Clinic, by: User) -> Clinic:
    """The day, locked. Raises PermissionDenied; Refused where it was cancelled."""
    clinic = Clinic.objects.select_for_update(of=("self",)).select_related("place__site").get(pk=clinic.pk)
    check_may_at(by, Ability.KEEP_CLINICS, site_id=clinic.place.site_id)
    if clinic.cancelled_at:
        raise Refused(f"This day was cancelled: {clinic.cancelled_why}")
    return clinic


def _to_come(session: Session) -> Session:
    """The session as it stands now. Raises Refused where it was cancelled, or has begun."""
    session = Session.objects.select_related("clinic").get(pk=session.pk)
    if session.cancelled_at:
        raise Refused(f"This session was cancelled: {session.cancelled_why}")
    if session.during.lower <= clock.now():
        raise Refused("This session has begun. Say on the list of who came what took place, and what did not.")
    return session


def _reason(why: str) -> str:
    if not why.strip():
        raise Refused("Say why, in a few words: the women are told.", field="why")
    return why.strip()


def _cancel(sessions: Iterable[Session], why: str, by: User) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT referrals_cancel_sessions(%s, %s, %s)", [[each.pk for each in sessions], why, by.pk])
        return int(cursor.fetchone()[0])
