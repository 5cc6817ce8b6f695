"""The chart of one site over time: points, centre and limits, signals, aims and notes. No Django."""

from __future__ import annotations

from math import nan

from pathways.gaps.charts import canvas as look
from pathways.gaps.charts.canvas import CIRCLE, CROSS, DASH_DOT, DASHED, DOTTED, Canvas
from pathways.gaps.charts.lettering import width_of
from pathways.gaps.charts.plot import Plot, Sample, apart, grid, legend, lines, ticks
from pathways.gaps.charts.signs import sign
from pathways.gaps.charts.specs import MONTHS, SPANS, Unit, Xmr, counted, gaps, span
from pathways.gaps.rules.spc import BASELINE, Limits, Rule

LANE = 1.75  # of a line's size: how high a lane above the plot is


def draw(chart: Xmr, *, narrow: bool) -> Canvas:
    """The chart on 256 or 960 pixels."""
    canvas = Canvas(256, 13) if narrow else Canvas(960, 15)
    labels = _limit_words(chart, narrow)
    plot, at = _plot(canvas, chart, [words for _, words, _ in labels])
    lettered = _bands(canvas, chart, plot)
    grid(canvas, plot, at, [chart.unit.written(value) for value in at])
    _months(canvas, chart, plot)
    _limits(canvas, chart, plot, labels)
    _notes(canvas, chart, plot)
    _points(canvas, chart, plot)
    below = legend(canvas, _legend(chart, narrow), plot.bottom + 3.3 * canvas.size)
    return canvas.finish(lines(canvas, _sentences(chart, lettered), below) + 4)


# -- where things lie -------------------------------------------------------------------------------


def _plot(canvas: Canvas, chart: Xmr, labels: list[str]) -> tuple[Plot, list[float]]:
    limits = chart.limits
    values = [value for value in chart.points if value is not None] + [aim.value for aim in chart.aims]
    values += [limits.lower, limits.upper] if limits else []
    unit = chart.unit
    at = ticks(
        min(values, default=0),
        max(values, default=1),
        most=4 if canvas.width < 500 else 5,
        lowest=unit.lowest,
        highest=unit.highest,
    )
    left = max(width_of(unit.written(value), canvas.size) for value in at) + 10
    right = canvas.width - max((width_of(words, canvas.size) for words in labels), default=0) - 14
    top = 0.6 * canvas.size + _lanes(canvas, chart)
    high = 190 if canvas.width < 500 else 290
    return Plot(left, top, right, top + high, (-0.5, len(chart.points) - 0.5), (at[0], at[-1])), at


def _lanes(canvas: Canvas, chart: Xmr) -> float:
    """How high the strip above the plot is: a lane of signals, and one of notes below it."""
    return (bool(chart.notes) + bool(chart.bands)) * LANE * canvas.size


# -- what is drawn ----------------------------------------------------------------------------------


def _bands(canvas: Canvas, chart: Xmr, plot: Plot) -> list[tuple[str, str]]:
    """The ground of each signal and what stands over it; gives the sentences for those that have only a letter."""
    for band in chart.bands:
        tone = sign(band.high, chart.direction)
        left, right, top = plot.x(band.first - 0.5), plot.x(band.last + 0.5), 0.3 * canvas.size
        canvas.box(left, top, right, plot.bottom, tone.ground)
        for edge in (left, right):
            canvas.line([edge, edge], [top, plot.bottom], tone.colour, width=1)
    full = [f"Signal: {band.words}" for band in chart.bands]
    if spots := _spots(canvas, chart, plot, full):
        said = []
    else:
        full = ["Signal"] if len(full) == 1 else [chr(ord("A") + place) for place in range(len(full))]
        middles = [plot.x((band.first + band.last) / 2) for band in chart.bands]
        wide = max(width_of(words, canvas.size, bold=True) for words in full) if full else 0
        placed = apart(middles, wide + 2, plot.left + wide / 2, plot.right - wide / 2)
        spots = _spots(canvas, chart, plot, full) or [middle - wide / 2 for middle in placed]
        leads = full if len(full) == 1 else [f"Signal {letter}" for letter in full]
        said = [(lead, band.words) for lead, band in zip(leads, chart.bands, strict=True)]
    for x, words, band in zip(spots, full, chart.bands, strict=True):
        canvas.text(x, 1.55 * canvas.size, words, sign(band.high, chart.direction).text, bold=True)
    return said


