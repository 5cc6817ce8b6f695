"""The analysis as its page shows it, from what was told alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pathways.gaps.charts.specs import Curve, Step, Survival
from pathways.gaps.models.engagement import Analysis
from pathways.gaps.rules.disclosure import TOO_SMALL
from pathways.gaps.rules.engagement.analysis import (
    AT_RISK_ON,
    CAPTION,
    CORRELATION,
    FEWEST_FOR_A_CORRELATION,
    FEWEST_IN_A_GROUP,
    LADDER,
    QUINTILES,
    STEPS,
    TERTILES,
)

NAMES: Mapping[str, tuple[str, ...]] = {
    QUINTILES: ("Lowest fifth", "Second fifth", "Middle fifth", "Fourth fifth", "Highest fifth"),
    TERTILES: ("Lowest third", "Middle third", "Highest third"),
}
OTHERS = "No answer in pregnancy"
RULES = (
    *(f"{name}: {fewest} women who answered, {FEWEST_IN_A_GROUP} in each group" for name, _, fewest in LADDER),
    f"one correlation: {FEWEST_FOR_A_CORRELATION} women who answered",
)
QUARTERS = STEPS[2::3]  # months 3, 6, 9, 12, as the table has them


@dataclass(frozen=True, slots=True)
class Row:
    """One group by score: how many, in treatment at 6 and 12 months, and never stopped by the end of each quarter."""

    name: str
    women: str
    six: str
    twelve: str
    never_stopped: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Cohort:
    """One year. ``rows`` where groups are told, else ``correlation`` or nothing."""

    year: int
    rows: Sequence[Row]
    correlation: str
    after: str
    chart: Survival | None = None


def cohorts() -> list[Cohort]:
    """Every year that was told, the last first. One query."""
    return [cohort(row.year, row.shown) for row in Analysis.objects.order_by("-year")]


def cohort(year: int, shown: Mapping[str, Any]) -> Cohort:
    """One year in words."""
    rows, chart = [], None
    if shown["told"] in NAMES:
        told = zip(NAMES[shown["told"]], shown["rows"], shown["curves"], strict=True)
        rows = [_row(name, row, [_left(curve, day) for day in QUARTERS]) for name, row, curve in told]
        rows.append(_row(OTHERS, shown["others"], []))
        chart = _chart(year, NAMES[shown["told"]], shown["curves"])
    correlation = shown.get("correlation") if shown["told"] == CORRELATION else None
    return Cohort(year, rows, _in_words(correlation), _in_words(shown["after"]), chart)


def _chart(year: int, names: Sequence[str], curves: Sequence[Mapping[str, Any]]) -> Survival:
    return Survival(
        key=f"engagement-{year}",
        title=f"Never stopped treatment since the end of the pregnancy, {year}",
        curves=tuple(
            Curve(name, tuple(_step(*step) for step in curve["steps"]), tuple(curve["at_risk"]))
            for name, curve in zip(names, curves, strict=True)
        ),
        days=AT_RISK_ON,
        since="the pregnancy ended",
        left="who never stopped treatment",
        caption=CAPTION,
    )


def _step(day: int, share: int, low: int, high: int) -> Step:
    return Step(day, share / 100, low / 100, high / 100)


def _row(name: str, told: Mapping[str, int] | None, never_stopped: Sequence[str]) -> Row:
    if told is None:
        return Row(name, TOO_SMALL, TOO_SMALL, TOO_SMALL)
    return Row(name, f"about {told['women']}", f"{told['m6']} %", f"{told['m12']} %", never_stopped)


def _left(curve: Mapping[str, Any], day: int) -> str:
    """The last step by a day, with its limits."""
    _, share, low, high = [step for step in curve["steps"] if step[0] <= day][-1]
    return f"{share} % ({low} to {high})" if share < 100 else "100 %"


def _in_words(correlation: float | None) -> str:
    return "" if correlation is None else f"{correlation:+.1f}".replace("-", "−")
