"""Needs and openings of tests, and a search through every plan there is, one by one, without a solver."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, product

from carecoord import clock
from referrals.rules.trips import GRID, Circumstances, Need, Opening, Span, Trip, TripPlan, Visit, plan_of, windows

NOW = datetime(2026, 11, 20, 9, 5, tzinfo=UTC)
SERVICES = ("midwife", "scan")


def day_at(day: int, hour: float) -> datetime:
    """That hour, so many days from the day of ``NOW``."""
    return datetime(2026, 11, 20, tzinfo=UTC) + timedelta(days=day, hours=hour)


def always(days: int = 60) -> tuple[Span, ...]:
    """From eight till six every day."""
    return tuple((day_at(day, 8), day_at(day, 18)) for day in range(days))


def opening(key: int, day: int, since: float, until: float, service: str, place: str = "hub", **more: bool) -> Opening:
    """Free time of one service."""
    return Opening(key, place, service, day_at(day, since), day_at(day, until), **more)


def need(key: str, *services: str, minutes: int = 30, **more: datetime) -> Need:
    """Half an hour with the service of that name, or with any of ``services``."""
    return Need(key, frozenset(services or (key,)), minutes, **more)


def worth(plan: TripPlan, hers: Circumstances) -> tuple[int, int, int, int]:
    """Smaller is better: trips, needs apart, days from today, minutes from first to last of what she comes for."""
    days = sum((trip.day - clock.today(NOW)).days for trip in plan.trips if not trip.joins)
    waiting = sum(minutes_of(trip, hers) for trip in plan.trips)
    return plan.trips_needed, len(plan.apart), days, waiting


def minutes_of(trip: Trip, hers: Circumstances) -> int:
    """From the first to the last thing of a day, what was booked before too."""
    spans = [(visit.starts_at, visit.ends_at) for visit in trip.visits]
    spans += [span for span, _ in hers.booked if clock.today(span[0]) == trip.day]
    return int((max(end for _, end in spans) - min(begin for begin, _ in spans)) / timedelta(minutes=1))


def ways(wanted: Need, openings: list[Opening], hers: Circumstances) -> list[Visit | None]:
    """Every start on the grid in every opening, and none at all."""
    found: list[Visit | None] = [None]
    for each in openings:
        for earliest, latest in windows(wanted, each, hers, NOW):
            for step in range((latest - earliest) // GRID + 1):
                starts = earliest + step * GRID
                found.append(Visit(wanted.key, each.key, starts, starts + timedelta(minutes=wanted.minutes)))
    return found


def possible(visits: list[Visit], openings: list[Opening], hers: Circumstances) -> bool:
    """One thing at a time, one place a day; what is booked counts with them."""
    where = {each.key: each.place for each in openings}
    taken = [((visit.starts_at, visit.ends_at), where[visit.opening]) for visit in visits] + list(hers.booked)
    places: dict[date, set[str]] = {}
    for (since, _), place in taken:
        places.setdefault(clock.today(since), set()).add(place)
    spans = sorted(span for span, _ in taken)
    return all(one[1] <= two[0] for one, two in pairwise(spans)) and all(len(found) == 1 for found in places.values())


def every_plan(needs: list[Need], openings: list[Opening], hers: Circumstances) -> list[TripPlan]:
    """All plans there are, with every start on the grid."""
    chosen = ([visit for visit in each if visit] for each in product(*(ways(one, openings, hers) for one in needs)))
    return [plan_of(visits, needs, openings, hers, NOW) for visits in chosen if possible(visits, openings, hers)]


def days_of(plan: TripPlan) -> list[tuple[date, str]]:
    """On which days she goes where."""
    return [(trip.day, trip.place) for trip in plan.trips]


def small_case(seed: int) -> tuple[list[Need], list[Opening], Circumstances]:
    """A few needs, openings and circumstances, drawn from a seed: small enough for ``every_plan``."""
    chance = random.Random(seed)
    openings = []
    for key in range(chance.randint(2, 5)):
        since = chance.choice((9.0, 9.5, 10.0, 10.25))
        openings.append(
            opening(
                key,
                chance.randint(0, 3),
                since,
                since + chance.choice((0.5, 0.75, 1)),
                chance.choice(SERVICES),
                chance.choice(("hub", "clinic")),
                has_interpreter=chance.random() > 0.1,
                has_childcare=chance.random() > 0.1,
            )
        )
    needs = [
        need(
            f"n{number}",
            *chance.sample(SERVICES, chance.choice((1, 1, 2))),
            minutes=chance.choice((15, 20, 30)),
            **({"due_at": day_at(chance.randint(-1, 4), 12)} if chance.random() > 0.6 else {}),
        )
        for number in range(chance.randint(2, 3))
    ]
    busy = [(day_at(chance.randint(0, 3), 9), day_at(chance.randint(0, 3), 9.5)) for _ in range(2)]
    booked = [((day_at(day, 10.5), day_at(day, 11)), chance.choice(("hub", "clinic"))) for day in (1, 2)]
    hers = Circumstances(
        away=always(4),
        booked=tuple(each for each in booked if chance.random() > 0.6),
        busy=tuple((since, until) for since, until in busy if since < until),
        travel=(("hub", chance.choice((0, 25, 60))), ("clinic", 10)),
        needs_interpreter=chance.random() > 0.85,
        needs_childcare=chance.random() > 0.85,
    )
    return needs, openings, hers


def why_not_best(found: TripPlan, needs: list[Need], openings: list[Opening], hers: Circumstances) -> str:
    """What is wrong with a plan, against every other there is; nothing where none is better."""
    visits = [visit for trip in found.trips for visit in trip.visits]
    if not possible(visits, openings, hers):
        return f"she cannot do all of {visits}"
    plans = every_plan(needs, openings, hers)
    best = min(worth(plan, hers)[:3] for plan in plans)
    if worth(found, hers)[:3] != best:
        return f"{worth(found, hers)[:3]}, where {best} can be had"
    least = min(worth(plan, hers) for plan in plans if days_of(plan) == days_of(found))
    return "" if worth(found, hers) == least else f"{worth(found, hers)} on these days, where {least} can be had"
