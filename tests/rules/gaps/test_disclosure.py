"""Small numbers: what is hidden with what, and that nothing can be taken from anything."""

from __future__ import annotations

from collections import defaultdict
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathways.gaps.rules.disclosure import (
    MET_OR_NOT,
    Exact,
    Margin,
    Shown,
    Split,
    disclose,
    in_words,
    margin,
    percentage,
    quartiles,
    rounded,
)

NESTED = Split(("by 10+0", "by 12+0", "later"), ((0,), (1, 2)))
NONE_TELLS = Split(("met", "not met"), none_tells=frozenset({0}))


def shown(*counts: int, split: Split = MET_OR_NOT, women: tuple[int, ...] = ()) -> Shown | None:
    return disclose(split, Exact(counts, women))


def test_a_count_is_nothing_hidden_or_a_multiple_of_five() -> None:
    assert [rounded(count) for count in (0, 8, 12, 13, 17, 18, 142)] == [0, 10, 10, 15, 15, 20, 140]
    assert shown(8, 8) == Shown((10, 10), (10, 10))
    assert all(shown(count, 50) is None for count in range(1, 8))


def test_a_complement_of_one_to_seven_hides_what_it_completes() -> None:
    assert all(shown(50, rest) is None for rest in range(1, 8))
    assert shown(50, 0) == Shown((50, 0), (50, 0))


@pytest.mark.parametrize("whole", range(8))
def test_nobody_is_told_only_among_eight(whole: int) -> None:
    assert shown(0, whole) is None
    assert shown(0, 8) == Shown((0, 10), (0, 10))


def test_none_is_hidden_where_it_tells_something() -> None:
    assert shown(0, 50, split=NONE_TELLS) is None
    assert shown(50, 0, split=NONE_TELLS) is not None


def test_many_doses_of_few_women_are_hidden() -> None:
    assert shown(235, 1_055, women=(7, 60)) is None
    assert shown(235, 1_055, women=(8, 60)) == Shown((235, 1_055), (235, 1_055))


def test_small_parts_are_told_together_and_not_alone() -> None:
    assert shown(40, 3, 20, split=NESTED) == Shown((40, 25), None)
    assert shown(40, 8, 20, split=NESTED) == Shown((40, 30), (40, 10, 20))
    assert shown(40, 3, 4, split=NESTED) is None


def test_a_group_is_the_sum_of_its_parts_where_they_are_shown() -> None:
    assert shown(40, 8, 8, split=NESTED) == Shown((40, 20), (40, 10, 10))  # by itself it would be 15


def test_counts_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="one count for each part"):
        shown(1, 2, 3)
    with pytest.raises(ValueError, match="none is below zero"):
        shown(-1, 20)
    with pytest.raises(ValueError, match="one group"):
        Split(("one", "two"), ((0,),))


def test_a_percentage_is_of_what_is_shown() -> None:
    assert percentage(10, 35) == 29
    assert percentage(shown(8, 27).groups[0], shown(8, 27).whole) == 29  # 10 of 35; of the women it would be 23
    assert percentage(10, 15) is None
    assert (in_words(None), in_words(0), in_words(1_290)) == ("[c]", "0", "1,290")


@given(st.lists(st.integers(0, 400), min_size=2, max_size=5))
def test_whole_and_percentages_follow_from_the_parts(counts: list[int]) -> None:
    split = Split(tuple(map(str, counts)))
    if answer := disclose(split, Exact(tuple(counts))):
        assert answer.parts == tuple(map(rounded, counts))
        assert answer.whole == sum(answer.parts)
        assert all(part == 0 or (part >= 10 and part % 5 == 0) for part in answer.parts)


def test_every_small_count_has_many_others_that_are_told_alike() -> None:
    """Every table of three parts in which no group is above 20: a hidden part of 1 to 7 can be each of 1 to 7."""
    behind: dict[Shown | None, set[tuple[int, ...]]] = defaultdict(set)
    for counts in product(range(15), range(25), range(25)):
        behind[shown(*counts, split=NESTED)].add(counts)
    for answer, worlds in behind.items():
        for part in range(3 if answer is None or max(answer.groups) <= 20 else 0):
            possible = {counts[part] for counts in worlds}
            if possible & set(range(1, 8)):
                assert possible >= set(range(1, 8)), answer


# -- margins ----------------------------------------------------------------------------------------


def test_a_margin_adds_up_what_is_shown_and_says_what_is_left_out() -> None:
    cells = [shown(3, 40), shown(12, 40), shown(30, 60)]
    assert margin(cells) == Margin(Shown((40, 100), (40, 100)), hidden=1)
    assert margin([None]) == Margin(None, hidden=1)
    assert margin([]) == Margin(None, 0)


# -- hours ------------------------------------------------------------------------------------------


def test_a_median_needs_ten_women_and_is_told_to_half_an_hour() -> None:
    assert quartiles([1.0] * 30, women=9) is None
    assert quartiles([1.0] * 9, women=9) is None
    assert quartiles([0.1, 1, 2, 3.3, 4, 5, 6, 7.2, 8, 9], women=10) == (2.5, 4.5, 7.0)
