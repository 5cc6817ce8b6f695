"""Tables of made-up sites, the history that their managers are shown, and those who try to work out what is hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from random import Random

from pathways.gaps.rules.disclosure import LARGEST_SMALL, MET_OR_NOT, Exact, Split, rounded
from pathways.gaps.rules.releases import BY_QUARTER, POOLED, Block, Rhythm, release

SPLITS = (
    MET_OR_NOT,
    Split(("met", "not met"), none_tells=frozenset({1})),
    Split(("by 10+0", "by 12+0", "later"), ((0,), (1, 2))),
    Split(("on time", "late", "not in stock", "not recorded"), ((0,), (1, 2, 3))),
    Split(("met, came early", "met, came late", "not met, came early", "not met, came late"), ((0, 1), (2, 3))),
)
START = 24_000
ROUNDS = 40  # as often every count that is left is tried again
MOST = 10_000  # more than anybody counts

Unknown = tuple[str, int, int]  # place, month, part
Kept = Mapping[str, tuple[Block, ...]]


@dataclass
class World:
    """What happened: how many were in each part, in each month, at each place."""

    split: Split
    rhythm: Rhythm
    months: int
    counts: dict[Unknown, int]
    places: tuple[str, ...]
    late: Mapping[tuple[str, int], Sequence[tuple[int, int]]] = field(default_factory=dict)  # recorded when, which part
    clusters: int = 1  # so many counts come from one woman (doses)

    @property
    def end(self) -> int:
        return START + self.months

    def cell(self, place: str, month: int, known: int) -> Exact:
        """What is recorded of a month at ``known``."""
        counts = [self.counts.get((place, month, part), 0) for part in range(len(self.split.parts))]
        for since, part in self.late.get((place, month), ()):
            counts[part] += since <= known
        return Exact(tuple(counts), tuple(-(-count // self.clusters) for count in counts) if self.clusters > 1 else ())

    def history(self) -> list[Kept]:
        """What has been told after each step, as the product tells it: with what was recorded by then."""
        kept: list[Kept] = [{place: () for place in self.places}]
        for end in self.steps:
            fresh = self.told_at(end, kept[-1])
            kept.append({place: kept[-1].get(place, ()) + blocks for place, blocks in fresh.items()})
        return kept

    @property
    def steps(self) -> range:
        """When something is told."""
        return range(START + self.rhythm.step, self.end + 1, self.rhythm.step)

    def told_at(self, end: int, kept: Kept) -> Kept:
        """What is told at one step, after what was told before."""
        cells = {
            place: {month: self.cell(place, month, end) for month in range(_waiting_since(kept[place]), end)}
            for place in self.places
        }
        return release(self.split, self.rhythm, kept, cells, start=START, end=end)

    def looks_like(self, history: Sequence[Kept], place: str, months: Sequence[int]) -> bool:
        """Whether the same is told at every step although something changed in these months of a place.

        Steps before the first of these months, and after the block in which the last was told, cannot tell it.
        """
        for (before, after), end in zip(pairwise(history), self.steps, strict=True):
            if end <= min(months):
                continue
            fresh = self.told_at(end, before)
            if any(before.get(one, ()) + blocks != after[one] for one, blocks in fresh.items()):
                return False
            if _waiting_since(after[place]) > max(months):
                return True
        return True

    def count(self, what: Sequence[Unknown]) -> int:
        return sum(self.counts.get(one, 0) for one in what)


def _waiting_since(kept: Sequence[Block]) -> int:
    return kept[-1].end if kept else START


def make_world(chance: Random) -> World:
    """Sites that differ as the study's did: from one with hundreds a year to one with a handful."""
    pooled = chance.random() < 0.1
    rhythm = POOLED if pooled else BY_QUARTER
    places = ("all sites",) if pooled else tuple(f"site {number}" for number in range(1, chance.randint(2, 7)))
    split, months = chance.choice(SPLITS), 12 * chance.randint(2, 3) if not pooled else 48
    counts: dict[Unknown, int] = {}
    for place in places:
        size = chance.choice((0.4, 0.8, 2, 2, 4, 8, 8, 16, 40, 120)) * chance.uniform(0.6, 1.5)
        shares = [chance.choice((0, 0.02, 0.1, 0.3, 1, 1, 2)) + 0.01 for _ in split.parts]
        for month in range(START, START + months):
            for _ in range(_poisson(chance, size)):
                part = chance.choices(range(len(split.parts)), shares)[0]
                counts[place, month, part] = counts.get((place, month, part), 0) + 1
    late = {
        (place, month): [(month + chance.randint(2, 14), chance.randrange(len(split.parts)))]
        for place in places
        for month in range(START, START + months)
        if chance.random() < 0.1
    }
    return World(split, rhythm, months, counts, places, late, clusters=chance.choice((1, 1, 1, 3)))


