"""The fewest trips: what a plan keeps to, what joins what is booked, and why something stays apart.

That no plan is better is tried in tests/faults/test_planner_optimal.py, against a search through every plan.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from referrals.rules.planner import fewest_trips
from referrals.rules.trips import Circumstances, Need, Opening, TripPlan, Why
from tests.trips import NOW, always, day_at, need, opening

FREE = Circumstances(away=always())


def planned(needs: list[Need], openings: list[Opening], hers: Circumstances = FREE) -> TripPlan:
    return fewest_trips(needs, openings, hers, now=NOW)


def kept(plan: TripPlan) -> list[list[str]]:
    """What is done on each trip, in order."""
    return [[visit.need for visit in trip.visits] for trip in plan.trips]


class TestAPlan:
    def test_three_services_in_one_place_are_one_trip(self) -> None:
        at_the_hub = [opening(key, 4, 10, 12, name) for key, name in enumerate(("midwife", "scan", "prescriber"))]
        sooner = [opening(9, 2, 10, 12, "scan", "hospital")]
        plan = planned([need("midwife"), need("scan"), need("prescriber")], [*sooner, *at_the_hub])
        assert (plan.trips_needed, plan.trips_saved) == (1, 2)
        assert [trip.place for trip in plan.trips] == ["hub"]
        assert plan.trips[0].visits[-1].ends_at - plan.trips[0].visits[0].starts_at == timedelta(minutes=90)

    def test_nothing_is_put_after_its_time(self) -> None:
        two_days = [opening(1, 1, 10, 12, "midwife"), opening(2, 5, 10, 12, "midwife"), opening(3, 5, 10, 12, "scan")]
        plan = planned([need("midwife", due_at=day_at(2, 12)), need("scan")], two_days)
        assert kept(plan) == [["midwife"], ["scan"]]

    def test_what_is_past_its_time_comes_as_soon_as_it_can(self) -> None:
        later = [opening(1, 3, 10, 12, "midwife"), opening(2, 9, 10, 12, "midwife")]
        plan = planned([need("midwife", due_at=day_at(-3, 12))], later)
        assert plan.trips[0].day == day_at(3, 0).date()

    def test_the_way_there_and_back_is_within_her_hours(self) -> None:
        hers = Circumstances(away=((day_at(1, 9), day_at(1, 12)),), travel=(("hub", 45),))
        plan = planned([need("midwife")], [opening(1, 1, 9, 12, "midwife")], hers)
        visit = plan.trips[0].visits[0]
        assert visit.starts_at >= day_at(1, 9.75)
        assert visit.ends_at <= day_at(1, 11.25)

    def test_two_trips_with_one_thing_apart_are_better_than_three_with_none(self) -> None:
        together = [opening(1, 1, 10, 12, "midwife"), opening(2, 1, 10, 12, "scan")]
        scattered = [opening(3, 2, 10, 12, "midwife"), opening(4, 3, 10, 12, "scan")]
        elsewhere = opening(5, 1, 10, 12, "dentist", "surgery")
        plan = planned([need("midwife"), need("scan"), need("dentist")], [*together, *scattered, elsewhere])
        assert (plan.trips_needed, [key for key, _ in plan.apart]) == (2, ["dentist"])

    def test_no_openings_and_no_needs(self) -> None:
        assert planned([], []).trips_needed == 0
        assert planned([need("midwife")], []).apart == (("midwife", Why.NO_SERVICE),)


class TestWhatIsBooked:
    BOOKED = Circumstances(away=always(), booked=(((day_at(6, 10), day_at(6, 10.5)), "hub"),))

    def test_joining_it_is_no_further_trip_though_another_day_is_sooner(self) -> None:
        plan = planned([need("scan")], [opening(1, 1, 9, 12, "scan"), opening(2, 6, 9, 12, "scan")], self.BOOKED)
        assert [(trip.day, trip.joins) for trip in plan.trips] == [(day_at(6, 0).date(), True)]
        assert (plan.trips_needed, plan.trips_saved) == (0, 1)

    def test_it_keeps_its_time_and_nothing_lies_between(self) -> None:
        plan = planned([need("scan")], [opening(1, 6, 9, 14, "scan")], self.BOOKED)
        visit = plan.trips[0].visits[0]
        assert day_at(6, 10) in (visit.ends_at, visit.starts_at - timedelta(minutes=30))

    def test_she_is_not_asked_to_another_place_that_day(self) -> None:
        plan = planned([need("scan")], [opening(1, 6, 9, 14, "scan", "clinic")], self.BOOKED)
        assert plan.apart == (("scan", Why.NOT_HER_HOURS),)


@pytest.mark.parametrize(
    ("hers", "free", "why"),
    [
        (FREE, opening(1, 1, 9, 12, "scan"), Why.NO_SERVICE),
        (Circumstances(always(), needs_interpreter=True), opening(1, 1, 9, 12, "midwife", has_interpreter=False),
         Why.NO_INTERPRETER),
        (Circumstances(always(), needs_childcare=True), opening(1, 1, 9, 12, "midwife", has_childcare=False),
         Why.NO_CHILDCARE),
        (FREE, opening(1, 8, 9, 12, "midwife"), Why.NOT_IN_TIME),
        (FREE, opening(1, 1, 18, 20, "midwife"), Why.NOT_HER_HOURS),
        (Circumstances(always(), busy=((day_at(1, 8), day_at(1, 12)),)), opening(1, 1, 9, 12, "midwife"),
         Why.NOT_HER_HOURS),
    ],
)  # fmt: skip
def test_why_it_stays_apart(hers: Circumstances, free: Opening, why: Why) -> None:
    plan = planned([need("midwife", due_at=day_at(7, 12))], [free], hers)
    assert plan.apart == (("midwife", why),)


def test_what_takes_the_time_is_said() -> None:
    plan = planned([need("midwife"), need("talk", "midwife")], [opening(1, 1, 9, 9.5, "midwife")])
    assert [why for _, why in plan.apart] == [Why.TAKEN]
