"""What must never be in the tables of going home and of observation; it is that one constraint which refuses it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from carecoord import clock
from medications.models import CommunityDose, LeavingEntry, Observation, ObservationPlan, ObservationStep
from pathways.models import Journey
from tests.constraints import refused, taken_away, without
from tests.factories import UserFactory, ago, happened
from tests.medicine import leaving_entry, look, observed, on_ward

pytestmark = pytest.mark.django_db
Forbidden = Callable[[], object]
STRUCK = {"struck_at": clock.now()}  # without who and why
MODELS = (CommunityDose, LeavingEntry, Observation, ObservationPlan, ObservationStep)


def with_a_baby() -> Journey:
    made = on_ward()
    happened(made, ("baby_born", ago(hours=4), {"place": "hospital"}, 1))
    return made


def a_plan(**fields: Any) -> ObservationPlan:
    return observed(with_a_baby(), **fields)


def a_step(**fields: Any) -> ObservationStep:
    plan = a_plan()
    known = {"kind": "late_signs", "whom": "she", "at": clock.now(), "recorded_by": UserFactory(), **fields}
    return ObservationStep.objects.create(journey=plan.journey, plan=plan, **known)


def two_plans() -> None:
    record = with_a_baby()
    observed(record)
    observed(record)


def two_endings() -> None:
    plan = a_plan()
    for kind in ("ended", "ended"):
        ObservationStep.objects.create(
            journey=plan.journey, plan=plan, kind=kind, at=clock.now(), recorded_by=UserFactory()
        )


def a_report(**fields: Any) -> CommunityDose:
    record = fields.pop("journey", None) or on_ward()
    known = {
        "outcome": "not_attended",
        "said_by": "pharmacy",
        "who": "T. Ford",
        "said_at": clock.now(),
        "recorded_by": UserFactory(),
        **fields,
    }
    return CommunityDose.objects.create(journey=record, admission=1, **known)


def taken_in_the_future() -> CommunityDose:
    record = on_ward()
    (event,) = happened(record, ("dose_confirmed", ago(hours=1), {"admission": "1"}))
    return a_report(journey=record, outcome="taken", taken_at=ago(hours=-1), event=event)


def point(item: str = "copy", answer: str = "given", **fields: Any) -> Forbidden:
    return lambda: leaving_entry(on_ward(), item, answer, **fields)


CASES: dict[str, tuple[type[models.Model], Forbidden]] = {
    "observationplan_struck_with_reason": (ObservationPlan, lambda: a_plan(**STRUCK)),
    "a_baby_is_observed_once": (ObservationPlan, two_plans),
    "observation_ends_after_its_start": (ObservationPlan, lambda: a_plan(ends_at=ago(hours=3))),
    "an_own_tool_has_its_name": (ObservationPlan, lambda: a_plan(tool="local")),
    "observation_struck_with_reason": (Observation, lambda: look(a_plan(), **STRUCK)),
    "an_observation_has_its_entry": (Observation, lambda: look(a_plan(), entry="")),
    "not_observed_in_the_future": (Observation, lambda: look(a_plan(), observed_at=ago(hours=-1))),
    "observationstep_struck_with_reason": (ObservationStep, lambda: a_step(**STRUCK)),
    "an_observation_ends_once": (ObservationStep, two_endings),
    "an_early_stop_names_its_senior": (ObservationStep, lambda: a_step(kind="stopped", reason="home")),
    "somebody_was_told_or_shown": (ObservationStep, lambda: a_step(whom="")),
    "leavingentry_struck_with_reason": (LeavingEntry, point(**STRUCK)),
    "not_done_says_why": (LeavingEntry, point(answer="not_done")),
    "acknowledged_by_somebody": (LeavingEntry, point("pharmacy", "acknowledged", who="T. Ford")),
    "cover_and_next_dose_have_their_day": (LeavingEntry, point("cover", "ward_supply")),
    "not_told_in_the_future": (LeavingEntry, point("pharmacy", "told", who="T. Ford", at=ago(hours=-1))),
    "communitydose_struck_with_reason": (CommunityDose, lambda: a_report(**STRUCK)),
    "what_was_taken_has_its_time": (CommunityDose, lambda: a_report(outcome="taken")),
    "somebody_said_so": (CommunityDose, lambda: a_report(who="")),
    "not_taken_in_the_future": (CommunityDose, taken_in_the_future),
}


def changed(row: models.Model, **fields: Any) -> int:
    return type(row)._default_manager.filter(pk=row.pk).update(**fields)


KEPT: dict[str, Forbidden] = {
    "medications_observationplan": lambda: changed(a_plan(), started_at=ago(hours=3)),
    "medications_observation": lambda: changed(look(a_plan()), entry="9"),
    "medications_observationstep": lambda: changed(a_step(), whom="somebody else"),
    "medications_leavingentry": lambda: changed(point()(), answer="not_done", words="x"),  # type: ignore[arg-type]
    "medications_communitydose": lambda: changed(a_report(), who="somebody else"),
}


@pytest.mark.parametrize("name", CASES)
def test_the_constraint_refuses_and_nothing_else_would(name: str) -> None:
    model, forbidden = CASES[name]
    assert refused(forbidden)
    assert not without(taken_away(model, name), forbidden)


@pytest.mark.parametrize("table", KEPT)
def test_what_was_written_stays_and_nothing_but_its_trigger_keeps_it(table: str) -> None:
    assert refused(KEPT[table])
    assert not without(f"ALTER TABLE {table} DISABLE TRIGGER kept_as_written", KEPT[table])


def test_every_constraint_of_these_tables_has_its_case() -> None:
    ours = [model for model in apps.get_app_config("medications").get_models() if model in MODELS]
    assert {found.name for model in ours for found in model._meta.constraints} == CASES.keys()
    assert {model._meta.db_table for model in ours} == KEPT.keys()


def test_a_row_struck_through_once_is_not_struck_through_again() -> None:
    row = look(a_plan())
    struck = {"struck_at": clock.now(), "struck_by": UserFactory(), "struck_reason": "of the other baby"}
    assert changed(row, **struck) == 1
    assert refused(lambda: changed(row, **{**struck, "struck_at": clock.now() + timedelta(minutes=1)}))