def _poisson(chance: Random, mean: float) -> int:
    """As many as come in a month in which ``mean`` are expected."""
    count, time = 0, chance.expovariate(mean)
    while time < 1:
        count, time = count + 1, time + chance.expovariate(mean)
    return count


# -- what is hidden ---------------------------------------------------------------------------------


def hidden_counts(world: World) -> Iterator[tuple[Unknown, ...]]:
    """Every count of 1 to 7 to be found: a part in a month, a quarter and a year, at a place and at all of them."""
    for length in (1, 3, 12):
        for start in range(START, world.end - length + 1, length):
            for places in (*((place,) for place in world.places), world.places):
                for part in range(len(world.split.parts)):
                    what = tuple((place, month, part) for place in places for month in range(start, start + length))
                    if 1 <= world.count(what) <= LARGEST_SMALL:
                        yield what


# -- another world that looks the same ---------------------------------------------------------------


def without_double(world: World, chance: Random, *, knows: str = "", rounds: int = ROUNDS) -> list[tuple[Unknown, ...]]:
    """The hidden counts that would be found if somebody knew everything that was ever told and how it was worked out.

    A count is safe where another world is told in the same words, at every step, and has another count there: then
    nothing that can be done with the words tells these worlds apart. Here one goes from world to world by moving,
    adding and taking away single women, and keeps those moves after which the same is told. At the place that somebody
    ``knows`` from the inside nothing is moved.
    """
    history = world.history()
    open_counts = {
        what: world.count(what) for what in hidden_counts(world) if knows not in {place for place, _, _ in what}
    }
    for _ in range(rounds):
        double = replace(world, counts=dict(world.counts))
        for what in chance.sample(sorted(open_counts), len(open_counts)):
            if what not in open_counts:
                continue
            for change in _changes(double, history[-1], what, chance):
                other = replace(world, counts={**double.counts, **_changed(double.counts, change)})
                months = [month for (_, month, _), _ in change]
                if min(other.counts.values()) >= 0 and other.looks_like(history, change[0][0][0], months):
                    double = other
                    break
            for still in [one for one, count in open_counts.items() if double.count(one) != count]:
                del open_counts[still]
        if not open_counts:
            break
    return list(open_counts)


Changes = tuple[tuple[Unknown, int], ...]


def _changes(world: World, kept: Kept, what: Sequence[Unknown], chance: Random) -> Iterator[Changes]:
    """One woman more or fewer, or in another month or part of the block, or two counts changed round."""
    inside = set(what)
    for _ in range(8):
        place, month, part = one = chance.choice(what)
        yield ((one, chance.choice((1, -1))),)
        told_with = next(
            (range(block.start, block.end) for block in kept[place] if block.start <= month < block.end), None
        )
        months = told_with or range(_waiting_since(kept[place]), world.end)
        other = (place, chance.choice(months), chance.choice((part, chance.randrange(len(world.split.parts)))))
        if other not in inside:
            one_way = chance.choice((1, -1))
            yield ((one, one_way), (other, -one_way))
            gap = world.counts.get(other, 0) - world.counts.get(one, 0)
            yield ((one, gap), (other, -gap))


