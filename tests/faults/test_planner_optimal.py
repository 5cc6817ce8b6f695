"""The planner finds the best plan there is: small cases against a search through every plan, one by one."""

from __future__ import annotations

from typing import Any

from referrals.rules.planner import fewest_trips
from tests.trips import NOW, small_case, why_not_best


def test_no_plan_is_better(fault: Any) -> None:
    """As few trips, as few needs apart, as soon, and with as little waiting, as any plan has."""
    joined = apart = 0
    for seed in range(fault.size(full=500, small=60)):
        needs, openings, hers = small_case(seed)
        found = fewest_trips(needs, openings, hers, now=NOW)
        fault.tried += 1
        joined += any(trip.joins for trip in found.trips)
        apart += bool(found.apart)
        if why := why_not_best(found, needs, openings, hers):
            fault.found(f"case {seed}: {why}")
    fault.note(f"{joined} cases join what is booked, in {apart} something stays apart")
