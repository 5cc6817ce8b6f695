"""A thousand people sign a thousand due doses of one woman at the same moment, all inside the least gap: one is stored.

Without the exclusion constraint the same race stores them all: nothing else holds it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from carecoord import clock
from medications.models import Dose, DueDose, Plan
from tests.constraints import gone
from tests.factories import ago
from tests.faults.doses import Answers, first_signatures, nurses, signed_at_once, stored_events
from tests.medicine import on_ward, plan

pytestmark = pytest.mark.django_db(transaction=True)


def due_doses(prescribed: Plan, number: int) -> list[DueDose]:
    """So many doses that are due within the last hour."""
    start = ago(hours=1)
    made = [
        DueDose(
            journey=prescribed.journey,
            woman=prescribed.woman,
            plan=prescribed,
            number=place + 1,
            local_day=clock.today(start),
            slot=place,
            due_at=start + timedelta(seconds=place),
        )
        for place in range(number)
    ]
    return DueDose.objects.bulk_create(made)


def race(number: int, people: list[Any]) -> Answers:
    """So many attempts, each on a due dose of its own."""
    prescribed = plan(on_ward(bed=""))
    return signed_at_once(first_signatures(prescribed, due_doses(prescribed, number), people, "given"), people)


def test_inside_the_least_gap_one_dose_is_given(fault: Any) -> None:
    """One is accepted; all others are told who gave the one before, and when."""
    number = fault.size(full=1000, small=12)
    answers = race(number, nurses(25 if fault.full else 6))
    fault.tried += number
    fault.note(f"{number} attempts inside the gap: {answers.stored} stored, {answers.told} told who gave it")
    if (answers.stored, answers.told) != (1, number - 1) or answers.others:
        fault.found(f"stored {answers.stored}, told {answers.told}, others {answers.others}")
    if (Dose.objects.count(), stored_events()) != (1, 1):
        fault.found(f"{Dose.objects.count()} doses and {stored_events()} events stand")


def test_without_the_exclusion_constraint_the_race_shows(fault: Any) -> None:
    """The same attempts, with that one constraint taken away."""
    number = fault.size(full=100, small=6)
    people = nurses(25 if fault.full else 6)
    with gone(Dose, "no_dose_inside_the_gap"):
        free = race(number, people)
    fault.tried += number
    fault.note(f"{number} attempts, exclusion constraint taken away: {free.stored} stored")
    if free.stored <= 1:
        fault.found("without the constraint nothing was given twice: something else holds it, or the race is none")
