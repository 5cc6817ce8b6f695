"""How a measure is declared: one entry, from which the numbers, the page, the export and the reference page come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pathways.gaps.case import Case
from pathways.gaps.rules import disclosure
from pathways.gaps.rules.disclosure import MET_OR_NOT, Split
from pathways.gaps.rules.releases import BY_QUARTER, POOLED, Rhythm
from pathways.gaps.rules.spc import Direction

NONE = timedelta(0)
UNKNOWN = -1  # the part of a unit of which it cannot be known: it is counted as missing, beside the measure
NO_VALUE = -1
PLURALS = {
    "pregnancy": "pregnancies",
    "woman": "women",
    "baby": "babies",
    "first contact": "first contacts at 9+0 or later",
}


class Unit(StrEnum):
    """What a line's number is."""

    PERCENT = "%"
    PER_100 = "per 100"
    HOURS = "hours"
    NUMBER = "number"
    COUNT = "count"


class Shown(StrEnum):
    """To whom, and how: after a separation never by site; deaths to the governance group alone."""

    BY_SITE = "by site"
    POOLED = "all sites together, 24 months"
    GOVERNANCE = "governance group only"


class Section(StrEnum):
    """Where in her journey a measure looks; the headings of the overview."""

    PREGNANCY = "In pregnancy"
    WARD = "On the ward"
    HOME = "At home"
    SEPARATION = "After separation"
    THROUGHOUT = "Throughout"


@dataclass(frozen=True, slots=True)
class Line:
    """One number of a table: the parts that it counts (``met``), of which parts (``of``; of all, where it is empty).

    Where only groups are told, a group stands with its first part, unless the line is about parts alone.
    ``better``: which way is better, where the line goes another way than its measure.
    """

    key: str
    words: str
    met: frozenset[int] = frozenset({0})
    of: frozenset[int] = frozenset()
    parts_only: bool = False
    better: Direction | None = None

    def numbers(self, split: Split, shown: disclosure.Shown) -> tuple[int, int] | None:
        """So many of so many, from what is shown; None where the line is about parts that are not."""
        if shown.parts is not None:
            told: dict[int, int] = dict(enumerate(shown.parts))
        elif self.parts_only:
            return None
        else:
            told = {group[0]: count for group, count in zip(split.groups, shown.groups, strict=True)}
        whole = {part: count for part, count in told.items() if not self.of or part in self.of}
        return sum(count for part, count in whole.items() if part in self.met), sum(whole.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One population of a measure, and the parts into which it falls: nobody is in two of them.

    ``key`` is unique among all measures. ``settles``: how long after its anchor the last of its units can be known.
    ``medians``: each unit has a value, and what is shown is their median with the quartiles. ``together``: by how much
    limits are widened because units of one woman belong together (a design number: no source gives it).
    """

    key: str
    lines: tuple[Line, ...]
    split: Split = MET_OR_NOT
    shown: Shown = Shown.BY_SITE
    rhythm: Rhythm = BY_QUARTER
    settles: timedelta = NONE
    one_is: str = "pregnancy"
    unit: Unit = Unit.PERCENT
    medians: bool = False
    together: float = 1

    @property
    def measure(self) -> str:
        """The key of its measure: ``M01``."""
        return self.key.split(".", 1)[0]

    @property
    def name(self) -> str:
        """What it is called within its measure: ``booked``."""
        return self.key.split(".", 1)[1]

    def name_of(self, line: Line) -> str:
        """How forms and addresses name one of its lines, within its measure: ``booked.12w``."""
        return f"{self.name}.{line.key}"

    @property
    def parts_only(self) -> bool:
        """Whether it tells of parts alone: it stands beside another table of its measure."""
        return all(line.parts_only for line in self.lines)

    @property
    def told(self) -> Rhythm:
        """How often it is told: whole years, where it is told of all sites together."""
        return self.rhythm if self.shown is Shown.BY_SITE else POOLED

    @property
    def units(self) -> str:
        """What its units are called: "admissions"."""
        return PLURALS.get(self.one_is, f"{self.one_is}s")

    @property
    def of_what(self) -> str:
        """Its units in words: "of admissions"."""
        return f"per 100 {self.units}" if self.unit is Unit.PER_100 else f"of {self.units}"


@dataclass(frozen=True, slots=True)
class Counted:
    """One unit (a pregnancy, an admission, a separation…) of one table, in one of its parts.

    ``at`` (aware) is its anchor: site and month follow from it. ``value`` is of medians: half hours, or as counted.
    ``follow_up``: it counts when so much time has passed since ``at``.
    """

    table: str
    at: datetime
    part: int = UNKNOWN
    follow_up: timedelta = NONE
    value: int = NO_VALUE


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measure of pathway section 6. ``counted`` finds its units in one pregnancy: a pure function of the record.

    ``numerator``, ``denominator``, ``exclusions`` and ``why`` are shown as they stand. ``sources`` as in the
    bibliography of docs/pathway-sources.md. The first line of the first table is the measure's headline.
    """

    key: str
    title: str
    why: str
    numerator: str
    denominator: str
    exclusions: str
    better: Direction
    section: Section
    tables: tuple[Table, ...]
    counted: Callable[[Case], Iterator[Counted]]
    follow_up: str = "none"
    england: str = ""
    scotland: str = ""
    sources: tuple[str, ...] = ()

    @property
    def unit(self) -> Unit:
        """What its headline is."""
        return self.tables[0].unit

    @property
    def headline(self) -> tuple[Table, Line]:
        """What the overview shows of it."""
        return self.tables[0], self.tables[0].lines[0]
