"""Finds the fewest trips with OR-Tools' CP-SAT solver, which is imported when it is first asked: it is large.

The model: each need stands in at most one window of one opening; she does one thing at a time; on a day she is at one
place. ``brute_force`` in the tests answers the same question without a solver.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from carecoord import clock
from referrals.rules.trips import GRID, Circumstances, Need, Opening, TripPlan, Visit, plan_of, windows

SECONDS = 2.0  # for each aim, far more than it takes; a plan that is not proven best by then is still a plan
FURTHEST = timedelta(days=120)


class _Model:
    """The question as the solver takes it. Times are steps of the grid since ``now``, rounded down."""

    def __init__(self, needs: Sequence[Need], openings: Sequence[Opening], hers: Circumstances, now: datetime) -> None:
        from ortools.sat.python import cp_model

        self.cp = cp_model
        self.model = cp_model.CpModel()
        self.hers = hers
        self.zero = now.replace(minute=0, second=0, microsecond=0)
        self.chosen: list[tuple[Any, Any, Need, Opening]] = []
        self.trips: dict[tuple[date, str], Any] = {}
        self.by_need: dict[str, list[Any]] = defaultdict(list)
        self.by_day: dict[date, list[Any]] = defaultdict(list)
        self.spans: dict[tuple[date, str], list[tuple[Any, Any, int]]] = defaultdict(list)
        self.hours: dict[date, tuple[int, int]] = {}  # the first and the last step of each day
        self._take_what_is_booked()
        for need in needs:
            for opening in openings:
                for earliest, latest in windows(need, opening, hers, now):
                    self._offer(need, opening, earliest, latest)
        self._constrain()

    def _step(self, at: datetime) -> int:
        return int((at - self.zero) / GRID)

    def _take_what_is_booked(self) -> None:
        """What she comes for already: its time is taken, and waiting for it is waiting too."""
        for (since, until), place in self.hers.booked:
            if since < self.zero:
                continue
            first, last = self._step(since), -(-(until - self.zero) // GRID)
            day = clock.today(since)
            self.spans[day, place].append((True, first, last - first))
            begin, end = self.hours.get(day, (first, last))
            self.hours[day] = (min(first, begin), max(last, end))

    def _offer(self, need: Need, opening: Opening, earliest: datetime, latest: datetime) -> None:
        """One way to meet a need: a window in an opening, taken or not."""
        lasts = -(-timedelta(minutes=need.minutes) // GRID)
        taken = self.model.new_bool_var("")
        start = self.model.new_int_var(self._step(earliest), self._step(latest), "")
        day = clock.today(earliest)
        trip = self.trips.setdefault((day, opening.place), self.model.new_bool_var(""))
        self.model.add_implication(taken, trip)
        self.by_need[need.key].append(taken)
        self.by_day[day].append(self.model.new_optional_fixed_size_interval_var(start, lasts, taken, ""))
        self.spans[day, opening.place].append((taken, start, lasts))
        first, last = self.hours.get(day, (self._step(earliest), 0))
        self.hours[day] = (min(first, self._step(earliest)), max(last, self._step(latest) + lasts))
        self.chosen.append((taken, start, need, opening))

    def _constrain(self) -> None:
        for ways in self.by_need.values():
            self.model.add_at_most_one(ways)
        for intervals in self.by_day.values():
            self.model.add_no_overlap(intervals)
        for day in self.by_day:
            self.model.add_at_most_one(trip for (on, _), trip in self.trips.items() if on == day)

    def solve(self) -> list[Visit]:
        """What is chosen. Each aim is settled before the next is asked, so that none is weighed against another."""
        met = sum(taken for taken, *_ in self.chosen)
        further = {
            (day, place): trip for (day, place), trip in self.trips.items() if not self.hers.comes_to(place, day)
        }
        trips = sum(further.values())
        first_day = clock.today(self.zero).toordinal()
        days = sum((day.toordinal() - first_day) * trip for (day, _), trip in further.items())
        solver = self._solver()
        for aim in (trips - met, -met, days):
            self._settle(solver, aim)
        for trip in self.trips.values():  # within these trips, the least waiting
            self.model.add(trip == solver.value(trip))
        self._settle(solver, self._waiting())
        return [self._visit(solver, *way) for way in self.chosen if solver.boolean_value(way[0])]

    def _settle(self, solver: Any, aim: Any) -> None:
        """Make ``aim`` as small as it can be, and keep it so. What is chosen by then is where the next one begins."""
        self.model.minimize(aim)
        solver.solve(self.model)
        self.model.add(aim <= round(solver.objective_value))
        self.model.clear_hints()
        for taken, start, *_ in self.chosen:
            self.model.add_hint(taken, solver.value(taken))
            self.model.add_hint(start, solver.value(start))

    def _waiting(self) -> Any:
        """Steps between the first begin and the last end of each trip, added up."""
        spans = []
        for (day, _), visits in self.spans.items():
            begin, end = (self.model.new_int_var(*self.hours[day], "") for _ in range(2))
            for taken, start, lasts in visits:
                self.model.add(begin <= start).only_enforce_if(taken)
                self.model.add(end >= start + lasts).only_enforce_if(taken)
            # Implied, but without it the solver has to find out that one thing follows another.
            self.model.add(end - begin >= sum(lasts * taken for taken, _, lasts in visits))
            spans.append(end - begin)
        return sum(spans)

    def _visit(self, solver: Any, taken: Any, start: Any, need: Need, opening: Opening) -> Visit:
        starts_at = self.zero + solver.value(start) * GRID
        return Visit(need.key, opening.key, starts_at, starts_at + timedelta(minutes=need.minutes))

    def _solver(self) -> Any:
        """The same question has the same answer: one worker, one seed."""
        solver = self.cp.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.max_time_in_seconds = SECONDS
        return solver


def fewest_trips(needs: Sequence[Need], openings: Sequence[Opening], hers: Circumstances, *, now: datetime) -> TripPlan:
    """The best plan for ``needs`` in ``openings`` from ``now`` (aware) on; see trips.py for what is best."""
    near = [opening for opening in openings if now < opening.until <= now + FURTHEST]
    visits = _Model(needs, near, hers, now).solve() if near else []
    return plan_of(visits, needs, near, hers, now)
