"""A measure's definition as the page shows it: what is declared, and nothing besides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pathways.gaps.measures import Measure, Shown, Unit
from pathways.gaps.rules.releases import YEAR
from pathways.moments.sources import SOURCES, Source

UNITS = {
    Unit.PERCENT: "percent",
    Unit.PER_100: "per 100",
    Unit.HOURS: "hours, median with quartiles",
    Unit.NUMBER: "median with quartiles",
    Unit.COUNT: "count",
}
RULE = (
    "Counts of 1 to 7 are hidden, the others rounded to the nearest 5. Percentages come from the rounded numbers, "
    "and intervals and limits from those too."
)


@dataclass(frozen=True, slots=True)
class Definition:
    """``facts``: (label, text) in the order in which they are read."""

    key: str
    title: str
    why: str
    facts: Sequence[tuple[str, str]]
    sources: Sequence[Source]


def definition(measure: Measure) -> Definition:
    """What is counted, of what, what is left out, and where it comes from."""
    facts = [
        ("Counted", measure.numerator),
        ("Of", measure.denominator),
        ("Left out", measure.exclusions),
        ("Follow-up", measure.follow_up),
        ("Unit", UNITS[measure.unit]),
        ("Better", measure.better),
        ("Period", _period(measure)),
        ("England", measure.england),
        ("Scotland", measure.scotland),
    ]
    sources = [SOURCES[key] for key in measure.sources]
    return Definition(measure.key, measure.title, measure.why, [fact for fact in facts if fact[1]], sources)


def _period(measure: Measure) -> str:
    told = measure.tables[0].told
    match measure.tables[0].shown:
        case Shown.GOVERNANCE:
            return "to the governance group alone, of all sites together"
        case Shown.POOLED:
            return f"{told.window} months of all sites together, told once a year; never by site"
    often = "year" if told.step == YEAR else "quarter"
    return f"{told.window} months by site, told once at the end of a {often}; longer where numbers are small"
