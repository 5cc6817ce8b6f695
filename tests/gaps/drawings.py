"""One chart of each kind, and what can happen in it: gaps, signals, many sites."""

from __future__ import annotations

from math import exp
from random import Random

from pathways.gaps.charts.specs import (
    HOURS,
    PER_100,
    Aim,
    Curve,
    Funnel,
    Histogram,
    Note,
    Panel,
    Site,
    Step,
    Survival,
    Xmr,
)
from pathways.gaps.rules.releases import Month
from pathways.gaps.rules.spc import Direction

NOV_2024: Month = 2024 * 12 + 10
LATE = (14, 10, 14, 10, 13, 9, 12, 9, 15, 10, 12, 9, 14, 15, 18, 14, 19, 17, 20, 23, 18, 19, 22, 19)
DAYS = (0, 91, 182, 274, 365)

LATE_DOSES = Xmr(
    "late-doses",
    "Ashford Bridge, month by month",
    NOV_2024,
    1,
    tuple(map(float, LATE)),
    PER_100,
    Direction.LOWER,
    aims=(Aim(8, NOV_2024 + 20, "8 or fewer by Mar 2027, owner K. Moe"),),
    notes=(Note(NOV_2024 + 12, "cupboard moved to the other corner"), Note(NOV_2024 + 13, "second key at night")),
)
WITH_GAPS = Xmr(
    "with-gaps",
    "Glenmore, quarter by quarter",
    2023 * 12,
    3,
    (64.0, 70.0, None, 68.0, 72.0, None, None, 66.0, 71.0, 69.0, 75.0, 80.0, 62.0, 60.0, 97.0),
    direction=Direction.HIGHER,
)
TOO_FEW = Xmr("too-few", "Taymouth, quarter by quarter", 2025 * 12, 3, (64.0, None, 68.0, 72.0))
NEITHER = Xmr("neither", "Trips", NOV_2024, 1, (40.0, 44.0, 42.0) * 4 + (45.0,) * 9, HOURS)
SITES = (
    Site("Ashford Bridge", 235, 1290, own=True),
    Site("Calder Vale", 65, 890),
    Site("Glenmore", 45, 450),
    Site("Taymouth", 20, 160),
)
ACROSS = Funnel(
    "across",
    "Across the sites, 12 months",
    SITES,
    "doses due in 12 months",
    PER_100,
    Direction.LOWER,
    1.6,
    "Limits are widened because doses of one woman belong together.",
)
HOURS_BY_SITE = Histogram(
    "hours",
    "Hours to first ward dose",
    (0, 1, 2, 3, 4, 6, 8, 12, 24),
    "hours from admission to her first dose on the ward",
    (
        Panel("Ashford Bridge", (20, 35, 20, 10, 5, 5, 0, 5, 5), "median 2 h", own=True),
        Panel("Calder Vale", (30, 40, 10, 10, 0, 0, 0, 0, 0), "median 1.5 h"),
        Panel("Glenmore", None),
        Panel("Taymouth", (5, 10, 10, 5, 5, 0, 0, 0, 5), "median 3 h"),
    ),
    mark=2,
    mark_words="2 hours, by when a first dose is due",
)


def many_sites(seed: int, count: int = 40) -> Funnel:
    """So many sites of all sizes, a few of them far off."""
    random = Random(seed)
    sites = []
    for place in range(count):
        whole = 5 * random.randint(6, 120)
        share = random.gauss(0.72, 0.04) if random.random() < 0.9 else random.uniform(0.4, 0.95)
        sites.append(
            Site(f"Place {chr(65 + place % 26)}{'st'[place // 26]}", 5 * round(whole * share / 5), whole, place == 3)
        )
    return Funnel(f"sites-{count}-{seed}", "Across the sites", tuple(sites), "pregnancies", direction=Direction.HIGHER)


def retention(groups: tuple[str, ...], seed: int = 1) -> Survival:
    """Curves that fall at different speeds; the last number of each is hidden."""
    random = Random(seed)
    curves = []
    for place, name in enumerate(groups):
        steps, left = [Step(0, 1, 1, 1)], 1.0
        for day in range(14, 366, 14):
            left *= exp(-(0.05 + 0.04 * place) * random.uniform(0.2, 1.8))
            steps.append(Step(day, left, max(0, left - 0.08), min(1, left + 0.08)))
        curves.append(Curve(name, tuple(steps), (120, 110, 95, 85, None)))
    return Survival(
        f"retention-{len(groups)}", "Still in treatment", tuple(curves), DAYS, "birth", caption="Association only."
    )


EXAMPLES = {
    chart.key: chart
    for chart in (
        LATE_DOSES,
        WITH_GAPS,
        TOO_FEW,
        NEITHER,
        ACROSS,
        many_sites(4),
        HOURS_BY_SITE,
        retention(("Highest third", "Middle third", "Lowest third")),
        retention(("Highest fifth", "Second fifth", "Third fifth", "Fourth fifth", "Lowest fifth", "No answer")),
    )
}
