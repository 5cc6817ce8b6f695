"""One measure in depth: each site, one site over time, all sites side by side, and what lay behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from carecoord.sites.models import Site
from pathways.gaps.figures import Figure, figure_of, span_in_words
from pathways.gaps.measures import Measure, Shown, Table, Unit
from pathways.gaps.pages.across import Across, across
from pathways.gaps.pages.aims import AimsPanel, acted_on, aims_panel
from pathways.gaps.pages.behind import Behind, behind, missing
from pathways.gaps.pages.choice import Chosen, choices
from pathways.gaps.pages.definition import Definition, definition
from pathways.gaps.pages.equity import Gap, gap, pairs
from pathways.gaps.pages.grid import TOGETHER
from pathways.gaps.pages.hours import TABLE as HOURS_SPREAD
from pathways.gaps.pages.hours import Hours, hours
from pathways.gaps.pages.over_time import OverTime, has_chart, over_time
from pathways.gaps.publishing import ALL_SITES
from pathways.gaps.reading import Piece, Stand, pieces_of, stands_of
from pathways.gaps.standing import direction_of

MOST_TILES = 8  # with more sites, only the own ones and those with a signal have a tile
BY_MONTHS = {1: "", 3: "by quarter", 12: "by year"}
CE_8 = "CE-8 (own items, not validated). For service learning only. Not for decisions about any woman or worker."
Told = tuple[Mapping[tuple[str, int], Sequence[Piece]], Mapping[tuple[str, int], Stand]]


@dataclass(frozen=True, slots=True)
class Tile:
    """One site: its number and what changed."""

    name: str
    figure: Figure
    months: str = ""


@dataclass(frozen=True, slots=True)
class Places:
    """The sites whose chart may be looked at: (words, code, how often, current)."""

    at: Site | None
    links: Sequence[tuple[str, str, str, bool]]


@dataclass(frozen=True, slots=True)
class MeasurePage:
    """What the page of a measure shows. ``lines``: (words, address, current)."""

    chosen: Chosen
    title: str
    note: str
    definition: Definition
    label: str = ""
    lines: Sequence[tuple[str, str, bool]] = ()
    tiles: Sequence[Tile] = ()
    more_sites: int = 0
    place: str = TOGETHER
    places: Places | None = None
    over_time: OverTime | None = None
    across: Across | None = None
    behind: Sequence[Behind] = ()
    missing: str = ""
    hours: Hours | None = None
    gaps: Sequence[Gap] = ()
    aims: AimsPanel | None = None


def measure_page(chosen: Chosen, code: str, own: set[int]) -> MeasurePage:
    """The page of one line; ``code`` is of the site whose chart is asked for, ``own`` are the reader's sites."""
    measure, table = chosen.measure, chosen.table
    said = (chosen, _title(chosen), _note(chosen), definition(measure))
    if table.shown is Shown.GOVERNANCE:
        return MeasurePage(*said)
    sites = list(Site.objects.order_by("name"))
    asked = [table, *_beside(measure, table)]
    told, acted = (pieces_of(asked), stands_of(asked)), acted_on(measure)
    place, places = (None, None) if chosen.pooled else _place(chosen, sites, told, code, own)
    pieces = told[0].get((table.key, place.pk if place else ALL_SITES), ())
    tiles = _tiles(chosen, [] if chosen.pooled else sites, told[1], own)
    return MeasurePage(
        *said,
        label=CE_8 if measure.key == "M24" else "",
        lines=_lines(chosen),
        tiles=tiles,
        more_sites=0 if chosen.pooled else len(sites) - len(tiles),
        place=place.name if place else TOGETHER,
        places=places,
        over_time=over_time(
            table, chosen.line, place.name if place else TOGETHER, pieces, *acted.marks(table, chosen.line, place)
        ),
        across=None if chosen.pooled or table.medians else across(table, chosen.line, sites, told[1], own),
        behind=_behind(chosen, place, told[0]),
        missing=missing(table, pieces),
        hours=hours(sites, *told, own, place) if HOURS_SPREAD in asked else None,
        aims=aims_panel(measure, table, own, acted, told[0]),
        gaps=[found for pair in pairs(measure) if (found := gap(*pair, told[0]))],
    )


