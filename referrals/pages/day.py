"""One day of one place: rooms as columns, what is taken, free or closed in each, and who comes for what.

A reader sees the names of the women whose record is open to them. Of the others they see that a place is taken, by a
function of the database that tells times and seats alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from django.db.models import QuerySet
from django.urls import reverse

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from pathways.visibility import journeys_visible_to
from referrals.models import Appointment, Clinic, Session
from referrals.rules.day_plan import Box, Stretch, Taken, What, column, free_time, hours_of
from referrals.rules.kinds import BY_KEY
from referrals.taken import TakenPlace, taken_in
from referrals.wording.clinics import clinician_in_words, hours_in_words, span_in_words

STEP = timedelta(minutes=5)  # a box is drawn as high as it has steps
SHORT, SHORTEST = 5, 3  # steps: how little room a box has for its words
HALF_HOUR = timedelta(minutes=30)


class Who(NamedTuple):
    """A woman in a box, as the reader knows her. ``state``: kept for her, and not confirmed yet."""

    journey: int
    woman: int
    name: str
    words: str
    url: str
    is_held: bool = False
    is_chosen: bool = False


@dataclass(frozen=True)
class Shown:
    """One box, ready to be drawn and to be listed. ``url`` leads to booking it, where it is free and to come."""

    what: What
    since: datetime
    until: datetime
    where: str = ""
    who: tuple[Who, ...] = ()
    unnamed: int = 0  # women whom the reader does not see
    free: int = 0
    seats: int = 1
    url: str = ""

    @property
    def hours(self) -> str:
        """``09:30–10:00``."""
        return hours_in_words(self.since, self.until)

    @property
    def steps(self) -> int:
        """How high it is drawn."""
        return max(1, round((self.until - self.since) / STEP))

    @property
    def tight(self) -> str:
        """How little room there is for words: ``short``, ``shortest`` or nothing."""
        if self.steps > SHORT:
            return ""
        return "short" if self.steps > SHORTEST else "shortest"

    @property
    def is_chosen(self) -> bool:
        """Whether it is the highlighted woman's."""
        return any(each.is_chosen for each in self.who)

    @property
    def is_listed(self) -> bool:
        """Whether the list by time has it: what is taken or can be booked."""
        return self.what in (What.TAKEN, What.FREE, What.GROUP)


class Column(NamedTuple):
    """One room: which services are in it that day, with whom, and its boxes from the first hour to the last."""

    room: str
    services: str
    with_whom: str
    boxes: list[Shown]


class Chosen(NamedTuple):
    """The highlighted woman: all that she comes for that day at this place."""

    who: Who
    things: list[Shown]
    hours: str
    visit_url: str
    plan_url: str


class Day(NamedTuple):
    """A day, as its page shows it."""

    clinic: Clinic
    columns: list[Column]
    half_hours: list[str]
    by_time: list[Shown]
    live: list[Session]
    cancelled: list[Session]
    services: int
    women: list[int]  # ids of the women shown
    appointments: int
    free: str
    chosen: Chosen | None


def day_of(clinic: Clinic, reader: User, *, chosen: int | None = None, at: datetime | None = None) -> Day:
    """The day, to this reader; ``chosen`` is the journey to highlight. Three queries, and one for what is open."""
    now = at or clock.now()
    sessions = list(clinic.sessions.select_related("room", "service", "clinician").order_by("room__name", "during"))
    live = [each for each in sessions if each.cancelled_at is None]
    taken = taken_in([each.pk for each in live])
    known = {_place_of(each): each for each in appointments_shown(live, reader)}
    stretches = _stretches(live, taken)
    span = hours_of(list(stretches.values()))
    drawn = _Drawing(live, known, reader, chosen, now)
    columns = [drawn.column(room, stretches, *span) for room in _rooms(live)] if span else []
    boxes = [box for each in columns for box in each.boxes]
    return Day(
        clinic=clinic,
        columns=columns,
        half_hours=_half_hours(*span) if span else [],
        by_time=sorted((box for box in boxes if box.is_listed), key=lambda box: (box.since, box.until)),
        live=live,
        cancelled=[each for each in sessions if each.cancelled_at],
        services=len({each.service_id or each.kind for each in live}),
        women=sorted({each.woman_id for each in known.values()}),
        appointments=len(taken),
        free=span_in_words(sum((box.until - box.since for box in boxes if box.what is What.FREE), timedelta())),
        chosen=drawn.chosen_of(boxes),
    )


def appointments_shown(sessions: Iterable[Session], reader: User) -> QuerySet[Appointment]:
    """The appointments in these sessions of women whose record is open to the reader."""
    booked = Appointment.objects.filter(session__in=sessions, journey__in=journeys_visible_to(reader))
    return booked.exclude(state=Appointment.State.CANCELLED).select_related("journey__woman", "visit")


