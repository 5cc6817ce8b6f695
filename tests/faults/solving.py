"""Somebody who has an integer solver, everything that was told, and the rule by which it was told or not."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ortools.sat.python import cp_model

from pathways.gaps.rules.disclosure import LARGEST_SMALL
from tests.faults.tables import MOST, START, Kept, Unknown, World, equations_of


def range_by_solver(world: World, history: Sequence[Kept], what: Sequence[Unknown]) -> tuple[int, int]:
    """The smallest and the largest sum of ``what`` in any world that would have been told in these words."""
    ends = []
    for sign in (1, -1):
        model = cp_model.CpModel()
        unknown: dict[Unknown, cp_model.IntVar] = {
            (place, month, part): model.new_int_var(0, MOST, "")
            for place in {place for place, _, _ in what}
            for month in range(START, world.end)
            for part in range(len(world.split.parts))
        }
        for place in sorted({place for place, _, _ in what}):
            _add_what_is_known(model, world, history, place, unknown)
        model.minimize(sign * sum(unknown[one] for one in what))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.max_time_in_seconds = 20
        if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            raise AssertionError("What was told contradicts itself.")
        ends.append(sum(solver.value(unknown[one]) for one in what))
    return ends[0], ends[1]


def _add_what_is_known(
    model: cp_model.CpModel, world: World, history: Sequence[Kept], place: str, unknown: dict[Unknown, cp_model.IntVar]
) -> None:
    """The blocks of one place as sums; and that what waited, or is hidden, had something small in it."""
    for block in history[-1][place]:
        for cells, low, high in equations_of(world.split, place, block):
            model.add_linear_constraint(sum(unknown[one] for one in cells), low, high)
    for (before, after), end in zip(pairwise(history), world.steps, strict=True):
        blocks = after[place][len(before[place]) :]
        if blocks and blocks[0].shown is not None:
            continue
        waiting = sum(after[one] == before[one] or after[one][-1].shown is None for one in world.places)
        if waiting != 2:  # of two that wait, one may only keep the other company
            since = before[place][-1].end if before[place] else START
            _something_is_small(model, world, place, range(since, end), unknown)


def _something_is_small(
    model: cp_model.CpModel, world: World, place: str, months: range, unknown: dict[Unknown, cp_model.IntVar]
) -> None:
    reasons = []
    groups = [
        (
            sum(unknown[place, month, part] for month in months for part in group),
            bool(world.split.none_tells & {*group}),
        )
        for group in world.split.groups
    ]
    for total, none_tells in groups:
        reasons.append(small := model.new_bool_var(""))
        model.add_linear_constraint(total, 0 if none_tells else 1, LARGEST_SMALL * world.clusters).only_enforce_if(
            small
        )
    reasons.append(few := model.new_bool_var(""))
    model.add(sum(total for total, _ in groups) <= LARGEST_SMALL).only_enforce_if(few)
    model.add_bool_or(reasons)
