"""When a number is told: once, at the end of a quarter, for a span that no other number overlaps. Pure.

A place (a site; "all sites" for what is only told of all together) has a row of *blocks*, one after the other, without
gaps and without overlaps. A block is told once and kept as it was told: what is recorded later changes no block, since
the difference would be the women who came late. At the end of a quarter

- what is not told yet is put together, from the last block to this day, and ``disclose`` is asked once;
- if it can be shown, it becomes a block: a quarter, or more where quarters were too small;
- if not, it waits for the next quarter, and after ``longest`` months it becomes a hidden block;
- a quarter becomes three months only where each of them can be shown and the year before was large (``FEWEST_A_YEAR``);
- where one place alone has to wait, the smallest of the others waits with it.

Every other span is put together from blocks: the last twelve months, the year before, a chart's points. So windows that
overlap are sums of the same numbers, and their difference is a number that everybody has seen already.

That a quarter had to wait says that the sum so far had something small in it. It does not say what: a part of
a waiting quarter can be any of 1 to 7 beside the same blocks (the rest of the block makes up for it).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import TypeVar

from pathways.gaps.rules.disclosure import Exact, Shown, Split, disclose

FEWEST_A_YEAR = 40  # below, no month stands alone
YEAR = 12
ENOUGH_OF_A_SERIES = 2 / 3  # of its points have to be shown

Place = TypeVar("Place", str, int)
Month = int  # months since the year 0: year * 12 + month - 1


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often something is told, for how long it may wait, and whether single months may be told."""

    step: int = 3
    longest: int = 12
    window: int = 12
    months: bool = True


BY_QUARTER = Rhythm()
# What falls into many parts: a whole year at once, so that the parts are large enough.
BY_YEAR = Rhythm(step=12, longest=24, window=12, months=False)
# Separation, loss, deaths of babies: all sites together, two years at once, in whole years.
POOLED = Rhythm(step=12, longest=24, window=24, months=False)


@dataclass(frozen=True, slots=True)
class Block:
    """What was told of one span, for good; ``shown`` is None where it was too small to the last."""

    start: Month
    months: int
    shown: Shown | None

    @property
    def end(self) -> Month:
        """The month after its last one."""
        return self.start + self.months


@dataclass(frozen=True, slots=True)
class Window:
    """Blocks added up: at least as many months as asked for, of which ``hidden`` months are left out."""

    start: Month
    end: Month
    shown: Shown | None
    hidden: int


@dataclass(frozen=True, slots=True)
class Series:
    """Points of a chart, all of ``step`` months; None is a gap."""

    start: Month
    step: int
    points: tuple[Shown | None, ...]


def release(
    split: Split,
    rhythm: Rhythm,
    kept: Mapping[Place, Sequence[Block]],
    cells: Mapping[Place, Mapping[Month, Exact]],
    *,
    start: Month,
    end: Month,
) -> dict[Place, tuple[Block, ...]]:
    """The blocks that are told at ``end``, by place; ``start`` is the first month of all.

    To be asked at every ``step``, one after the other: a step that was left out would be told in one with the next.
    """
    fresh: dict[Place, tuple[Block, ...]] = {}
    for place in sorted(cells):
        told = kept.get(place, ())
        begin = told[-1].end if told else start
        if end <= begin or (end - begin) % rhythm.step:
            raise ValueError(f"{end} is no step after {begin}.")
        months = [cells[place].get(month, _nobody(split)) for month in range(begin, end)]
        fresh[place] = _blocks(split, rhythm, told, begin, months)
    if (partner := _waits_too(fresh, rhythm)) is not None:
        fresh[partner] = ()
    return fresh


def window(kept: Sequence[Block], months: int) -> Window | None:
    """The last blocks that make up ``months`` or, where they are longer, a little more; None where there are fewer."""
    chosen: list[Block] = []
    for block in reversed(kept):
        chosen.insert(0, block)
        if chosen[-1].end - chosen[0].start >= months:
            return Window(chosen[0].start, chosen[-1].end, *_together(chosen))
    return None


def window_before(kept: Sequence[Block], months: int) -> Window | None:
    """The window that ends where the last one begins."""
    last = window(kept, months)
    return window([block for block in kept if block.end <= last.start], months) if last else None


def series(kept: Sequence[Block], is_point: Callable[[Shown], bool] = lambda shown: True) -> Series | None:
    """The finest points, months or quarters, of which enough are shown; None where neither makes a chart.

    A point is made of the blocks that fill exactly its span. A longer block is a gap: nothing is guessed into it.
    ``is_point`` may ask for more: a percentage needs twenty.
    """
    for step in (1, 3):
        if kept:
            start = kept[0].start
            found = (_point(kept, at, step) for at in range(start, kept[-1].end - step + 1, step))
            points = tuple(point if point and is_point(point) else None for point in found)
            if points and sum(point is not None for point in points) >= ENOUGH_OF_A_SERIES * len(points):
                return Series(start, step, points)
    return None


def _blocks(
    split: Split, rhythm: Rhythm, told: Sequence[Block], begin: Month, months: Sequence[Exact]
) -> tuple[Block, ...]:
    whole = disclose(split, reduce(add, months))
    if whole is None:
        return (Block(begin, len(months), None),) if len(months) >= rhythm.longest else ()
    if rhythm.months and len(months) == rhythm.step and _was_large(told):
        single = [disclose(split, month) for month in months]
        if all(single):
            return tuple(Block(begin + place, 1, shown) for place, shown in enumerate(single))
    return (Block(begin, len(months), whole),)


def _was_large(told: Sequence[Block]) -> bool:
    """Whether the year before is known to have been large: asked of what was told, so that it tells nothing."""
    year = window(told, YEAR)
    return bool(year and year.shown and year.shown.whole >= FEWEST_A_YEAR)


def _waits_too(fresh: Mapping[Place, Sequence[Block]], rhythm: Rhythm) -> Place | None:
    """The place that waits with the only one that has to; None where none has to, or where none can any more."""
    sizes = {
        place: sum(block.shown.whole for block in blocks if block.shown)
        for place, blocks in fresh.items()
        if any(block.shown for block in blocks)
    }
    if len(fresh) - len(sizes) != 1:
        return None
    can_wait = [place for place in sizes if sum(block.months for block in fresh[place]) < rhythm.longest]
    return min(can_wait, key=lambda place: (sizes[place], place), default=None)


def _together(blocks: Sequence[Block]) -> tuple[Shown | None, int]:
    shown = [block.shown for block in blocks if block.shown]
    return (reduce(add, shown) if shown else None), sum(block.months for block in blocks if not block.shown)


def _point(kept: Sequence[Block], at: Month, step: int) -> Shown | None:
    inside = [block for block in kept if at <= block.start and block.end <= at + step]
    if sum(block.months for block in inside) != step:
        return None
    shown, hidden = _together(inside)
    return None if hidden else shown


def _nobody(split: Split) -> Exact:
    return Exact((0,) * len(split.parts))
