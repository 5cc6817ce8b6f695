"""The women of the demonstration who are on a ward: one entry each. Their journeys are told in pathways/demo/*.toml.

Every amount here is invented, and is text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

METHADONE, TABLETS, WEEKLY = "methadone_oral_1mg_ml", "buprenorphine_sl", "laib_weekly"


@dataclass(frozen=True)
class Said:
    """The words of a prescription, and the same as it is read: amount, unit, how often, at which times."""

    product: str
    words: str
    amount: str
    times: tuple[tuple[str, str], ...]
    frequency: str = "od"
    strength: str = ""
    form: str = ""
    gap: timedelta = timedelta(hours=18)

    @property
    def unit(self) -> str:
        return "mg"


@dataclass(frozen=True)
class OnWard:
    """One woman on a ward. ``confirmed`` names the sources that have confirmed; with both there is a plan.

    ``late``: nobody has recorded her last dose yet. ``away``: where she is instead of her bed. ``feeding``: the
    agreed text. ``leaves``: her going home is being arranged.
    """

    ref: str
    bed: str
    says: Said
    confirmed: tuple[str, ...] = ("prescriber", "pharmacy")
    she_says: str = ""
    late: bool = False
    away: str = ""
    feeding: str = ""
    leaves: bool = False
    own: str = ""


def _methadone(amount: str, at: str) -> Said:
    words = f"methadone oral solution 1 mg/ml, {amount} mg once a day, supervised"
    return Said(METHADONE, words, amount, ((at, ""),), strength="1 mg/ml", form="oral solution")


def _tablets(amount: str, at: str) -> Said:
    return Said(TABLETS, f"buprenorphine sublingual tablets, {amount} mg once a day, supervised", amount, ((at, ""),))


TWICE = Said(
    METHADONE,
    "methadone oral solution 1 mg/ml, 30 mg twice a day, supervised",
    "30",
    (("08:00", "30"), ("20:00", "30")),
    frequency="bd",
    strength="1 mg/ml",
    form="oral solution",
    gap=timedelta(hours=8),
)
EVERY_WEEK = Said(
    WEEKLY,
    "buprenorphine weekly injection, 24 mg every 7 days",
    "24",
    (("14:00", ""),),
    frequency="weekly",
    gap=timedelta(days=5),
)
FEEDS = (
    "She breastfeeds, and everybody says so. A midwife looks at how sleepy the baby is at each feed and writes it down."
)

STORIES = (
    OnWard("A27", "2", _tablets("8", "08:00"), feeding=FEEDS),
    OnWard("A17", "3", _methadone("45", "09:30"), feeding=FEEDS, own="one bottle, labelled by Bridge Street Pharmacy"),
    OnWard("A28", "5", _methadone("50", "10:00"), confirmed=(), she_says="methadone, every morning"),
    OnWard("A29", "7", TWICE, away="neonatal_unit"),
    OnWard("A16", "8", _methadone("55", "09:00"), away="labour_ward"),
    OnWard("A30", "9", EVERY_WEEK),
    OnWard("A08", "10", _methadone("40", "08:30")),
    OnWard("A31", "11", _methadone("60", "08:10"), leaves=True, late=True),
    OnWard("C05", "4", _methadone("20", "13:00"), confirmed=("prescriber",)),
    OnWard("G06", "1", _tablets("12", "09:00")),
    OnWard("T09", "6", _tablets("6", "08:45"), feeding=FEEDS),
)

# Women whom a ward expects, of whom prescriber and pharmacy have said the same while they are still at home.
COMING: dict[str, Said] = {"A33": _tablets("10", "09:00"), "A34": _methadone("35", "08:30")}
