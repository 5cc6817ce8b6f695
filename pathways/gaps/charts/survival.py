"""How many are left over time, by group: steps with their limits, and how many were still followed. No Django.

Up to three groups have their limits as grounds. Of more, grounds would hide each other: their limits stand at the end.
"""

from __future__ import annotations

from math import floor

from pathways.gaps.charts import canvas as look
from pathways.gaps.charts.canvas import DASH_DOT, DASHED, DOTTED, Canvas, Dash
from pathways.gaps.charts.lettering import width_of
from pathways.gaps.charts.plot import Plot, apart, grid, lines
from pathways.gaps.charts.specs import PERCENT, Curve, Survival
from pathways.gaps.rules.disclosure import in_words

DASHES: tuple[Dash, ...] = ((), DASHED, DOTTED, DASH_DOT, (14.0, 4.0), (3.0, 3.0))
MONTH = 365.25 / 12
MOST_GROUNDS = 3
BESIDE = 7  # from limit to limit at the end
UP = (0, 25, 50, 75, 100)


def draw(chart: Survival, *, narrow: bool) -> Canvas:
    """The curves on 256 or 960 pixels."""
    canvas = Canvas(256, 13) if narrow else Canvas(960, 15)
    ends = [_written(curve.at(chart.days[-1]).share) for curve in chart.curves]
    if not narrow:
        ends = [f"{curve.name} {end}" for curve, end in zip(chart.curves, ends, strict=True)]
    left = width_of("100 %", canvas.size) + 10
    beside = 0 if _grounds(chart) else BESIDE * len(ends) + 4
    right = canvas.width - max(width_of(end, canvas.size) for end in ends) - 12 - beside
    top = 0.7 * canvas.size
    plot = Plot(left, top, right, top + (200 if narrow else 300), (0, chart.days[-1]), (0, 100))
    grid(canvas, plot, UP, [PERCENT.written(value) for value in UP])
    for day in chart.days:
        canvas.text(plot.x(day), plot.bottom + 1.35 * canvas.size, f"{day / MONTH:.0f}", anchor="middle")
    canvas.text((left + right) / 2, plot.bottom + 2.7 * canvas.size, f"months since {chart.since}", anchor="middle")
    _curves(canvas, chart, plot)
    if beside:
        _at_the_end(canvas, chart, plot)
    placed = apart([plot.y(100 * curve.at(chart.days[-1]).share) for curve in chart.curves], 1.2 * canvas.size)
    for y, end in zip(placed, ends, strict=True):
        canvas.text(right + 8 + beside, y + 0.36 * canvas.size, end, look.INK)
    below = _at_risk(canvas, chart, plot, plot.bottom + 4.3 * canvas.size)
    return canvas.finish(lines(canvas, [("", sentence) for sentence in _sentences(chart)], below) + 4)


def _curves(canvas: Canvas, chart: Survival, plot: Plot) -> None:
    """The limits first, so that every line lies above them."""
    for curve in chart.curves if _grounds(chart) else ():
        days, places = _steps(curve, chart.days[-1])
        steps = [curve.steps[place] for place in places]
        lows, highs = [plot.y(100 * step.low) for step in steps], [plot.y(100 * step.high) for step in steps]
        canvas.area([plot.x(day) for day in days], lows, highs, look.STRETCH)
    for curve, dash in zip(chart.curves, DASHES, strict=False):
        days, places = _steps(curve, chart.days[-1])
        ys = [plot.y(100 * curve.steps[place].share) for place in places]
        canvas.line([plot.x(day) for day in days], ys, look.INK, width=2, dash=dash)


def _grounds(chart: Survival) -> bool:
    return len(chart.curves) <= MOST_GROUNDS


def _at_the_end(canvas: Canvas, chart: Survival, plot: Plot) -> None:
    """The limits at the last day, side by side."""
    for place, curve in enumerate(chart.curves):
        x, step = plot.right + 8 + BESIDE * place, curve.at(chart.days[-1])
        canvas.line([x, x], [plot.y(100 * step.low), plot.y(100 * step.high)], look.STRETCH, width=3.5)
        canvas.marks([(x, plot.y(100 * step.share))], look.CIRCLE, look.INK, size=5, edge=0)


def _steps(curve: Curve, last: int) -> tuple[list[int], list[int]]:
    """Where the corners of a curve lie, and of which step each is."""
    steps = [step for step in curve.steps if step.day <= last]
    ends = [step.day for step in steps[1:]] + [last]
    corners = [(day, place) for place, step in enumerate(steps) for day in (step.day, ends[place])]
    return [day for day, _ in corners], [place for _, place in corners]


def _at_risk(canvas: Canvas, chart: Survival, plot: Plot, top: float) -> float:
    """How many were still followed, below their day; beside them the group, or above them where there is no room."""
    size, narrow = canvas.size, canvas.width < 500
    y = top + size
    canvas.text(0, y, "Still followed", look.INK, bold=True)
    for curve, dash in zip(chart.curves, DASHES, strict=False):
        y += 1.6 * size
        if narrow:
            canvas.line([0, 32], [y - 0.36 * size] * 2, look.INK, width=2, dash=dash)
        canvas.text(40 if narrow else plot.right + 34, y, curve.name, look.INK)
        y += 1.35 * size if narrow else 0
        for day, number in zip(chart.days, curve.at_risk, strict=True):
            canvas.text(plot.x(day), y, in_words(number), look.INK, anchor="middle")
    return y + 0.6 * size


def _sentences(chart: Survival) -> list[str]:
    where = "Grey" if _grounds(chart) else "Grey, at the right"
    return [f"{where}: 95 % limits."] + ([chart.caption] if chart.caption else [])


def _written(share: float) -> str:
    return f"{floor(100 * share + 0.5)} %"


def words(chart: Survival) -> str:
    """Each group at each of the chart's days."""
    said = [f"Percent {chart.left}, by months since {chart.since}."]
    for curve in chart.curves:
        shares = []
        for day, number in zip(chart.days, curve.at_risk, strict=True):
            step = curve.at(day)
            limits = f" ({_written(step.low)} to {_written(step.high)})" if day else ""
            followed = f"{number:,} still followed" if number is not None else "number followed not shown"
            shares.append(f"{day / MONTH:.0f} months {_written(step.share)}{limits}, {followed}")
        said.append(f"{curve.name}: {'; '.join(shares)}.")
    return " ".join([*said, chart.caption] if chart.caption else said)
