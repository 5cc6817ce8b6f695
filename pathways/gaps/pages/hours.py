"""How long it takes to the first dose: how the hours are spread, by site and for all, told once a year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from carecoord.sites.models import Site
from pathways.gaps.charts import specs
from pathways.gaps.charts.specs import Histogram, Panel
from pathways.gaps.figures import median_in_words
from pathways.gaps.measures import TABLES
from pathways.gaps.measures.ward import SPREAD
from pathways.gaps.reading import Piece, Stand
from pathways.gaps.rules.disclosure import FEWEST_FOR_A_PERCENTAGE, in_words

TABLE, MEDIANS = TABLES["M07.spread"], TABLES["M07.hours"]
MOST_PANELS = 8


@dataclass(frozen=True, slots=True)
class Row:
    """A site in the table: how many in each part, of how many, the year, and the median of the last quarter."""

    name: str
    months: str
    counts: Sequence[str]
    whole: str
    middle: str


@dataclass(frozen=True, slots=True)
class Hours:
    """``chart`` is None where no site's parts could be told."""

    chart: Histogram | None
    heads: Sequence[str]
    rows: Sequence[Row]


def hours(
    sites: Sequence[Site],
    pieces: Mapping[tuple[str, int], Sequence[Piece]],
    stands: Mapping[tuple[str, int], Stand],
    own: set[int],
    at: Site | None,
) -> Hours:
    """The last year that was told, of each site and of all whose parts are shown."""
    last = {site.pk: found[-1] for site in sites if (found := pieces.get((TABLE.key, site.pk)))}
    counts = {pk: parts for pk, piece in last.items() if (parts := _parts(piece))}
    large = {pk: parts for pk, parts in counts.items() if sum(parts) >= FEWEST_FOR_A_PERCENTAGE}
    rows = [_row(site, last.get(site.pk), counts.get(site.pk), stands) for site in sites]
    together = tuple(sum(column) for column in zip(*counts.values(), strict=True)) if counts else None
    if together:
        rows.append(Row("All of these", "", [in_words(count) for count in together], f"{sum(together):,}", ""))
    seen = [site for site in sites if len(sites) <= MOST_PANELS or site.pk in own or site == at]
    panels = [Panel(site.name, large.get(site.pk), _middle(stands, site), site.pk in own) for site in seen]
    panels.append(Panel("All sites", together))
    chart = Histogram(
        key="hours",
        title="Hours from admission to the first dose",
        edges=(0, *SPREAD),
        of=TABLE.units,
        panels=tuple(panels),
    )
    return Hours(chart if large else None, TABLE.split.parts, rows)


def _parts(piece: Piece) -> tuple[int, ...] | None:
    return piece.block.shown.parts if piece.block.shown else None


def _row(site: Site, piece: Piece | None, counts: Sequence[int] | None, stands: Mapping[tuple[str, int], Stand]) -> Row:
    shown = piece.block.shown if piece else None
    return Row(
        site.name,
        specs.span(piece.block.start, piece.block.months) if piece else "not told yet",
        [in_words(counts[place] if counts else None) for place in range(len(TABLE.split.parts))],
        in_words(shown.whole if shown else None),
        _middle(stands, site) or "–",
    )


def _middle(stands: Mapping[tuple[str, int], Stand], site: Site) -> str:
    stand = stands.get((MEDIANS.key, site.pk))
    return median_in_words(MEDIANS, stand.numbers("hours"), stand.spread)[0] if stand else ""
