"""What must never be in the tables of ward medicine: the database refuses it, and it is that one constraint.

Each case (``cases_of_*``) does the forbidden thing twice: as the schema stands (refused), and with that one constraint
or trigger taken away (accepted). A constraint, submission, trigger or table without a case fails the last tests.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection, models, transaction

from carecoord import clock
from medications.models import Dose, DueDose, OwnMedicineTaken, Plan, ShiftHandover, Stay, Visiting
from pathways.models import Event, Journey
from tests.constraints import refused, taken_away, without
from tests.factories import UserFactory, ago
from tests.medications import cases_of_doses, cases_of_leaving, cases_of_shifts
from tests.medications.cases_of_doses import BESIDE, Forbidden, a_dose, ended
from tests.medications.cases_of_shifts import a_handover, a_taking
from tests.medicine import on_ward, plan

pytestmark = pytest.mark.django_db

PARTS = (cases_of_doses, cases_of_shifts, cases_of_leaving)
CASES: dict[str, tuple[type[models.Model], Forbidden]] = {
    name: case for part in PARTS for name, case in part.CASES.items()
}
SENT_ONCE: dict[type[models.Model], Callable[..., object]] = {
    model: make for part in PARTS for model, make in part.SENT_ONCE.items()
}
KEPT: dict[type[models.Model], tuple[Callable[[], models.Model], dict[str, Any]]] = {
    model: case for part in PARTS for model, case in part.KEPT.items()
}
# Each of these has a trigger of its own; its test is below.
OWN_TRIGGER: dict[type[models.Model], str] = {Plan: "plan_kept", ShiftHandover: "handover_kept"}
# Not kept as written: a due dose is called off and a stay ends where it stands; of who may visit, the newest row holds.
MOVES_ON = {DueDose, Stay, Visiting}


def its_name(value: object) -> str | None:
    """How pytest calls a case of a table."""
    return value.__name__ if isinstance(value, type) else None


@pytest.mark.parametrize("name", CASES)
def test_the_constraint_refuses_and_nothing_else_would(name: str) -> None:
    model, forbidden = CASES[name]
    assert refused(forbidden)
    beside = f"{taken_away(model, BESIDE[name])};" if name in BESIDE else ""
    assert not beside or without(beside, forbidden)
    assert not without(beside + taken_away(model, name), forbidden)


@pytest.mark.parametrize("model", SENT_ONCE, ids=its_name)
def test_one_form_counts_once_and_nothing_else_would_hold_it(model: type[models.Model]) -> None:
    submission = uuid4()

    def forbidden() -> None:
        for _ in range(2):
            SENT_ONCE[model](submission=submission)

    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, model._meta.db_table)
    (unique,) = [name for name, each in found.items() if each["columns"] == ["submission"] and each["unique"]]
    assert refused(forbidden)
    assert not without(taken_away(model, unique), forbidden)


@pytest.mark.parametrize("model", KEPT, ids=its_name)
@pytest.mark.parametrize("change", ["update", "delete", "twice"])
def test_what_was_written_is_kept_by_its_trigger_alone(model: type[models.Model], change: str) -> None:
    make, other = KEPT[model]

    def forbidden() -> None:
        row = make()
        rows = model._default_manager.filter(pk=row.pk)
        if change == "update":
            rows.update(**other)
        elif change == "delete":
            rows._raw_delete(rows.db)  # type: ignore[attr-defined]
        else:
            struck = {"struck_at": clock.now(), "struck_by": UserFactory(), "struck_reason": "wrong"}
            rows.update(**struck, **({"struck_with": UserFactory()} if model is Dose else {}))
            rows.update(struck_reason="another reason")

    assert refused(forbidden)
    assert not without(f"ALTER TABLE {model._meta.db_table} DISABLE TRIGGER kept_as_written", forbidden)


@pytest.mark.parametrize("change", ["words", "ended", "delete"])
def test_a_version_of_a_plan_is_kept_by_its_trigger_alone(change: str) -> None:
    def forbidden() -> None:
        row = plan(on_ward(), **(ended(1, (3, 2)) if change == "ended" else {}))
        rows = Plan.objects.filter(pk=row.pk)
        if change == "delete":
            rows._raw_delete(rows.db)
        else:
            rows.update(**({"words": "other"} if change == "words" else {"reason": "another"}))

    assert refused(forbidden)
    assert not without("ALTER TABLE medications_plan DISABLE TRIGGER plan_kept", forbidden)


@pytest.mark.parametrize("change", ["delete", "another shift", "another person", "told again"])
def test_a_handover_is_kept_by_its_trigger_alone(change: str) -> None:
    def forbidden() -> None:
        now = clock.now()
        row = a_handover(accepted_by=UserFactory(), accepted_at=now, told_at=now)
        rows = ShiftHandover.objects.filter(pk=row.pk)
        if change == "delete":
            rows._raw_delete(rows.db)
        elif change == "another shift":
            rows.update(to_shift="night")
        elif change == "another person":
            rows.update(accepted_by=UserFactory())
        else:
            rows.update(told_at=ago(hours=1))

    assert refused(forbidden)
    assert not without("ALTER TABLE medications_shifthandover DISABLE TRIGGER handover_kept", forbidden)


@pytest.mark.parametrize(("model", "make"), [(Dose, a_dose), (OwnMedicineTaken, a_taking)], ids=its_name)
def test_what_is_set_once_is_not_set_again(model: type[models.Model], make: Callable[[], Any]) -> None:
    def forbidden() -> None:
        made = make()
        for event in Event.objects.filter(journey=made.journey)[:2]:
            model._default_manager.filter(pk=made.pk).update(event=event)

    assert refused(forbidden)
    assert not without(f"ALTER TABLE {model._meta.db_table} DISABLE TRIGGER kept_as_written", forbidden)


def test_a_stay_ends_with_the_admission_by_its_trigger_alone() -> None:
    def still_in_bed(before: str) -> bool:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(before)
            record = on_ward()
            Journey.objects.filter(pk=record.pk).update(in_hospital=False)
            found = Stay.objects.filter(journey=record, until=None).exists()
            transaction.set_rollback(True)
        return found

    assert not still_in_bed("SELECT 1")
    assert still_in_bed("ALTER TABLE pathways_journey DISABLE TRIGGER stay_ends_with_admission")


def test_every_constraint_of_ward_medicine_has_its_case() -> None:
    assert sum(len(part.CASES) for part in PARTS) == len(CASES), "two cases of one name"
    ours = apps.get_app_config("medications").get_models()
    assert {each.name for model in ours for each in model._meta.constraints} == CASES.keys()
    assert all(name in {each.name for each in model._meta.constraints} for name, (model, _) in CASES.items())


def test_every_submission_of_ward_medicine_has_its_case() -> None:
    ours = apps.get_app_config("medications").get_models()
    sent = {model for model in ours if any(each.name == "submission" for each in model._meta.fields)}
    assert sent == SENT_ONCE.keys()


def test_every_trigger_and_every_table_of_ward_medicine_has_its_case() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgrelid::regclass::text, t.tgname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE NOT t.tgisinternal AND starts_with(p.proname, 'medications_')"
        )
        found = set(cursor.fetchall())
    kept = {(model._meta.db_table, "kept_as_written") for model in KEPT}
    own = {(model._meta.db_table, name) for model, name in OWN_TRIGGER.items()}
    assert found == {*kept, *own, ("pathways_journey", "stay_ends_with_admission")}
    assert {*KEPT, *OWN_TRIGGER, *MOVES_ON} == set(apps.get_app_config("medications").get_models())
