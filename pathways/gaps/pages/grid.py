"""Numbers × sites: what the overview, the missed handoffs and the late entries have in common."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from carecoord.sites.models import Site
from pathways.gaps.figures import Figure, figure_of, span_in_words
from pathways.gaps.measures import Line, Shown, Table
from pathways.gaps.publishing import ALL_SITES
from pathways.gaps.reading import Stand

SIDE_BY_SIDE = 8  # with more sites the table scrolls, and a few of them may be chosen
TOGETHER = "All sites together"
Stands = Mapping[tuple[str, int], Stand]


@dataclass(frozen=True, slots=True)
class Columns:
    """The sites of a page in alphabetical order: ``shown`` of ``all``, with the codes that were ``chosen``."""

    all: Sequence[Site]
    shown: Sequence[Site]
    chosen: Collection[str]

    @property
    def many(self) -> bool:
        """Whether there are so many that the table scrolls sideways."""
        return len(self.shown) > SIDE_BY_SIDE

    @property
    def may_choose(self) -> bool:
        """Whether a choice is offered."""
        return len(self.all) > SIDE_BY_SIDE


@dataclass(frozen=True, slots=True)
class Row:
    """One number: its words, a note below, where it leads; and of each site, or of all, its name and figure."""

    words: str
    note: str
    address: str
    figures: Sequence[tuple[str, Figure]]


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows under a heading; ``pooled``: of all sites together."""

    heading: str
    rows: Sequence[Row]
    pooled: bool = False


def columns(codes: Collection[str] = ()) -> Columns:
    """All sites, or those with the codes: a choice among numbers that are told. Codes of no site choose nothing."""
    sites = list(Site.objects.order_by("name"))
    chosen = {site.code for site in sites} & set(codes)
    return Columns(sites, [site for site in sites if not chosen or site.code in chosen], chosen)


def address_of(table: Table, line: Line) -> str:
    """Where a line is shown in depth."""
    return f"{reverse('gap', args=[table.measure])}?{urlencode({'line': table.name_of(line)})}"


def figures_of(table: Table, line: Line, sites: Sequence[Site], stands: Stands) -> list[tuple[str, Figure]]:
    """The figures of one line: one a site, or one of all together."""
    by_site = table.shown is Shown.BY_SITE
    places = [(site.pk, site.name) for site in sites] if by_site else [(ALL_SITES, TOGETHER)]
    return [(name, figure_of(table, line, stands.get((table.key, place)))) for place, name in places]


def usual_span(stands: Iterable[Stand]) -> str:
    """The months that most numbers are of, in words; empty where nothing was told yet."""
    spans: dict[tuple[date, date], int] = {}
    for stand in stands:
        spans[stand.since, stand.until] = spans.get((stand.since, stand.until), 0) + 1
    return span_in_words(*max(spans, key=lambda span: (spans[span], span))) if spans else ""