def _title(chosen: Chosen) -> str:
    return f"Missed handoffs: {chosen.line.words}" if chosen.measure.key == "M25" else chosen.measure.title


def _note(chosen: Chosen) -> str:
    table, better = chosen.table, direction_of(chosen.table, chosen.line)
    way = "" if better == "neither" else f"{better} is better"
    first = table.of_what if table.unit is Unit.PER_100 else f"{'medians ' if table.medians else ''}{table.of_what}"
    return " · ".join(filter(None, (first[0].upper() + first[1:], way, _counted(chosen))))


def _counted(chosen: Chosen) -> str:
    """What the chosen line counts: as declared for the headline, else in its own words."""
    measure = chosen.measure
    is_headline = measure.key == "M25" or (chosen.table, chosen.line) == measure.headline
    return measure.numerator if is_headline else chosen.line.words


def _beside(measure: Measure, table: Table) -> list[Table]:
    """Tables that are shown along with one: those of parts alone, the medians of hours, and of separated women."""
    alone = [each for each in measure.tables if each.parts_only]
    both = [each for pair in pairs(measure) for each in pair]
    medians = [each for each in measure.tables if each.medians and HOURS_SPREAD in alone]
    return [each for each in dict.fromkeys([*alone, *both, *medians]) if each is not table]


def _lines(chosen: Chosen) -> list[tuple[str, str, bool]]:
    if chosen.measure.key == "M25" or len(choices(chosen.measure)) == 1:
        return []
    return [(each.line.words, f"?{urlencode({'line': each.key})}", each == chosen) for each in choices(chosen.measure)]


def _place(chosen: Chosen, sites: Sequence[Site], told: Told, code: str, own: set[int]) -> tuple[Site | None, Places]:
    """The site whose chart is shown: the one asked for, else one's own, one with a signal, one with a chart."""
    pieces, stands = told
    months = {site: has_chart(chosen.table, chosen.line, pieces.get((chosen.table.key, site.pk), ())) for site in sites}
    signal = [
        site for site in sites if figure_of(chosen.table, chosen.line, stands.get((chosen.table.key, site.pk))).signal
    ]
    in_turn = [
        *(site for site in sites if site.code == code),
        *(site for site in sites if site.pk in own and months[site]),
        *(site for site in signal if months[site]),
        *(site for site in sites if months[site]),
        *(site for site in sites if site.pk in own),
        *sites,
    ]
    at = in_turn[0] if in_turn else None
    links = [
        (site.name, site.code, BY_MONTHS[months[site]] if months[site] else "too few", site == at) for site in sites
    ]
    return at, Places(at, links)


def _tiles(chosen: Chosen, sites: Sequence[Site], stands: Mapping[tuple[str, int], Stand], own: set[int]) -> list[Tile]:
    if chosen.pooled:
        return [_tile(chosen, TOGETHER, stands.get((chosen.table.key, ALL_SITES)))]
    every = {site.pk: _tile(chosen, site.name, stands.get((chosen.table.key, site.pk))) for site in sites}
    if len(sites) <= MOST_TILES:
        return list(every.values())
    return [tile for pk, tile in every.items() if pk in own or tile.figure.signal]


def _tile(chosen: Chosen, name: str, stand: Stand | None) -> Tile:
    months = span_in_words(stand.since, stand.until) if stand else ""
    return Tile(name, figure_of(chosen.table, chosen.line, stand), months)


def _behind(chosen: Chosen, place: Site | None, pieces: Mapping[tuple[str, int], Sequence[Piece]]) -> list[Behind]:
    """What lay behind the number, and beside it: the table's own parts, then those of tables of parts alone."""
    measure, table = chosen.measure, chosen.table
    alone = [each for each in measure.tables if each.parts_only and each not in (HOURS_SPREAD, table)]
    headings = {table.key: "What lay behind it", "M02.reason": "Why they came late, as they said"}
    found = [
        behind(each, pieces.get((each.key, place.pk if place else ALL_SITES), ()), headings.get(each.key, ""))
        for each in (table, *alone)
    ]
    return [each for each in found if each]
