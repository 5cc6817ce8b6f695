"""Limits and words of charts, against published examples and against exact recomputation."""

from __future__ import annotations

from fractions import Fraction
from math import comb
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.gaps.rules.spc import (
    TAILS,
    Change,
    Direction,
    Limits,
    Rule,
    Signal,
    binomial_quantiles,
    change,
    difference,
    dispersion,
    funnel,
    limits,
    moving_ranges,
    percentages,
    signalled,
    signals,
    wilson,
)

# NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2: ten flow rates of liquid.
NIST = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
# Montgomery, Introduction to Statistical Quality Control, example 6.5: costs of twenty loan applications.
LOANS = [310, 288, 297, 298, 307, 303, 294, 297, 308, 306, 294, 299, 297, 299, 314, 295, 293, 306, 301, 304]
AROUND_TEN = Limits(5, 10, 15)


def test_the_flow_rates_of_the_nist_handbook() -> None:
    found = limits(NIST)
    assert sum(moving_ranges(NIST)) / 9 == pytest.approx(1.8778, abs=0.0001)
    assert (found.lower, found.centre, found.upper) == pytest.approx((45.8159, 50.81, 55.8041), abs=0.002)  # 3 / 1.128


def test_the_loans_of_montgomery(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pathways.gaps.rules.spc.BASELINE", 20)
    found = limits(LOANS, highest=1_000)
    assert (found.lower, found.centre, found.upper) == pytest.approx((279.78, 300.5, 321.22), abs=0.01)
    assert signals(LOANS, found) == []


def test_limits_come_from_the_first_points_and_stay_between_nothing_and_all() -> None:
    baseline = [1, 9, 2, 8] * 3
    assert limits([*baseline, 90, 95]) == limits(baseline)
    assert limits(baseline).lower == 0
    assert limits([99, 91, 98, 92] * 3).upper == 100


def test_a_hidden_point_is_a_gap() -> None:
    """No range is taken across it, and it is neither on one side nor on the other."""
    assert moving_ranges([10, None, 90, 91]) == [1]
    with_gap = [10.0, 12, 11, 12, None, 10, 12, 11, 12, 10, 12, 11]
    assert limits(with_gap).centre == pytest.approx(sum(point for point in with_gap if point) / 11)
    assert limits([10.0, None] * 6) is None  # six shown, and no two beside each other
    assert signals([11, 11, 11, 11, None, 11, 11, 11, 11], AROUND_TEN) == []
    assert signals([11] * 8, AROUND_TEN) == [Signal(Rule.RUN, 0, 7, high=True)]


def test_too_few_points_have_no_limits() -> None:
    assert limits([10.0, 11] * 3) is None
    assert limits([]) is None


def test_a_point_on_the_centre_ends_a_run_and_one_on_a_limit_is_inside() -> None:
    assert signals([9] * 7 + [10] + [9] * 7, AROUND_TEN) == []
    assert signals([15, 5], AROUND_TEN) == []


def test_signals_name_their_points() -> None:
    points = [10.5] * 3 + [9] * 9 + [16]
    assert signals(points, AROUND_TEN) == [Signal(Rule.RUN, 3, 11, high=False), Signal(Rule.OUTSIDE, 12, 12, high=True)]


@pytest.mark.parametrize(
    ("direction", "word"),
    [(Direction.HIGHER, Change.BETTER), (Direction.LOWER, Change.WORSE), (Direction.NEITHER, Change.DIFFERENT)],
)
def test_a_word_follows_the_direction_of_the_measure(direction: Direction, word: Change) -> None:
    assert signalled([10, 10, 16], AROUND_TEN, direction) is word
    assert change((40, 100), (60, 100), direction) is word


def test_what_is_over_is_no_signal_now() -> None:
    assert signalled([10, 16, 10], AROUND_TEN, Direction.HIGHER) is Change.NO_CHANGE
    assert signalled([16, None], AROUND_TEN, Direction.HIGHER) is Change.TOO_FEW
    assert signalled([16], None, Direction.HIGHER) is Change.TOO_FEW


def test_a_change_needs_two_windows_of_twenty() -> None:
    assert change(None, (60, 100), Direction.HIGHER) is Change.TOO_FEW
    assert change((10, 15), (60, 100), Direction.HIGHER) is Change.TOO_FEW
    assert change((50, 100), (55, 100), Direction.HIGHER) is Change.NO_CHANGE
    assert change((60, 100), (40, 100), Direction.HIGHER) is Change.WORSE
    assert change((60, 100), (40, 100), Direction.HIGHER, dispersion=9) is Change.NO_CHANGE


def test_points_of_fewer_than_twenty_are_gaps() -> None:
    assert percentages([(10, 40), (10, 15), None]) == [25, None, None]


def test_a_process_that_does_not_change_seldom_signals() -> None:
    """Both rules, 24 points of which 12 make the limits: the price of the second rule, as published (about 1 in 10)."""
    chance = Random(8)
    false = 0
    for _ in range(400):
        points: list[float | None] = [chance.gauss(50, 5) for _ in range(24)]
        false += bool(signals(points, limits(points)))
    assert false < 100


# -- proportions ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("some", "whole", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_single_proportions_of_newcombe(some: int, whole: int, low: float, high: float) -> None:
    assert wilson(some, whole) == pytest.approx((low, high), abs=0.00006)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090), ((10, 10), (0, 10), 0.6075, 1.0)],
)
def test_the_differences_of_newcombe(one: tuple[int, int], other: tuple[int, int], low: float, high: float) -> None:
    assert difference(one, other) == pytest.approx((low, high), abs=0.00006)


