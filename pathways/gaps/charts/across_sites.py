"""The chart of all sites: each a point by its size and its share, between limits of what chance makes. No Django."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan, nan

from pathways.gaps.charts import canvas as look
from pathways.gaps.charts.canvas import CIRCLE, DASHED, DOTTED, Canvas
from pathways.gaps.charts.lettering import Box, width_of
from pathways.gaps.charts.placing import Names
from pathways.gaps.charts.plot import Plot, Sample, grid, legend, lines, ticks
from pathways.gaps.charts.signs import Sign, sign
from pathways.gaps.charts.specs import Funnel, Site, counted

ALL_NAMED = 8  # with more sites only the own ones and those outside the outer limits have names
STEPS = 40  # of a limit's curve
Curve = list[float]


def draw(chart: Funnel, *, narrow: bool) -> Canvas:
    """The chart on 256 or 560 pixels."""
    canvas = Canvas(256, 13) if narrow else Canvas(560, 14)
    plot, across, up = _plot(canvas, chart)
    grid(canvas, plot, up, [chart.unit.written(value) for value in up])
    _sizes(canvas, chart, plot, across)
    xs, curves = _curves(chart, plot)
    for curve, dash in zip(curves, (DASHED, DOTTED, DOTTED, DASHED), strict=False):
        canvas.line(xs, curve, width=1.4, dash=dash)
    centre = plot.y(100 * chart.centre)
    canvas.line([plot.left, plot.right], [centre, centre], width=1.8)
    _points(canvas, chart, plot)
    _names(canvas, chart, plot, [*curves, [centre] * len(xs)], xs)
    below = legend(canvas, _legend(chart), plot.bottom + 3.4 * canvas.size)
    return canvas.finish(lines(canvas, _sentences(chart), below) + 4)


def _plot(canvas: Canvas, chart: Funnel) -> tuple[Plot, list[float], list[float]]:
    sizes = sorted(site.whole for site in chart.drawn) or [1]
    typical = chart.limits(sizes[len(sizes) // 2])
    shares = [100 * site.share for site in chart.drawn] or [0.0]
    shares += [100 * typical.outer_low, 100 * typical.outer_high] if typical else []
    low, high = min(shares), max(shares)
    up = ticks(max(0, low), min(100, high + 0.06 * (high - low)), most=4, highest=chart.unit.highest)
    across = ticks(0, sizes[-1] * 1.04, most=3 if canvas.width < 500 else 4)
    left = max(width_of(chart.unit.written(value), canvas.size) for value in up) + 10
    right = canvas.width - width_of(f"{across[-1]:,.0f}", canvas.size) / 2 - 1
    top = 0.7 * canvas.size
    high_px = 210 if canvas.width < 500 else 270
    return Plot(left, top, right, top + high_px, (0, across[-1]), (up[0], up[-1])), across, up


def _sizes(canvas: Canvas, chart: Funnel, plot: Plot, across: Sequence[float]) -> None:
    y = plot.bottom + 1.35 * canvas.size
    for value in across:
        canvas.text(plot.x(value), y, f"{value:,.0f}", anchor="middle")
    canvas.text((plot.left + plot.right) / 2, y + 1.35 * canvas.size, chart.of, anchor="middle")


def _curves(chart: Funnel, plot: Plot) -> tuple[list[float], list[Curve]]:
    """The four limits from left to right, each NaN where it lies outside the plot."""
    last = plot.x_scale[1]
    sizes = [max(1, round(last * (0.02 ** (1 - step / STEPS)))) for step in range(STEPS + 1)]
    found = [(plot.x(size), limits) for size in sizes if (limits := chart.limits(size))]
    xs = [x for x, _ in found]
    shares = zip(*((one.outer_low, one.low, one.high, one.outer_high) for _, one in found), strict=True)
    return xs, [_within(plot, [100 * share for share in row]) for row in shares]


def _within(plot: Plot, values: Sequence[float]) -> Curve:
    """A curve's places on the sheet, as far as they lie in the plot and are no end of the scale."""
    return [plot.y(value) if 0 < value < 100 and plot.holds(value) else nan for value in values]


def _tone(chart: Funnel, site: Site) -> Sign | None:
    return sign(site.share > chart.centre, chart.direction) if chart.outside(site) else None


