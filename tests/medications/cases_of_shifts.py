"""What must never be in the tables of handovers, own medicine and feeding plans; ``test_constraints`` tries each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import models

from carecoord import clock
from carecoord.access.models import Team
from medications.models import (
    FeedingAdvice,
    FeedingPlan,
    HandedOver,
    OwnMedicine,
    OwnMedicineStep,
    OwnMedicineTaken,
    ShiftHandover,
)
from tests.factories import UserFactory, ago
from tests.medicine import on_ward

Forbidden = Callable[[], object]
STRUCK = {"struck_at": clock.now()}  # without who and why
STORED = {"quantity": "210 ml", "register_page": "OWN 12", "place": "Cupboard"}


def an_own(**fields: Any) -> OwnMedicine:
    known = {"admission": 1, "what": "Methadone", "identified_at": ago(hours=1), **fields}
    return OwnMedicine.objects.create(journey=on_ward(bed=""), identified_by=UserFactory(), **known)


def a_step(kind: str = "checked", **fields: Any) -> OwnMedicineStep:
    own = fields.pop("own", None) or an_own()
    by = fields.pop("by", None) or UserFactory()
    known = {"at": ago(hours=0.5), **fields}
    return OwnMedicineStep.objects.create(own=own, journey=own.journey, kind=kind, by=by, **known)


def a_stored(**fields: Any) -> OwnMedicineStep:
    return a_step("stored", **{"second": UserFactory(), **STORED, **fields})


def by_one_person() -> OwnMedicineStep:
    alone = UserFactory()
    return a_stored(by=alone, second=alone)


def stored_twice() -> None:
    own = an_own()
    for _ in range(2):
        a_stored(own=own)


def a_taking(**fields: Any) -> OwnMedicineTaken:
    ward = Team.objects.get(site__code="ASHF", code="maple")
    known = {"reason": "rules", "told": "nothing", "what": "Methadone", "happened_at": ago(hours=1), **fields}
    return OwnMedicineTaken.objects.create(
        journey=on_ward(bed=""), admission=1, ward=ward, recorded_by=UserFactory(), **known
    )


def a_plan(**fields: Any) -> FeedingPlan:
    record = fields.pop("journey", None) or on_ward(bed="")
    known = {"version": 1, "text": "Together", **fields}
    return FeedingPlan.objects.create(journey=record, written_by=UserFactory(), **known)


def signed(**fields: Any) -> FeedingPlan:
    now = clock.now()
    known = {"midwife": UserFactory(), "midwife_at": now, "consultant": UserFactory(), "consultant_at": now}
    return a_plan(**{**known, "agreed_at": now, **fields})


def two_versions(make: Callable[..., FeedingPlan], *numbers: int, **fields: Any) -> Forbidden:
    def forbidden() -> None:
        record = on_ward(bed="")
        for number in numbers:
            make(journey=record, version=number, **fields)

    return forbidden


def signed_by_one() -> FeedingPlan:
    alone = UserFactory()
    return a_plan(midwife=alone, consultant=alone)


def an_advice(**fields: Any) -> FeedingAdvice:
    known = {"said": "You cannot", "said_by": "doctor", "said_to": "her", "said_at": ago(hours=1), **fields}
    return FeedingAdvice.objects.create(journey=on_ward(bed=""), recorded_by=UserFactory(), **known)


def a_handover(**fields: Any) -> ShiftHandover:
    ward = Team.objects.get(site__code="ASHF", code="maple")
    known = {"to_shift": "day", "on_day": clock.today(), "signed_by": UserFactory(), **fields}
    return ShiftHandover.objects.create(ward=ward, **known)


def to_oneself() -> ShiftHandover:
    alone = UserFactory()
    return a_handover(signed_by=alone, accepted_by=alone, accepted_at=clock.now())


def handed(**fields: Any) -> HandedOver:
    return HandedOver.objects.create(handover=fields.pop("handover", None) or a_handover(), **fields)


def handed_twice() -> None:
    handover, record = a_handover(), on_ward(bed="")
    for _ in range(2):
        handed(handover=handover, journey=record)


CASES: dict[str, tuple[type[models.Model], Forbidden]] = {
    "own_medicine_struck_with_reason": (OwnMedicine, lambda: an_own(**STRUCK)),
    "own_medicine_is_named": (OwnMedicine, lambda: an_own(what="")),
    "own_medicine_seen_before_recorded": (OwnMedicine, lambda: an_own(identified_at=ago(-1))),
    "own_step_struck_with_reason": (OwnMedicineStep, lambda: a_step(**STRUCK)),
    "own_step_once": (OwnMedicineStep, stored_twice),
    "own_second_is_another": (OwnMedicineStep, by_one_person),
    "own_two_people_sign": (OwnMedicineStep, lambda: a_step("stored", **STORED)),
    "own_stored_is_measured": (OwnMedicineStep, lambda: a_stored(quantity="")),
    "own_step_has_its_answer": (OwnMedicineStep, lambda: a_step("asked", answer="")),
    "own_step_has_its_words": (OwnMedicineStep, lambda: a_step("kept_by_her")),
    "own_consent_is_explained": (OwnMedicineStep, lambda: a_step("asked", answer="yes", explained=False)),
    "own_step_before_recorded": (OwnMedicineStep, lambda: a_step(at=ago(-1))),
    "own_taken_struck_with_reason": (OwnMedicineTaken, lambda: a_taking(**STRUCK)),
    "own_taken_has_reason_and_words": (OwnMedicineTaken, lambda: a_taking(told="")),
    "own_taken_before_recorded": (OwnMedicineTaken, lambda: a_taking(happened_at=ago(-1))),
    "feeding_plan_struck_with_reason": (FeedingPlan, lambda: a_plan(**STRUCK)),
    "one_feeding_plan_of_a_version": (FeedingPlan, two_versions(signed, 1, 1, replaced_at=clock.now())),
    "one_current_feeding_plan": (FeedingPlan, two_versions(signed, 1, 2)),
    "one_feeding_plan_to_sign": (FeedingPlan, two_versions(a_plan, 1, 2)),
    "a_feeding_plan_has_its_text": (FeedingPlan, lambda: a_plan(text="")),
    "feeding_plan_signed_by_two": (FeedingPlan, signed_by_one),
    "feeding_plan_agreed_when_signed": (FeedingPlan, lambda: a_plan(agreed_at=clock.now())),
    "feeding_plan_shared_when_agreed": (FeedingPlan, lambda: a_plan(shared_at=clock.now(), shared_by="A. Reid")),
    "an_agreed_feeding_plan_stands": (
        FeedingPlan,
        lambda: signed(struck_at=clock.now(), struck_by=UserFactory(), struck_reason="wrong"),
    ),
    "feeding_advice_struck_with_reason": (FeedingAdvice, lambda: an_advice(**STRUCK)),
    "feeding_advice_is_whole": (FeedingAdvice, lambda: an_advice(said_by="")),
    "feeding_advice_before_recorded": (FeedingAdvice, lambda: an_advice(said_at=ago(-1))),
    "one_handover_of_a_shift": (ShiftHandover, lambda: [a_handover() for _ in range(2)]),
    "handover_accepted_by_name": (ShiftHandover, lambda: a_handover(accepted_at=clock.now())),
    "handover_is_between_two": (ShiftHandover, to_oneself),
    "handed_over_struck_with_reason": (HandedOver, lambda: handed(journey=on_ward(bed=""), **STRUCK)),
    "handed_over_once": (HandedOver, handed_twice),
}
SENT_ONCE: dict[type[models.Model], Callable[..., models.Model]] = {
    OwnMedicine: an_own,
    OwnMedicineStep: a_step,
    OwnMedicineTaken: a_taking,
    FeedingPlan: a_plan,
    FeedingAdvice: an_advice,
}
KEPT: dict[type[models.Model], tuple[Callable[[], models.Model], dict[str, Any]]] = {
    OwnMedicine: (an_own, {"what": "something else"}),
    OwnMedicineStep: (a_stored, {"quantity": "200 ml"}),
    OwnMedicineTaken: (a_taking, {"reason": "another"}),
    FeedingPlan: (a_plan, {"text": "other"}),
    FeedingAdvice: (an_advice, {"said": "other"}),
    HandedOver: (lambda: handed(journey=on_ward(bed="")), {"note": "other"}),
}
