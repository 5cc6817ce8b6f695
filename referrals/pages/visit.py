"""The card of one visit: what she comes for, getting there, how it fits, what is not on this trip, what she is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from carecoord import clock
from carecoord.access.models import User
from pathways.models import Journey
from referrals.attending import has_interpreter
from referrals.models import Appointment, Visit
from referrals.pages.her_day import Fact
from referrals.pages.lines import Line, lines_of, span_in_words, trips_in_words
from referrals.planning import HerSide
from referrals.rules.her_days import Fit, HerDays, fits
from referrals.wanted import Wanted, wanted_of


@dataclass(frozen=True)
class OwnTrip:
    """Something that she comes for on another day, with its visit; or that is still open, without one."""

    title: str
    when: str
    visit_id: int | None = None


@dataclass(frozen=True)
class VisitCard:
    """Everything that the page shows. ``clinic_id``: the day it lies in. ``stands``: not all of it is cancelled.

    ``is_over``: it has been, or her journey is closed.
    """

    visit: Visit
    clinic_id: int | None
    heading: str
    where: str
    point: str
    counted: str
    lines: Sequence[Line]
    facts: Sequence[Fact]
    fits: Sequence[Fit]
    elsewhere: Sequence[OwnTrip]
    is_over: bool
    confirmed: str

    @property
    def stands(self) -> bool:
        return bool(self.lines)

    @property
    def can_change(self) -> bool:
        return self.stands and not self.is_over


def card_of(journey: Journey, visit: Visit, reader: User, at: datetime) -> VisitCard:
    """The card of her visit as ``reader`` sees it."""
    standing = visit.appointments.exclude(state=Appointment.State.CANCELLED).order_by("during")
    rows = list(standing.select_related("session__room", "session__clinician"))
    lines = lines_of([], rows)
    hers = HerSide.of(journey)
    days = hers.days()
    begins, ends = (lines[0].begins, max(line.ends for line in lines)) if lines else (at, at)
    return VisitCard(
        visit=visit,
        clinic_id=next((row.session.clinic_id for row in rows if row.session), None),
        heading=span_in_words(begins, ends) if lines else clock.day_in_words(visit.on),
        where=where_in_words(visit),
        point=journey.point_on(visit.on),
        counted=trips_in_words(max(visit.instead_of, len(lines)) if visit.planned else len(lines), 1),
        lines=lines,
        facts=_getting_there(visit, hers, days, lines) if lines else [],
        fits=fits(days, visit.on, begins, ends) if lines else [],
        elsewhere=[*_other_visits(visit, hers), *map(_open, wanted_of(journey, reader))],
        is_over=journey.is_closed or ends <= at,
        confirmed=_confirmed(visit),
    )


def where_in_words(visit: Visit) -> str:
    """``Ashford Bridge hub, Mill Lane``, or where it is that is none of our places."""
    if visit.place is None:
        return visit.elsewhere
    return ", ".join(dict.fromkeys((visit.place.name, visit.place.neutral_name)))


def _getting_there(visit: Visit, hers: HerSide, days: HerDays, lines: Sequence[Line]) -> list[Fact]:
    found: list[Fact] = []
    if hers.day and hers.day.travel_minutes:
        by = f" by {hers.day.travel_by}" if hers.day.travel_by else ""
        found.append((f"From home{by}", f"{hers.day.travel_minutes} min"))
        found.append(("Sets out at", f"{(lines[0].begins - days.travel).astimezone(clock.LONDON):%H:%M}"))
    if visit.place and visit.place.getting_there:
        found.append(("The way", visit.place.getting_there))
    if visit.children:
        found.append(("Crèche place", f"held, {visit.children} {'child' if visit.children == 1 else 'children'}"))
    if hers.needs_interpreter:
        comes = all(has_interpreter(line.appointment) for line in lines if line.appointment)
        found.append((f"Interpreter, {hers.journey.woman.interpreter}", "arranged" if comes else "not arranged yet"))
    return found


def _other_visits(visit: Visit, hers: HerSide) -> list[OwnTrip]:
    """What she comes for on other days, one line a day."""
    by_visit: dict[int, list[Appointment]] = {}
    for each in hers.coming:
        if each.visit_id != visit.pk:
            by_visit.setdefault(each.visit_id, []).append(each)
    return [
        OwnTrip(", ".join(each.words for each in rows), clock.due_in_words(rows[0].during.lower), visit_id)
        for visit_id, rows in by_visit.items()
    ]


def _open(wanted: Wanted) -> OwnTrip:
    due = f"due {clock.due_in_words(wanted.due_at)}" if wanted.due_at else "no time set"
    return OwnTrip(wanted.words, f"not booked yet, {due}")


def _confirmed(visit: Visit) -> str:
    if visit.confirmed_at is None:
        return ""
    return f"Agreed with her {clock.due_in_words(visit.confirmed_at)}, {visit.confirmed_by}"
