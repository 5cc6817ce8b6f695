"""The gap between separated women and others: for all sites together, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pathways.gaps.charts import specs
from pathways.gaps.figures import share_in_words
from pathways.gaps.measures import BY_KEY, TABLES, Measure, Table
from pathways.gaps.pages.grid import address_of
from pathways.gaps.publishing import ALL_SITES
from pathways.gaps.reading import Piece
from pathways.gaps.rules import releases
from pathways.gaps.rules.disclosure import margin, percentage
from pathways.gaps.rules.spc import SoMany, difference
from pathways.gaps.standing import numbers

APART = "_apart"


@dataclass(frozen=True, slots=True)
class Gap:
    """The same number for both, in the same months, and how far they are apart."""

    title: str
    address: str
    words: str
    months: str
    apart: tuple[str, str]  # "55 %", "of 95"
    others: tuple[str, str]
    said: str
    left_out: str


def pairs(measure: Measure) -> list[tuple[Table, Table]]:
    """The tables that are told of separated women and of the others: (apart, others)."""
    return [(table, TABLES[table.key.removesuffix(APART)]) for table in measure.tables if table.key.endswith(APART)]


ALL_PAIRS = tuple(pair for measure in BY_KEY.values() for pair in pairs(measure))


def gap(apart: Table, others: Table, pieces: Mapping[tuple[str, int], Sequence[Piece]]) -> Gap | None:
    """How the two compare in the last months that were told of separated women; None where nothing was."""
    shown = [piece.block for piece in pieces.get((apart.key, ALL_SITES), ()) if piece.block.shown]
    found = releases.window(shown, min(apart.told.window, sum(block.months for block in shown)))
    if found is None:
        return None
    inside = [
        piece.block
        for (key, _), rows in pieces.items()
        if key == others.key
        for piece in rows
        if found.start <= piece.block.start and piece.block.end <= found.end
    ]
    summed = margin(block.shown for block in inside)
    one = numbers(apart, apart.lines[0], found.shown)
    other = numbers(others, others.lines[0], summed.shown)
    measure = BY_KEY[others.measure]
    return Gap(
        measure.title,
        address_of(others, others.lines[0]),
        others.lines[0].words,
        specs.span(found.start, found.end - found.start),
        share_in_words(apart, one),
        share_in_words(others, other),
        _said(one, other),
        f"Left out of the others: what is hidden ([c] in {specs.counted(summed.hidden, 'span')} of a site)."
        if summed.hidden
        else "",
    )


def _said(one: SoMany | None, other: SoMany | None) -> str:
    if one is None or other is None:
        return "Too few to compare."
    share, other_share = percentage(*one), percentage(*other)
    if share is None or other_share is None:
        return "Too few to compare."
    low, high = difference(one, other)
    points = abs(share - other_share)
    if low <= 0 <= high:
        return f"{specs.counted(points, 'point')} apart, no more than chance makes."
    return f"{specs.counted(points, 'point')} {'lower' if share < other_share else 'higher'} for separated women."
