"""The fewest trips for twelve needs in forty sessions over sixty days; and what the solver costs.

The sessions are as they are when a clinic is half full: one is free in pieces of half an hour. A process of its own
imports the solver, so that its memory is seen.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import time
from datetime import timedelta

from referrals.rules.planner import fewest_trips
from referrals.rules.trips import Circumstances, Need, Opening
from tests.bench.conftest import Bench
from tests.trips import NOW, always, day_at, need, opening

NEEDS, SESSIONS, DAYS, CASES = 12, 40, 60, 20
SERVICES = ("midwife", "scan", "prescriber", "mental_health", "social_work", "health_visitor")
_IMPORT = """
import time, psutil
before, began = psutil.Process().memory_info().rss, time.monotonic()
from ortools.sat.python import cp_model
print(time.monotonic() - began, (psutil.Process().memory_info().rss - before) / 2**20)
"""


def case(seed: int) -> tuple[list[Need], list[Opening], Circumstances]:
    """Sessions at four places, half of each taken; needs of which most have a due time; a woman with a school run."""
    chance = random.Random(seed)
    openings: list[Opening] = []
    for _ in range(SESSIONS):
        day, begins = chance.randrange(DAYS), chance.choice((9.0, 9.5, 10.0, 13.0))
        place, service = chance.choice(("hub", "hub", "clinic", "surgery")), chance.choice(SERVICES)
        for piece in range(chance.randint(4, 8)):
            if chance.random() > 0.5:
                since = begins + piece / 2
                openings.append(opening(len(openings), day, since, since + 0.5, service, place))
    needs = [
        need(
            f"n{number}",
            chance.choice(SERVICES),
            minutes=chance.choice((15, 20, 30)),
            **({"due_at": NOW + timedelta(days=chance.randint(7, DAYS))} if chance.random() > 0.3 else {}),
        )
        for number in range(NEEDS)
    ]
    away = tuple((max(since, day_at(day, 9.25)), day_at(day, 14.5)) for day, (since, _) in enumerate(always(DAYS)))
    doses = tuple((day_at(day, 9), day_at(day, 9.5)) for day in range(DAYS))
    return needs, openings, Circumstances(away, busy=doses, travel=(("hub", 25), ("clinic", 40), ("surgery", 10)))


def test_twelve_needs_in_forty_sessions(bench: Bench) -> None:
    """The median of twenty such cases, and the slowest; ``cpu_ms`` can be compared where other programs run."""
    took, spent, saved = [], [], []
    for seed in range(CASES):
        needs, openings, hers = case(seed)
        began, cpu = time.monotonic(), time.process_time()
        plan = fewest_trips(needs, openings, hers, now=NOW)
        took.append(1000 * (time.monotonic() - began))
        spent.append(1000 * (time.process_time() - cpu))
        saved.append(plan.trips_saved)
    figures = {"ms": statistics.median(took), "worst_ms": max(took), "cpu_ms": statistics.median(spent)}
    bench("planner", "12x40", **figures, trips_saved=statistics.mean(saved))


def test_what_importing_the_solver_costs(bench: Bench) -> None:
    """Once in the life of a process that is asked for a plan."""
    asked = subprocess.run([sys.executable, "-c", _IMPORT], capture_output=True, text=True, check=True)
    seconds, mib = map(float, asked.stdout.split())
    bench("planner_import", "once", ms=1000 * seconds, mib=mib)
