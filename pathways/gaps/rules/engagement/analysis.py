"""The analysis of pathway 6.3: is engagement in pregnancy associated with staying in treatment after it? Pure.

One cohort is all pregnancies that ended in one year, at all sites together, once a year of follow-up has passed. It is
told once, and no woman is in two cohorts. How finely it is told follows from its numbers, by the ladder below.

Why it shows nobody:

1. *Nothing is told of few.* A group has 20 women or more, and in none of its outcomes are 7 or fewer who stayed, or who
   did not. Where one group falls short the whole cohort goes one rung down: leaving one group out would tell of it.
2. *Nothing is a count.* Groups are rounded to 10 and percentages, worked out from counts rounded to 5, to 5 points. M16
   tells of the same women by site: coarser roundings here keep the two from adding up to a hidden cell.
3. *A step of a curve is eight women.* A curve moves at the end of a month in which eight or more have left treatment
   since it last moved, never else; there its value is rounded to 5 points. It ends while eight are still followed.
4. *No cut-point is told*: it is one woman's score. Groups are called lowest to highest.
5. *Nothing is told twice.* The sensitivity analysis, of partly the same women, is one correlation to one decimal.

What it does not withstand is what no rounding does: somebody who knows all women of a group but one (rules/disclosure).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import StatisticsError, correlation, quantiles

from pathways.gaps.rules.disclosure import LARGEST_SMALL, rounded

CAPTION = (
    "Association only. Whether collaborative engagement improves retention is an open question (Peacock-Chambers 2021)"
)
FEWEST_IN_A_GROUP = 20
FEWEST_FOR_A_CORRELATION = 30  # a design number: the pathway names none
QUINTILES, TERTILES, CORRELATION, NOTHING = "quintiles", "tertiles", "correlation", "nothing"
LADDER = ((QUINTILES, 5, 100), (TERTILES, 3, 60))  # name, groups, fewest respondents
FOLLOWED = 365
STEPS = tuple(range(30, 361, 30))
AT_RISK_ON = (0, 90, 180, 270, 360)
_GROUPS_TO, _POINTS = 10, 5

# (share, lower and upper limit) of those left, at each of the days; of (days followed, whether she left then).
Left = Callable[[Sequence[float], Sequence[bool], Sequence[int]], Sequence[tuple[float, float, float]]]


@dataclass(frozen=True, slots=True)
class Woman:
    """One woman in treatment when her pregnancy ended.

    ``score``: of her last valid answer from 28+0 to the end; ``after``: of the last in the 42 days after it. ``kept_6``
    and ``kept_12``: in treatment on day 182 and 365; None where she did not live then. ``days`` until she ``left``
    treatment, or was lost from sight, at most 365.
    """

    score: float | None
    after: float | None
    kept_6: bool | None
    kept_12: bool | None
    days: float
    left: bool

    @property
    def lived(self) -> bool:
        """Whether she lived on day 365. Who died is in the curves until then, and in no number that is told."""
        return self.kept_12 is not None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many stayed, and how many did not, by one day."""

    kept: int
    not_kept: int

    @property
    def is_small(self) -> bool:
        """Whether a cell is 7 or fewer."""
        return min(self.kept, self.not_kept) <= LARGEST_SMALL

    @property
    def points(self) -> int:
        """Percent who stayed, from rounded counts, to 5 points."""
        kept, whole = rounded(self.kept), rounded(self.kept) + rounded(self.not_kept)
        return _to(100 * kept / whole, _POINTS)


@dataclass(frozen=True, slots=True)
class Group:
    """Women told together."""

    six: Outcome
    twelve: Outcome

    @property
    def women(self) -> int:
        """How many, of those who lived on day 365."""
        return self.twelve.kept + self.twelve.not_kept

    @property
    def may_be_told(self) -> bool:
        return self.women >= FEWEST_IN_A_GROUP and not (self.six.is_small or self.twelve.is_small)

    @property
    def shown(self) -> dict[str, int]:
        """What is told of them."""
        return {"women": _to(self.women, _GROUPS_TO), "m6": self.six.points, "m12": self.twelve.points}


