"""The days to come at the reader's sites: which services, how much is taken, how much is free."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Prefetch, QuerySet

from carecoord import clock
from carecoord.access.models import User
from referrals.models import Clinic, Session
from referrals.pages.day import free_in
from referrals.rules.kinds import BY_KEY
from referrals.taken import TakenPlace, taken_in
from referrals.wording.clinics import span_in_words

WEEKS = 4  # on one page


class DayLine(NamedTuple):
    """One day on the list. ``free``: how much time; "" for a day that has passed."""

    clinic: Clinic
    services: str
    taken: int
    free: str


class Days(NamedTuple):
    """The days of four weeks, by week; and the first days of the four before and after."""

    weeks: list[tuple[str, list[DayLine]]]
    since: date
    until: date
    earlier: date
    later: date


def clinics_of(reader: User) -> QuerySet[Clinic]:
    """The clinics at the sites where the reader works."""
    return Clinic.objects.filter(place__site__in=reader.site_ids).select_related("place__site")


def days_from(since: date, sites: Collection[int]) -> Days:
    """The days of four weeks from the Monday of ``since`` on, at these sites (ids). Three queries."""
    monday = since - timedelta(days=since.weekday())
    end = monday + timedelta(weeks=WEEKS)
    held = Prefetch("sessions", Session.objects.filter(cancelled_at=None).order_by("during"), to_attr="held")
    clinics = Clinic.objects.filter(place__site__in=sites, on__gte=monday, on__lt=end)
    found = list(clinics.select_related("place__site").prefetch_related(held).order_by("on", "place__name"))
    lines = _lines(found)
    weeks = [(monday + timedelta(weeks=number)) for number in range(WEEKS)]
    return Days(
        weeks=[(_week(first), of_week) for first in weeks if (of_week := _in_week(lines, first))],
        since=monday,
        until=end - timedelta(days=1),
        earlier=monday - timedelta(weeks=WEEKS),
        later=end,
    )


def beside(clinic: Clinic) -> tuple[Clinic | None, Clinic | None]:
    """The day before and the day after at the same place."""
    there = Clinic.objects.filter(place=clinic.place_id)
    return there.filter(on__lt=clinic.on).order_by("-on").first(), there.filter(on__gt=clinic.on).order_by("on").first()


def _lines(clinics: Collection[Clinic]) -> list[DayLine]:
    sessions: dict[int, list[Session]] = {each.pk: each.held for each in clinics}  # type: ignore[attr-defined]
    taken = taken_in([each.pk for held in sessions.values() for each in held])
    return [_line(each, sessions[each.pk], taken) for each in clinics]


def _line(clinic: Clinic, sessions: list[Session], taken: list[TakenPlace]) -> DayLine:
    here = {each.pk for each in sessions}
    places = [each for each in taken if each.session in here]
    services = ", ".join(dict.fromkeys(BY_KEY[each.kind].name for each in sessions))
    free = "" if clinic.on < clock.today() else f"{span_in_words(free_in(sessions, places))} free"
    return DayLine(clinic, services, len(places), free)


def _in_week(lines: list[DayLine], monday: date) -> list[DayLine]:
    return [each for each in lines if monday <= each.clinic.on < monday + timedelta(weeks=1)]


def _week(monday: date) -> str:
    this = clock.today() - timedelta(days=clock.today().weekday())
    near = {this: "This week", this + timedelta(weeks=1): "Next week"}
    return near.get(monday, f"Week of {clock.day_in_words(monday)}")
