"""Her copy of a visit, in plain words that speak to her: nobody else's data, no name of staff, and no service unless
that was chosen with her."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from carecoord import clock
from pathways.models import Journey
from referrals.models import Appointment, Visit
from referrals.rules.kinds import BY_KEY


@dataclass(frozen=True)
class SlipLine:
    """One thing. ``room`` and ``bring`` only where services are named: a room may be called after one."""

    time: str
    what: str
    room: str
    bring: str


@dataclass(frozen=True)
class Slip:
    """What she takes home."""

    called: str
    day: str
    begins: str
    ends: str
    place: str
    address: str
    way: str
    telephone: str
    lines: Sequence[SlipLine]
    names_services: bool
    children: int


def slip_of(journey: Journey, visit: Visit, *, names_services: bool) -> Slip:
    """Her copy. ``names_services``: she said that it is safe to have them on paper."""
    standing = visit.appointments.exclude(state=Appointment.State.CANCELLED).order_by("during")
    rows = list(standing.select_related("session__room"))
    place = visit.place
    ends = max((each.during.upper for each in rows), default=None)
    return Slip(
        called=journey.woman.called,
        day=clock.day_in_words(visit.on),
        begins=_time(rows[0].during.lower) if rows else "",
        ends=_time(ends) if ends else "",
        place=(place.name if names_services else place.neutral_name) if place else visit.elsewhere,
        address=place.address if place else "",
        way=place.getting_there if place else "",
        telephone=place.telephone if place else "",
        lines=[_line(each, names_services) for each in rows],
        names_services=names_services,
        children=visit.children,
    )


def _line(appointment: Appointment, names_services: bool) -> SlipLine:
    kind = BY_KEY[appointment.kind]
    return SlipLine(
        time=_time(appointment.during.lower),
        what=kind.name if names_services else kind.neutral,
        room=appointment.session.room.name if names_services and appointment.session else "",
        bring=appointment.her_words if names_services else "",
    )


def _time(at: datetime) -> str:
    return f"{at.astimezone(clock.LONDON):%H:%M}"
