"""What the quarterly report says, in words and tables, before it is laid out: every number as pages write it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q

from carecoord.sites.models import Site
from pathways.gaps.charts.specs import Xmr
from pathways.gaps.figures import Figure, figure_of, span_in_words
from pathways.gaps.measures import Line, Measure, Shown, Table, Unit
from pathways.gaps.models import Aim, ChangeNote
from pathways.gaps.months import month_of
from pathways.gaps.pages.aims import Acted, AimLine, aim_lines, note_line
from pathways.gaps.pages.definition import RULE, Definition, definition
from pathways.gaps.pages.measure import CE_8
from pathways.gaps.pages.over_time import over_time
from pathways.gaps.publishing import ALL_SITES
from pathways.gaps.report.quarters import Reported
from pathways.gaps.report.told import IN_REPORTS, ToldThen, missing_in
from pathways.gaps.rules.disclosure import TOO_LOW, TOO_SMALL, in_words
from pathways.gaps.rules.releases import YEAR

MOST_SITES = 5  # beside each other in a table of moments
FOOT = "numbers rounded · 1 to 7 hidden · no ranking"
TOGETHER = "All sites together"


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell: the number, and below it what it is of and what changed. A signal stands out."""

    number: str
    below: str = ""
    signal: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: what each column and each row is called, and their cells."""

    title: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Cell]]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One measure: its tables, the charts of signals at one's own site, and its definition."""

    definition: Definition
    grids: Sequence[Grid]
    charts: Sequence[Xmr]
    label: str = ""


@dataclass(frozen=True, slots=True)
class First:
    """The first page: what stands out at one site. Each is a list of sentences."""

    name: str
    span: str
    parts: Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Report:
    """All of it. ``rule`` says what was done to the numbers."""

    title: str
    quarter: str
    site: str
    first: First
    sections: Sequence[Section]
    rule: str = RULE


def content_of(asked: Reported, site: Site, told: ToldThen) -> Report:
    """The report of a quarter, as it is read at ``site``."""
    aims = Aim.objects.filter(Q(ended_at=None) | Q(ended_at__gte=asked.at), set_at__lt=asked.at)
    notes = ChangeNote.objects.filter(Q(struck_at=None) | Q(struck_at__gte=asked.at), noted_at__lt=asked.at)
    acted = Acted(
        list(aims.select_related("site", "owner").order_by("set_at", "pk")),
        list(notes.select_related("site").order_by("changed_on", "pk")),
    )
    return Report(
        title="Where care breaks",
        quarter=asked.words,
        site=site.name,
        first=_first(asked, site, told, acted),
        sections=[_section(measure, site, told, acted) for measure in IN_REPORTS],
    )


# -- the first page ---------------------------------------------------------------------------------


def _first(asked: Reported, site: Site, told: ToldThen, acted: Acted) -> First:
    said: dict[str, list[str]] = {"signal": [], "better": [], "worse": [], "different": []}
    hidden = 0
    for measure, table, line in _lines():
        stand = told.stands.get((table.key, site.pk))
        if stand is None or table.shown is not Shown.BY_SITE:
            continue
        figure = figure_of(table, line, stand)
        hidden += figure.value in (TOO_SMALL, TOO_LOW)
        group = "signal" if figure.signal else figure.word
        if group in said:
            said[group].append(f"{_called(measure, line)}: {_in_words(table, figure)}.")
    year_before = month_of(asked.until) - YEAR
    notes = [note_line(note, set()) for note in acted.notes if note.site == site]
    lately = [each for each in notes if month_of(each.note.changed_on) >= year_before]
    aims = [aim for aim in acted.aims if aim.site == site]
    parts = [
        ("Signals of the charts over time", said["signal"] or ["None: what was told lies within the limits."]),
        ("Better than the 12 months before", said["better"]),
        ("Worse than the 12 months before", said["worse"]),
        ("Different from the 12 months before", said["different"]),
        ("Aims", [_aim(line) for line in aim_lines(aims, set(), told.pieces)]),
        ("What was changed", [f"{each.month}: {each.note.words}." for each in lately]),
        ("Too few to show", [f"{hidden} numbers of this site are hidden or too low for a percentage."] * bool(hidden)),
    ]
    spans = Counter((stand.since, stand.until) for (_, place), stand in told.stands.items() if place == site.pk)
    usual = max(spans, key=lambda span: (spans[span], span), default=None)
    return First(site.name, span_in_words(*usual) if usual else "", [part for part in parts if part[1]])


