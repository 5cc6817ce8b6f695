"""The overview: measures × sites, each number as it was told. A handful of queries, however much there is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.urls import reverse

from carecoord.sites.models import Site
from pathways.gaps.measures import ALL, Measure, Section
from pathways.gaps.pages.grid import Columns, Part, Row, Stands, columns, figures_of, usual_span
from pathways.gaps.reading import stands_of

POOLED_HEADING = "After separation: all sites together, 24 months, because numbers are small"
# M25 is a number for each moment, on a page of its own; M23 is not shown, and stands below the table as a link.
ROWS = tuple(measure for measure in ALL if measure.key not in ("M23", "M25"))


@dataclass(frozen=True, slots=True)
class Overview:
    """``span`` is the period in words, empty where nothing was told yet."""

    columns: Columns
    parts: Sequence[Part]
    span: str

    @property
    def sites(self) -> Sequence[Site]:
        """The sites that are shown."""
        return self.columns.shown


def overview(codes: Collection[str] = ()) -> Overview:
    """The overview of all sites, or of those with these codes."""
    shown = columns(codes)
    stands = stands_of(measure.headline[0] for measure in ROWS)
    return Overview(shown, _parts(shown.shown, stands), usual_span(stands.values()))


def _parts(sites: Sequence[Site], stands: Stands) -> list[Part]:
    parts = [
        Part(
            POOLED_HEADING if section is Section.SEPARATION else section,
            [_row(measure, sites, stands) for measure in ROWS if measure.section is section],
            pooled=section is Section.SEPARATION,
        )
        for section in Section
    ]
    missed = Row("Missed handoffs", "each moment at each site", reverse("gaps_missed"), ())
    return [*parts[:-1], Part(parts[-1].heading, [*parts[-1].rows, missed])]


def _row(measure: Measure, sites: Sequence[Site], stands: Stands) -> Row:
    table, line = measure.headline
    way = "" if measure.better == "neither" else f", {measure.better} is better"
    return Row(
        measure.title,
        f"{table.of_what}{way}",
        reverse("gap", args=[measure.key]),
        figures_of(table, line, sites, stands),
    )
