"""Tells the clinics of the demonstration: what comes again, and who comes to the next day of each.

On a later day the women's dates move and appointments do not: they lie on the day of a clinic. Each load fills the next
day where nobody comes to it yet.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from carecoord import clock
from carecoord.access.demo import email_of
from carecoord.access.models import User
from carecoord.sites.models import Site
from pathways.covering import write_grants_of
from pathways.demo.parts import Part, Times
from pathways.models import Journey
from pathways.recording import lock
from referrals import series
from referrals.clinics import Creche, SessionPlan
from referrals.models import Appointment, Clinic, Place, Room, Series, Service, Session, Visit, Waiting

FILE = Path(__file__).parent / "clinics.toml"
BACK = 2  # so many days of each series lie in the past
BOOKED = timedelta(days=3)
Told = Mapping[str, Any]


def part() -> Part:
    """The clinics, as the demonstration's loader takes them."""
    moves = Times(Waiting, "journey", ("since", "ended_at", "passed_over_at"), ("not_before", "until"))
    return Part(tell, (moves,), ((Waiting, "journey", "since"),), ())


def tell(staff: Mapping[str, User], now: datetime) -> None:
    """Set up what is not there yet, make its days, and fill the next one."""
    for told in tomllib.loads(FILE.read_text(encoding="utf-8"))["clinics"]:
        manager = staff[email_of("manager", told["site"])]
        place, _ = Place.objects.get_or_create(
            site=Site.objects.get(code=told["site"]), name=told["place"], defaults={"neutral_name": told["neutral"]}
        )
        found = Series.objects.filter(place=place).order_by("pk").first()
        made = found or _begin(place, told, staff, manager, now)
        series.make_days(made, clock.today(now) + series.AHEAD)
        coming = made.clinics.filter(on__gt=clock.today(now), cancelled_at=None).order_by("on").first()
        if coming and not Appointment.objects.filter(session__clinic=coming).exists():
            _fill(coming, told, now)
        if found is None:
            _wait(told, now)


def _begin(place: Place, told: Told, staff: Mapping[str, User], manager: User, now: datetime) -> Series:
    """The series, begun some days ago, with what is on each of its days."""
    today = clock.today(now)
    coming = today + timedelta(days=(told["weekday"] - today.isoweekday()) % 7 or 7)
    first = coming - timedelta(weeks=told["every_weeks"] * BACK)
    creche = told.get("creche", {})
    plan = series.SeriesPlan(first, told["every_weeks"], told["on_holiday"], creche=Creche(**creche))
    with clock.as_of(_noon(first) - timedelta(days=1)):
        made = series.begin_series(place, plan, by=manager)
        for each in told["sessions"]:
            series.add_to_series(made, _planned(place, each, staff, told["site"]), by=manager)
    return made


def _planned(place: Place, each: Told, staff: Mapping[str, User], site: str) -> SessionPlan:
    room, _ = Room.objects.get_or_create(place=place, name=each["room"])
    here = Service.objects.filter(site=place.site, kind=each["kind"], ended_on=None, exists=Service.Exists.HERE)
    return SessionPlan(
        each["kind"],
        room,
        each["starts"],
        each["ends"],
        each.get("minutes", 30),
        each.get("seats", 1),
        here.order_by("pk").first(),
        staff[email_of(each["clinician"], site)] if "clinician" in each else None,
        each.get("name", ""),
    )


def _fill(day: Clinic, told: Told, now: datetime) -> None:
    for each in told["books"]:
        session = day.sessions.filter(kind=each["kind"], cancelled_at=None).first()
        journey = _newest(each["of"])
        if session and journey:
            _book(journey, session, each, now)


def _book(journey: Journey, session: Session, each: Told, now: datetime) -> None:
    day = session.clinic
    starts = clock.from_local(datetime.combine(day.on, each["at"]))
    during = DateTimeTZRange(starts, starts + timedelta(minutes=each["minutes"]))
    visit, _ = Visit.objects.get_or_create(journey=journey, on=day.on, place=day.place)
    taken = session.appointments.filter(during__overlap=during).exclude(state=Appointment.State.CANCELLED)
    Appointment.objects.create(
        journey=journey,
        woman=journey.woman,
        visit=visit,
        session=session,
        seat=taken.count() + 1,
        kind=session.kind,
        during=during,
        words=each["words"],
        booked_at=now - BOOKED,
        booked_by=journey.named_midwife,
    )
    write_grants_of(lock(journey))


def _wait(told: Told, now: datetime) -> None:
    for each in told.get("waits", ()):
        journey = _newest(each["of"])
        if journey and journey.named_midwife:
            known = {"minutes": each["minutes"], "words": each["words"], "since": now - timedelta(days=each["days"])}
            Waiting.objects.create(journey=journey, kind=each["kind"], by=journey.named_midwife, **known)


def _newest(ref: str) -> Journey | None:
    """The newest journey of the woman with this reference."""
    hers = Journey.objects.filter(woman__person_ref=f"DEMO-{ref}")
    return hers.select_related("woman", "named_midwife").order_by("-number").first()


def _noon(day: date) -> datetime:
    return clock.from_local(datetime(day.year, day.month, day.day, 12))  # noqa: DTZ001 a London wall clock
