"""What a chart of one measure may claim: limits over time (XmR) and across sites (funnel), a word for a change. Pure.

Every number that goes in is one that was shown (``disclosure``), so no limit tells more than the table beside it. A
hidden point is a gap: no line is drawn across it, no range is taken over it, and a run in a row ends at it.

- XmR: centre ± 2.66 × the mean moving range (Shewhart; Wheeler, Understanding Variation, 2000).
- Funnel: the 2.5 % and 0.1 % tails of the binomial on either side, interpolated (Spiegelhalter, Statistics in Medicine
  2005;24:1185, appendix A.1.1), widened by the square root of the over-dispersion (the same: winsorised z-scores).
- A change between two windows: Newcombe's interval of the difference of two proportions (Statistics in Medicine
  1998;17:873, method 10) leaves 0 out. A single proportion: Wilson's interval (the same journal, 1998;17:857).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import ceil, exp, floor, lgamma, log, sqrt

from pathways.gaps.rules.disclosure import FEWEST_FOR_A_PERCENTAGE

SoMany = tuple[int, int]  # so many of so many, both as they are shown

TO_LIMITS = 2.66  # 3 / 1.128: from a mean moving range of two points to three standard deviations
BASELINE = 12  # points from which limits are taken
FEWEST_FOR_LIMITS = 8  # of which so many have to be shown
IN_A_ROW = 8
NORMAL_95 = 1.959964
TAILS = (0.001, 0.025, 0.975, 0.999)
WINSORISED = 0.1
FEWEST_FOR_DISPERSION = 10


class Direction(StrEnum):
    """Which way is better. Some measures have none: fewer trips are not always better."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Change(StrEnum):
    """How two numbers that are shown compare."""

    BETTER = "better"
    WORSE = "worse"
    DIFFERENT = "different"
    NO_CHANGE = "no change"
    TOO_FEW = "too few"


class Rule(StrEnum):
    """When points over time are a signal, in words that stand under the chart."""

    OUTSIDE = "one point outside a limit"  # Shewhart 1931; Wheeler 2000, detection rule one
    RUN = "8 in a row on one side of the centre"  # Western Electric 1956; Wheeler 2000, detection rule two


@dataclass(frozen=True, slots=True)
class Limits:
    """What the process does when nothing changes."""

    lower: float
    centre: float
    upper: float


@dataclass(frozen=True, slots=True)
class Signal:
    """Points that are unlikely to be chance: which ones, by which rule, above or below."""

    rule: Rule
    first: int
    last: int
    high: bool


def percentages(points: Sequence[SoMany | None]) -> list[float | None]:
    """The points of a chart in percent; a gap where nothing is shown, or fewer than 20."""
    return [100 * point[0] / point[1] if point and point[1] >= FEWEST_FOR_A_PERCENTAGE else None for point in points]


# -- over time --------------------------------------------------------------------------------------


def limits(points: Sequence[float | None], *, lowest: float = 0, highest: float = 100) -> Limits | None:
    """Natural process limits from the first points; None where too few of them are shown."""
    baseline = points[:BASELINE]
    shown = [point for point in baseline if point is not None]
    ranges = moving_ranges(baseline)
    if len(shown) < FEWEST_FOR_LIMITS or not ranges:
        return None
    centre, reach = sum(shown) / len(shown), TO_LIMITS * sum(ranges) / len(ranges)
    return Limits(max(lowest, centre - reach), centre, min(highest, centre + reach))


def moving_ranges(points: Sequence[float | None]) -> list[float]:
    """How far neighbours are apart, where both are shown."""
    return [abs(later - one) for one, later in pairwise(points) if one is not None and later is not None]


def signals(points: Sequence[float | None], within: Limits) -> list[Signal]:
    """Every signal, in the order in which it begins."""
    found = [
        Signal(Rule.OUTSIDE, place, place, point > within.upper)
        for place, point in enumerate(points)
        if point is not None and not within.lower <= point <= within.upper
    ]
    start, side = 0, 0
    for place, point in enumerate((*points, None)):
        now = 0 if point is None else (point > within.centre) - (point < within.centre)
        if now != side or now == 0:
            if side and place - start >= IN_A_ROW:
                found.append(Signal(Rule.RUN, start, place - 1, side > 0))
            start, side = place, now
    return sorted(found, key=lambda signal: (signal.first, signal.last))


def signalled(points: Sequence[float | None], within: Limits | None, direction: Direction) -> Change:
    """What the chart says of its last point: a word other than "no change" only where that point is in a signal."""
    if within is None or not points or points[-1] is None:
        return Change.TOO_FEW
    last = [signal for signal in signals(points, within) if signal.last == len(points) - 1]
    return _word(last[-1].high, direction) if last else Change.NO_CHANGE


