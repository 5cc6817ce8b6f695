"""The verbs of clinics that come again: begin a series, say what is on each of its days, end it; and making the days.

Days are made ahead, by whoever begins a series and by the worker each hour. Each is made once, and is then a day of
its own: changed or cancelled, it is not made again. What cannot be on one stands there as not held, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable
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
from referrals.models.columns import LONGEST_WORDS
from referrals.rules.days import OnHoliday, Rhythm, SeriesDay, days_of

AHEAD = timedelta(weeks=12)
LONGEST_MOVE = timedelta(days=7)  # a bank holiday's day is never so far off as the next day of a series
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
    line = SeriesSession.objects.create(series=series, starts=plan.starts, ends=plan.ends, **plan.columns())
    now = clock.now()
    to_come = [each for each in days_made(series) if during_of(each.on, plan).lower > now and not each.cancelled_at]
    made = [_put(each, line) for each in to_come]
    return [each for each in made if each.cancelled_at]


@transaction.atomic
def take_from_series(line: SeriesSession, why: str, *, by: User) -> int:
    """A session comes no more. It is cancelled on the days that are made; returns how many appointments with it."""
    _locked(line.series, by)
    _check_reason(why)
    gone = sum(cancel_session(each, why, by=by) for each in _to_come(Session.objects.filter(line=line)))
    line.delete()
    return gone


@transaction.atomic
def end_series(series: Series, last_on: date, why: str, *, by: User) -> int:
    """A series ends with a day. What it put on later days is cancelled; returns how many appointments with it.

    A day on which nothing else is held is cancelled too.
    """
    series = _locked(series, by)
    if last_on < clock.today():
        raise Refused("This day has passed. Choose today or a day to come.", field="last_on")
    _check_reason(why)
    too_late = [each for each in days_made(series) if each.on > last_on and not each.cancelled_at]
    Series.objects.filter(pk=series.pk).update(until=max(last_on, series.first_on))
    theirs = Session.objects.filter(line__series=series, clinic__in=too_late)
    gone = sum(cancel_session(each, why, by=by) for each in _to_come(theirs))
    for clinic in too_late:
        if not clinic.sessions.filter(cancelled_at=None).exists():
            cancel_day(clinic, why, by=by)
    return gone


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
    days = _due(series, since, until)
    lines = list(_lines(series))
    for day in days:
        _make(series, day, lines)
    Series.objects.filter(pk=series.pk).update(made_on_until=max(until, series.made_on_until or until))
    return len(days)


def days_made(series: Series) -> QuerySet[Clinic]:
    """The days of a series that are made and not over, also where they joined a clinic that was there before."""
    today = clock.today()
    due = _due(series, today - LONGEST_MOVE, series.made_on_until) if series.made_on_until else []
    days = Clinic.objects.filter(place=series.place_id, on__in=[day.on for day in due if day.on >= today])
    return days.select_related("place__site").order_by("on")


def _due(series: Series, since: date, until: date) -> list[SeriesDay]:
    rhythm = Rhythm(series.first_on, series.every_weeks, series.on_holiday, series.until)
    return list(days_of(rhythm, series.place.site.nation, since=since, until=until))


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


def _make(series: Series, day: SeriesDay, lines: Iterable[SeriesSession]) -> None:
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
        for line in lines:
            _put(clinic, line)


def _put(clinic: Clinic, line: SeriesSession) -> Session:
    """The session on that day; as not held where its room or clinician is in another one, so that somebody sees it."""
    plan = plan_of(line)
    try:
        return write_session(clinic, plan, line)
    except Refused as refused:
        during, now = during_of(clinic.on, plan), clock.now()
        why = refused.sentence[:LONGEST_WORDS]
        return Session.objects.create(
            clinic=clinic, line=line, during=during, cancelled_at=now, cancelled_why=why, **plan.columns()
        )


def _to_come(sessions: QuerySet[Session]) -> QuerySet[Session]:
    return sessions.filter(cancelled_at=None, during__startswith__gt=clock.now()).select_related("clinic")


def _check_reason(why: str) -> None:
    if not why.strip():
        raise Refused("Say why, in a few words: the women are told.", field="why")


def _lines(series: Series) -> QuerySet[SeriesSession]:
    return series.sessions.select_related("room", "service", "clinician").order_by("starts", "pk")


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