def analyse(women: Sequence[Woman], others: Group, left: Left) -> dict[str, object]:
    """All that is told of a cohort. ``women``: who answered, in pregnancy or after; ``others``: who did not before."""
    answered = [woman for woman in women if woman.score is not None]
    alive = [woman for woman in answered if woman.lived]
    after = _correlation([(woman.after, woman.kept_12) for woman in women])
    for name, number, fewest in LADDER:
        parts = _parts(answered, number) if len(alive) >= fewest else []
        groups = [group_of(part) for part in parts]
        if groups and all(group.may_be_told for group in groups):
            return {
                "told": name,
                "rows": [group.shown for group in groups],
                "others": others.shown if others.may_be_told else None,
                "curves": [curve(part, left) for part in parts],
                "after": after,
            }
    found = _correlation([(woman.score, woman.kept_12) for woman in alive])
    return {"told": NOTHING if found is None else CORRELATION, "correlation": found, "after": after}


def group_of(women: Sequence[Woman]) -> Group:
    """Their outcomes, both of those who lived on day 365: two counts that differ by one would tell of a death."""
    lived = [woman for woman in women if woman.lived]
    return Group(_outcome([woman.kept_6 for woman in lived]), _outcome([woman.kept_12 for woman in lived]))


def _outcome(kept: Sequence[bool | None]) -> Outcome:
    return Outcome(kept.count(True), kept.count(False))


def _parts(women: Sequence[Woman], number: int) -> list[list[Woman]]:
    """In groups by score, lowest first; a score on a cut-point is in the lower one."""
    cuts = quantiles([woman.score or 0 for woman in women if woman.lived], n=number, method="inclusive")
    parts: list[list[Woman]] = [[] for _ in range(number)]
    for woman in women:
        parts[sum((woman.score or 0) > cut for cut in cuts)].append(woman)
    return parts


def curve(women: Sequence[Woman], left: Left) -> dict[str, object]:
    """Steps (day, percent, its limits), and how many were still followed on some days; None where it is too few."""
    shares = left([woman.days for woman in women], [woman.left for woman in women], STEPS)
    lived = [woman for woman in women if woman.lived]
    steps, followed, gone = [(0, 100, 100, 100)], {0: len(lived)}, 0
    for day, share in zip(STEPS, shares, strict=True):
        still = sum(woman.days >= day for woman in lived)
        have_left = sum(woman.left and woman.days <= day for woman in lived)
        if still <= LARGEST_SMALL:
            break
        if have_left - gone > LARGEST_SMALL:
            percent, low, high = (_to(100 * value, _POINTS) for value in share)
            steps.append((day, percent, low, high))
            gone, followed[day] = have_left, still
    return {"steps": steps, "at_risk": [_at_risk(lived, followed, day) for day in AT_RISK_ON]}


def _at_risk(women: Sequence[Woman], followed: dict[int, int], day: int) -> int | None:
    """As it stood when the curve last moved, so that a number does not move by one woman either."""
    if sum(woman.days >= day for woman in women) <= LARGEST_SMALL:
        return None
    return _to(followed[max(told for told in followed if told <= day)], _GROUPS_TO)


def _correlation(pairs: Sequence[tuple[float | None, bool | None]]) -> float | None:
    """Of score and staying for twelve months, to one decimal; None of too few, or where all have the same."""
    known = [(score, kept) for score, kept in pairs if score is not None and kept is not None]
    if len(known) < FEWEST_FOR_A_CORRELATION or _outcome([kept for _, kept in known]).is_small:
        return None
    try:
        return round(correlation([score for score, _ in known], [float(kept) for _, kept in known]), 1)
    except StatisticsError:
        return None


def _to(value: float, step: int) -> int:
    return int(value / step + 0.5) * step
