"""How a number that was told reads, in one way everywhere: screen, picture, alternative text, CSV, PDF and print.

Everything here is made of what stands in ``Standing`` and ``Block``: zeros, multiples of 5, medians, and words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from pathways.gaps.measures import Line, Table, Unit
from pathways.gaps.reading import Stand
from pathways.gaps.rules.disclosure import TOO_LOW, TOO_SMALL, percentage
from pathways.gaps.rules.spc import Change, SoMany, wilson

# What is said of a change, and the sign beside it: shape and word, never colour alone.
MARKS = {
    Change.BETTER: "▲",
    Change.WORSE: "▼",
    Change.DIFFERENT: "◆",
    Change.NO_CHANGE: "=",
    Change.TOO_FEW: "",
}
NOTHING_YET = "–"
NOTHING_TO_COMPARE = "nothing to compare with yet"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in words. ``of`` stands beside it; ``word`` says what changed, ``mark`` is its sign.

    ``tone`` is better, worse or quiet. ``signal``: the chart over time says so. ``counted``: "235 of 1,290".
    """

    value: str
    of: str
    mark: str = ""
    word: str = ""
    tone: str = "quiet"
    signal: bool = False
    counted: str = ""


NOT_TOLD = Figure(NOTHING_YET, "not told yet")


def figure_of(table: Table, line: Line, stand: Stand | None) -> Figure:
    """One line of a table as it stands at one place; ``stand`` is None where nothing was told yet."""
    said = stand.lines.get(line.key) if stand else None
    if stand is None or said is None:
        return NOT_TOLD
    some, whole = said["some"], said["whole"]
    shown = None if some is None else (some, whole)
    value, of = median_in_words(table, shown, stand.spread) if table.medians else share_in_words(table, shown)
    if table.medians or value in (TOO_SMALL, TOO_LOW):
        return Figure(value, of)
    figure = partial(Figure, value, of, counted=counted_in_words(table, shown))
    change = Change(said["change"])
    if change is Change.TOO_FEW:
        return figure(word=NOTHING_TO_COMPARE)
    tone = change.value if change in (Change.BETTER, Change.WORSE) else "quiet"
    if since := said.get("since"):
        word = f"signal: {change} since {month_in_words(since)}"
        return figure(mark=MARKS[change], word=word, tone=tone, signal=True)
    return figure(mark=MARKS[change], word=change.value, tone=tone)


def share_in_words(table: Table, shown: SoMany | None) -> tuple[str, str]:
    """A share and its denominator: ("64 %", "of 140"); or why there is none."""
    if shown is None:
        return TOO_SMALL, "too few to show"
    some, whole = shown
    if table.unit is Unit.COUNT:
        return f"{some:,}", ""
    share = percentage(some, whole)
    if share is None:
        return TOO_LOW, "fewer than 20"
    return (f"{share}" if table.unit is Unit.PER_100 else f"{share} %"), f"of {whole:,}"


def counted_in_words(table: Table, shown: SoMany | None) -> str:
    """What a share is of: "235 of 1,290"; empty where there is nothing to say."""
    if shown is None or table.unit is Unit.COUNT:
        return ""
    return f"{shown[1]:,}" if table.medians else f"{shown[0]:,} of {shown[1]:,}"


def interval_in_words(table: Table, shown: SoMany | None) -> str:
    """The 95 % interval of a share (Wilson's), from the numbers beside it: "48 to 67 %"; empty where there is none."""
    if table.medians or shown is None or percentage(*shown) is None:
        return ""
    low, high = wilson(*shown)
    return f"{100 * max(0, low):.0f} to {100 * min(1, high):.0f}" + ("" if table.unit is Unit.PER_100 else " %")


def median_in_words(table: Table, shown: SoMany | None, spread: Sequence[float] | None) -> tuple[str, str]:
    """A median with its quartiles: ("6.5 h (4 to 9)", "of 25"); or why there is none."""
    if shown is None:
        return TOO_SMALL, "too few to show"
    if spread is None:
        return TOO_LOW, "fewer than 10"
    low, middle, high = (f"{value:g}" for value in spread)
    unit = {Unit.HOURS: " h", Unit.PERCENT: " %"}.get(table.unit, "")
    return f"{middle}{unit} ({low} to {high})", f"of {shown[1]:,}"


def numbers_in_words(table: Table, line: Line, shown: SoMany | None) -> str:
    """A line with its numbers, for the words of a picture: "within 2 hours: 83 %, 75 of 90"."""
    value, _ = share_in_words(table, shown)
    return f"{line.words}: {value}" + (f", {shown[0]:,} of {shown[1]:,}" if shown and value != TOO_LOW else "")


def month_in_words(day: date | str) -> str:
    """A month: "Nov 2025"."""
    return f"{(date.fromisoformat(day) if isinstance(day, str) else day):%b %Y}"


def span_in_words(since: date, until: date) -> str:
    """The months from ``since`` to before ``until``: "12 months to 30 Sep 2026"."""
    months = (until.year - since.year) * 12 + until.month - since.month
    last = until - timedelta(days=1)
    return f"{months} {'month' if months == 1 else 'months'} to {last.day} {last:%b %Y}"
