"""What the database alone refuses, whichever page, file or program tries: the last line of the hazards of a dose."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from medications.models import Plan
from tests.constraints import refused
from tests.factories import UserFactory, ago
from tests.medicine import dose, due_dose, on_ward, plan, statement

pytestmark = pytest.mark.django_db


def test_a_due_dose_has_one_outcome() -> None:
    prescribed = plan(on_ward())
    due = due_dose(prescribed, ago(hours=1))
    dose(prescribed, due)
    late = {"given_at": ago(hours=0.5), "outcome": "refused", "reason": "asleep"}
    assert refused(lambda: dose(prescribed, due, **late))


def test_no_second_dose_inside_the_least_gap_whatever_it_was_due_for() -> None:
    prescribed = plan(on_ward(), least_gap=timedelta(hours=20))
    dose(prescribed, due_dose(prescribed, ago(hours=22)), given_at=ago(hours=22))
    assert refused(lambda: dose(prescribed, given_at=ago(hours=3)))
    dose(prescribed, given_at=ago(hours=1))


def test_nobody_watches_themselves() -> None:
    one = UserFactory()
    prescribed = plan(on_ward())
    assert refused(lambda: dose(prescribed, given_by=one, witness=one))


@pytest.mark.parametrize("amount", ["45 mg", "4,5", "-45", "0", "0.0", "045000", "45.", "abc", "1e3"])
def test_an_amount_is_a_positive_number_without_a_unit(amount: str) -> None:
    record = on_ward()
    assert refused(lambda: statement(record, amount=amount))
    assert refused(lambda: plan(record, amount=amount))


@pytest.mark.parametrize("change", [{"amount": "50"}, {"words": "something else"}, {"unit": "ml"}])
def test_a_plan_is_never_changed_where_it_stands(change: dict[str, Any]) -> None:
    made = plan(on_ward())
    assert refused(lambda: Plan.objects.filter(pk=made.pk).update(**change))


def test_a_woman_has_one_active_plan_for_a_medicine() -> None:
    record = on_ward()
    first = plan(record, valid=DateTimeTZRange(ago(2), None))
    assert refused(lambda: plan(record, version=2))
    Plan.objects.filter(pk=first.pk).update(status="superseded", valid=DateTimeTZRange(first.valid.lower, ago(1)))
    plan(record, version=2, valid=DateTimeTZRange(ago(1), None))
