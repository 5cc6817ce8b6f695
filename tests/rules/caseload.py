"""Reads the sample caseload, without Django, as the engine takes it."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from carecoord import clock
from pathways.engine import Fact, Handoff, SiteRules, baby_in
from tests.rules.story import site

FOLDER = Path(__file__).parents[1] / "data" / "caseload"
NOW = clock.parse_instant("2026-11-21T12:00:00+00:00")[0]
EXPECTED_FILE = "handoffs-at-2026-11-21T1200Z.csv"

# The expected rows leave these out: they were worked out before the ward's medicine was recorded.
LEFT_OUT = {
    "LOST_CONTACT",
    "OST_VERIFY",
    "OST_ADMISSION_NOTICE",
    "POCD_RECEIPT",
    "OST_FIRST_DOSE",
    "OST_DOSE_LATE",
    "OST_3DAY_GAP",
    "FIRST_COMMUNITY_DOSE",
}


@dataclass(frozen=True)
class Person:
    """One pregnancy of the caseload."""

    ref: str
    pregnancy: str
    site: SiteRules
    edd: date | None
    facts: list[Fact]

    def row(self, handoff: Handoff) -> tuple[str, ...]:
        """A handoff as a row of the export."""
        return (
            self.ref,
            self.pregnancy,
            handoff.moment,
            handoff.step,
            str(handoff.subject),
            handoff.due_at.isoformat(),
            handoff.state.value,
            str(int(handoff.late_entry)),
        )


def people() -> Iterator[Person]:
    """Every pregnancy of the sample."""
    facts: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for number, row in enumerate(_rows("events.csv")):
        details = dict(item.split("=", 1) for item in row["details"].split(";") if item)
        occurred_at = clock.parse_instant(row["occurred_at"])[0]
        fact = Fact(row["event"], occurred_at, number, baby_in(row["baby"]), details)
        facts[row["person_ref"], row["pregnancy"]].append(fact)
    nations = {code: entry["nation"] for code, entry in json.loads((FOLDER / "sites.json").read_text()).items()}
    for woman in _rows("women.csv"):
        key = woman["person_ref"], woman["pregnancy"]
        edd = clock.parse_date(woman["edd"]) if woman["edd"] else None
        yield Person(*key, site(nations[woman["site"]]), edd, facts[key])


def expected() -> list[tuple[str, ...]]:
    """The rows that the rules give."""
    return [tuple(row.values()) for row in _rows(EXPECTED_FILE)]


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)
