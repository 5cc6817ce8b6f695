"""Gestation and the estimated date of delivery (EDD)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from pathways.engine.facts import Fact, date_in, in_order

DAYS_TO_EDD = 280


def current_edd(facts: Iterable[Fact], edd_at_entry: date | None) -> date | None:
    """The EDD agreed last; before the first agreement, the one that the pregnancy was entered with.

    ``facts`` in any order; a fact whose ``edd`` is missing or unreadable does not count.
    """
    edd = edd_at_entry
    for fact in in_order(fact for fact in facts if fact.kind == "dating_agreed"):
        edd = date_in(fact.details.get("edd", "")) or edd
    return edd


def gestation_in_days(edd: date, day: date) -> int:
    """Days of gestation on a local date: 0 is EDD − 280 days. Negative before that."""
    return DAYS_TO_EDD - (edd - day).days


def gestation_on(edd: date, day: date) -> tuple[int, int]:
    """Completed weeks and days of gestation on a local date: ``(31, 4)`` is 31+4. Weeks are negative before 0+0."""
    return divmod(gestation_in_days(edd, day), 7)


def date_at_gestation(edd: date, days: int) -> date:
    """The date on which a gestation of ``days`` is reached: EDD − 280 days + ``days``."""
    return edd - timedelta(days=DAYS_TO_EDD - days)
