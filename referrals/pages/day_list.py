"""A clinic's day on paper, for the place: times, rooms, and initials of the women who are open to the reader.

Of the others it says that the time is taken. No number, no reason, no name of hers: paper lies about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from carecoord.access.models import User
from referrals.models import Appointment, Clinic, Session
from referrals.pages.day import appointments_shown
from referrals.taken import TakenPlace, taken_in
from referrals.wording.clinics import clinician_in_words, hours_in_words

NOT_OPEN = "taken"


@dataclass(frozen=True)
class Line:
    """One time of one room. ``needs``: what to have ready."""

    hours: str
    room: str
    with_whom: str
    who: str
    needs: str


@dataclass(frozen=True)
class DayList:
    """One day of one place; ``women`` are the ids of those whose initials stand on it."""

    clinic: Clinic
    at: datetime
    lines: list[Line]
    women: list[int]


def list_of(clinic: Clinic, reader: User, at: datetime) -> DayList:
    """The list, as its reader may see it. Three queries, and one for what is open."""
    live = clinic.sessions.filter(cancelled_at=None).select_related("room", "service", "clinician")
    sessions = {each.pk: each for each in live}
    known = {_place_of(each): each for each in appointments_shown(sessions.values(), reader)}
    lines = [
        _line(place, sessions[place.session], known.get((place.session, place.seat, place.since)))
        for place in taken_in(sessions)
    ]
    return DayList(clinic, at, lines, sorted({each.woman_id for each in known.values()}))


def _place_of(appointment: Appointment) -> tuple[int | None, int | None, datetime]:
    return appointment.session_id, appointment.seat, appointment.during.lower


def _line(place: TakenPlace, session: Session, hers: Appointment | None) -> Line:
    return Line(
        hours=hours_in_words(place.since, place.until),
        room=session.room.name,
        with_whom=clinician_in_words(session),
        who=hers.journey.woman.initials if hers else NOT_OPEN,
        needs=_needs(hers) if hers else "",
    )


def _needs(hers: Appointment) -> str:
    children = hers.visit.children
    return ", ".join(
        filter(
            None,
            (
                "interpreter" if hers.needs_interpreter else "",
                f"{children} {'child' if children == 1 else 'children'}" if children else "",
                "not confirmed yet" if hers.state == Appointment.State.HELD else "",
            ),
        )
    )
