"""What is told when: once, without overlaps, and put together from nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import add

import pytest

from pathways.gaps.rules.disclosure import MET_OR_NOT, Exact, Shown
from pathways.gaps.rules.releases import (
    BY_QUARTER,
    POOLED,
    Block,
    Month,
    Rhythm,
    release,
    series,
    window,
    window_before,
)

START = 2025 * 12
Monthly = Sequence[tuple[int, int]]


def tell(rhythm: Rhythm = BY_QUARTER, **places: Monthly) -> dict[str, tuple[Block, ...]]:
    """Everything that is told of places whose months are given, step by step."""
    kept: dict[str, tuple[Block, ...]] = {}
    for end in range(START + rhythm.step, START + len(next(iter(places.values()))) + 1, rhythm.step):
        cells: Mapping[str, Mapping[Month, Exact]] = {
            place: {START + at: Exact(counts) for at, counts in enumerate(months)} for place, months in places.items()
        }
        fresh = release(MET_OR_NOT, rhythm, kept, cells, start=START, end=end)
        kept = {place: kept.get(place, ()) + fresh[place] for place in places}
    return kept


def spans(blocks: Sequence[Block]) -> list[tuple[int, int, bool]]:
    return [(block.start - START, block.months, block.shown is not None) for block in blocks]


def test_small_quarters_are_told_together() -> None:
    kept = tell(ashford=[(2, 2)] * 12)
    assert spans(kept["ashford"]) == [(0, 6, True), (6, 6, True)]
    assert kept["ashford"][0].shown == Shown((10, 10), (10, 10))


def test_what_stays_small_for_a_year_is_hidden_for_good() -> None:
    kept = tell(taymouth=[(0, 1)] * 3 + [(0, 0)] * 9 + [(5, 5)] * 3)
    assert spans(kept["taymouth"]) == [(0, 12, False), (12, 3, True)]


def test_months_stand_alone_only_after_a_large_year() -> None:
    kept = tell(ashford=[(30, 20)] * 15)
    assert spans(kept["ashford"]) == [(at, 3, True) for at in range(0, 12, 3)] + [(at, 1, True) for at in (12, 13, 14)]
    one_small = tell(ashford=[(30, 20)] * 13 + [(30, 3)] + [(30, 20)])
    assert spans(one_small["ashford"])[-1] == (12, 3, True)


def test_nobody_waits_alone() -> None:
    kept = tell(ashford=[(50, 50)] * 3, calder=[(20, 20)] * 3, glenmore=[(1, 1)] * 3)
    assert [spans(kept[place]) for place in ("ashford", "calder", "glenmore")] == [[(0, 3, True)], [], []]
    later = tell(ashford=[(50, 50)] * 6, calder=[(20, 20)] * 6, glenmore=[(1, 1)] * 3 + [(9, 9)] * 3)
    assert spans(later["calder"]) == spans(later["glenmore"]) == [(0, 6, True)]


def test_a_number_that_was_told_stays_as_it_was_told() -> None:
    kept = tell(ashford=[(20, 20)] * 3)
    changed = {"ashford": {START + at: Exact((90, 1)) for at in range(3)} | {START + 3: Exact((20, 20))}}
    fresh = release(MET_OR_NOT, BY_QUARTER, kept, changed, start=START, end=START + 6)
    assert fresh["ashford"] == (Block(START + 3, 3, Shown((20, 20), (20, 20))),)


def test_a_step_is_told_at_its_end_and_once() -> None:
    kept = tell(ashford=[(20, 20)] * 3)
    for end in (START + 3, START + 4):
        with pytest.raises(ValueError, match="is no step after"):
            release(MET_OR_NOT, BY_QUARTER, kept, {"ashford": {}}, start=START, end=end)


def test_pooled_measures_are_told_by_whole_years_and_shown_for_two() -> None:
    kept = tell(POOLED, everywhere=[(1, 2)] * 48)["everywhere"]
    assert spans(kept) == [(0, 12, True), (12, 12, True), (24, 12, True), (36, 12, True)]
    last = window(kept, POOLED.window)
    assert (last.start - START, last.end - START, last.shown) == (24, 48, Shown((20, 50), (20, 50)))


def test_a_window_is_made_of_blocks() -> None:
    blocks = tell(ashford=[(2, 2)] * 6 + [(9, 9)] * 9)["ashford"]
    last = window(blocks, 12)
    assert (last.start, last.end) == (START, START + 15)  # 15 months: the first block is half a year
    assert last.shown == reduce(add, [block.shown for block in blocks])
    assert window(blocks, 18) is None
    assert window_before(blocks, 12) is None


def test_the_window_before_ends_where_the_last_begins() -> None:
    blocks = tell(ashford=[(9, 9)] * 24)["ashford"]
    last, before = window(blocks, 12), window_before(blocks, 12)
    assert before.end == last.start == START + 12


def test_a_window_says_how_many_months_it_leaves_out() -> None:
    hidden = [Block(START, 3, Shown((10, 10))), Block(START + 3, 9, None)]
    assert window(hidden, 12).hidden == 9
    assert window(hidden, 12).shown == Shown((10, 10))
    assert window(hidden[1:], 9).shown is None


def test_a_longer_block_is_a_gap_in_a_chart() -> None:
    quarter = Shown((10, 10))
    blocks = [Block(START + at, 3, quarter) for at in (0, 3, 6)] + [
        Block(START + 9, 6, quarter),
        Block(START + 15, 3, quarter),
    ]
    line = series(blocks)
    assert (line.step, line.points) == (3, (quarter, quarter, quarter, None, None, quarter))


def test_months_make_points_of_a_quarter_where_there_are_too_few_for_a_chart_of_months() -> None:
    month, quarter = Shown((10, 10)), Shown((30, 30))
    blocks = [Block(START + at, 3, quarter) for at in (0, 3, 6, 9)] + [
        Block(START + at, 1, month) for at in (12, 13, 14)
    ]
    line = series(blocks)
    assert (line.step, line.points) == (3, (quarter,) * 5)


@pytest.mark.parametrize("last", [Block(START + 17, 1, None), Block(START + 17, 4, Shown((10, 10)))])
def test_a_quarter_of_which_a_month_is_not_shown_is_a_gap(last: Block) -> None:
    month, quarter = Shown((10, 10)), Shown((30, 30))
    blocks = [Block(START + at, 3, quarter) for at in range(0, 15, 3)]
    blocks += [Block(START + 15, 1, month), Block(START + 16, 1, month), last]
    line = series(blocks)
    assert (line.step, line.points[5]) == (3, None)


def test_what_is_mostly_hidden_makes_no_chart() -> None:
    assert series([]) is None
    assert series([Block(START, 12, Shown((10, 10))), Block(START + 12, 12, None)]) is None