def _spots(canvas: Canvas, chart: Xmr, plot: Plot, full: list[str]) -> list[float]:
    """Where the words over each signal begin: within it, else from its edge inwards; empty where they would meet."""
    spots, end = [], plot.left - 8
    for words, band in zip(full, chart.bands, strict=True):
        left, right = plot.x(band.first - 0.5), plot.x(band.last + 0.5)
        wide, room = width_of(words, canvas.size, bold=True), right - left
        x = left + 8 if wide + 16 < room else (left + right - wide) / 2 if wide < room + 30 else left + 4
        if x + wide > plot.right:
            x = min(right - 4, plot.right) - wide
        if x < end + 8:
            return []
        spots.append(x)
        end = x + wide
    return spots


def _months(canvas: Canvas, chart: Xmr, plot: Plot) -> None:
    """Every so many months a name, January always, with the year below the first and every January; or only years."""
    places = range(len(chart.points))
    months = [chart.start + place * chart.step for place in places]
    room, year = (plot.x(1) - plot.x(0)) / chart.step, width_of("2000", canvas.size, bold=True)
    widest = max(width_of(_name(chart, place), canvas.size) for place in places) + 8
    every = next((every for every in (1, 2, 3, 4, 6, 12) if every >= chart.step and every * room > widest), 0)
    every = 0 if chart.step == 12 and chart.start % 12 == 0 else every
    named = [place for place in places if every and (months[place] - chart.start % chart.step) % every == 0]
    y, last = plot.bottom + 1.4 * canvas.size, -99.0
    for place in named:
        canvas.text(plot.x(place), y, _name(chart, place), anchor="middle")
    for place in places:
        x, begins = plot.x(place), months[place] % 12 < chart.step
        if (begins or place in named[:1]) and x - last > year + 8:
            last, below = x, y + (1.3 * canvas.size if named else 0)
            words = str((months[place] + chart.step - 1) // 12)
            canvas.text(x, below, words, look.INK, bold=True, anchor="middle")


def _name(chart: Xmr, place: int) -> str:
    """A point's month; its first and last where they are three; its last where it is a year."""
    months = span(chart.start + place * chart.step, chart.step)
    return f"to {MONTHS[(chart.start - 1) % 12]}" if chart.step == 12 else months.rsplit(" ", 1)[0]


def _limit_words(chart: Xmr, narrow: bool) -> list[tuple[float, str, str]]:
    """What stands at the right end of each line, with its colour; in a narrow drawing the legend names the lines."""
    within, written = chart.limits, chart.unit.written
    named = [("upper limit", within.upper), ("centre", within.centre), ("lower limit", within.lower)] if within else []
    lines = [(value, written(value) if narrow else f"{name} {written(value)}", look.INK) for name, value in named]
    return lines + [(aim.value, f"aim {written(aim.value)}", look.AIM) for aim in chart.aims]


def _limits(canvas: Canvas, chart: Xmr, plot: Plot, labels: list[tuple[float, str, str]]) -> None:
    if within := chart.limits:
        for value, dash in ((within.upper, DASHED), (within.centre, ()), (within.lower, DASHED)):
            y = plot.y(value)
            canvas.line([plot.left, plot.right], [y, y], width=1.6, dash=dash)
    for aim in chart.aims:
        start = max(plot.left, plot.x(chart.place(aim.start) - 0.5 / chart.step))
        y = plot.y(aim.value)
        canvas.line([min(start, plot.right - 12), plot.right], [y, y], look.AIM, width=2, dash=DASH_DOT)
    placed = apart([plot.y(value) for value, _, _ in labels], 1.15 * canvas.size)
    for y, (_, words, colour) in zip(placed, labels, strict=True):
        canvas.text(plot.right + 8, y + 0.36 * canvas.size, words, colour)


def _notes(canvas: Canvas, chart: Xmr, plot: Plot) -> None:
    """A numbered mark above the plot, and a dotted line down from it."""
    across = 1.5 * canvas.size
    lane = plot.top - 0.9 * canvas.size
    wanted = [min(plot.right, max(plot.left, plot.x(chart.place(note.at)))) for note in chart.notes]
    placed = apart(wanted, across + 3, plot.left, canvas.width - across / 2)
    for number, (x, at) in enumerate(zip(placed, wanted, strict=True), 1):
        top = lane + across / 2
        canvas.line([x, at, at], [top, top + 5, plot.bottom], look.INK_2, width=1.2, dash=DOTTED)
        canvas.marks([(x, lane)], CIRCLE, look.INK, size=across, fill=look.PAPER)
        canvas.text(x, lane + 0.36 * canvas.size, str(number), look.INK, bold=True, anchor="middle")


def _points(canvas: Canvas, chart: Xmr, plot: Plot) -> None:
    """The line, broken where a point is hidden, and a mark for each point."""
    places = range(len(chart.points))
    ys = [nan if value is None else plot.y(value) for value in chart.points]
    canvas.line([plot.x(place) for place in places], ys, width=1.8)
    size = min(10.0, max(5.5, 0.62 * (plot.x(1) - plot.x(0))))
    signs = {
        place: sign(band.high, chart.direction) for band in chart.bands for place in range(band.first, band.last + 1)
    }
    plain = [(plot.x(place), ys[place]) for place in places if ys[place] == ys[place] and place not in signs]
    canvas.marks(plain, CIRCLE, size=size)
    for tone in dict.fromkeys(signs.values()):
        points = [(plot.x(place), ys[place]) for place in places if signs.get(place) == tone]
        canvas.marks(points, tone.shape, tone.colour, size=size, fill=tone.fill)
    hidden = [(plot.x(place), plot.bottom - 0.5 * canvas.size) for place in places if chart.points[place] is None]
    canvas.marks(hidden, CROSS, look.INK_2, size=0.7 * size)


# -- what stands below ------------------------------------------------------------------------------


def _legend(chart: Xmr, narrow: bool) -> list[Sample]:
    within, written = chart.limits, chart.unit.written
    found = [Sample("within the limits" if within else "shown", CIRCLE)]
    tones = dict.fromkeys(sign(band.high, chart.direction) for band in chart.bands)
    found += [Sample(tone.word, tone.shape, tone.colour, tone.fill) for tone in tones]
    if gaps(chart.points):
        found.append(Sample("not shown: too few", CROSS, look.INK_2))
    if narrow and within:
        found.append(Sample(f"centre {written(within.centre)}", dash=()))
        found.append(Sample(f"limits {written(within.lower)} and {written(within.upper)}", dash=DASHED))
    return found


def _sentences(chart: Xmr, lettered: list[tuple[str, str]]) -> list[tuple[str, str]]:
    said = []
    if chart.limits:
        rules = f"Signal rules: {Rule.OUTSIDE}; {Rule.RUN}."
        said.append(("", f"Limits from {' to '.join(chart.baseline)}. {rules}"))
    else:
        said.append(("", f"No limits: too few of the first {BASELINE} points are shown."))
    said += lettered + [("Aim", f"from {span(aim.start)}: {aim.words}") for aim in chart.aims]
    return said + [(str(number), f"{span(note.at)}: {note.words}") for number, note in enumerate(chart.notes, 1)]


# -- what a screen reader hears ---------------------------------------------------------------------


def words(chart: Xmr) -> str:
    """The chart in sentences, from what is shown."""
    unit, last = chart.unit, len(chart.points) - 1
    shown = [place for place in range(len(chart.points)) if chart.points[place] is not None]
    hidden = len(chart.points) - len(shown)
    said = [f"{unit.words.capitalize()} by {SPANS[chart.step]}, {chart.month(0)} to {chart.month(last)}."]
    said.append(f"{counted(len(shown), 'point')} shown" + (f", {hidden} not shown because too few." if hidden else "."))
    if shown:
        said.append(f"Last shown: {chart.month(shown[-1])}, {unit.written(chart.points[shown[-1]] or 0)}.")
    said += _limits_said(chart.limits, unit, chart.baseline)
    if chart.limits and not chart.bands:
        said.append("No signal.")
    for band in chart.bands:
        where = "" if band.first == band.last else f", {chart.month(band.first)} to {chart.month(band.last)}"
        said.append(f"{sign(band.high, chart.direction).word.capitalize()}: {band.words}{where}.")
    said += [f"Aim from {span(aim.start)}: {aim.words.rstrip('.')}." for aim in chart.aims]
    return " ".join(said + [f"Noted {span(note.at)}: {note.words.rstrip('.')}." for note in chart.notes])


def _limits_said(within: Limits | None, unit: Unit, baseline: tuple[str, str]) -> list[str]:
    if within is None:
        return ["No limits: too few points are shown."]
    lower, centre, upper = map(unit.written, (within.lower, within.centre, within.upper))
    return [f"Centre {centre}, lower limit {lower}, upper limit {upper}, from {' to '.join(baseline)}."]