def change(before: SoMany | None, now: SoMany | None, direction: Direction, *, dispersion: float = 1) -> Change:
    """How a window compares with the one before it."""
    if before is None or now is None or min(before[1], now[1]) < FEWEST_FOR_A_PERCENTAGE:
        return Change.TOO_FEW
    low, high = difference(now, before, dispersion=dispersion)
    return Change.NO_CHANGE if low <= 0 <= high else _word(low > 0, direction)


def _word(high: bool, direction: Direction) -> Change:
    if direction is Direction.NEITHER:
        return Change.DIFFERENT
    return Change.BETTER if high is (direction is Direction.HIGHER) else Change.WORSE


# -- proportions ------------------------------------------------------------------------------------


def wilson(some: float, whole: float) -> tuple[float, float]:
    """The 95 % interval of a proportion."""
    share, square = some / whole, NORMAL_95**2
    middle = (share + square / (2 * whole)) / (1 + square / whole)
    half = NORMAL_95 / (1 + square / whole) * sqrt(share * (1 - share) / whole + square / (4 * whole**2))
    return middle - half, middle + half


def difference(one: tuple[float, float], other: tuple[float, float], *, dispersion: float = 1) -> tuple[float, float]:
    """The 95 % interval of ``one`` minus ``other``, each so many of so many."""
    (low, high), (other_low, other_high) = (
        wilson(some / dispersion, whole / dispersion) for some, whole in (one, other)
    )
    share, other_share = one[0] / one[1], other[0] / other[1]
    gap = share - other_share
    below = sqrt((share - low) ** 2 + (other_high - other_share) ** 2)
    return gap - below, gap + sqrt((high - share) ** 2 + (other_share - other_low) ** 2)


# -- across sites -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Funnel:
    """The limits for one size of site, as shares: 99.8 % outside, 95 % inside."""

    outer_low: float
    low: float
    high: float
    outer_high: float

    def place(self, share: float) -> str:
        """Where a site lies, in words."""
        if share < self.outer_low or share > self.outer_high:
            return f"{'lower' if share < self.outer_low else 'higher'} than the outer limit"
        if share < self.low or share > self.high:
            return f"{'lower' if share < self.low else 'higher'} than the inner limit"
        return "within the limits"


def funnel(whole: int, centre: float, *, dispersion: float = 1) -> Funnel | None:
    """The limits for a site of ``whole`` around ``centre``; None where nothing can vary."""
    if whole < 1 or not 0 < centre < 1:
        return None
    wider = sqrt(max(1, dispersion))
    exact = binomial_quantiles(whole, centre, TAILS)
    return Funnel(*(min(1, max(0, centre + (place / whole - centre) * wider)) for place in exact))


def binomial_quantiles(whole: int, share: float, tails: Sequence[float]) -> list[float]:
    """Where each tail (in rising order) of the binomial ends, interpolated between the two counts beside it."""
    reach = 12 * sqrt(whole * share * (1 - share)) + 20
    count = max(0, floor(whole * share - reach))
    last = min(whole, ceil(whole * share + reach))
    found: list[float] = []
    below = 0.0
    while len(found) < len(tails) and count <= last:
        here = _probability(count, whole, share)
        while len(found) < len(tails) and below + here >= tails[len(found)]:
            found.append(count - (below + here - tails[len(found)]) / here)
        below, count = below + here, count + 1
    return found + [float(whole)] * (len(tails) - len(found))


def dispersion(shown: Sequence[tuple[int, int]], centre: float) -> float | None:
    """By how much sites differ more than chance makes them; at least 1. None where there are too few to say.

    Each site is so many of so many. The most extreme tenth on either side is drawn in: a true outlier stays one.
    """
    if len(shown) < FEWEST_FOR_DISPERSION or not 0 < centre < 1:
        return None
    scores = sorted((some / whole - centre) / sqrt(centre * (1 - centre) / whole) for some, whole in shown)
    drawn_in = int(len(scores) * WINSORISED)
    low, high = scores[drawn_in], scores[-1 - drawn_in]
    return max(1.0, sum(min(high, max(low, score)) ** 2 for score in scores) / len(scores))


def _probability(count: int, whole: int, share: float) -> float:
    chosen = lgamma(whole + 1) - lgamma(count + 1) - lgamma(whole - count + 1)
    return exp(chosen + count * log(share) + (whole - count) * log(1 - share))
