"""An overview of many rows and columns: the larger a square, the larger the share. No scale of colours. No Django.

The page itself has a table with the same steps; this is the picture beside it, and in the PDF.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from math import nan

from pathways.gaps.charts import canvas as look
from pathways.gaps.charts.canvas import Canvas
from pathways.gaps.charts.lettering import shortened, width_of
from pathways.gaps.charts.specs import HEAT_STEPS, HeatMap, heat

PITCH = 20  # from row to row
SIZES = (2.0, 4.0, 7.0, 10.0, 13.0, 16.0)  # of the squares, by step
LONGEST_NAME, LONGEST_COLUMN = 300.0, 160.0
NAMED = 10  # so many of the largest are spoken


def draw(chart: HeatMap, *, narrow: bool) -> Canvas:
    """The overview on 960 pixels; there is no narrower one."""
    canvas = Canvas(960, 15)
    left = min(LONGEST_NAME, max(width_of(row, canvas.size) for row in chart.rows)) // 1 + 16
    pitch = min(120, (canvas.width - left) // len(chart.columns) // 2 * 2)
    top = _columns(canvas, chart, left, pitch)
    for place, row in enumerate(chart.rows):
        short = shortened(row, canvas.size, LONGEST_NAME)
        canvas.text(left - 14, top + (place + 0.5) * PITCH + 0.36 * canvas.size, short, look.INK, anchor="end")
    bottom = top + len(chart.rows) * PITCH
    _rules(canvas, len(chart.rows), left, left + pitch * len(chart.columns), top)
    _squares(canvas, chart, left, pitch, top)
    return canvas.finish(_legend(canvas, chart, bottom) + 4)


def _columns(canvas: Canvas, chart: HeatMap, left: float, pitch: float) -> float:
    """The names of the columns, upright where they have no room side by side; gives where the rows begin."""
    widest = max(width_of(column, canvas.size) for column in chart.columns)
    size = min(canvas.size, pitch - 2)
    upwards = widest + 10 > pitch
    top = (min(widest, LONGEST_COLUMN) if upwards else canvas.size) // 1 + 12
    for place, column in enumerate(chart.columns):
        middle = left + (place + 0.5) * pitch
        if upwards:
            short = shortened(column, size, LONGEST_COLUMN)
            canvas.text(middle + 0.36 * size, top - 6, short, look.INK, size=size, upwards=True)
        else:
            canvas.text(middle, top - 8, column, look.INK, bold=True, anchor="middle")
    return top


def _rules(canvas: Canvas, rows: int, left: float, right: float, top: float) -> None:
    ys = [y for row in range(rows + 1) for y in (top + row * PITCH,) * 3]
    canvas.line([left, right, nan] * (rows + 1), ys, look.LINE, width=1)


def _squares(canvas: Canvas, chart: HeatMap, left: float, pitch: float, top: float) -> None:
    places: dict[int | None, list[tuple[float, float]]] = defaultdict(list)
    for row, line in enumerate(chart.cells):
        for column, share in enumerate(line):
            step = None if share is None else heat(share)
            places[step].append((left + (column + 0.5) * pitch, top + (row + 0.5) * PITCH))
    fitting = min(1.0, (pitch - 1) / SIZES[-1])
    canvas.dashes(places[None], round(0.45 * SIZES[-1] * fitting), 1.3, look.INK_2)
    for step, size in enumerate(SIZES):
        canvas.dashes(places[step], *(round(size * fitting),) * 2, look.MARK)


def _legend(canvas: Canvas, chart: HeatMap, bottom: float) -> float:
    y, x = bottom + 1.7 * canvas.size, 6.0
    canvas.dashes([(x, y)], 8, 1.3, look.INK_2)
    x = canvas.text(x + 16, y + 0.36 * canvas.size, "not shown: too few", look.INK).right + 30
    for words, size in zip(_steps(chart), SIZES, strict=True):
        canvas.dashes([(x, y)], size, size, look.MARK)
        x = canvas.text(x + 16, y + 0.36 * canvas.size, words, look.INK).right + 30
    return y + canvas.size


def _steps(chart: HeatMap) -> list[str]:
    written = chart.unit.written
    ends = [f"{low} to {written(high - 1)}" for low, high in pairwise(HEAT_STEPS)]
    return ["none", *ends, f"{written(HEAT_STEPS[-1])} or more"]


def words(chart: HeatMap) -> str:
    """The overview in sentences: where most is missed. The table has the rest."""
    every = [
        (share, row, column)
        for row, line in zip(chart.rows, chart.cells, strict=True)
        for column, share in zip(chart.columns, line, strict=True)
    ]
    largest = [one for one in every if one[0] is not None and one[0] >= HEAT_STEPS[-1]]
    hidden = sum(share is None for share, _, _ in every)
    said = [
        f"{len(chart.rows)} rows, {len(chart.columns)} columns. {hidden} of {len(every):,} not shown because too few."
    ]
    said.append(f"{chart.unit.written(HEAT_STEPS[-1])} or more: {len(largest)}.")
    if len(largest) <= NAMED:
        said += [f"{row}, {column}: {chart.unit.written(share or 0)}." for share, row, column in largest]
    return " ".join(said)
