"""The list of one day of a clinic: whom the reader may see, what each comes for, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from carecoord import clock
from carecoord.access.models import User
from pathways.visibility import journeys_visible_to
from referrals.attending import answer_of
from referrals.models import Appointment, Clinic, Visit
from referrals.seats import given_in
from referrals.wording.booking import who_in_words
from referrals.wording.clinics import hours_in_words


@dataclass(frozen=True)
class Line:
    """One appointment. ``begun``: what became of it can be written down."""

    row: Appointment
    hours: str
    what: str
    who: str
    answer: str
    begun: bool


@dataclass(frozen=True)
class Guest:
    """One woman and all she comes for that day. ``interpreter``: her language, where it is asked whether one came."""

    visit: Visit
    name: str
    point: str
    lines: Sequence[Line]
    interpreter: str

    @property
    def asks(self) -> bool:
        return any(line.begun for line in self.lines)


@dataclass(frozen=True)
class DayList:
    """The day's list, by when each woman comes first. ``others``: appointments of women who are not the reader's."""

    guests: Sequence[Guest]
    others: int

    @property
    def women(self) -> list[int]:
        return sorted({guest.visit.journey.woman_id for guest in self.guests})


def day_list(clinic: Clinic, reader: User, now: datetime) -> DayList:
    """Three queries, however many come."""
    rows = list(
        Appointment.objects.filter(
            session__clinic=clinic, state=Appointment.State.BOOKED, journey__in=journeys_visible_to(reader)
        )
        .select_related("visit__journey__woman", "session__room", "session__clinician")
        .order_by("visit", "during", "pk")
    )
    guests = [_guest(visit, list(each), now) for visit, each in groupby(rows, key=lambda row: row.visit)]
    sessions = list(clinic.sessions.values_list("pk", flat=True))
    all_told = sum(len(given) for given in given_in(sessions).values())
    in_order = sorted(guests, key=lambda guest: (guest.lines[0].row.during.lower, guest.name))
    return DayList(in_order, max(all_told - len(rows), 0))


def _guest(visit: Visit, rows: Sequence[Appointment], now: datetime) -> Guest:
    woman = visit.journey.woman
    without = any(row.needs_interpreter and not (row.session and row.session.has_interpreter) for row in rows)
    return Guest(
        visit,
        woman.list_name,
        visit.journey.point_on(clock.today(now)),
        [_line(row, now) for row in rows],
        woman.interpreter if without else "",
    )


def _line(row: Appointment, now: datetime) -> Line:
    return Line(
        row,
        hours_in_words(row.during.lower, row.during.upper),
        row.words,
        who_in_words(row.session) if row.session else "",
        answer_of(row),
        row.during.lower <= now,
    )