def _changed(counts: Mapping[Unknown, int], change: Changes) -> dict[Unknown, int]:
    return {what: counts.get(what, 0) + more for what, more in change}


# -- whoever works with equations -------------------------------------------------------------------


@dataclass
class Equations:
    """What somebody knows: sums of unknowns that lie between two numbers. Narrowed until nothing moves."""

    told: dict[frozenset[Unknown], tuple[int, int]] = field(default_factory=dict)

    def knows(self, what: Sequence[Unknown], low: int, high: int) -> None:
        self.told[frozenset(what)] = low, high

    def solved(self) -> dict[Unknown, tuple[int, int]]:
        """The range of each unknown."""
        low = {one: 0 for what in self.told for one in what}
        high = dict.fromkeys(low, MOST)
        moved = True
        while moved:
            moved = False
            for what, (least, greatest) in self.told.items():
                lows, highs = sum(low[one] for one in what), sum(high[one] for one in what)
                for one in what:
                    new_low = max(low[one], least - (highs - high[one]))
                    new_high = min(high[one], greatest - (lows - low[one]))
                    if (new_low, new_high) != (low[one], high[one]):
                        lows, highs = lows + new_low - low[one], highs + new_high - high[one]
                        low[one], high[one], moved = new_low, new_high, True
        return {one: (low[one], high[one]) for one in low}

    def found(self, what: Sequence[Unknown], ranges: Mapping[Unknown, tuple[int, int]]) -> int | None:
        """The one value that ``what`` can add up to; None where there are more."""
        low = sum(ranges.get(one, (0, MOST))[0] for one in what)
        high = sum(ranges.get(one, (0, MOST))[1] for one in what)
        least, greatest = self.told.get(frozenset(what), (low, high))
        return max(low, least) if max(low, least) == min(high, greatest) else None


def subtracting(world: World, kept: Kept) -> Equations:
    """Everything that was told, as equations. Whatever else a page shows is a sum of these."""
    known = Equations()
    for place, blocks in kept.items():
        for block in blocks:
            for what, low, high in equations_of(world.split, place, block):
                known.knows(what, low, high)
    return known


def equations_of(split: Split, place: str, block: Block) -> Iterator[tuple[tuple[Unknown, ...], int, int]]:
    """What one block says of those who are counted in it: which sum lies between which numbers."""
    if block.shown is None:
        return
    finer = block.shown.parts is not None
    groups = tuple((part,) for part in range(len(split.parts))) if finer else split.groups
    numbers = block.shown.parts if block.shown.parts is not None else block.shown.groups
    for group, number in zip(groups, numbers, strict=True):
        what = tuple((place, month, part) for month in range(block.start, block.end) for part in group)
        yield what, *_range(number)


def _range(number: int) -> tuple[int, int]:
    return (number - 2, number + 2) if number else (0, 0)


# -- what a plain rule would tell -------------------------------------------------------------------


def plainly(world: World, *, rounding: bool) -> Equations:
    """1 to 7 hidden and the rest told, each number by itself: months, rolling years, parts, places, and every total."""
    known = Equations()
    sets = (*((place,) for place in world.places), world.places, world.places[1:])
    for length in (1, 3, 12):
        for start in range(START, world.end - length + 1, 3 if length == 3 else 1):
            for places in sets:
                cells = [[(place, month, part) for place in places for month in range(start, start + length)]
                         for part in range(len(world.split.parts))]  # fmt: skip
                for what in (*cells, [one for cell in cells for one in cell]):
                    known.knows(what, *_plain(world.count(what), rounding))
    return known


def _plain(count: int, rounding: bool) -> tuple[int, int]:
    if 1 <= count <= LARGEST_SMALL:
        return 1, LARGEST_SMALL
    return _range(rounded(count)) if rounding else (count, count)
