"""A plan of her trips: what is proposed from what she needs and what is free.

A proposal changes nothing and is forgotten with its page. What is booked is what the page showed (trips.py):
every time is asked for again under the locks of booking, and where one was taken meanwhile nothing of it is booked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Q

from carecoord import clock
from pathways.models import Journey, SafeContact
from pathways.models.contact import newest_contact
from referrals.free import FreeSpan, children_expected, free_spans, while_minded
from referrals.her_days import newest_day, rules_of
from referrals.models import Appointment, HerDay, Place, Session, Visit
from referrals.placing import needs_interpreter
from referrals.rules.her_days import HerDays
from referrals.rules.planner import fewest_trips
from referrals.rules.trips import Circumstances, Need, Opening, Trip, Why
from referrals.rules.trips import Visit as Planned
from referrals.wanted import Wanted, coming

AHEAD = timedelta(days=60)


@dataclass(frozen=True)
class Asked:
    """What a plan is made for, and what she wants of it.

    ``alone``: keys of what she wants on a day of its own. ``not_days``, ``not_places``: when and where she does not
    want to come. ``keeps_safe_hours``: only on the days and at the hours that are safe for her. ``interpreter_comes``:
    somebody books one for her, so that sessions without one will do.
    """

    wanted: Sequence[Wanted]
    alone: frozenset[str] = frozenset()
    not_days: frozenset[date] = frozenset()
    not_places: frozenset[int] = frozenset()
    keeps_safe_hours: bool = True
    interpreter_comes: bool = False
    children: int = 0


@dataclass(frozen=True)
class Thing:
    """One thing that she would come for: in which session, and when."""

    wanted: Wanted
    session: Session
    starts_at: datetime

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.wanted.minutes)

    def sent_in(self, trip: int) -> str:
        """How a page that shows it sends it on: ``trip|key|session|when``."""
        return f"{trip}|{self.wanted.key}|{self.session.pk}|{self.starts_at.isoformat()}"


@dataclass(frozen=True)
class Proposed:
    """One proposed trip, in order. ``joins``: what she comes for there that day already."""

    place: Place
    day: date
    things: Sequence[Thing]
    joins: Sequence[Appointment] = ()

    @property
    def begins(self) -> datetime:
        return min([self.things[0].starts_at, *(each.during.lower for each in self.joins)])

    @property
    def ends(self) -> datetime:
        return max([self.things[-1].ends_at, *(each.during.upper for each in self.joins)])


@dataclass(frozen=True)
class Proposal:
    """What is proposed, in order of time; ``apart`` is what stands in no trip, and why."""

    trips: Sequence[Proposed] = ()
    apart: Sequence[tuple[Wanted, Why]] = ()

    @property
    def things(self) -> int:
        return sum(len(trip.things) for trip in self.trips)

    @property
    def new_trips(self) -> int:
        """How often she leaves home for them, besides what is booked."""
        return sum(not trip.joins for trip in self.trips)

    def __add__(self, other: Proposal) -> Proposal:
        trips = sorted([*self.trips, *other.trips], key=lambda trip: trip.begins)
        return Proposal(trips, [*self.apart, *other.apart])


@dataclass(frozen=True)
class HerSide:
    """What is known of her for a plan: her day, how she is reached safely, what she comes for already."""

    journey: Journey
    day: HerDay | None
    contact: SafeContact | None
    coming: Sequence[Appointment]

    @classmethod
    def of(cls, journey: Journey) -> HerSide:
        """Three queries."""
        booked = coming(journey).filter(during__endswith__gt=clock.now())
        rows = list(booked.select_related("visit__place", "session__room").order_by("during"))
        return cls(journey, newest_day(journey), newest_contact(journey.woman_id), rows)

    def without(self, moved: Collection[Appointment]) -> HerSide:
        """As if these appointments were not booked."""
        return replace(self, coming=[each for each in self.coming if each not in moved])

    def days(self, *, safe: bool = True) -> HerDays:
        """Her days as the rules take them; ``safe``: within her safe hours."""
        return rules_of(self.day, self.contact if safe else None)

    @property
    def needs_interpreter(self) -> bool:
        return needs_interpreter(self.journey.woman)


# -- proposing -----------------------------------------------------------------------------------


def propose(hers: HerSide, asked: Asked, *, now: datetime) -> Proposal:
    """The fewest trips for what is asked; what she wants on a day of its own is planned after the rest. Three queries.

    What is looked for in the place of an appointment is planned as if that one were not booked.
    """
    hers = hers.without([each.instead_of for each in asked.wanted if each.instead_of])
    free = _free(hers.journey, asked, now)
    expected = children_expected({span.session.clinic for span in free}) if asked.children else {}
    question = _Question(hers, asked, expected, now)
    found = question.answer([each for each in asked.wanted if each.key not in asked.alone], free)
    for alone in (each for each in asked.wanted if each.key in asked.alone):
        taken = {trip.day for trip in found.trips} | {booked.visit.on for booked in hers.coming}
        found += question.answer([alone], [span for span in free if span.session.clinic.on not in taken])
    return found


def _free(journey: Journey, asked: Asked, now: datetime) -> list[FreeSpan]:
    """What is free within the next weeks with a service that she needs, at her site or where she was referred to."""
    named = [each.service_id for each in asked.wanted if each.service_id]
    sessions = (
        Session.objects.filter(Q(clinic__place__site=journey.site_id) | Q(service__in=named))
        .filter(kind__in={each.kind for each in asked.wanted}, cancelled_at=None, clinic__cancelled_at=None)
        .filter(during__endswith__gt=now, during__startswith__lt=now + AHEAD)
        .exclude(clinic__on__in=asked.not_days)
        .exclude(clinic__place__in=asked.not_places)
        .select_related("clinic__place", "room", "service", "clinician")
        .order_by("pk")
    )
    return free_spans(list(sessions))


@dataclass(frozen=True)
class _Question:
    """What the solver is asked about her, in its own terms. ``expected``: children, by clinic."""

    hers: HerSide
    asked: Asked
    expected: Mapping[int, int]
    now: datetime

    def answer(self, wanted: Sequence[Wanted], free: Sequence[FreeSpan]) -> Proposal:
        """The fewest trips for ``wanted`` in what is free."""
        openings = [self._opening(key, span) for key, span in enumerate(free)]
        needs = [_need(each, free) for each in wanted]
        plan = fewest_trips(needs, openings, self._circumstances(free), now=self.now) if needs else None
        if plan is None:
            return Proposal()
        by_key = {each.key: each for each in wanted}
        trips = [self._trip(trip, by_key, free) for trip in plan.trips]
        return Proposal(trips, [(by_key[key], why) for key, why in plan.apart])

    def _opening(self, key: int, span: FreeSpan) -> Opening:
        session, children = span.session, self.asked.children
        minded = while_minded(span, children, self.expected[session.clinic_id]) if children else span
        return Opening(
            key,
            str(session.clinic.place_id),
            _tag(session),
            (minded or span).since,
            (minded or span).until,
            has_interpreter=session.has_interpreter or self.asked.interpreter_comes,
            has_childcare=minded is not None,
        )

    def _circumstances(self, free: Sequence[FreeSpan]) -> Circumstances:
        hers = self.hers
        days = hers.days(safe=self.asked.keeps_safe_hours)
        first, last = clock.today(self.now), clock.today(self.now + AHEAD)
        minutes = int(days.travel.total_seconds() // 60)
        return Circumstances(
            away=days.away(first, last),
            busy=days.doses(first, last),
            booked=tuple(((each.during.lower, each.during.upper), _where(each.visit)) for each in hers.coming),
            travel=tuple((str(place), minutes) for place in {span.session.clinic.place_id for span in free}),
            needs_interpreter=hers.needs_interpreter,
            needs_childcare=self.asked.children > 0,
        )

    def _trip(self, trip: Trip, by_key: Mapping[str, Wanted], free: Sequence[FreeSpan]) -> Proposed:
        things = [_thing(planned, by_key, free) for planned in trip.visits]
        place = things[0].session.clinic.place
        joins = [each for each in self.hers.coming if each.visit.on == trip.day] if trip.joins else []
        return Proposed(place, trip.day, things, joins)


def _need(wanted: Wanted, free: Sequence[FreeSpan]) -> Need:
    fitting = {_tag(span.session) for span in free if is_for(span.session, wanted)}
    return Need(wanted.key, frozenset(fitting), wanted.minutes, wanted.due_at, wanted.not_before)


def _tag(session: Session) -> str:
    """What the rules call the service of a session."""
    return f"{session.kind} {session.service_id} {session.clinic.place_id}"


def is_for(session: Session, wanted: Wanted) -> bool:
    """Whether she can be seen there for it: the kind; the service and the place, where only that one will do."""
    return (
        session.kind == wanted.kind
        and (wanted.service_id is None or session.service_id in (None, wanted.service_id))
        and wanted.place_id in (None, session.clinic.place_id)
    )


def _thing(planned: Planned, by_key: Mapping[str, Wanted], free: Sequence[FreeSpan]) -> Thing:
    return Thing(by_key[planned.need], free[planned.opening].session, planned.starts_at)


def _where(visit: Visit) -> str:
    """What the rules call the place of a visit; one of none of our places is a place of its own."""
    return str(visit.place_id or f"visit {visit.pk}")
