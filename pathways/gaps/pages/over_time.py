"""One site over time: the points of the chart, and the same numbers in a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pathways.gaps.charts import specs
from pathways.gaps.charts.signs import sign
from pathways.gaps.charts.specs import Aim, Note, Xmr
from pathways.gaps.figures import interval_in_words, median_in_words, share_in_words
from pathways.gaps.measures import Line, Table, Unit
from pathways.gaps.reading import Piece, Spread
from pathways.gaps.rules import releases, spc
from pathways.gaps.rules.disclosure import in_words
from pathways.gaps.standing import direction_of, numbers, series_of

UNITS = {
    Unit.PERCENT: specs.PERCENT,
    Unit.PER_100: specs.PER_100,
    Unit.HOURS: specs.HOURS,
    Unit.NUMBER: specs.Unit("number"),
}
FEWEST_YEARS = 3  # of what is told by year, for a chart
TOGETHER = "told in one: each part alone is too small for a point"


@dataclass(frozen=True, slots=True)
class Row:
    """Some months in the table: "35 of 60", "58 %", "45 to 70 %", and what the chart says of them."""

    months: str
    counted: str
    value: str
    interval: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class OverTime:
    """``chart`` is None where there are too few points for one; the table is whole in any case, the newest first."""

    chart: Xmr | None
    rows: Sequence[Row]

    @property
    def by(self) -> str:
        """What a point is, in words: "month by month"; empty without a chart."""
        return f"{specs.SPANS[self.chart.step]} by {specs.SPANS[self.chart.step]}" if self.chart else ""


@dataclass(frozen=True, slots=True)
class _Point:
    start: releases.Month
    months: int
    value: float | None
    row: Row | None


def over_time(
    table: Table, line: Line, name: str, pieces: Sequence[Piece], aims: Sequence[Aim] = (), notes: Sequence[Note] = ()
) -> OverTime:
    """One line at one place, from what was told of it there."""
    points = _points(table, line, pieces)
    chart = _chart(table, line, name, points, aims, notes) if points else None
    return OverTime(chart, list(reversed(_rows(table, line, pieces, points, chart))))


def has_chart(table: Table, line: Line, pieces: Sequence[Piece]) -> int:
    """Of how many months a point of the chart is; 0 where there is none."""
    points = _points(table, line, pieces)
    return points[0].months if points else 0


# -- points -----------------------------------------------------------------------------------------


def _points(table: Table, line: Line, pieces: Sequence[Piece]) -> list[_Point]:
    if table.medians:
        return _medians(table, pieces)
    if table.told.step == releases.YEAR:
        return _years(table, line, pieces)
    series = series_of(table, line, [piece.block for piece in pieces])
    if series is None:
        return []
    shown = [numbers(table, line, point) for point in series.points]
    values = spc.percentages(shown)
    return [
        _Point(
            series.start + place * series.step,
            series.step,
            value,
            None if value is None else _row(table, series.start + place * series.step, series.step, shown[place]),
        )
        for place, value in enumerate(values)
    ]


def _medians(table: Table, pieces: Sequence[Piece]) -> list[_Point]:
    """The medians of blocks of one length: a median of several blocks is not known."""
    for step in (1, 3):
        if not pieces:
            break
        told = {piece.block.start: piece for piece in pieces if piece.block.months == step and piece.spread}
        start, end = pieces[0].block.start, pieces[-1].block.end
        points = [_median(table, told.get(at), at, step) for at in range(start, end - step + 1, step)]
        if sum(point.value is not None for point in points) >= releases.ENOUGH_OF_A_SERIES * len(points):
            return points
    return []


def _median(table: Table, piece: Piece | None, start: releases.Month, months: int) -> _Point:
    if piece is None or piece.spread is None:
        return _Point(start, months, None, None)
    return _Point(start, months, piece.spread[1], _whole_row(table, table.lines[0], piece))


def _years(table: Table, line: Line, pieces: Sequence[Piece]) -> list[_Point]:
    """Years that were told; two that were told as one are a gap."""
    told = {piece.block.start: piece for piece in pieces if piece.block.months == releases.YEAR}
    if not pieces:
        return []
    points = []
    for start in range(pieces[0].block.start, pieces[-1].block.end, releases.YEAR):
        piece = told.get(start)
        shown = numbers(table, line, piece.block.shown) if piece else None
        value = spc.percentages([shown])[0]
        row = _whole_row(table, line, piece) if piece and value is not None else None
        points.append(_Point(start, releases.YEAR, value, row))
    return points if sum(point.value is not None for point in points) >= FEWEST_YEARS else []


def _chart(
    table: Table, line: Line, name: str, points: Sequence[_Point], aims: Sequence[Aim], notes: Sequence[Note]
) -> Xmr:
    step = points[0].months
    return Xmr(
        key="over-time",
        title=f"{name}, {specs.SPANS[step]} by {specs.SPANS[step]}: {line.words}",
        start=points[0].start,
        step=step,
        points=tuple(point.value for point in points),
        unit=UNITS[table.unit],
        direction=direction_of(table, line),
        aims=tuple(aims),
        notes=tuple(notes),
    )


# -- the same in a table ----------------------------------------------------------------------------


def _rows(table: Table, line: Line, pieces: Sequence[Piece], points: Sequence[_Point], chart: Xmr | None) -> list[Row]:
    """Every point, and what was told of the months that have none: nothing that was told is left out."""
    said = _said(chart) if chart else {}
    rows: dict[releases.Month, Row] = {}
    for place, point in enumerate(points):
        if point.row:
            rows[point.start] = Row(
                point.row.months, point.row.counted, point.row.value, point.row.interval, said.get(place, "")
            )
    shown = [(point.start, point.start + point.months) for point in points if point.row]
    for piece in pieces:
        if not any(start <= piece.block.start and piece.block.end <= end for start, end in shown):
            rows[piece.block.start] = _whole_row(table, line, piece, within=points[0].months if points else 0)
    return [rows[start] for start in sorted(rows)]


def _said(chart: Xmr) -> dict[int, str]:
    """What the chart says of its points that are part of a signal."""
    return {
        place: sign(band.high, chart.direction).word
        for band in chart.bands
        for place in range(band.first, band.last + 1)
    }


def _whole_row(table: Table, line: Line, piece: Piece, within: int = 0) -> Row:
    """A block as a row; ``within``: of how many months the chart's points are."""
    shown = numbers(table, line, piece.block.shown)
    note = TOGETHER if 0 < within < piece.block.months and shown else ""
    return _row(table, piece.block.start, piece.block.months, shown, piece.spread, note)


def _row(
    table: Table,
    start: releases.Month,
    months: int,
    shown: spc.SoMany | None,
    spread: Spread | None = None,
    note: str = "",
) -> Row:
    when = specs.span(start, months)
    if shown is None:
        return Row(when, in_words(None), "", "", "too few to show")
    if table.medians:
        value, _ = median_in_words(table, shown, spread)
        return Row(when, f"{shown[1]:,}", value, "", note)
    value, _ = share_in_words(table, shown)
    return Row(when, f"{shown[0]:,} of {shown[1]:,}", value, interval_in_words(table, shown), note)