def _lines() -> Iterator[tuple[Measure, Table, Line]]:
    for measure in IN_REPORTS:
        for table in measure.tables:
            for line in table.lines:
                if not line.parts_only:
                    yield measure, table, line


def _called(measure: Measure, line: Line) -> str:
    return measure.title if measure.headline[1] is line else f"{measure.title}: {line.words}"


def _in_words(table: Table, figure: Figure) -> str:
    per = " per 100" if table.unit is Unit.PER_100 and figure.value not in (TOO_SMALL, TOO_LOW) else ""
    return ", ".join(filter(None, (f"{figure.value}{per} {figure.of}".strip(), figure.word)))


def _aim(line: AimLine) -> str:
    return f"{line.measure.title}: {line.asks} ({line.aim.owned_by}). {line.stands.words}"


# -- each measure -----------------------------------------------------------------------------------


def _section(measure: Measure, site: Site, told: ToldThen, acted: Acted) -> Section:
    by_site = [table for table in measure.tables if table.shown is Shown.BY_SITE]
    pooled = [table for table in measure.tables if table.shown is Shown.POOLED]
    moments = len(by_site) > MOST_SITES
    grids = list(_of_moments(by_site, told) if moments else (_of_sites(table, told) for table in by_site))
    if pooled:
        grids.append(_together(pooled, told))
    charts = [
        chart
        for table in by_site
        for line in table.lines
        if not line.parts_only and (chart := _signal(table, line, site, told, acted))
    ]
    return Section(definition(measure), grids, charts, CE_8 if measure.key == "M24" else "")


def _of_sites(table: Table, told: ToldThen) -> Grid:
    """Sites in rows, the lines of a table in columns."""
    lines = [line for line in table.lines if not line.parts_only] or list(table.lines)
    rows = [
        (_named(site.name, table, told, site.pk), [_cell(table, line, told, site.pk) for line in lines])
        for site in told.sites
    ]
    return Grid(table.of_what.capitalize(), ["Site", *(line.words for line in lines)], rows, _unknown(table, told))


def _unknown(table: Table, told: ToldThen) -> str:
    """Of how many it cannot be known, at each site, in the months that stand there."""
    found = []
    for site in told.sites:
        stand = told.stands.get((table.key, site.pk))
        missing = missing_in(stand, told.pieces[table.key, site.pk]) if stand else 0
        if missing != 0:
            found.append(f"{site.name} {in_words(missing)}")
    return f"Of whom it cannot be known: {', '.join(found)}." if found else ""


def _of_moments(tables: Sequence[Table], told: ToldThen) -> Iterator[Grid]:
    """Moments in rows, a few sites in columns at a time."""
    for first in range(0, len(told.sites), MOST_SITES):
        sites = told.sites[first : first + MOST_SITES]
        rows = [
            (table.lines[0].words, [_cell(table, table.lines[0], told, site.pk) for site in sites]) for table in tables
        ]
        yield Grid("Of handoffs", ["Moment", *(site.name for site in sites)], rows)


def _together(tables: Sequence[Table], told: ToldThen) -> Grid:
    rows = [
        (_named(line.words, table, told, ALL_SITES), [_cell(table, line, told, ALL_SITES)])
        for table in tables
        for line in table.lines
        if not line.parts_only
    ]
    return Grid("All sites together, because numbers are small", ["", TOGETHER], rows)


def _named(name: str, table: Table, told: ToldThen, place: int) -> str:
    """The row's name, and of which months it tells."""
    stand = told.stands.get((table.key, place))
    return f"{name}\n{span_in_words(stand.since, stand.until)}" if stand else name


def _cell(table: Table, line: Line, told: ToldThen, place: int) -> Cell:
    figure = figure_of(table, line, told.stands.get((table.key, place)))
    return Cell(figure.value, " · ".join(filter(None, (figure.of, figure.word))), figure.signal)


def _signal(table: Table, line: Line, site: Site, told: ToldThen, acted: Acted) -> Xmr | None:
    """The chart over time of one line at the reader's site, where it says a signal."""
    stand = told.stands.get((table.key, site.pk))
    if not stand or not stand.lines[line.key].get("since"):
        return None
    return over_time(table, line, site.name, told.pieces[table.key, site.pk], *acted.marks(table, line, site)).chart
