"""Missed handoffs: moments × sites, each cell as it was told, with a step of heat that also prints."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType

from carecoord.sites.models import Site
from pathways.engine import Moment
from pathways.gaps.figures import share_in_words
from pathways.gaps.measures import BY_KEY, Shown, Table
from pathways.gaps.pages.grid import TOGETHER, Columns, Stands, address_of, columns, usual_span
from pathways.gaps.publishing import ALL_SITES
from pathways.gaps.reading import Stand, stands_of
from pathways.gaps.rules.disclosure import percentage
from pathways.moments import across, antenatal, birth, booking, by_key, community, medication, separation, ward

GROUPS: tuple[tuple[str, ModuleType], ...] = (
    ("Getting into care", booking),
    ("Before the birth", antenatal),
    ("Birth and her baby", birth),
    ("Her medicine", medication),
    ("On the ward", ward),
    ("At home", community),
    ("After separation", separation),
    ("Throughout", across),
)
HEAT_STEPS = (1, 5, 10, 20, 30)  # where each step of heat begins, in percent
# Of these the share says nothing: whoever reads it is told why, in place of the moment's own title.
NOTES = {"LOST_CONTACT": "due only where nobody reached her in time, so all are missed: read how many"}
TABLES: Mapping[str, Table] = {table.name: table for table in BY_KEY["M25"].tables}


@dataclass(frozen=True, slots=True)
class Cell:
    """One number: "45 %", "of 265", and its step of heat as a class."""

    value: str
    of: str
    heat: str


@dataclass(frozen=True, slots=True)
class Row:
    """One moment, with the name and cell of each site; ``pooled``: one cell of all together."""

    words: str
    note: str
    address: str
    cells: Sequence[tuple[str, Cell]]
    pooled: bool


@dataclass(frozen=True, slots=True)
class Missed:
    """``steps``: (class, words) of the legend."""

    columns: Columns
    groups: Sequence[tuple[str, Sequence[Row]]]
    span: str
    steps: Sequence[tuple[str, str]]


def missed(codes: Collection[str] = ()) -> Missed:
    """All moments at all sites, or at those with these codes."""
    shown = columns(codes)
    stands = stands_of(TABLES.values())
    groups = [
        (heading, [_row(moment, shown.shown, stands) for moment in _moments(module)]) for heading, module in GROUPS
    ]
    return Missed(shown, groups, usual_span(stands.values()), _steps())


def _moments(module: ModuleType) -> list[Moment]:
    """The moments that are declared there, in the order of all."""
    there = {each.key for each in vars(module).values() if isinstance(each, Moment)}
    return [moment for moment in by_key.values() if moment.key in there]


def _row(moment: Moment, sites: Sequence[Site], stands: Stands) -> Row:
    table = TABLES[moment.key]
    pooled = table.shown is not Shown.BY_SITE
    places = [(ALL_SITES, TOGETHER)] if pooled else [(site.pk, site.name) for site in sites]
    cells = [(name, _cell(table, stands.get((table.key, place)))) for place, name in places]
    return Row(moment.list_title, NOTES.get(moment.key, moment.title), address_of(table, table.lines[0]), cells, pooled)


def _cell(table: Table, stand: Stand | None) -> Cell:
    if stand is None:
        return Cell("", "not told yet", "heat-hidden")
    shown = stand.numbers(table.lines[0].key)
    value, of = share_in_words(table, shown)
    of = of if value.endswith("%") else "too few"
    return Cell(value, of, heat_class(percentage(*shown) if shown else None))


def heat_class(share: int | None) -> str:
    """The class of a cell by its share of a hundred: ``heat-0`` for none to ``heat-5``, ``heat-hidden``."""
    return "heat-hidden" if share is None else f"heat-{sum(share >= step for step in HEAT_STEPS)}"


def _steps() -> list[tuple[str, str]]:
    ends = [f"to {end - 1} %" for end in HEAT_STEPS[1:]]
    words = [f"{start} {end}" for start, end in zip(HEAT_STEPS, ends, strict=False)]
    return [(f"heat-{step}", said) for step, said in enumerate(["none", *words, f"{HEAT_STEPS[-1]} % or more"])]
