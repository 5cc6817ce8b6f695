"""Medicine that she brought herself: what must never happen to it, and that every step is whole."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from carecoord import clock
from carecoord.access.models import Team, User
from carecoord.access.roles import Role
from medications import receiving
from medications.models import OwnMedicine, OwnMedicineStep, OwnMedicineTaken
from medications.receiving import Measured, Taken
from pathways.actions import AlreadyAnswered, Refused
from pathways.models import Handoff, Journey
from tests.factories import ago, staff
from tests.medicine import on_ward, ward_midwife

pytestmark = pytest.mark.django_db

MEASURED = Measured("210 ml, as measured", "OWN 12", "Own-medicine cupboard, shelf 2")


@pytest.fixture
def record() -> Journey:
    return on_ward()


@pytest.fixture
def ito() -> User:
    return ward_midwife(name="S. Ito")


@pytest.fixture
def moe() -> User:
    return ward_midwife(name="K. Moe")


@pytest.fixture
def own(record: Journey, ito: User) -> OwnMedicine:
    return receiving.identify(record, "Methadone 1 mg/ml, pharmacy label", at=ago(hours=0.5), by=ito)


def receipt_of(record: Journey) -> Handoff:
    return record.handoffs.get(moment="POCD_RECEIPT")


def stored(own: OwnMedicine, first: User, second: User) -> OwnMedicineStep:
    receiving.ask(own, "yes", explained=True, by=first)
    return receiving.store(own, MEASURED, second=second, by=first)


def test_bringing_it_opens_what_is_owed_to_her(own: OwnMedicine, record: Journey) -> None:
    owed = receipt_of(record)
    assert owed.state in ("pending", "due_soon")
    assert (owed.due_at - own.identified_at).total_seconds() == 3600


@pytest.mark.parametrize("answer", ["", "no"])
def test_it_is_never_stored_without_her_consent(own: OwnMedicine, ito: User, moe: User, answer: str) -> None:
    if answer:
        receiving.ask(own, answer, explained=True, by=ito)
    with pytest.raises(Refused, match="her property"):
        receiving.store(own, MEASURED, second=moe, by=ito)
    assert not OwnMedicineStep.objects.filter(kind="stored").exists()


def test_she_is_never_asked_without_an_explanation(own: OwnMedicine, ito: User) -> None:
    with pytest.raises(Refused, match="Explain first"):
        receiving.ask(own, "yes", explained=False, by=ito)


def test_one_person_alone_never_stores_it(own: OwnMedicine, ito: User, moe: User) -> None:
    receiving.ask(own, "yes", explained=True, by=ito)
    for second in (None, ito):
        with pytest.raises(Refused):
            receiving.store(own, MEASURED, second=second, by=ito)
    elsewhere = staff(Role.WARD_MIDWIFE, site="CALD", team=Team.objects.filter(site__code="CALD", kind="ward")[0].code)
    with pytest.raises(Refused, match="cannot sign here"):
        receiving.store(own, MEASURED, second=elsewhere, by=ito)
    known = {"quantity": "1", "register_page": "2", "place": "3", "at": ago(hours=0.1)}
    with pytest.raises(IntegrityError), transaction.atomic():
        OwnMedicineStep.objects.create(journey=own.journey, own=own, kind="stored", by=ito, second=ito, **known)


def test_one_of_the_two_is_a_registered_midwife(own: OwnMedicine, ito: User, monkeypatch: Any) -> None:
    doctor = staff(Role.OBSTETRIC_DOCTOR, team="hospital")
    receiving.ask(own, "yes", explained=True, by=ito)
    monkeypatch.setattr(receiving, "REGISTERED", frozenset())
    with pytest.raises(Refused, match="registered midwife"):
        receiving.store(own, MEASURED, second=doctor, by=ito)
    monkeypatch.undo()
    assert receiving.store(own, MEASURED, second=doctor, by=ito).second == doctor


@pytest.mark.parametrize("left_out", ["quantity", "register_page", "place"])
def test_what_is_stored_is_measured(own: OwnMedicine, ito: User, moe: User, left_out: str) -> None:
    receiving.ask(own, "yes", explained=True, by=ito)
    with pytest.raises(Refused) as refused:
        receiving.store(own, Measured(**{**vars_of(MEASURED), left_out: " "}), second=moe, by=ito)
    assert refused.value.field == left_out


def vars_of(measured: Measured) -> dict[str, str]:
    return {name: getattr(measured, name) for name in ("quantity", "register_page", "place")}


def test_the_receipt_ends_what_is_owed_with_its_evidence(
    own: OwnMedicine, record: Journey, ito: User, moe: User
) -> None:
    with pytest.raises(Refused, match="Store it first"):
        receiving.give_receipt(own, next_dose_at=ago(-0.5), by=ito)
    stored(own, ito, moe)
    assert receipt_of(record).state in ("pending", "due_soon")
    with pytest.raises(Refused, match="next dose"):
        receiving.give_receipt(own, next_dose_at=None, by=ito)
    receiving.give_receipt(own, next_dose_at=ago(-0.5), by=ito)
    assert receipt_of(record).state == "completed_on_time"
    done = record.events.get(kind="handoff_completed")
    assert done.details["second_signature"] == "K. Moe"
    assert done.details["quantity_measured"] == MEASURED.quantity
    assert (done.details["consent"], done.details["receipt_given"]) == ("yes", "yes")


def test_two_medicines_are_both_receipted_before_it_ends(
    own: OwnMedicine, record: Journey, ito: User, moe: User
) -> None:
    other = receiving.identify(record, "Diazepam tablets", at=ago(hours=0.2), by=ito)
    for each in (own, other):
        assert receipt_of(record).state in ("pending", "due_soon")
        stored(each, ito, moe)
        receiving.give_receipt(each, next_dose_at=ago(-0.5), by=ito)
    assert receipt_of(record).state == "completed_on_time"


def test_where_she_says_no_it_stays_with_her_and_what_was_agreed_ends_it(
    own: OwnMedicine, record: Journey, ito: User
) -> None:
    with pytest.raises(Refused):
        receiving.agree_how_it_is_kept(own, "Locked drawer, her key", by=ito)
    receiving.ask(own, "no", explained=True, by=ito)
    receiving.agree_how_it_is_kept(own, "Locked drawer, her key; pharmacist J. Ross agrees", by=ito)
    assert receipt_of(record).state == "completed_on_time"
    done = record.events.get(kind="handoff_completed").details
    assert (done["consent"], done["receipt_given"]) == ("no", "no")


def test_what_stands_is_never_changed(own: OwnMedicine, ito: User, moe: User) -> None:
    step = stored(own, ito, moe)
    for change in (
        lambda: OwnMedicineStep.objects.filter(pk=step.pk).update(quantity="less"),
        lambda: OwnMedicine.objects.filter(pk=own.pk).update(what="something else"),
        lambda: OwnMedicineStep.objects.filter(pk=step.pk).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_it_is_stored_once_and_the_second_reads_who_did(own: OwnMedicine, ito: User, moe: User) -> None:
    stored(own, ito, moe)
    with pytest.raises(AlreadyAnswered, match=r"S\. Ito has recorded this already"):
        receiving.store(own, MEASURED, second=ito, by=moe)


def test_its_end_needs_two_people_and_what_belongs_to_it(own: OwnMedicine, ito: User, moe: User) -> None:
    with pytest.raises(Refused, match="with her"):
        receiving.finish(own, "returned", second=moe, by=ito)
    stored(own, ito, moe)
    for outcome in ("destroyed_with_consent", "sent_home_with_named_person"):
        with pytest.raises(Refused) as refused:
            receiving.finish(own, outcome, second=moe, by=ito)
        assert refused.value.field == "words"
    with pytest.raises(Refused):
        receiving.finish(own, "returned", second=None, by=ito)
    receiving.check(own, "210 ml", by=moe)
    receiving.sign_out(own, "Labour ward", "R. Ali, midwife", second=moe, by=ito)
    receiving.finish(own, "returned", second=moe, by=ito)
    with pytest.raises(AlreadyAnswered):
        receiving.finish(own, "used", second=moe, by=ito)


def test_nobody_else_touches_it(own: OwnMedicine) -> None:
    with pytest.raises(PermissionDenied):
        receiving.ask(own, "yes", explained=True, by=staff(Role.HEALTH_VISITOR, team="hv"))


# -- taken without ----------------------------------------------------------------------------------


def taken(**fields: Any) -> Taken:
    ward = Team.objects.get(site__code="ASHF", code="maple")
    known = {
        "what": "Methadone, half a bottle",
        "missing": ["consent", "receipt"],
        "reason": "Said to be ward rules",
        "told": "That she cannot have it in here",
        "happened_at": ago(hours=1),
        "ward": ward,
        **fields,
    }
    return Taken(**known)


def test_what_was_taken_is_its_own_event_and_counted_for_the_ward(record: Journey, ito: User) -> None:
    made = receiving.record_taken(record, taken(), by=ito)
    assert made.event.kind == "own_medicine_taken"
    assert made.event.details == {"admission": "1", "reason": "Said to be ward rules"}
    assert OwnMedicineTaken.objects.get().ward.code == "maple"


@pytest.mark.parametrize("left_out", ["reason", "told", "what", "missing"])
def test_it_says_why_and_what_she_was_told(record: Journey, ito: User, left_out: str) -> None:
    with pytest.raises(Refused) as refused:
        receiving.record_taken(record, taken(**{left_out: [] if left_out == "missing" else " "}), by=ito)
    assert refused.value.field == left_out
    assert not OwnMedicineTaken.objects.exists()


def test_a_time_to_come_is_refused(record: Journey, ito: User) -> None:
    with pytest.raises(Refused):
        receiving.record_taken(record, taken(happened_at=ago(-1)), by=ito)
    with pytest.raises(Refused):
        receiving.identify(record, "Methadone", at=clock.now() + (clock.now() - ago(1)), by=ito)
