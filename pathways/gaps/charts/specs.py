"""What a chart shows, as plain values. Every number in them was told already (``rules.disclosure``). Pure.

A chart is drawn, spoken and kept from these alone, so picture, alternative text and file cannot differ.
``key`` starts every id of a chart: letters, digits and hyphens, another one for each chart of a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from math import floor, inf

from pathways.gaps.rules import spc
from pathways.gaps.rules.disclosure import FEWEST_FOR_A_PERCENTAGE, percentage
from pathways.gaps.rules.releases import Month
from pathways.gaps.rules.spc import Direction, Limits, Rule

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SPANS = {1: "month", 3: "quarter", 12: "year"}


@dataclass(frozen=True, slots=True)
class Unit:
    """How a value is written (``after`` it), what it is in words, how finely it is told, and where its scale ends."""

    words: str
    after: str = ""
    step: float = 1
    lowest: float = 0
    highest: float = inf

    def written(self, value: float) -> str:
        """The value as the page writes it."""
        return f"{floor(value / self.step + 0.5) * self.step:,g}{self.after}"


PERCENT = Unit("percent", after=" %", highest=100)
PER_100 = Unit("per 100", highest=100)
HOURS = Unit("hours", after=" h", step=0.5)


@dataclass(frozen=True, slots=True)
class Aim:
    """A value that a site wants to reach, from a month on."""

    value: float
    start: Month
    words: str


@dataclass(frozen=True, slots=True)
class Note:
    """What was changed in a month."""

    at: Month
    words: str


@dataclass(frozen=True, slots=True)
class Band:
    """Points that stand in one signal together: which, on which side, and what to say of them."""

    first: int
    last: int
    high: bool
    words: str


@dataclass(frozen=True, slots=True)
class Xmr:
    """One site over time, by months or quarters; None is a gap: hidden, or too few for a percentage."""

    key: str
    title: str
    start: Month
    step: int
    points: tuple[float | None, ...]
    unit: Unit = PERCENT
    direction: Direction = Direction.NEITHER
    aims: tuple[Aim, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def limits(self) -> Limits | None:
        """What the site does while nothing changes."""
        return spc.limits(self.points, lowest=self.unit.lowest, highest=self.unit.highest)

    @property
    def bands(self) -> tuple[Band, ...]:
        """The signals, those that touch told as one."""
        return _bands(self, self.limits)

    def month(self, place: int) -> str:
        """The name of a point's month or months."""
        return span(self.start + place * self.step, self.step)

    def place(self, month: Month) -> float:
        """Where a month lies among the points; a quarter's point lies in its middle."""
        return (month - self.start - (self.step - 1) / 2) / self.step

    @property
    def baseline(self) -> tuple[str, str]:
        """From when to when the points lie that the limits come from."""
        last = self.start + min(len(self.points), spc.BASELINE) * self.step - 1
        return span(self.start), span(last)


@dataclass(frozen=True, slots=True)
class Site:
    """A site in numbers that were told: so many of so many."""

    name: str
    some: int
    whole: int
    own: bool = False

    @property
    def share(self) -> float:
        """Which part of one."""
        return self.some / self.whole


@dataclass(frozen=True, slots=True)
class Funnel:
    """All sites side by side, by their size. ``widened`` says why, where ``dispersion`` is above 1."""

    key: str
    title: str
    sites: tuple[Site, ...]
    of: str
    unit: Unit = PERCENT
    direction: Direction = Direction.NEITHER
    dispersion: float = 1
    widened: str = ""
    hidden: tuple[str, ...] = ()

    @property
    def drawn(self) -> tuple[Site, ...]:
        """The sites that are large enough for a percentage."""
        return tuple(site for site in self.sites if site.whole >= FEWEST_FOR_A_PERCENTAGE)

    @property
    def centre(self) -> float:
        """The share of all sites together, of what is shown."""
        return sum(site.some for site in self.drawn) / max(1, sum(site.whole for site in self.drawn))

    def limits(self, whole: int) -> spc.Funnel | None:
        """The limits for a site of that size."""
        return _funnel(whole, self.centre, self.dispersion)

    def where(self, site: Site) -> str:
        """Where a site lies, in words; empty where nothing can vary."""
        limits = self.limits(site.whole)
        return limits.place(site.share) if limits else ""

    def outside(self, site: Site) -> bool:
        """Whether a site lies outside the outer limit."""
        return self.where(site).endswith("outer limit")

    def written(self, site: Site) -> str:
        """The site's share of a hundred, as the page writes it."""
        return f"{percentage(site.some, site.whole)}{self.unit.after}"