def free_in(sessions: Sequence[Session], taken: Iterable[TakenPlace]) -> timedelta:
    """How much time is free in these sessions, one woman at a time."""
    stretches = _stretches(sessions, taken).values()
    return sum((free_time(column([each], each.since, each.until)) for each in stretches), timedelta())


_Place = tuple[int | None, int | None, datetime]


def _place_of(appointment: Appointment) -> _Place:
    return appointment.session_id, appointment.seat, appointment.during.lower


def _stretches(sessions: Iterable[Session], taken: Iterable[TakenPlace]) -> dict[int, Stretch]:
    """The sessions as the plan needs them, by id."""
    places: dict[int, list[Taken]] = {}
    for each in taken:
        places.setdefault(each.session, []).append(Taken(each.seat, each.since, each.until))
    return {
        each.pk: Stretch(
            each.pk,
            each.during.lower,
            each.during.upper,
            each.minutes,
            each.seats,
            tuple(places.get(each.pk, ())),
        )
        for each in sessions
    }


def _rooms(sessions: Sequence[Session]) -> list[list[Session]]:
    """The sessions of each room, the rooms in the order of their names, ``Room 2`` before ``Room 10``."""
    by_room = sorted(sessions, key=lambda each: (_natural(each.room.name), each.room_id, each.during.lower))
    return [list(of_one) for _, of_one in groupby(by_room, key=lambda each: each.room_id)]


def _natural(name: str) -> tuple[str, int]:
    words = name.rstrip("0123456789")
    return words, int(name[len(words) :] or 0)


def _half_hours(opens: datetime, closes: datetime) -> list[str]:
    count = int((closes - opens) / HALF_HOUR)
    return [f"{(opens + HALF_HOUR * number).astimezone(clock.LONDON):%H:%M}" for number in range(count + 1)]


class _Drawing:
    """What the boxes of one day say to one reader."""

    def __init__(
        self,
        sessions: Sequence[Session],
        known: Mapping[_Place, Appointment],
        reader: User,
        chosen: int | None,
        now: datetime,
    ) -> None:
        self.sessions = {each.pk: each for each in sessions}
        self.known, self.chosen, self.now = known, chosen, now
        self.may_book = Ability.BOOK in reader.abilities

    def column(
        self, sessions: Sequence[Session], stretches: Mapping[int, Stretch], opens: datetime, closes: datetime
    ) -> Column:
        """One room's column."""
        boxes = column([stretches[each.pk] for each in sessions], opens, closes)
        return Column(
            room=sessions[0].room.name,
            services=", ".join(dict.fromkeys(BY_KEY[each.kind].name for each in sessions)),
            with_whom=", ".join(dict.fromkeys(filter(None, map(clinician_in_words, sessions)))),
            boxes=[self._shown(box) for box in boxes],
        )

    def _shown(self, box: Box) -> Shown:
        if box.session is None:
            return Shown(box.what, box.since, box.until)
        session = self.sessions[box.session]
        found = [self.known.get((session.pk, each.seat, each.since)) for each in box.taken]
        who = tuple(self._who(each) for each in found if each)
        return Shown(
            box.what,
            box.since,
            box.until,
            f"{BY_KEY[session.kind].name}, {session.room}",
            who,
            unnamed=len(found) - len(who),
            free=box.free,
            seats=session.seats,
            url=self._booking(session, box),
        )

    def _booking(self, session: Session, box: Box) -> str:
        """Where a free place is booked; "" where there is none, or its time has passed."""
        if not self.may_book or not box.free or box.until <= self.now:
            return ""
        url = reverse("book_session", args=[session.pk])
        at = f"?at={box.since.astimezone(clock.LONDON):%H:%M}" if box.since > self.now else ""
        return f"{url}{at}"

    def _who(self, appointment: Appointment) -> Who:
        journey = appointment.journey
        return Who(
            journey.pk,
            journey.woman_id,
            journey.woman.list_name,
            appointment.words,
            reverse("appointment", args=[journey.pk, appointment.pk]),
            is_held=appointment.state == Appointment.State.HELD,
            is_chosen=journey.pk == self.chosen,
        )

    def chosen_of(self, boxes: Iterable[Shown]) -> Chosen | None:
        """The highlighted woman, where she comes that day and the reader sees her."""
        hers = sorted((box for box in boxes if box.is_chosen), key=lambda box: box.since)
        if not hers:
            return None
        who = next(each for each in hers[0].who if each.is_chosen)
        visit = next(each.visit_id for each in self.known.values() if each.journey_id == who.journey)
        hours = hours_in_words(hers[0].since, max(box.until for box in hers))
        return Chosen(who, hers, hours, reverse("visit", args=[visit]), reverse("plan_a_trip", args=[who.journey]))
