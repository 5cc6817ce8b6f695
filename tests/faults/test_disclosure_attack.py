"""What managers are shown, attacked: no hidden count of 1 to 7 can be worked out, whatever is done with the numbers.

Four attacks on made-up sites and years. Three are what somebody would do: equations of everything that was told, by
subtraction (parts and wholes), by filter (some sites, some parts, beside all of them) and by time (windows that
overlap, what was told before and after somebody came late); and an integer solver that knows the rule itself. The
fourth is a proof for each table: for each hidden count another world is found that is told in the same words and has
another count there; in every second table for somebody who knows one of the sites from the inside.

So that this is worth something, the equations are also tried on two plain rules, and the proof where each cell is
hidden alone: there they find what is hidden.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import pairwise
from operator import add
from random import Random

import pytest

from pathways.gaps.rules.disclosure import LARGEST_SMALL, Shown, margin
from pathways.gaps.rules.releases import Block, series, window, window_before
from tests.faults.conftest import SEED, Fault
from tests.faults.solving import range_by_solver
from tests.faults.tables import (
    Kept,
    Unknown,
    World,
    hidden_counts,
    make_world,
    plainly,
    subtracting,
    without_double,
)

TABLES = 2_000
Counted = tuple[Unknown, ...]


def test_no_hidden_count_is_found(fault: Fault) -> None:
    """Every attack on every table; the solver, which is slow, on one in twenty."""
    hidden = shown = late = 0
    for number in range(fault.size(full=TABLES, small=25)):
        world = make_world(fault.chance)
        history = world.history()
        counts = list(hidden_counts(world))
        for what in _found_by_equations(world, history[-1], counts):
            fault.found(f"table {number}: {world.count(what)} found by equations: {what}")
        knows = world.places[0] if number % 2 and len(world.places) > 1 else ""
        for what in without_double(world, fault.chance, knows=knows):
            fault.found(f"table {number}: only {world.count(what)} fits: {what}")
        if number % 20 == 0:
            _attack_by_solver(fault, replace(world, late={}))
        if _told_differently(history):
            fault.found(f"table {number}: something that was told is told differently later")
        numbers = [count for kept in history for count in _numbers(kept, world.rhythm.window)]
        for count in numbers:
            if count % 5 or 0 < count < 10:
                fault.found(f"table {number}: {count} was shown")
        fault.tried, hidden = fault.tried + 1, hidden + len(counts)
        shown, late = shown + len(numbers), late + len(world.late)
    fault.note(f"{hidden:,} hidden counts of 1 to 7, each with a world that looks the same and has another count there")
    fault.note(f"{shown:,} numbers were shown: 0, or a multiple of 5 from 10 on; {late:,} women were recorded late")


@pytest.mark.parametrize("rounding", [False, True], ids=["exact from 8 on", "rounded, each by itself"])
def test_equations_find_what_plain_rules_hide(rounding: bool) -> None:
    """A test of the attack: months, years, parts and totals, each told by itself. Of 200, 177 and 101 gave way."""
    chance = Random(SEED)
    tables = 0
    for _ in range(10):
        world = make_world(chance)
        known = plainly(world, rounding=rounding)
        ranges = known.solved()
        tables += any(known.found(what, ranges) == world.count(what) for what in hidden_counts(world))
    assert tables >= 2


@dataclass
class HidesTheCellAlone(World):
    """The same, with one number more for each place and quarter: how many in all, and each part that is not small."""

    def told_at(self, end: int, kept: Kept) -> Kept:
        told = dict(super().told_at(end, {place: kept[place] for place in self.places}))
        for place in self.places:
            months = [self.cell(place, month, end) for month in range(end - self.rhythm.step, end)]
            counts = reduce(add, months).counts
            seen = (sum(counts), *(0 if 1 <= count <= LARGEST_SMALL else count for count in counts))
            told[f"{place}, in full"] = (Block(end - self.rhythm.step, self.rhythm.step, Shown(seen)),)
        return told


def test_the_proof_fails_where_a_cell_is_hidden_alone() -> None:
    """A test of the proof: with the whole and the other parts beside it, there are counts that have no second world."""
    world = make_world(Random(SEED))
    plain = HidesTheCellAlone(**{name: getattr(world, name) for name in world.__dataclass_fields__})
    assert without_double(plain, Random(SEED), rounds=3)


def _told_differently(history: Sequence[Kept]) -> bool:
    return any(
        after[place][: len(blocks)] != blocks for before, after in pairwise(history) for place, blocks in before.items()
    )


def _found_by_equations(world: World, kept: Kept, counts: Sequence[Counted]) -> list[Counted]:
    known = subtracting(world, kept)
    ranges = known.solved()
    return [what for what in counts if known.found(what, ranges) is not None]


def _attack_by_solver(fault: Fault, world: World) -> None:
    """The smallest and the largest value of some hidden counts that fit everything that was told, and why."""
    history = world.history()
    counts = list(hidden_counts(world))
    for what in fault.chance.sample(counts, min(3, len(counts))):
        low, high = range_by_solver(world, history, what)
        if low == high or not low <= world.count(what) <= high:
            fault.found(f"{world.count(what)}, and {low} to {high} found by the solver: {what}")


def _numbers(kept: Kept, months: int) -> Iterator[int]:
    """Every count that is worked out from what was told: blocks, windows, points, and all places together."""
    windows = {place: window(blocks, months) for place, blocks in kept.items()}
    shown = [block.shown for blocks in kept.values() for block in blocks]
    shown += [one.shown for one in windows.values() if one]
    shown += [one.shown for blocks in kept.values() if (one := window_before(blocks, months))]
    shown += [point for blocks in kept.values() if (line := series(blocks)) for point in line.points]
    shown.append(margin(one.shown if one else None for one in windows.values()).shown)
    for one in shown:
        yield from (one.whole, *one.groups, *(one.parts or ())) if one else ()