@dataclass(frozen=True, slots=True)
class Panel:
    """One site's numbers by bin; None where they are hidden. ``middle`` says the median in words, or nothing."""

    name: str
    counts: tuple[int, ...] | None
    middle: str = ""
    own: bool = False

    def percent(self, place: int) -> float:
        """Which part of a hundred lies in a bin."""
        return 100 * self.counts[place] / max(1, sum(self.counts)) if self.counts else 0


@dataclass(frozen=True, slots=True)
class Histogram:
    """How something is spread, one small plot a site. Bins lie between the edges; the last one has no end."""

    key: str
    title: str
    edges: tuple[float, ...]
    of: str
    panels: tuple[Panel, ...]
    unit: Unit = HOURS
    mark: float | None = None
    mark_words: str = ""

    def bin(self, place: int) -> str:
        """A bin in words."""
        start = f"{self.edges[place]:g}"
        end = f" to {self.edges[place + 1]:g}" if place + 1 < len(self.edges) else " or more"
        return f"{start}{end}{self.unit.after}"


@dataclass(frozen=True, slots=True)
class Step:
    """From a day on: the share of one that is left, between its 95 % limits."""

    day: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Curve:
    """One group: its steps, and how many were still followed at each of the chart's days (None is hidden)."""

    name: str
    steps: tuple[Step, ...]
    at_risk: tuple[int | None, ...]

    def at(self, day: int) -> Step:
        """The last step by a day."""
        return [step for step in self.steps if step.day <= day][-1]


@dataclass(frozen=True, slots=True)
class Survival:
    """How many of each group are left over time, in days; ``caption`` stands below word by word."""

    key: str
    title: str
    curves: tuple[Curve, ...]
    days: tuple[int, ...]
    since: str
    left: str = "still in treatment"
    caption: str = ""


@lru_cache(4096)
def _funnel(whole: int, centre: float, dispersion: float) -> spc.Funnel | None:
    return spc.funnel(whole, centre, dispersion=dispersion)


def span(month: Month, months: int = 1) -> str:
    """``Nov 2024``, or ``Jan–Mar 2025`` for a quarter."""
    last = month + months - 1
    if months == 1:
        return f"{MONTHS[month % 12]} {month // 12}"
    first_year = f" {month // 12}" if month // 12 != last // 12 else ""
    return f"{MONTHS[month % 12]}{first_year}–{MONTHS[last % 12]} {last // 12}"


def counted(number: int, word: str) -> str:
    """``1 month``, ``8 months``."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def gaps(points: Sequence[object | None]) -> list[tuple[int, int]]:
    """The first and last place of every row of hidden points."""
    found = []
    for hidden, group in groupby(enumerate(points), key=lambda one: one[1] is None):
        places = [place for place, _ in group]
        if hidden:
            found.append((places[0], places[-1]))
    return found


def _bands(chart: Xmr, within: Limits | None) -> tuple[Band, ...]:
    signals = spc.signals(chart.points, within) if within else []
    runs = [signal for signal in signals if signal.rule is Rule.RUN]
    found = [Band(run.first, run.last, run.high, _run(chart, run.first, run.last, run.high)) for run in runs]
    alone = [
        signal
        for signal in signals
        if signal.rule is Rule.OUTSIDE and not any(run.first <= signal.first <= run.last for run in runs)
    ]
    rows = groupby(enumerate(alone), key=lambda one: (one[1].first - one[0], one[1].high))
    for (_, high), row in rows:
        places = [signal.first for _, signal in row]
        found.append(Band(places[0], places[-1], high, _outside(chart, places[0], places[-1], high)))
    return tuple(sorted(found, key=lambda band: band.first))


def _run(chart: Xmr, first: int, last: int, high: bool) -> str:
    side = "above" if high else "below"
    return f"{counted(last - first + 1, SPANS[chart.step])} in a row {side} the centre"


def _outside(chart: Xmr, first: int, last: int, high: bool) -> str:
    many = last - first + 1
    which = chart.month(first) if many == 1 else f"{counted(many, SPANS[chart.step])} from {chart.month(first)}"
    return f"{which} {'above the upper' if high else 'below the lower'} limit"
