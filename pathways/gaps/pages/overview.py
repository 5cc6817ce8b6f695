"""The overview: measures × sites, each number as it was told. A handful of queries, however much there is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from carecoord.sites.models import Site
from pathways.gaps.figures import NOT_TOLD, Figure, figure_of, span_in_words
from pathways.gaps.measures import ALL, Measure, Section, Shown
from pathways.gaps.models import Standing

POOLED_HEADING = "After separation: all sites together, 24 months, because numbers are small"
# M25 is a number for each moment and M23 is not shown here: they have pages of their own.
ROWS = tuple(measure for measure in ALL if measure.key not in ("M23", "M25"))


@dataclass(frozen=True, slots=True)
class Row:
    """One measure: its figures in the order of the sites, or the one of all sites together."""

    measure: Measure
    figures: Sequence[Figure]
    words: str  # of which units, and which way is better


@dataclass(frozen=True, slots=True)
class Part:
    """One section of the table."""

    heading: str
    rows: Sequence[Row]
    pooled: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """``sites`` in alphabetical order; ``span`` is the period in words, None where nothing was told yet."""

    sites: Sequence[Site]
    parts: Sequence[Part]
    span: str | None


def overview(chosen: Collection[str] = ()) -> Overview:
    """The overview of all sites, or of those with the codes ``chosen``: a choice among numbers that are told."""
    sites = [site for site in Site.objects.order_by("name") if not chosen or site.code in chosen]
    keys = [measure.headline[0].key for measure in ROWS]
    rows = Standing.objects.filter(of_table__in=keys)
    if chosen:
        rows = rows.filter(site__in=[site.pk for site in sites]) | rows.filter(site=None)
    told: dict[tuple[str, int], Any] = {}
    spans: dict[tuple[date, date], int] = {}
    for table, site, since, until, lines, spread in rows.values_list(
        "of_table", "site_id", "since", "until", "lines", "spread"
    ):
        told[table, site or 0] = (lines, spread)
        spans[since, until] = spans.get((since, until), 0) + 1
    usual = max(spans, key=lambda span: (spans[span], span)) if spans else None
    return Overview(sites, _parts(sites, told), span_in_words(*usual) if usual else None)


def _parts(sites: Sequence[Site], told: Mapping[tuple[str, int], Any]) -> list[Part]:
    return [
        Part(
            POOLED_HEADING if section is Section.SEPARATION else section,
            [_row(measure, sites, told) for measure in ROWS if measure.section is section],
            pooled=section is Section.SEPARATION,
        )
        for section in Section
    ]


def _row(measure: Measure, sites: Sequence[Site], told: Mapping[tuple[str, int], Any]) -> Row:
    table, line = measure.headline
    figures = []
    for place in [site.pk for site in sites] if table.shown is Shown.BY_SITE else [0]:
        found = told.get((table.key, place))
        figures.append(figure_of(table, found[0].get(line.key), found[1]) if found else NOT_TOLD)
    return Row(measure, figures, table.of_what)
