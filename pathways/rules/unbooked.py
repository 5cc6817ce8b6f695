"""A woman who comes in labour without having been booked: whether her first record is owed. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from pathways.engine import ANSWER_KINDS, DAYS_TO_EDD, Fact, in_order

MOMENT, STEP = "UNBOOKED_LABOUR", "minimum_dataset"
FEWEST_WEEKS, MOST_WEEKS = 20, 43


def first_record_owed(facts: Iterable[Fact]) -> int | None:
    """The number of the admission for which her first record is still to be written; None where none is.

    It is owed for her latest admission in labour before any booking, until somebody has answered for it.
    """
    admissions, owed = 0, None
    for fact in in_order(facts):
        if fact.kind == "booking_completed":
            return None
        if fact.kind == "admitted":
            admissions += 1
            if fact.details.get("reason") == "labour":
                owed = admissions
        elif _answers(fact) and fact.details.get("admission") == str(owed):
            owed = None
    return owed


def edd_from_weeks(weeks: int, on: date) -> date:
    """The EDD of somebody who is about so many weeks pregnant on that day."""
    return on + timedelta(days=DAYS_TO_EDD - 7 * weeks)


def _answers(fact: Fact) -> bool:
    return fact.kind in ANSWER_KINDS and (fact.details.get("moment"), fact.details.get("step")) == (MOMENT, STEP)
