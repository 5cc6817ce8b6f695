"""The fewest trips: which of her needs are met on which day at which place, in which order.

A *need* is something she has to be seen for, by one of some services, before a time. An *opening* is time that is
still free with one service, in one room of one session. What she is asked to come for is a *trip*: one place on one
day. A need that fits into none stays a separate trip, and the plan says why.

The plan is the best there is, in this order: fewest trips, a need that stays apart counting as one; fewest needs
apart; soonest days; and within these trips the least waiting between the first and the last of each. A need is never
put after its due time, unless that has passed already.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from carecoord import clock

GRID = timedelta(minutes=5)  # appointments begin on it

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Need:
    """What she has to be seen for, and how long it takes. ``services``: any of them will do.

    ``due_at`` (aware): None where there is no hurry. ``not_before`` (aware): None where it can be at once.
    """

    key: str
    services: frozenset[str]
    minutes: int
    due_at: datetime | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """Free time with one service, in one room of a session, from ``since`` until ``until`` (aware)."""

    key: int
    place: str
    service: str
    since: datetime
    until: datetime
    has_interpreter: bool = True
    has_childcare: bool = True


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What her days allow.

    ``away``: the times in which she can be away from home, journeys included. ``busy``: what keeps its time, as her
    dose at the pharmacy does. ``booked``: what she comes for already, and at which place. ``travel``: (place, minutes
    from home one way); a place that is not named takes none.
    """

    away: tuple[Span, ...]
    busy: tuple[Span, ...] = ()
    booked: tuple[tuple[Span, str], ...] = ()
    travel: tuple[tuple[str, int], ...] = ()
    needs_interpreter: bool = False
    needs_childcare: bool = False

    def travel_to(self, place: str) -> timedelta:
        return timedelta(minutes=dict(self.travel).get(place, 0))

    def comes_to(self, place: str, day: date) -> bool:
        """Whether she comes to that place on that day anyway."""
        return any(place == where and clock.today(span[0]) == day for span, where in self.booked)

    def is_elsewhere(self, place: str, day: date) -> bool:
        """Whether she goes to another place on that day."""
        return any(place != where and clock.today(span[0]) == day for span, where in self.booked)


class Why(StrEnum):
    """Why a need stays a separate trip, in words for her."""

    NO_SERVICE = "none of the sessions has this service"
    NO_INTERPRETER = "no session with this service has an interpreter"
    NO_CHILDCARE = "no session with this service looks after children"
    NOT_IN_TIME = "no session with this service comes in time"
    NOT_HER_HOURS = "the sessions in time are outside the hours in which she can come, or she has something else then"
    TAKEN = "what she needs more urgently takes the time"


@dataclass(frozen=True, slots=True)
class Visit:
    """One need, met in one opening from ``starts_at`` until ``ends_at``."""

    need: str
    opening: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Trip:
    """One journey from home: a place, a London date, and what she comes for, in order.

    ``joins``: she comes there that day anyway.
    """

    place: str
    day: date
    visits: tuple[Visit, ...]
    joins: bool = False


@dataclass(frozen=True, slots=True)
class TripPlan:
    """The trips in order, and what stays apart, with the reason."""

    trips: tuple[Trip, ...]
    apart: tuple[tuple[str, Why], ...]

    @property
    def trips_needed(self) -> int:
        """How often she leaves home for these needs, besides what is booked."""
        return self._new + len(self.apart)

    @property
    def trips_saved(self) -> int:
        """Against a trip for each need."""
        return sum(len(trip.visits) for trip in self.trips) - self._new

    @property
    def _new(self) -> int:
        return sum(not trip.joins for trip in self.trips)


def windows(need: Need, opening: Opening, hers: Circumstances, now: datetime) -> list[Span]:
    """When ``need`` could begin in ``opening``: (earliest, latest) starts, on the grid; empty where it cannot."""
    if opening.service not in need.services or not _has_what_she_needs(opening, hers):
        return []
    if hers.is_elsewhere(opening.place, clock.today(opening.since)):
        return []
    lasts, travel = timedelta(minutes=need.minutes), hers.travel_to(opening.place)
    first = max(opening.since, now + travel, need.not_before or opening.since)
    last = min(opening.until, _deadline(need, now) or opening.until)
    spans = [(max(first, since + travel), min(last, until - travel)) for since, until in hers.away]
    spans = [span for span in spans if span[0] < span[1]]
    for since, until in (*hers.busy, *(span for span, _ in hers.booked)):
        if since < last and until > first:
            spans = [part for span in spans for part in _without(span, since, until)]
    starts = [(_up(since), _down(until - lasts)) for since, until in spans]
    return [(earliest, latest) for earliest, latest in starts if earliest <= latest]


def _has_what_she_needs(opening: Opening, hers: Circumstances) -> bool:
    return (opening.has_interpreter or not hers.needs_interpreter) and (
        opening.has_childcare or not hers.needs_childcare
    )


def _deadline(need: Need, now: datetime) -> datetime | None:
    """Until when it has to be over; None where there is no hurry, or the time has passed: then as soon as can be."""
    return need.due_at if need.due_at and need.due_at > now else None


def _without(span: Span, since: datetime, until: datetime) -> list[Span]:
    parts = [(span[0], min(span[1], since)), (max(span[0], until), span[1])]
    return [part for part in parts if part[0] < part[1]]


def _up(at: datetime) -> datetime:
    """The next instant on the grid, counted from the hour."""
    past = timedelta(minutes=at.minute, seconds=at.second, microseconds=at.microsecond) % GRID
    return at + (GRID - past) % GRID


def _down(at: datetime) -> datetime:
    return at - timedelta(minutes=at.minute, seconds=at.second, microseconds=at.microsecond) % GRID


def why_apart(need: Need, openings: Sequence[Opening], hers: Circumstances, now: datetime) -> Why:
    """Why ``need`` stands in no trip: the first thing that keeps it out of every opening."""
    of_service = [each for each in openings if each.service in need.services]
    if not of_service:
        return Why.NO_SERVICE
    if hers.needs_interpreter and not any(each.has_interpreter for each in of_service):
        return Why.NO_INTERPRETER
    if hers.needs_childcare and not any(each.has_childcare for each in of_service):
        return Why.NO_CHILDCARE
    deadline = _deadline(need, now)
    if deadline and all(each.since + timedelta(minutes=need.minutes) > deadline for each in of_service):
        return Why.NOT_IN_TIME
    if not any(windows(need, each, hers, now) for each in of_service):
        return Why.NOT_HER_HOURS
    return Why.TAKEN


def plan_of(
    visits: Iterable[Visit], needs: Sequence[Need], openings: Sequence[Opening], hers: Circumstances, now: datetime
) -> TripPlan:
    """Visits as trips in order, and every other need with why it stays apart."""
    where = {opening.key: opening.place for opening in openings}
    trips: dict[tuple[date, str], list[Visit]] = {}
    for visit in sorted(visits, key=lambda each: each.starts_at):
        trips.setdefault((clock.today(visit.starts_at), where[visit.opening]), []).append(visit)
    met = {visit.need for days in trips.values() for visit in days}
    apart = [(need.key, why_apart(need, openings, hers, now)) for need in needs if need.key not in met]
    in_order = sorted(trips.items())
    return TripPlan(
        tuple(Trip(place, day, tuple(found), hers.comes_to(place, day)) for (day, place), found in in_order),
        tuple(apart),
    )