# -- across sites -----------------------------------------------------------------------------------


def exact_quantile(whole: int, share: Fraction, tail: Fraction) -> Fraction:
    """Spiegelhalter's limit in whole numbers: the first count that reaches the tail, less what it is over."""
    below = Fraction(0)
    for count in range(whole + 1):
        here = comb(whole, count) * share**count * (1 - share) ** (whole - count)
        if below + here >= tail:
            return count - (below + here - tail) / here
        below += here
    raise AssertionError


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 250), st.integers(1, 99))
def test_funnel_limits_are_those_of_the_exact_binomial(whole: int, percent: int) -> None:
    share = Fraction(percent, 100)
    exact = [float(exact_quantile(whole, share, Fraction(str(tail)))) for tail in TAILS]
    assert binomial_quantiles(whole, float(share), TAILS) == pytest.approx(exact, abs=1e-6)


@pytest.mark.parametrize(("whole", "share"), [(1_290, 0.13), (20_000, 0.004), (400_000, 0.5)])
def test_large_funnels_come_close_to_the_normal_approximation(whole: int, share: float) -> None:
    spread = (whole * share * (1 - share)) ** 0.5
    normal = [whole * share - 0.5 + z * spread for z in (-3.0902, -1.96, 1.96, 3.0902)]
    assert binomial_quantiles(whole, share, TAILS) == pytest.approx(normal, abs=0.05 * spread + 2)


def test_the_limits_close_as_sites_grow() -> None:
    found = [funnel(whole, 0.13) for whole in (20, 100, 500, 2_000)]
    widths = [limit.outer_high - limit.outer_low for limit in found]
    assert widths == sorted(widths, reverse=True)
    assert all(0 <= one.outer_low <= one.low <= 0.13 <= one.high <= one.outer_high <= 1 for one in found)
    assert funnel(100, 0.0) is funnel(100, 1.0) is funnel(0, 0.5) is None


def test_a_site_lies_where_the_limits_say() -> None:
    found = funnel(890, 0.13)
    assert found.place(0.07) == "lower than the outer limit"
    assert found.place(0.106) == "lower than the inner limit"
    assert found.place(0.13) == "within the limits"
    assert found.place(0.155) == "higher than the inner limit"
    assert found.place(0.18) == "higher than the outer limit"


def test_over_dispersion_widens_the_limits_and_never_narrows_them() -> None:
    plain, wide = funnel(500, 0.2), funnel(500, 0.2, dispersion=4)
    assert wide.high - 0.2 == pytest.approx(2 * (plain.high - 0.2))
    assert funnel(500, 0.2, dispersion=0.3) == plain


def test_over_dispersion_is_the_mean_square_of_scores_with_the_extremes_drawn_in() -> None:
    """Ten sites of 100 around one half, so that a score is the difference from 50 over 5."""
    sites = [(count, 100) for count in (35, 40, 45, 50, 50, 55, 60, 60, 65, 95)]
    scores = [-2, -2, -1, 0, 0, 1, 2, 2, 3, 3]
    assert dispersion(sites, 0.5) == pytest.approx(sum(score**2 for score in scores) / 10)
    assert dispersion([(50, 100)] * 10, 0.5) == 1
    assert dispersion(sites[:9], 0.5) is None
