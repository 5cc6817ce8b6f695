"""A thousand people sign one dose at the same moment: it is stored once, and everybody else reads who gave it.

Without the unique index the same race stores it many times: nothing else holds it.
"""

from __future__ import annotations

from typing import Any

import pytest

from medications.models import Dose, DueDose, Plan
from tests.constraints import gone
from tests.factories import ago
from tests.faults.doses import Answers, first_signatures, nurses, signed_at_once, stored_events
from tests.medicine import due_dose, on_ward, plan

pytestmark = pytest.mark.django_db(transaction=True)


def race(number: int, outcome: str, people: list[Any], prescribed: Plan, due: DueDose) -> Answers:
    """So many attempts on one due dose."""
    return signed_at_once(first_signatures(prescribed, [due] * number, people, outcome), people)


def test_one_dose_is_given_once_however_many_sign(fault: Any) -> None:
    """One is accepted; all others are told who gave it, when, and that nothing of theirs was stored."""
    number = fault.size(full=1000, small=12)
    people = nurses(25 if fault.full else 6)
    prescribed = plan(on_ward())
    answers = race(number, "given", people, prescribed, due_dose(prescribed, ago(hours=1)))
    fault.tried += number
    fault.note(f"{number} attempts on one dose: {answers.stored} stored, {answers.told} told who gave it")
    if (answers.stored, answers.told) != (1, number - 1) or answers.others:
        fault.found(f"stored {answers.stored}, told {answers.told}, others {answers.others}")
    if (Dose.objects.count(), stored_events()) != (1, 1):
        fault.found(f"{Dose.objects.count()} doses and {stored_events()} events stand")


def test_without_the_unique_index_the_race_shows(fault: Any) -> None:
    """What a person refused blocks no other dose: there it is the unique index alone."""
    number = fault.size(full=100, small=6)
    people = nurses(25 if fault.full else 6)
    prescribed = plan(on_ward())
    held = race(number, "refused", people, prescribed, due_dose(prescribed, ago(hours=1)))
    with gone(Dose, "one_outcome_of_a_due_dose"):
        free = race(number, "refused", people, prescribed, due_dose(prescribed, ago(hours=2), slot=1))
    fault.tried += number
    fault.note(f"{number} attempts, unique index there: {held.stored} stored; taken away: {free.stored} stored")
    if held.stored != 1 or held.others:
        fault.found(f"with the index {held.stored} were stored, others {held.others}")
    if free.stored <= 1:
        fault.found("without the index nothing was stored twice: something else holds it, or the race is none")
