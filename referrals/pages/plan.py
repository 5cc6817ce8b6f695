"""What the page of a plan shows: each trip line by line, how it fits round her day, and what stays apart and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from carecoord import clock
from referrals.models import Place
from referrals.pages.her_day import Fact, day_facts
from referrals.pages.lines import Line, lines_of, span_in_words, trips_in_words
from referrals.planning import HerSide, Proposal, Proposed
from referrals.rules.her_days import Fit, fits
from referrals.rules.trips import Why
from referrals.wanted import Wanted


@dataclass(frozen=True)
class TripCard:
    """One proposed trip. ``joins``: she comes there that day anyway. ``things``: what the form sends of it."""

    number: int
    heading: str
    place: Place
    day: date
    point: str
    joins: bool
    lines: Sequence[Line]
    fits: Sequence[Fit]
    things: Sequence[str]


@dataclass(frozen=True)
class Apart:
    """What stands in no trip. ``waits``: she is on the waiting list for it."""

    title: str
    about: str
    why: str
    waits: bool


@dataclass(frozen=True)
class PlanPage:
    """Everything beside the form. ``counted``: ``4 things in 1 trip instead of 4``."""

    trips: Sequence[TripCard]
    apart: Sequence[Apart]
    counted: str
    facts: Sequence[Fact]
    nothing_open: bool


def plan_page(hers: HerSide, proposal: Proposal, *, nothing_open: bool) -> PlanPage:
    """The page of a proposal for her."""
    return PlanPage(
        trips=[_card(number, trip, hers) for number, trip in enumerate(proposal.trips)],
        apart=[_apart(wanted, why) for wanted, why in proposal.apart],
        counted=trips_in_words(proposal.things, proposal.new_trips),
        facts=day_facts(hers),
        nothing_open=nothing_open,
    )


def _card(number: int, trip: Proposed, hers: HerSide) -> TripCard:
    return TripCard(
        number=number,
        heading=span_in_words(trip.begins, trip.ends),
        place=trip.place,
        day=trip.day,
        point=hers.journey.point_on(trip.day),
        joins=bool(trip.joins),
        lines=lines_of(trip.things, trip.joins),
        fits=fits(hers.days(), trip.day, trip.begins, trip.ends),
        things=[thing.sent_in(number) for thing in trip.things],
    )


def _apart(wanted: Wanted, why: Why) -> Apart:
    kind = "" if wanted.kind_name == wanted.words else wanted.kind_name
    due = f"due {clock.due_in_words(wanted.due_at)}" if wanted.due_at else ""
    return Apart(wanted.words, ", ".join(filter(None, (kind, due))), str(why), wanted.waiting is not None)
