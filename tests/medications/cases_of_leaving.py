"""What must never be in the tables of going home and of observation; ``test_constraints`` tries each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import models

from carecoord import clock
from medications.models import CommunityDose, LeavingEntry, Observation, ObservationPlan, ObservationStep
from pathways.models import Journey
from tests.factories import UserFactory, ago, happened
from tests.medicine import leaving_entry, look, observed, on_ward

Forbidden = Callable[[], object]
STRUCK = {"struck_at": clock.now()}  # without who and why


def with_a_baby() -> Journey:
    made = on_ward(bed="")
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
    record = fields.pop("journey", None) or on_ward(bed="")
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
SENT_ONCE: dict[type[models.Model], Callable[..., object]] = {
    ObservationPlan: a_plan,
    Observation: lambda **sent: look(a_plan(), **sent),
    ObservationStep: a_step,
    LeavingEntry: lambda **sent: leaving_entry(on_ward(bed=""), "copy", "given", **sent),
    CommunityDose: a_report,
}
KEPT: dict[type[models.Model], tuple[Callable[[], models.Model], dict[str, Any]]] = {
    ObservationPlan: (a_plan, {"started_at": ago(hours=3)}),
    Observation: (lambda: look(a_plan()), {"entry": "9"}),
    ObservationStep: (a_step, {"whom": "somebody else"}),
    LeavingEntry: (lambda: leaving_entry(on_ward(), "copy", "given"), {"answer": "not_done", "words": "x"}),
    CommunityDose: (a_report, {"who": "somebody else"}),
}
