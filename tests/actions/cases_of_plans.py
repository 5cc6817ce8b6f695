"""What must never be in the tables of plans, needs and her words; ``test_constraints`` tries each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.db import models

from carecoord import clock
from carecoord.access.models import Team
from pathways.models import CarePlan, HerWords, Journey, Need, NeedStep, PlanCopy, PlanSent, PlanSignature
from tests.factories import UserFactory, ago, journey

Forbidden = Callable[[], object]


def a_plan(record: Journey | None = None, *, version: int = 1, **fields: Any) -> CarePlan:
    known = {"kind": "x", "sections": {"a": "b"}, "written_by": UserFactory(), **fields}
    return CarePlan.objects.create(journey=record or journey(), version=version, **known)


def a_signature(plan: CarePlan | None = None, *, side: str = "midwife", **fields: Any) -> PlanSignature:
    known = {"signed_by": UserFactory(), "signed_at": ago(1), "recorded_by": UserFactory(), **fields}
    return PlanSignature.objects.create(plan=plan or a_plan(), side=side, **known)


def two_that_count() -> None:
    record = journey()
    for version in (1, 2):
        plan = a_plan(record, version=version)
        for side in ("midwife", "doctor"):
            a_signature(plan, side=side)
        CarePlan.objects.filter(pk=plan.pk).update(agreed_at=clock.now())


def two_to_sign() -> None:
    record = journey()
    for version in (1, 2):
        a_plan(record, version=version)


def two_of_a_version() -> None:
    record = journey()
    for _ in range(2):
        a_plan(record, ended_at=clock.now())


def two_of_a_side() -> None:
    plan = a_plan()
    for _ in range(2):
        a_signature(plan)


def one_for_both_sides() -> None:
    plan, person = a_plan(), UserFactory()
    for side in ("midwife", "doctor"):
        a_signature(plan, side=side, signed_by=person)


def a_sending(plan: CarePlan | None = None, **fields: Any) -> PlanSent:
    plan = plan or a_plan()
    known = {"receiver": "ward", "to_outside": "Elm ward", "sent_by": UserFactory(), **fields}
    return PlanSent.objects.create(journey=plan.journey, plan=plan, **known)


def two_sendings() -> None:
    plan = a_plan()
    for _ in range(2):
        a_sending(plan)


def to_a_team_and_by_phone() -> None:
    team = Team.objects.order_by("pk")[0]
    known = {"acknowledged_at": clock.now(), "acknowledged_by": UserFactory(), "acknowledged_name": "x"}
    a_sending(to_outside="", to_team=team, sent_at=ago(1), **known)


def a_copy(**fields: Any) -> PlanCopy:
    known = {"how": "paper", "given_at": ago(1), "given_by": "x", "recorded_by": UserFactory(), **fields}
    return PlanCopy.objects.create(plan=a_plan(), **known)


def her_words(**fields: Any) -> HerWords:
    known = {"kind": "goal", "text": "x", "said_on": clock.today(), "recorded_by": UserFactory(), **fields}
    return HerWords.objects.create(journey=journey(), **known)


def a_need(**fields: Any) -> Need:
    return Need.objects.create(journey=journey(), area="money", noted_by=UserFactory(), **{"text": "x", **fields})


def a_step(**fields: Any) -> NeedStep:
    return NeedStep.objects.create(need=a_need(), by=UserFactory(), **{"owner_outside": "x", **fields})


CASES: dict[str, tuple[type[models.Model], Forbidden]] = {
    "one_care_plan_of_a_version": (CarePlan, two_of_a_version),
    "one_current_care_plan": (CarePlan, two_that_count),
    "one_care_plan_to_sign": (CarePlan, two_to_sign),
    "a_care_plan_says_something": (CarePlan, lambda: a_plan(sections={})),
    "a_care_plan_has_a_label": (CarePlan, lambda: a_plan(label="secret")),
    "one_signature_of_a_side": (PlanSignature, two_of_a_side),
    "nobody_signs_a_plan_for_both": (PlanSignature, one_for_both_sides),
    "a_plan_is_signed_by_somebody": (PlanSignature, lambda: a_signature(signed_by=None)),
    "a_plan_was_signed_before_now": (PlanSignature, lambda: a_signature(signed_at=ago(-1))),
    "one_plan_sent_to_a_receiver": (PlanSent, two_sendings),
    "a_plan_is_sent_to_one": (PlanSent, lambda: a_sending(not_needed="x")),
    "a_plan_is_acknowledged_by_somebody": (
        PlanSent,
        lambda: a_sending(acknowledged_at=ago(-1), acknowledged_name="x"),
    ),
    "a_plan_acknowledged_outside_has_a_name": (PlanSent, to_a_team_and_by_phone),
    "a_copy_was_given_by_somebody": (PlanCopy, lambda: a_copy(given_by="")),
    "a_copy_was_given_before_now": (PlanCopy, lambda: a_copy(given_at=ago(-1))),
    "a_copy_was_given_somehow": (PlanCopy, lambda: a_copy(how="post")),
    "her_words_say_something": (HerWords, lambda: her_words(text="")),
    "her_words_are_of_a_kind": (HerWords, lambda: her_words(kind="wish")),
    "her_words_ended_by_somebody": (HerWords, lambda: her_words(ended="reached")),
    "a_need_says_something": (Need, lambda: a_need(text="")),
    "a_need_is_seen_to_by_one": (NeedStep, lambda: a_step(owner_outside="")),
    "an_unmet_need_has_its_reason": (NeedStep, lambda: a_step(outcome="unmet")),
    "another_reason_is_said": (NeedStep, lambda: a_step(outcome="unmet", reason="other")),
}


def two_with(make: Callable[..., object]) -> Forbidden:
    """Two rows of one form."""

    def forbidden() -> None:
        form = uuid4()
        for _ in range(2):
            make(submission=form)

    return forbidden


SENT_ONCE: dict[str, tuple[type[models.Model], Forbidden]] = {
    "a plan written twice": (CarePlan, two_with(a_plan)),
    "a copy given twice": (PlanCopy, two_with(a_copy)),
    "her words written twice": (HerWords, two_with(her_words)),
    "a need noted twice": (Need, two_with(a_need)),
    "a step written twice": (NeedStep, two_with(a_step)),
}


def changed(make: Callable[[], Any], **values: Any) -> Forbidden:
    """A row that was written, and what somebody would write over it."""

    def forbidden() -> None:
        made = make()
        type(made)._default_manager.filter(pk=made.pk).update(**values)

    return forbidden


# What the trigger ``kept_as_written`` refuses, by what is tried.
KEPT: dict[str, tuple[type[models.Model], Forbidden]] = {
    "another text of a plan": (CarePlan, changed(a_plan, sections={"a": "c"})),
    "a draft that ends twice": (CarePlan, changed(lambda: a_plan(ended_at=ago(1)), ended_at=clock.now())),
    "another signature": (PlanSignature, changed(a_signature, side="doctor")),
    "another receiver": (PlanSent, changed(a_sending, to_outside="Oak ward")),
    "another copy": (PlanCopy, changed(a_copy, how="read")),
    "other words": (HerWords, changed(her_words, text="y")),
    "another need": (Need, changed(a_need, text="y")),
    "another step": (NeedStep, changed(a_step, words="y")),
    "a step taken away": (NeedStep, lambda: (a_step(), NeedStep.objects.all()._raw_delete("default"))),
}
