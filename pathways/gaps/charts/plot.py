"""Parts that several charts share: scales, ticks, the legend, and labels that keep their distance. No Django."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, inf, log10

from pathways.gaps.charts.canvas import INK, INK_2, LINE, MARK, Canvas, Dash
from pathways.gaps.charts.lettering import width_of, wrapped


@dataclass(frozen=True, slots=True)
class Plot:
    """Where values lie on the sheet."""

    left: float
    top: float
    right: float
    bottom: float
    x_scale: tuple[float, float]
    y_scale: tuple[float, float]

    def x(self, value: float) -> float:
        """Pixels from the left."""
        low, high = self.x_scale
        return self.left + (value - low) / (high - low) * (self.right - self.left)

    def y(self, value: float) -> float:
        """Pixels from the top."""
        low, high = self.y_scale
        return self.bottom - (value - low) / (high - low) * (self.bottom - self.top)

    def holds(self, value: float) -> bool:
        """Whether a value lies between top and bottom."""
        return self.y_scale[0] <= value <= self.y_scale[1]


def ticks(low: float, high: float, *, most: int = 5, lowest: float = 0, highest: float = inf) -> list[float]:
    """Round values around ``low`` to ``high``, from ``lowest`` where that is not far off."""
    if low <= high / 2:
        low = lowest
    high = max(high, low + 1)
    rough = (high - low) / most
    power = 10 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first = floor(low / step + 1e-9)
    count = next(count for count in range(1, 99) if (first + count) * step >= high * 0.999)
    return [value for count in range(count + 1) if (value := (first + count) * step) <= highest]


def grid(canvas: Canvas, plot: Plot, at: Sequence[float], words: Sequence[str]) -> None:
    """Level hairlines, and their values at the left."""
    for value in at:
        y = plot.y(value)
        canvas.line([plot.left, plot.right], [y, y], LINE, width=1)
    for value, written in zip(at, words, strict=True):
        canvas.text(plot.left - 8, plot.y(value) + 0.36 * canvas.size, written, anchor="end")


def apart(wanted: Sequence[float], distance: float, low: float = -inf, high: float = inf) -> list[float]:
    """Places as near as can be to the wanted ones, in their order, at least ``distance`` from each other."""
    order = sorted(range(len(wanted)), key=lambda one: (wanted[one], one))
    rows: list[tuple[float, int]] = []  # of neighbours that touch: their middle, how many
    for one in order:
        middle, many = max(low, min(high, wanted[one])), 1
        while rows and rows[-1][0] + (rows[-1][1] + many) * distance / 2 > middle + 1e-9:
            before, others = rows.pop()
            middle, many = (before * others + middle * many) / (others + many), others + many
            reach = (many - 1) * distance / 2
            middle = max(low + reach, min(high - reach, middle))
        rows.append((middle, many))
    placed = [middle + (place - (many - 1) / 2) * distance for middle, many in rows for place in range(many)]
    found = dict(zip(order, placed, strict=True))
    return [found[one] for one in range(len(wanted))]


@dataclass(frozen=True, slots=True)
class Sample:
    """One entry of a legend: a mark or a piece of line, and what it means."""

    words: str
    shape: str = ""
    colour: str = MARK
    fill: str | None = None
    dash: Dash | None = None


def legend(canvas: Canvas, samples: Sequence[Sample], top: float) -> float:
    """The entries side by side, in as many lines as they need; gives where they end."""
    x, y, step = 0.0, top, canvas.size * 1.5
    for sample in samples:
        lead = 34.0 if sample.dash is not None else 18.0
        if x and x + lead + width_of(sample.words, canvas.size) > canvas.width:
            x, y = 0.0, y + step
        middle = y + step / 2
        if sample.dash is not None:
            canvas.line([x, x + 28], [middle, middle], sample.colour, dash=sample.dash)
        else:
            canvas.marks([(x + 6, middle)], sample.shape, sample.colour, fill=sample.fill)
        x = canvas.text(x + lead, middle + 0.36 * canvas.size, sample.words, INK).right + 22
    return y + step if samples else top


def lines(canvas: Canvas, words: Sequence[tuple[str, str]], top: float) -> float:
    """Sentences below a chart, each after a bold word (or none); gives where they end."""
    y, step = top, canvas.size * 1.35
    for lead, sentence in words:
        indent = width_of(f"{lead} ", canvas.size, bold=True) + 3 if lead else 0.0
        for place, line in enumerate(wrapped(sentence, canvas.size, canvas.width - indent)):
            y += step
            if lead and not place:
                canvas.text(0, y, lead, INK, bold=True)
            canvas.text(indent, y, line, INK if lead else INK_2)
    return y + 0.4 * canvas.size if words else top
