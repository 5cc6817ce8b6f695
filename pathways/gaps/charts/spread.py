"""How hours are spread at each site: one small plot a site, all on the same scales. No Django."""

from __future__ import annotations

from pathways.gaps.charts import canvas as look
from pathways.gaps.charts.canvas import DASHED, Canvas
from pathways.gaps.charts.lettering import shortened, width_of
from pathways.gaps.charts.plot import Plot, grid, lines, ticks
from pathways.gaps.charts.specs import PERCENT, Histogram, Panel
from pathways.gaps.rules.disclosure import TOO_SMALL, percentage


def draw(chart: Histogram, *, narrow: bool) -> Canvas:
    """The plots side by side on 256 or 960 pixels, in as many rows as they need."""
    canvas = Canvas(256, 13) if narrow else Canvas(960, 15)
    across = min(2 if narrow else 4, len(chart.panels))
    wide, high = canvas.width / across, (7.5 if narrow else 8.5) * canvas.size
    head = 3.4 * canvas.size
    pitch = head + high + 2.9 * canvas.size
    most = max((panel.percent(place) for panel in chart.panels for place in range(len(chart.edges))), default=0)
    up = ticks(0, max(10, most), most=2, highest=100)
    for place, panel in enumerate(chart.panels):
        row, column = divmod(place, across)
        _panel(canvas, chart, panel, (column * wide, row * pitch, wide), up, head, high)
    rows = (len(chart.panels) + across - 1) // across
    return canvas.finish(lines(canvas, [("", sentence) for sentence in _sentences(chart)], rows * pitch) + 4)


def _panel(
    canvas: Canvas,
    chart: Histogram,
    panel: Panel,
    at: tuple[float, float, float],
    up: list[float],
    head: float,
    high: float,
) -> None:
    left, top, wide = at
    size, bins = canvas.size, len(chart.edges)
    plot = Plot(
        left + width_of(PERCENT.written(up[-1]), size) + 10,
        top + head,
        left + wide - 14,
        top + head + high,
        (0, bins),
        (up[0], up[-1]),
    )
    canvas.text(left, top + size, shortened(panel.name, size, wide - 8, bold=True), look.INK, bold=True)
    canvas.text(left, top + 2.25 * size, _head(panel, canvas.width < 500))
    if panel.counts is None:
        return
    grid(canvas, plot, up, [PERCENT.written(value) for value in up])
    gap = 0.08
    tall = [(place, panel.percent(place)) for place in range(bins)]
    boxes = [
        (plot.x(place + gap), plot.y(value), plot.x(place + 1 - gap), plot.bottom) for place, value in tall if value
    ]
    canvas.bars(boxes, look.INK if panel.own else look.INK_2)
    if chart.mark is not None:
        x = plot.x(_place(chart, chart.mark))
        canvas.line([x, x], [plot.top - 4, plot.bottom], look.INK, width=1.6, dash=DASHED)
    _hours(canvas, chart, plot)


def _hours(canvas: Canvas, chart: Histogram, plot: Plot) -> None:
    """The edges below the bars, as many as have room."""
    room = plot.x(1) - plot.x(0)
    labels = [f"{edge:g}" for edge in chart.edges]
    labels[-1] += "+"
    every = next(
        every for every in range(1, 99) if every * room > max(width_of(one, canvas.size) for one in labels) + 6
    )
    for place in range(0, len(labels), every):
        canvas.text(plot.x(place), plot.bottom + 1.3 * canvas.size, labels[place], anchor="middle")


def _place(chart: Histogram, value: float) -> float:
    """Where a value lies among the bins."""
    before = max(place for place, edge in enumerate(chart.edges) if edge <= value)
    if before + 1 == len(chart.edges):
        return before + 0.5
    return before + (value - chart.edges[before]) / (chart.edges[before + 1] - chart.edges[before])


def _head(panel: Panel, narrow: bool) -> str:
    if panel.counts is None:
        said = [f"{TOO_SMALL} too few"]
    else:
        whole = f"of {sum(panel.counts):,}"
        said = [panel.middle or whole] if narrow else [panel.middle, whole]
    return ", ".join(part for part in ("yours" if panel.own else "", *said) if part)


def _sentences(chart: Histogram) -> list[str]:
    said = [f"Across: {chart.of}. Up: percent of the site's own."]
    return said + ([f"Dashed line: {chart.mark_words}."] if chart.mark is not None else [])


def words(chart: Histogram) -> str:
    """Each site in a sentence, in the order given."""
    said = [f"{chart.of.capitalize()}, by site."]
    for panel in chart.panels:
        name = f"{panel.name}{' (yours)' if panel.own else ''}"
        if panel.counts is None:
            said.append(f"{name}: not shown because too few.")
            continue
        whole = sum(panel.counts)
        shares = [
            f"{chart.bin(place)} {percentage(count, whole) or 0} %" for place, count in enumerate(panel.counts) if count
        ]
        middle = f", {panel.middle}" if panel.middle else ""
        said.append(f"{name}, of {whole:,}{middle}: {'; '.join(shares)}.")
    return " ".join(said)