def _points(canvas: Canvas, chart: Funnel, plot: Plot) -> None:
    at = {site: (plot.x(site.whole), plot.y(100 * site.share)) for site in chart.drawn}
    canvas.marks([at[site] for site in chart.drawn if site.own], CIRCLE, look.INK, size=19, fill=look.PAPER)
    tones = {site: _tone(chart, site) for site in chart.drawn}
    for tone in dict.fromkeys(tones.values()):
        shape, colour, fill = (tone.shape, tone.colour, tone.fill) if tone else (CIRCLE, look.MARK, None)
        canvas.marks([at[site] for site in at if tones[site] == tone], shape, colour, size=10, fill=fill)


def _names(canvas: Canvas, chart: Funnel, plot: Plot, curves: list[Curve], xs: list[float]) -> None:
    """A name beside each point that gets one, or a line to it; a name without any room is left to the table."""
    named = [site for site in chart.drawn if len(chart.drawn) <= ALL_NAMED or site.own or chart.outside(site)]
    names = Names(
        Box("", plot.left, 0, canvas.width, plot.bottom),
        [_around(plot.x(site.whole), plot.y(100 * site.share), 9.5 if site.own else 6) for site in chart.drawn],
        lambda box: sum(_crosses(box, xs, curve) for curve in curves),
    )
    for site in sorted(named, key=lambda one: (not one.own, not chart.outside(one), one.name)):
        point, said = (plot.x(site.whole), plot.y(100 * site.share)), f"{site.name} {chart.written(site)}"
        reach, down = 13 if site.own else 9, site.share < chart.centre
        if found := names.find(point, said, size=canvas.size, reach=reach, bold=site.own, down=down):
            (left, line, anchor), lead = found
            if lead:
                canvas.line([x for x, _ in lead], [y for _, y in lead], look.INK, width=1)
            canvas.text(left, line, said, look.INK, bold=site.own, anchor=anchor, halo=True)


def _around(x: float, y: float, reach: float) -> Box:
    return Box("", x - reach, y - reach, x + reach, y + reach)


def _crosses(box: Box, xs: Sequence[float], curve: Curve) -> bool:
    """Whether a line runs through a box: asked at its pieces' ends and middles."""
    for (x, y), (next_x, next_y) in zip(zip(xs, curve, strict=True), zip(xs[1:], curve[1:], strict=True), strict=False):
        if isnan(y) or isnan(next_y) or next_x < box.left or x > box.right:
            continue
        start, end = max(x, box.left), min(next_x, box.right)
        heights = [y + (at - x) / max(1e-9, next_x - x) * (next_y - y) for at in (start, end)]
        if min(heights) < box.bottom and max(heights) > box.top - 3:
            return True
    return False


# -- what stands below, and what a screen reader hears ----------------------------------------------


def _legend(chart: Funnel) -> list[Sample]:
    written = chart.unit.written(100 * chart.centre)
    found = [Sample(f"all sites {written}", dash=())]
    found += [Sample("95 %", dash=DOTTED), Sample("99.8 %", dash=DASHED)] if 0 < chart.centre < 1 else []
    for site in sorted(chart.drawn, key=lambda one: one.share):
        if (tone := _tone(chart, site)) and (entry := _entry(chart, site, tone)) not in found:
            found.append(entry)
    if any(site.own for site in chart.drawn):
        found.append(Sample("your site", CIRCLE, look.INK, look.PAPER))
    return found


def _entry(chart: Funnel, site: Site, tone: Sign) -> Sample:
    return Sample(chart.where(site), tone.shape, tone.colour, tone.fill)


def _sentences(chart: Funnel) -> list[tuple[str, str]]:
    said = [chart.widened] if chart.widened else []
    missing = _missing(chart)
    if missing:
        said.append(f"Not shown, too few: {', '.join(missing)}.")
    return [("", sentence) for sentence in said]


def _missing(chart: Funnel) -> list[str]:
    return sorted({*chart.hidden, *(site.name for site in chart.sites if site not in chart.drawn)})


def words(chart: Funnel) -> str:
    """The chart in sentences, from what is shown."""
    said = [f"{counted(len(chart.drawn), 'site')} by size, in alphabetical order."]
    said.append(f"All together: {chart.unit.written(100 * chart.centre)}.")
    for site in sorted(chart.drawn, key=lambda one: one.name):
        own = " (your site)" if site.own else ""
        where = f", {chart.where(site)}" if chart.where(site) else ""
        said.append(f"{site.name}{own}: {chart.written(site)} of {site.whole:,}{where}.")
    return " ".join(said + [sentence for _, sentence in _sentences(chart)])
