"""What lay behind a number: the parts into which its population falls, as far as they were told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pathways.gaps.charts import specs
from pathways.gaps.figures import share_in_words
from pathways.gaps.measures import Table
from pathways.gaps.reading import Piece
from pathways.gaps.rules import releases
from pathways.gaps.rules.disclosure import MET_OR_NOT, TOO_SMALL, in_words, percentage


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its words, how many, and its share of all that were told by part."""

    words: str
    count: str
    share: str


@dataclass(frozen=True, slots=True)
class Behind:
    """The parts of one table at one place. ``months`` says of when; ``left_out`` what is told without parts."""

    heading: str
    units: str
    months: str
    parts: Sequence[Part]
    lines: Sequence[tuple[str, str, str]]
    left_out: str


def behind(table: Table, pieces: Sequence[Piece], heading: str) -> Behind | None:
    """The parts of the last window; None where there is nothing to say beside the number itself."""
    if table.split == MET_OR_NOT or table.medians or len(table.split.parts) < 2:
        return None
    inside = _window(pieces, table.told.window)
    if not inside:
        return None
    told = [piece.block.shown.parts for piece in inside if piece.block.shown and piece.block.shown.parts is not None]
    counts: Sequence[int | None] = [sum(column) for column in zip(*told, strict=True)] or [None] * len(
        table.split.parts
    )
    whole = sum(count or 0 for count in counts)
    parts = [Part(words, in_words(count), _share(count, whole)) for words, count in _named(table, counts)]
    start, end = inside[0].block.start, inside[-1].block.end
    grouped = sum(piece.block.shown.whole for piece in inside if piece.block.shown and piece.block.shown.parts is None)
    return Behind(
        heading,
        table.units,
        specs.span(start, end - start),
        parts,
        _lines(table, told),
        _left_out(table, grouped, whole),
    )


def missing(table: Table, pieces: Sequence[Piece]) -> str:
    """Of how many it cannot be known, in the last window: a sentence."""
    inside = [piece for piece in _window(pieces, table.told.window) if piece.block.shown]
    if not inside:
        return ""
    told = sum(piece.missing or 0 for piece in inside)
    hidden = sum(piece.missing is None for piece in inside)
    if not told and not hidden:
        return f"Missing: none; of all {table.units} it is known."
    whole = sum(piece.block.shown.whole for piece in inside if piece.block.shown)
    share = percentage(told, told + whole)
    part = f" ({share} % of all)" if share is not None and not hidden else ""
    some = f"{told:,} {table.units}{part}" if told else ""
    few = f"{TOO_SMALL} in {specs.counted(hidden, 'part')} of these months" if hidden else ""
    return f"Missing, since nobody wrote it down: {' and '.join(filter(None, (some, few)))}."


def _window(pieces: Sequence[Piece], months: int) -> list[Piece]:
    """The last pieces that make up so many months, or all there are."""
    found = releases.window([piece.block for piece in pieces], months)
    return [piece for piece in pieces if not found or piece.block.start >= found.start]


def _named(table: Table, counts: Sequence[int | None]) -> list[tuple[str, int | None]]:
    """The parts by their words; parts of the same words are one."""
    found: dict[str, int | None] = {}
    for words, count in zip(table.split.parts, counts, strict=True):
        found[words] = None if count is None else (found.get(words) or 0) + count
    return list(found.items())


def _share(count: int | None, whole: int) -> str:
    share = None if count is None else percentage(count, whole)
    return "" if share is None else f"{share} %"


def _lines(table: Table, told: Sequence[tuple[int, ...]]) -> list[tuple[str, str, str]]:
    """What is said of some parts alone: "in time, where they were open", "85 %", "of 60"."""
    found = []
    for line in table.lines:
        if line.parts_only and line.of:
            some = sum(count for parts in told for part, count in enumerate(parts) if part in line.met)
            whole = sum(count for parts in told for part, count in enumerate(parts) if part in line.of)
            found.append((line.words, *share_in_words(table, (some, whole) if told else None)))
    return found


def _left_out(table: Table, grouped: int, whole: int) -> str:
    if not grouped:
        return ""
    if not whole:
        return "Too few for these to stand apart. They are in the number above."
    return f"Left out: {grouped:,} {table.units} of months in which one of these was too small to stand apart."
