"""The fewest trips: small cases against a search through every plan there is, one by one."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, product

import pytest

from carecoord import clock
from referrals.rules.planner import fewest_trips
from referrals.rules.trips import GRID, Circumstances, Need, Opening, TripPlan, Visit, plan_of, windows

NOW = datetime(2026, 11, 20, 9, 5, tzinfo=UTC)
SERVICES = ("midwife", "scan", "prescriber", "mental_health")


def day_at(day: int, hour: float) -> datetime:
    return datetime(2026, 11, 20, tzinfo=UTC) + timedelta(days=day, hours=hour)


def always(days: int = 60) -> tuple[tuple[datetime, datetime], ...]:
    return tuple((day_at(day, 8), day_at(day, 18)) for day in range(days))


def opening(key: int, day: int, since: float, until: float, service: str, place: str = "hub", **more: bool) -> Opening:
    return Opening(key, place, service, day_at(day, since), day_at(day, until), **more)


def need(key: str, *services: str, minutes: int = 30, **more: datetime) -> Need:
    return Need(key, frozenset(services or (key,)), minutes, **more)


# -- what is best, counted without a solver ------------------------------------------------------


def worth(plan: TripPlan) -> tuple[int, int, int, int]:
    """Smaller is better: trips, needs apart, days from today, minutes from first to last."""
    days = sum((trip.day - clock.today(NOW)).days for trip in plan.trips)
    waiting = sum((trip.visits[-1].ends_at - trip.visits[0].starts_at).seconds // 60 for trip in plan.trips)
    return plan.trips_needed, len(plan.apart), days, waiting


def ways(wanted: Need, openings: list[Opening], hers: Circumstances) -> list[Visit | None]:
    """Every start on the grid in every opening, and none at all."""
    found: list[Visit | None] = [None]
    for each in openings:
        for earliest, latest in windows(wanted, each, hers, NOW):
            for step in range((latest - earliest) // GRID + 1):
                starts = earliest + step * GRID
                found.append(Visit(wanted.key, each.key, starts, starts + timedelta(minutes=wanted.minutes)))
    return found


def possible(visits: list[Visit], openings: list[Opening]) -> bool:
    """One thing at a time, one place a day."""
    where = {each.key: each.place for each in openings}
    in_order = sorted(visits, key=lambda visit: visit.starts_at)
    places: dict[date, set[str]] = {}
    for visit in visits:
        places.setdefault(clock.today(visit.starts_at), set()).add(where[visit.opening])
    return all(one.ends_at <= two.starts_at for one, two in pairwise(in_order)) and all(
        len(found) == 1 for found in places.values()
    )


def every_plan(needs: list[Need], openings: list[Opening], hers: Circumstances) -> list[TripPlan]:
    """All plans there are, with every start on the grid."""
    chosen = ([visit for visit in each if visit] for each in product(*(ways(one, openings, hers) for one in needs)))
    return [plan_of(visits, needs, openings, hers, NOW) for visits in chosen if possible(visits, openings)]


def days_of(plan: TripPlan) -> list[tuple[date, str]]:
    return [(trip.day, trip.place) for trip in plan.trips]


def small_case(seed: int) -> tuple[list[Need], list[Opening], Circumstances]:
    chance = random.Random(seed)
    openings = []
    for key in range(chance.randint(1, 4)):
        since = chance.choice((9.0, 9.5, 10.0, 10.25))
        openings.append(
            opening(
                key,
                chance.randint(0, 3),
                since,
                since + chance.choice((0.5, 0.75)),
                chance.choice(SERVICES[:3]),
                chance.choice(("hub", "clinic")),
                has_interpreter=chance.random() > 0.2,
                has_childcare=chance.random() > 0.2,
            )
        )
    needs = [
        need(
            f"n{number}",
            *chance.sample(SERVICES[:3], chance.randint(1, 2)),
            minutes=chance.choice((15, 20, 30)),
            **({"due_at": day_at(chance.randint(-1, 4), 12)} if chance.random() > 0.4 else {}),
        )
        for number in range(chance.randint(1, 3))
    ]
    busy = [(day_at(chance.randint(0, 3), 9), day_at(chance.randint(0, 3), 9.5)) for _ in range(2)]
    hers = Circumstances(
        away=always(4),
        busy=tuple((since, until) for since, until in busy if since < until),
        travel=(("hub", chance.choice((0, 25, 90))), ("clinic", 10)),
        needs_interpreter=chance.random() > 0.8,
        needs_childcare=chance.random() > 0.8,
    )
    return needs, openings, hers


@pytest.mark.parametrize("seed", range(500))
def test_no_plan_is_better(seed: int) -> None:
    needs, openings, hers = small_case(seed)
    found = fewest_trips(needs, openings, hers, now=NOW)
    visits = [visit for trip in found.trips for visit in trip.visits]
    assert possible(visits, openings)
    plans = every_plan(needs, openings, hers)
    assert worth(found)[:3] == min(worth(plan)[:3] for plan in plans)
    same_trips = [worth(plan) for plan in plans if days_of(plan) == days_of(found)]
    assert worth(found) == min(same_trips)
