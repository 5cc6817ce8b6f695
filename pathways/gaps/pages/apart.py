"""After a separation: what was there for her. All sites together, because numbers are small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pathways.gaps.figures import NOTHING_TO_COMPARE, Figure, figure_of, span_in_words
from pathways.gaps.measures import ALL, BY_KEY, Line, Section, Shown, Table
from pathways.gaps.pages.equity import ALL_PAIRS, Gap, gap
from pathways.gaps.pages.grid import Stands, address_of
from pathways.gaps.publishing import ALL_SITES
from pathways.gaps.reading import Stand, pieces_of, stands_of
from pathways.moments import by_key

SUPPORT = tuple(measure for measure in ALL if measure.section is Section.SEPARATION)
MOMENTS = tuple(table for table in BY_KEY["M25"].tables if table.shown is Shown.POOLED)


@dataclass(frozen=True, slots=True)
class Row:
    """One number of all sites together; ``months`` it is of, empty where nothing was told yet."""

    words: str
    note: str
    address: str
    figure: Figure | None
    months: str


@dataclass(frozen=True, slots=True)
class Apart:
    """``support``: (why, rows) of each measure; ``gaps`` beside other women; ``moments``: missed handoffs."""

    support: Sequence[tuple[str, Sequence[Row]]]
    gaps: Sequence[Gap]
    moments: Sequence[Row]


def apart() -> Apart:
    """Everything that is told of separated women. Nothing of it is by site."""
    tables = [table for measure in SUPPORT for table in measure.tables]
    stands = stands_of([*tables, *MOMENTS])
    pieces = pieces_of(table for pair in ALL_PAIRS for table in pair)
    return Apart(
        [
            (
                measure.why,
                [_row(table, line, stands, measure.title) for table in measure.tables for line in table.lines],
            )
            for measure in SUPPORT
        ],
        [found for pair in ALL_PAIRS if (found := gap(*pair, pieces))],
        [_row(table, table.lines[0], stands, by_key[table.name].title) for table in MOMENTS],
    )


def _row(table: Table, line: Line, stands: Stands, title: str) -> Row:
    stand = stands.get((table.key, ALL_SITES))
    words = title if line is table.lines[0] else line.words.capitalize()
    return Row(
        words,
        table.of_what,
        address_of(table, line),
        _figure(table, line, stand) if stand else None,
        span_in_words(stand.since, stand.until) if stand else "",
    )


def _figure(table: Table, line: Line, stand: Stand) -> Figure:
    """The figure; that there is nothing to compare with is said once, at the top of the page."""
    figure = figure_of(table, line, stand)
    return replace(figure, word="") if figure.word == NOTHING_TO_COMPARE else figure
