"""All sites side by side over the same measure: the funnel, and the same numbers in a table. Nobody is first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from carecoord.sites.models import Site
from pathways.gaps.charts import specs
from pathways.gaps.charts.specs import Funnel
from pathways.gaps.figures import counted_in_words, interval_in_words, share_in_words, span_in_words
from pathways.gaps.measures import Line, Table, Unit
from pathways.gaps.reading import Stand
from pathways.gaps.rules import spc
from pathways.gaps.rules.disclosure import TOO_SMALL, percentage
from pathways.gaps.standing import direction_of

FEWEST_SITES = 2  # beside each other, for a chart


@dataclass(frozen=True, slots=True)
class Row:
    """A site in the table; ``where`` it lies: within the limits, or outside which."""

    name: str
    counted: str
    value: str
    interval: str
    where: str
    months: str
    own: bool
    outside: bool


@dataclass(frozen=True, slots=True)
class Across:
    """``chart`` is None where fewer than two sites have a percentage; ``rows`` are all sites, in their order."""

    chart: Funnel | None
    rows: Sequence[Row]
    widened: str


def across(
    table: Table, line: Line, sites: Sequence[Site], stands: Mapping[tuple[str, int], Stand], own: set[int]
) -> Across:
    """One line at every site, in the last window of each."""
    found = {site.pk: stands[table.key, site.pk] for site in sites if (table.key, site.pk) in stands}
    shown = {pk: numbers for pk, stand in found.items() if (numbers := stand.numbers(line.key)) and numbers[1]}
    points = tuple(specs.Site(site.name, *shown[site.pk], site.pk in own) for site in sites if site.pk in shown)
    wider, why = _widened(table, [(point.some, point.whole) for point in points])
    chart = Funnel(
        key="across",
        title=f"Across the sites: {line.words}",
        sites=points,
        of=f"{table.units} in {table.told.window} months",
        unit=specs.PER_100 if table.unit is Unit.PER_100 else specs.PERCENT,
        direction=direction_of(table, line),
        dispersion=wider,
        widened=why,
        hidden=tuple(site.name for site in sites if site.pk not in shown),
    )
    places = {point.name: point for point in chart.drawn}
    rows = [_row(table, line, site, found.get(site.pk), places.get(site.name), chart, own) for site in sites]
    return Across(chart if len(chart.drawn) >= FEWEST_SITES else None, rows, why)


def _widened(table: Table, shown: Sequence[tuple[int, int]]) -> tuple[float, str]:
    """By how much the limits are widened (as a variance), and why."""
    large = [numbers for numbers in shown if percentage(*numbers) is not None]
    whole = sum(numbers[1] for numbers in large)
    among = spc.dispersion(large, sum(numbers[0] for numbers in large) / whole) if whole else None
    if among and among > max(1.0, table.together):
        return among, (
            f"Limits are {among**0.5:.1f} times as wide as chance alone makes them: sites differ for reasons that "
            "nobody counted (over-dispersion)."
        )
    if table.together > 1:
        return table.together, f"Limits are widened because {table.units} of one woman belong together."
    return 1, ""


def _row(
    table: Table,
    line: Line,
    site: Site,
    stand: Stand | None,
    point: specs.Site | None,
    chart: Funnel,
    own: set[int],
) -> Row:
    shown = stand.numbers(line.key) if stand else None
    value = share_in_words(table, shown)[0] if stand else "–"
    where = chart.where(point) if point and len(chart.drawn) >= FEWEST_SITES else ""
    return Row(
        name=site.name,
        counted=counted_in_words(table, shown) or (TOO_SMALL if stand else ""),
        value=value,
        interval=interval_in_words(table, shown),
        where=where if stand else "not told yet",
        months=span_in_words(stand.since, stand.until) if stand else "",
        own=site.pk in own,
        outside=bool(point and len(chart.drawn) >= FEWEST_SITES and chart.outside(point)),
    )
