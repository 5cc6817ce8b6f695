"""The verbs of clinics that come again: begin a series, say what is on each of its days, end it; and making the days.

Days are made ahead, by whoever begins a series and by the worker each hour. Each is made once, and is then a day of
its own: changed or cancelled, it is not made again. What cannot be on one stands there as not held, with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from carecoord.refused import Refused
from pathways.visibility import check_may_at
from referrals.clinics import Creche, SessionPlan, cancel_day, cancel_session, check_plan, during_of, write_session
from referrals.models import Clinic, Place, Series, SeriesSession, Session
from referrals.rules.days import OnHoliday, Rhythm, SeriesDay, days_of

AHEAD = timedelta(weeks=12)
MOST_WEEKS = 12


@dataclass(frozen=True)
class SeriesPlan:
    """How a clinic comes again, as somebody plans it."""

    first_on: date
    every_weeks: int = 1
    on_holiday: str = OnHoliday.SKIP
    until: date | None = None
    creche: Creche = field(default_factory=Creche)


@transaction.atomic
def begin_series(place: Place, plan: SeriesPlan, *, by: User) -> Series:
    """Begin a clinic that comes again, and make its days of the next twelve weeks. Raises Refused."""
    check_may_at(by, Ability.KEEP_CLINICS, site_id=place.site_id)
    if plan.first_on < clock.today():
        raise Refused("This day has passed. Choose today or a day to come.", field="first_on")
    if not 1 <= plan.every_weeks <= MOST_WEEKS:
        raise Refused(f"It comes every week, or up to every {MOST_WEEKS} weeks.", field="every_weeks")
    if plan.until and plan.until < plan.first_on:
        raise Refused("The last day comes after the first.", field="until")
    if plan.on_holiday not in set(OnHoliday):
        raise Refused("Choose what happens on a bank holiday.", field="on_holiday")
    series = Series.objects.create(
        place=place,
        first_on=plan.first_on,
        every_weeks=plan.every_weeks,
        until=plan.until,
        on_holiday=plan.on_holiday,
        made_by=by,
        **plan.creche.columns(),
    )
    make_days(series, clock.today() + AHEAD)
    series.refresh_from_db()
    return series


@transaction.atomic
def add_to_series(series: Series, plan: SessionPlan, *, by: User) -> list[Session]:
    """Put a session on each day of a series, also on those that are made. Returns those that could not be held.

    Raises Refused where another session of the series has the room or the clinician at that time.
    """
    series = _locked(series, by)
    check_plan(plan, series.place)
    _check_beside(series, plan)
    SeriesSession.objects.create(series=series, starts=plan.starts, ends=plan.ends, **plan.columns())
    now = clock.now()
    to_come = [each for each in _made(series) if during_of(each.on, plan).lower > now]
    made = [_put(each, plan) for each in to_come]
    return [each for each in made if each.cancelled_at]


@transaction.atomic
def take_from_series(line: SeriesSession, why: str, *, by: User) -> int:
    """A session comes no more. It is cancelled on the days that are made; returns how many appointments with it."""
    series = _locked(line.series, by)
    line = SeriesSession.objects.select_related("room").get(pk=line.pk)
    if not why.strip():
        raise Refused("Say why, in a few words: the women are told.", field="why")
    alike = Session.objects.filter(clinic__in=_made(series), room=line.room, kind=line.kind, cancelled_at=None)
    theirs = [each for each in alike.select_related("clinic") if _is_of(each, line)]
    gone = sum(cancel_session(each, why, by=by) for each in theirs if each.during.lower > clock.now())
    line.delete()
    return gone


@transaction.atomic
def end_series(series: Series, last_on: date, why: str, *, by: User) -> int:
    """A series ends with a day. Its days after that are cancelled; returns how many appointments with them."""
    series = _locked(series, by)
    if last_on < clock.today():
        raise Refused("This day has passed. Choose today or a day to come.", field="last_on")
    if not why.strip():
        raise Refused("Say why, in a few words: the women are told.", field="why")
    Series.objects.filter(pk=series.pk).update(until=max(last_on, series.first_on))
    too_late = [each for each in _made(series) if each.on > last_on]
    return sum(cancel_day(each, why, by=by) for each in too_late)


# -- the days of a series --------------------------------------------------------------------------


def make_all_days() -> int:
    """Make the days of every series twelve weeks ahead; the worker's own. Returns how many days were made.

    Each series is a transaction of its own.
    """
    until = clock.today() + AHEAD
    behind = Series.objects.filter(Q(made_on_until=None) | Q(made_on_until__lt=until))
    return sum(make_days(each, until) for each in behind.order_by("pk"))


@transaction.atomic
def make_days(series: Series, until: date) -> int:
    """Make the days that are due up to ``until`` and were not made. Returns how many; what is there stays as it is."""
    series = Series.objects.select_for_update(of=("self",), no_key=True).select_related("place__site").get(pk=series.pk)
    since = max(clock.today(), (series.made_on_until or series.first_on - timedelta(days=1)) + timedelta(days=1))
    rhythm = Rhythm(series.first_on, series.every_weeks, series.on_holiday, series.until)
    days = list(days_of(rhythm, series.place.site.nation, since=since, until=until))
    plans = [plan_of(line) for line in _lines(series)]
    for day in days:
        _make(series, day, plans)
    Series.objects.filter(pk=series.pk).update(made_on_until=max(until, series.made_on_until or until))
    return len(days)


def plan_of(line: SeriesSession) -> SessionPlan:
    """What a session of a series asks of each day."""
    return SessionPlan(
        line.kind,
        line.room,
        line.starts,
        line.ends,
        line.minutes,
        line.seats,
        line.service,
        line.clinician,
        line.clinician_name,
        line.has_interpreter,
    )


def _make(series: Series, day: SeriesDay, plans: list[SessionPlan]) -> None:
    """One day of a series. Where the place has a clinic that day already, the sessions join it.

    A day that somebody cancelled stays cancelled.
    """
    known = {
        "series": series,
        "moved_from": day.moved_from,
        "creche_from": series.creche_from,
        "creche_until": series.creche_until,
        "creche_places": series.creche_places,
    }
    clinic, _ = Clinic.objects.get_or_create(place=series.place, on=day.on, defaults=known)
    if clinic.cancelled_at is None:
        for plan in plans:
            _put(clinic, plan)


def _put(clinic: Clinic, plan: SessionPlan) -> Session:
    """The session on that day; as not held where its room or clinician is in another one, so that somebody sees it."""
    try:
        return write_session(clinic, plan)
    except Refused as refused:
        during, now = during_of(clinic.on, plan), clock.now()
        why = refused.sentence[: Session._meta.get_field("cancelled_why").max_length]
        return Session.objects.create(
            clinic=clinic, during=during, cancelled_at=now, cancelled_why=why, **plan.columns()
        )


def _made(series: Series) -> QuerySet[Clinic]:
    """The days of a series that are made and still to come."""
    days = Clinic.objects.filter(series=series, on__gte=clock.today(), cancelled_at=None)
    return days.select_related("place__site").order_by("on")


def _lines(series: Series) -> QuerySet[SeriesSession]:
    return series.sessions.select_related("room", "service", "clinician").order_by("starts", "pk")


def _is_of(session: Session, line: SeriesSession) -> bool:
    """Whether a session of a day is the one that the series put there."""
    return session.during.lower == during_of(session.clinic.on, plan_of(line)).lower


def _check_beside(series: Series, plan: SessionPlan) -> None:
    """Raise Refused where another session of the series is in the room, or has the clinician, at that time."""
    then = [each for each in _lines(series) if each.starts < plan.ends and plan.starts < each.ends]
    for each in then:
        hours = f"{each.starts:%H:%M}–{each.ends:%H:%M}"
        if each.room_id == plan.room.pk:
            raise Refused(f"{plan.room} has another session of this series then: {hours}.", field="room")
        if plan.clinician and each.clinician_id == plan.clinician.pk:
            raise Refused(f"{plan.clinician} has another session of this series then: {hours}.", field="clinician")


def _locked(series: Series, by: User) -> Series:
    found = Series.objects.select_for_update(of=("self",), no_key=True).select_related("place__site")
    series = found.get(pk=series.pk)
    check_may_at(by, Ability.KEEP_CLINICS, site_id=series.place.site_id)
    return series
