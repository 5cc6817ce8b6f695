"""The one way in which a number about women is shown to somebody who may not see the women (SDC-7/5). Pure.

Screen, chart, CSV, alternative text and print show what ``disclose`` answers, or what follows from such answers alone.

The rule. A population falls into parts of which nobody is in two ("booked by 10+0", "later"). A part of 1 to 7 is
small, and so is an empty one where "none" tells something, and one behind which fewer than eight women stand. With a
small part, or seven people or fewer in all, none of the parts is shown: neither the part nor its complement, nor the
whole, from which either would follow. Otherwise each part is rounded to 5, and everything else (the whole, a
percentage, a table's margin, a year, all sites, a chart's limits) is worked out from the rounded parts. No second
number is ever taken from the women.

Why nothing hidden can be worked out from it:

1. *A total adds nothing.* Whatever is shown is a function of the rounded parts, so subtraction, equations, intervals
   or a solver only know what the parts said. A total of its own, rounded or not, would be a second measurement: where
   every rounding happens to point the same way, only one value fits. Leaving out such totals mends nothing, since
   whoever knows the rule learns from what is left out. So there is no total of its own.
2. *Nobody is counted in two answers.* The answers about one population are about sites, spans of time and parts that
   do not overlap (``releases`` sees to time). A filter picks among the answers; it never asks the women again.
3. *A hidden part stays any of 1 to 7.* Hidden parts are in no answer. Parts that are told only together (``groups``,
   where the finer ones are small) are at least 8 together, or empty: each of 1 to 7 is possible for each of them.
4. *Being hidden says little*: that something in the answer is small. It looks the same for every reason.

Against whoever brings a total from elsewhere: where one place alone is hidden, the smallest of the others is hidden
with it (``releases``).

What it does not withstand: somebody who knows every woman of a cell but one, and sees on which side of a rounding the
number falls. No rounding does; that takes noise, and numbers that no recount can match. Nor does it know of two
populations that share women (two measures of the same births): where one is part of the other, both are one ``Split``.

Sources: OpenSAFELY, and HES since 2018 (1 to 7 hidden, the others to the nearest 5); pathway definition, 6.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import quantiles

LARGEST_SMALL = 7
ROUNDED_TO = 5
FEWEST_FOR_A_PERCENTAGE = 20
FEWEST_FOR_A_MEDIAN = 10

TOO_SMALL = "[c]"  # a count that is hidden
TOO_LOW = "[low]"  # a percentage of fewer than 20


@dataclass(frozen=True, slots=True)
class Split:
    """How a population falls into parts, and which of them are told together when the parts are small.

    ``groups`` are positions of ``parts``; each part is in one. ``none_tells`` are the parts of which "none" does harm.
    """

    parts: tuple[str, ...]
    groups: tuple[tuple[int, ...], ...] = ()
    none_tells: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if not self.groups:
            object.__setattr__(self, "groups", tuple((place,) for place in range(len(self.parts))))
        if sorted(place for group in self.groups for place in group) != list(range(len(self.parts))):
            raise ValueError("Each part is in one group.")

    def grouped(self, counts: Sequence[int]) -> tuple[int, ...]:
        """The counts of the parts, added up by group."""
        return tuple(sum(counts[place] for place in group) for group in self.groups)


MET_OR_NOT = Split(("met", "not met"))


@dataclass(frozen=True, slots=True)
class Exact:
    """What nobody is shown: how many are in each part, and how many women stand behind each.

    ``women`` may count too few, never too many: her only in the month in which she is first in a part. Without it, each
    is one woman.
    """

    counts: tuple[int, ...]
    women: tuple[int, ...] = ()

    def __add__(self, other: Exact) -> Exact:
        return Exact(_add(self.counts, other.counts), _add(self.behind, other.behind))

    @property
    def behind(self) -> tuple[int, ...]:
        """How many women stand behind each part."""
        return self.women or self.counts


@dataclass(frozen=True, slots=True)
class Shown:
    """What everybody may see: zeros and multiples of 5. ``parts`` is None where only the groups are told."""

    groups: tuple[int, ...]
    parts: tuple[int, ...] | None = None

    def __add__(self, other: Shown) -> Shown:
        both = self.parts is not None and other.parts is not None
        return Shown(_add(self.groups, other.groups), _add(self.parts or (), other.parts or ()) if both else None)

    @property
    def whole(self) -> int:
        """How many in all."""
        return sum(self.groups)


def disclose(split: Split, exact: Exact) -> Shown | None:
    """What may be shown of ``exact``; None where something in it is small."""
    if min(*exact.counts, 0) < 0 or len(exact.counts) != len(split.parts) or len(exact.behind) != len(split.parts):
        raise ValueError("There is one count for each part, and none is below zero.")
    telling = tuple(any(place in split.none_tells for place in group) for group in split.groups)
    counts = split.grouped(exact.counts)
    if sum(counts) <= LARGEST_SMALL or _any_small(counts, split.grouped(exact.behind), telling):
        return None
    alone = tuple(place in split.none_tells for place in range(len(split.parts)))
    if _any_small(exact.counts, exact.behind, alone):
        return Shown(tuple(map(rounded, counts)))
    parts = tuple(map(rounded, exact.counts))
    return Shown(split.grouped(parts), parts)


def disclose_alone(count: int, women: int) -> int | None:
    """A number beside a population of which it is no part (of whom it cannot be known); None where it is small."""
    return rounded(count) if count == 0 or min(count, women) > LARGEST_SMALL else None


def rounded(count: int) -> int:
    """The nearest multiple of 5. Only for what is not small: it hides nothing."""
    return (count + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO


def percentage(some: int, whole: int) -> int | None:
    """A percentage of two numbers that are shown, without decimals; None where the whole is low."""
    return (200 * some + whole) // (2 * whole) if whole >= FEWEST_FOR_A_PERCENTAGE else None


def in_words(count: int | None) -> str:
    """A count as every page, file and picture writes it."""
    return TOO_SMALL if count is None else f"{count:,}"


# -- margins -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Margin:
    """What the shown cells of a line add up to, and how many are hidden and left out."""

    shown: Shown | None
    hidden: int


def margin(cells: Iterable[Shown | None]) -> Margin:
    """The margin of a line, from what is shown."""
    total, hidden = None, 0
    for cell in cells:
        if cell is None:
            hidden += 1
        else:
            total = cell if total is None else total + cell
    return Margin(total, hidden)


# -- hours ------------------------------------------------------------------------------------------


def quartiles(hours: Sequence[float], women: int) -> tuple[float, float, float] | None:
    """The median between the quartiles, to half an hour; None of fewer than ten women. Told once, with its block."""
    if min(len(hours), women) < FEWEST_FOR_A_MEDIAN:
        return None
    low, middle, high = (int(value * 2 + 0.5) / 2 for value in quantiles(hours, n=4, method="inclusive"))
    return low, middle, high


def _any_small(counts: Sequence[int], women: Sequence[int], none_tells: Sequence[bool]) -> bool:
    return any(
        tells if count == 0 else min(count, behind) <= LARGEST_SMALL
        for count, behind, tells in zip(counts, women, none_tells, strict=True)
    )


def _add(some: Sequence[int], others: Sequence[int]) -> tuple[int, ...]:
    return tuple(one + other for one, other in zip(some, others, strict=True))
