"""Plans in versions: two sides sign, those who need it say that they have it, she has her copy, and it completes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from carecoord import clock
from carecoord.access.acting import acting_as
from carecoord.access.models import Conflict, Grant, User
from carecoord.access.roles import Role
from carecoord.delivery.models import Message
from pathways.actions import AlreadyAnswered, Refused
from pathways.alerting.turns import tell_of_sent_plans
from pathways.models import CarePlan, Journey, PlanCopy, PlanSent, PlanSignature
from pathways.moments import by_key
from pathways.pages.plans import asked_for
from pathways.plans import copies, kinds, reading, sending, writing
from pathways.plans.birth_and_ward import BIRTH_AND_WARD
from pathways.plans.copies import Given
from pathways.plans.sending import To
from pathways.plans.separation_plan import SEPARATION_PLAN
from pathways.projection import differences
from pathways.rules.plans import Kinds, PlanKind, Reached, Section, Standing
from pathways.seen import Changed, Seen, SentOtherwise
from pathways.visibility import journeys_visible_to
from tests.factories import ago, claimed, happened, journey, staff
from tests.plans import TEXTS, WARD, agreed, doctor_for, sent_to_ward, settled_elsewhere, ward_of
from tests.roles import WEB, as_role

pytestmark = pytest.mark.django_db
SOCIAL = SEPARATION_PLAN.sides[1]
APART = {each.key: f"Said: {each.title}" for each in SEPARATION_PLAN.sections}


@pytest.fixture
def midwife() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def record(midwife: User) -> Journey:
    made = journey(midwife=midwife, edd=ago(-60).date())
    happened(made, ("booking_completed", ago(90)))
    return made


@pytest.fixture
def doctor(record: Journey) -> User:
    return doctor_for(record)


@pytest.fixture
def nurse(record: Journey) -> User:
    return staff(Role.WARD_MIDWIFE, team="maple", name="S. Ito")


def step_of(record: Journey, step: str) -> Any:
    return record.handoffs.get(moment="BIRTH_MED_PLAN", step=step)


def told(plan: CarePlan, **fields: Any) -> Given:
    return Given(**{"how": PlanCopy.How.PAPER, "at": clock.now(), **fields})


# -- writing and signing -----------------------------------------------------------------------------


def test_the_first_version_ends_the_draft_with_its_day(record: Journey, midwife: User) -> None:
    writing.write(record, BIRTH_AND_WARD, TEXTS, by=midwife)
    assert step_of(record, "draft").ended_at
    assert not step_of(record, "final_and_acknowledged").ended_at
    assert record.events.get(kind="handoff_completed").details["plan_drafted_on"] == clock.today().isoformat()


def test_every_section_that_is_needed_says_something(record: Journey, midwife: User) -> None:
    with pytest.raises(Refused, match="What matters to her") as refused:
        writing.write(record, BIRTH_AND_WARD, {**TEXTS, "her_words": " "}, by=midwife)
    assert refused.value.field == "her_words"
    without = {key: words for key, words in TEXTS.items() if key != "ward"}
    assert "ward" not in writing.write(record, BIRTH_AND_WARD, without, by=midwife).sections
    with pytest.raises(Refused, match="fit on paper"):
        writing.write(record, BIRTH_AND_WARD, {**TEXTS, "birth": "x" * 1501}, by=midwife)


def test_it_counts_when_both_sides_have_signed_and_not_before(record: Journey, midwife: User, doctor: User) -> None:
    plan = writing.write(record, BIRTH_AND_WARD, TEXTS, by=midwife)
    assert writing.sign(plan, signer=midwife, by=midwife).agreed_at is None
    with pytest.raises(AlreadyAnswered, match=r"A\. Reid has signed this version"):
        writing.sign(plan, signer=midwife, by=midwife)
    other = staff(name="R. Ali")
    claimed(record, other)
    with pytest.raises(AlreadyAnswered, match="has signed for this side"):
        writing.sign(plan, signer=other, by=other)
    with pytest.raises(DatabaseError, match="two sides sign"), transaction.atomic():
        CarePlan.objects.filter(pk=plan.pk).update(agreed_at=clock.now())
    assert writing.sign(plan, signer=doctor, by=doctor).counts
    with pytest.raises(AlreadyAnswered, match="Both sides have signed"):
        writing.sign(plan, signer=doctor, by=doctor)


def test_who_is_on_neither_side_does_not_sign(record: Journey, midwife: User) -> None:
    plan = writing.write(record, BIRTH_AND_WARD, TEXTS, by=midwife)
    neonatal = staff(Role.NEONATAL_TEAM, team="neonatal")
    claimed(record, neonatal)
    with pytest.raises(Refused, match="midwife and obstetric doctor"):
        writing.sign(plan, signer=neonatal, by=neonatal)


def test_a_signer_beside_takes_part_in_her_care(record: Journey, midwife: User, doctor: User) -> None:
    plan = writing.write(record, BIRTH_AND_WARD, TEXTS, by=midwife)
    far = staff(Role.OBSTETRIC_DOCTOR, site="CALD", name="Dr Far")
    with pytest.raises(Refused, match="Dr Far cannot sign here"):
        writing.sign(plan, signer=far, by=midwife)
    writing.sign(plan, signer=doctor, by=midwife)
    signature = PlanSignature.objects.get()
    assert (signature.signed_by, signature.recorded_by) == (doctor, midwife)


def test_the_next_draft_takes_the_place_of_the_draft_and_its_signatures(record: Journey, midwife: User) -> None:
    first = writing.write(record, BIRTH_AND_WARD, TEXTS, by=midwife)
    writing.sign(first, signer=midwife, by=midwife)
    second = writing.write(record, BIRTH_AND_WARD, {**TEXTS, "birth": "In water."}, by=midwife)
    first.refresh_from_db()
    assert first.ended_at
    assert second.version == 2
    assert not second.signatures.exists()
    with pytest.raises(AlreadyAnswered, match="later version"):
        writing.sign(first, signer=midwife, by=midwife)


def test_what_counts_goes_on_counting_until_the_next_is_signed_by_both(
    record: Journey, midwife: User, doctor: User
) -> None:
    first = agreed(record, midwife, doctor)
    second = writing.write(record, BIRTH_AND_WARD, {**TEXTS, "birth": "In water."}, by=midwife)
    first.refresh_from_db()
    assert first.counts
    writing.sign(second, signer=midwife, by=midwife)
    writing.sign(second, signer=doctor, by=doctor)
    first.refresh_from_db()
    assert first.ended_at
    assert CarePlan.objects.get(agreed_at__isnull=False, ended_at=None) == second


def test_the_same_words_are_no_new_version_and_a_form_counts_once(record: Journey, midwife: User) -> None:
    form = uuid4()
    first = writing.write(record, BIRTH_AND_WARD, TEXTS, submission=form, by=midwife)
    assert writing.write(record, BIRTH_AND_WARD, TEXTS, by=midwife) == first
    assert writing.write(record, BIRTH_AND_WARD, TEXTS, submission=form, by=midwife) == first
    with pytest.raises(SentOtherwise):
        writing.write(record, BIRTH_AND_WARD, {**TEXTS, "birth": "In water."}, submission=form, by=midwife)
    assert CarePlan.objects.count() == 1


def test_two_who_write_at_once_lose_nothing(record: Journey, midwife: User) -> None:
    writing.write(record, BIRTH_AND_WARD, TEXTS, by=midwife)
    seen = Seen.of("plan", TEXTS, 1)
    writing.write(record, BIRTH_AND_WARD, {**TEXTS, "birth": "In water."}, seen=seen, by=midwife)
    third = writing.write(record, BIRTH_AND_WARD, {**TEXTS, "pain": "Gas and air."}, seen=seen, by=midwife)
    assert (third.sections["birth"], third.sections["pain"]) == ("In water.", "Gas and air.")
    with pytest.raises(Changed) as changed:
        writing.write(record, BIRTH_AND_WARD, {**TEXTS, "birth": "At home."}, seen=seen, by=midwife)
    assert changed.value.fields == ("birth",)


def test_what_was_written_stays(record: Journey, midwife: User, doctor: User, nurse: User) -> None:
    plan = agreed(record, midwife, doctor)
    sent_to_ward(plan, midwife)
    copies.give_copy(plan, told(plan), by=midwife)
    changes: list[tuple[type, dict[str, Any]]] = [
        (CarePlan, {"sections": {"birth": "x"}}),
        (CarePlan, {"agreed_at": clock.now()}),
        (PlanSignature, {"signed_at": ago(1)}),
        (PlanSent, {"to_outside": "x", "to_team": None}),
        (PlanCopy, {"how": "read"}),
    ]
    for model, change in changes:
        with pytest.raises(DatabaseError, match=r"stays|said already"), transaction.atomic():
            model.objects.update(**change)
        with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
            connection.cursor().execute(f"DELETE FROM {model._meta.db_table}")  # noqa: S608


# -- who has it --------------------------------------------------------------------------------------


def test_sent_acknowledged_and_talked_through_it_completes_with_its_evidence(
    record: Journey, midwife: User, doctor: User, nurse: User
) -> None:
    plan = agreed(record, midwife, doctor)
    sent = sent_to_ward(plan, midwife)
    settled_elsewhere(plan, midwife)
    copies.give_copy(plan, told(plan, how=PlanCopy.How.READ), by=midwife)
    assert not step_of(record, "final_and_acknowledged").ended_at
    sending.acknowledge(sent, by=nurse)
    assert step_of(record, "final_and_acknowledged").ended_at
    details = record.events.filter(kind="handoff_completed").order_by("pk").last().details
    assert details["plan_acknowledged_by"].startswith("The ward: S. Ito, Maple ward; Her prescriber: not needed")
    assert details["woman_has_copy"] == "no"
    assert details["plan_final_on"] == clock.today(plan.agreed_at).isoformat()


def test_nothing_is_sent_and_she_is_told_nothing_before_both_have_signed(record: Journey, midwife: User) -> None:
    plan = writing.write(record, BIRTH_AND_WARD, TEXTS, by=midwife)
    with pytest.raises(Refused, match="Both sides sign first"):
        sent_to_ward(plan, midwife)
    with pytest.raises(Refused, match="Both sides sign first"):
        copies.give_copy(plan, told(plan), by=midwife)


def test_a_team_sees_her_from_the_sending_and_not_before(
    record: Journey, midwife: User, doctor: User, nurse: User
) -> None:
    plan = agreed(record, midwife, doctor)
    assert not journeys_visible_to(nurse).filter(pk=record.pk).exists()
    sent = sent_to_ward(plan, midwife)
    assert journeys_visible_to(nurse).filter(pk=record.pk).exists()
    with as_role("cc_worker"):
        assert differences(record, clock.now()) == []
    sending.take_back(sent, by=midwife)
    assert not journeys_visible_to(nurse).filter(pk=record.pk).exists()


def test_a_team_keeps_it_for_28_days_after_the_birth(record: Journey, midwife: User, doctor: User, nurse: User) -> None:
    sent_to_ward(agreed(record, midwife, doctor), midwife)
    born = ago(hours=1)
    happened(record, ("baby_born", born, {"place": "home"}, 1))
    grant = Grant.objects.get(journey=record, reason="was sent a plan")
    assert grant.ends_at == born + timedelta(days=28)


def test_only_its_own_team_says_that_it_has_it(record: Journey, midwife: User, doctor: User, nurse: User) -> None:
    sent = sent_to_ward(agreed(record, midwife, doctor), midwife)
    for other in (midwife, doctor):
        with pytest.raises(Refused, match="sent to Maple ward"):
            sending.acknowledge(sent, by=other)
    assert sending.acknowledge(sent, by=nurse).acknowledged_by == nurse
    assert sending.acknowledge(sent, by=nurse).acknowledged_by == nurse  # twice counts once
    colleague = staff(Role.WARD_COORDINATOR, team="maple")
    with pytest.raises(AlreadyAnswered, match=r"S\. Ito, Maple ward has it since"):
        sending.acknowledge(sent, by=colleague)
    with pytest.raises(AlreadyAnswered, match="has it since"):
        sending.take_back(sent, by=midwife)


def test_somebody_outside_is_rung_and_named(record: Journey, midwife: User, doctor: User) -> None:
    sent = sending.send(agreed(record, midwife, doctor), WARD, To(outside="Sister Bell, Elm ward"), by=midwife)
    with pytest.raises(Refused, match="Write who said so"):
        sending.acknowledge(sent, at=clock.now(), by=midwife)
    for wrong in (ago(1), ago(-1), None):
        with pytest.raises(Refused, match="Check the time"):
            sending.acknowledge(sent, who="Sister Bell", at=wrong, by=midwife)
    made = sending.acknowledge(sent, who="Sister Bell", at=clock.now(), by=midwife)
    assert made.answer_in_words == "Sister Bell, by phone"


@pytest.mark.parametrize("to", [To(), To(outside="x", not_needed="y"), To(outside="  ")])
def test_it_goes_to_one_and_to_one_only(record: Journey, midwife: User, doctor: User, to: To) -> None:
    with pytest.raises(Refused, match="Choose a team, or somebody outside"):
        sending.send(agreed(record, midwife, doctor), WARD, to, by=midwife)


def test_a_team_without_anybody_whose_role_it_is_is_not_sent_it(record: Journey, midwife: User, doctor: User) -> None:
    plan = agreed(record, midwife, doctor)
    with pytest.raises(Refused, match="Nobody of Bridge caseload team"):
        sending.send(plan, WARD, To(team=record.team), by=midwife)
    staff(Role.WARD_MIDWIFE, team="maple")
    sent_to_ward(plan, midwife)
    with pytest.raises(AlreadyAnswered, match="sent this version already"):
        sent_to_ward(plan, midwife)


def test_the_next_version_goes_to_all_who_had_the_one_before_and_asks_again(
    record: Journey, midwife: User, doctor: User, nurse: User
) -> None:
    first = agreed(record, midwife, doctor)
    sending.acknowledge(sent_to_ward(first, midwife), by=nurse)
    settled_elsewhere(first, midwife)
    second = agreed(record, midwife, doctor, birth="In water.")
    again = second.sent.get(receiver="ward")
    assert (again.to_team, again.acknowledged_at) == (ward_of(record), None)
    assert second.sent.exclude(not_needed="").count() == len(BIRTH_AND_WARD.receivers) - 1
    assert not first.sent.filter(ended_at=None).exists()
    with pytest.raises(AlreadyAnswered, match="later version"):
        sending.send(first, WARD, To(outside="x"), by=midwife)


def test_it_is_sent_again_to_the_ward_that_had_it(record: Journey, midwife: User, doctor: User, nurse: User) -> None:
    assert sending.send_again_to(record, "birth_and_ward", "ward", by=midwife) is None
    plan = agreed(record, midwife, doctor)
    sending.acknowledge(sent_to_ward(plan, midwife), by=nurse)
    again = sending.send_again_to(record, "birth_and_ward", "ward", by=midwife)
    assert again is not None
    assert again.acknowledged_at is None
    assert plan.sent.filter(ended_at=None).get() == again


def test_she_is_told_of_the_version_that_counts_and_after_it_was_signed(
    record: Journey, midwife: User, doctor: User
) -> None:
    first = agreed(record, midwife, doctor)
    second = agreed(record, midwife, doctor, birth="In water.")
    with pytest.raises(AlreadyAnswered, match="later version"):
        copies.give_copy(first, told(first), by=midwife)
    for at in (ago(1), ago(-1)):
        with pytest.raises(Refused, match="Check the time"):
            copies.give_copy(second, told(second, at=at), by=midwife)
    with pytest.raises(Refused, match="on paper"):
        copies.give_copy(second, told(second, how="post"), by=midwife)
    form = uuid4()
    made = copies.give_copy(second, told(second), submission=form, by=midwife)
    assert copies.give_copy(second, told(second), submission=form, by=midwife) == made
    assert made.given_by == "A. Reid"


# -- under a label -----------------------------------------------------------------------------------


@pytest.fixture
def apart(record: Journey, midwife: User) -> CarePlan:
    """A separation plan that waits for the social worker, who has no account."""
    happened(record, ("separation_possible", ago(3)))
    plan = writing.write(record, SEPARATION_PLAN, APART, by=midwife)
    return writing.sign(plan, signer=midwife, by=midwife)


def test_where_no_separation_is_possible_no_plan_of_one_is_asked_for(record: Journey, midwife: User) -> None:
    assert asked_for(record, midwife) == [BIRTH_AND_WARD]
    with pytest.raises(PermissionDenied):
        writing.write(record, SEPARATION_PLAN, APART, by=midwife)
    happened(record, ("separation_possible", ago(3)))
    assert asked_for(record, midwife) == [BIRTH_AND_WARD, SEPARATION_PLAN]


def test_a_side_without_an_account_says_yes_through_somebody_who_writes_it_down(apart: CarePlan, midwife: User) -> None:
    with pytest.raises(Refused, match="Write who agreed"):
        writing.write_down_yes(apart, SOCIAL, " ", at=clock.now(), by=midwife)
    with pytest.raises(Refused, match="Check the time"):
        writing.write_down_yes(apart, SOCIAL, "J. Park", at=ago(1), by=midwife)
    with pytest.raises(Refused, match="has accounts here"):
        writing.write_down_yes(apart, SEPARATION_PLAN.sides[0], "J. Park", at=clock.now(), by=midwife)
    assert writing.write_down_yes(apart, SOCIAL, "J. Park", at=clock.now(), by=midwife).agreed_at


def open_to(user: User, record: Journey) -> list[CarePlan]:
    return list(reading.plans_open_to(user, record))


def test_a_plan_under_a_label_is_open_to_whoever_covers_it_and_to_whom_it_was_sent(
    record: Journey, apart: CarePlan, midwife: User, nurse: User
) -> None:
    keyworker = staff(Role.DRUG_SERVICE_KEYWORKER, team="harbour")
    for other in (nurse, keyworker):
        claimed(record, other)
    plan = writing.write_down_yes(apart, SOCIAL, "J. Park", at=clock.now(), by=midwife)
    assert (open_to(midwife, record), open_to(nurse, record), open_to(keyworker, record)) == ([plan], [], [])
    drug_service = SEPARATION_PLAN.receivers[1]
    forbidden: list[Any] = [
        lambda: writing.write(record, SEPARATION_PLAN, APART, by=nurse),
        lambda: writing.sign(plan, signer=nurse, by=nurse),
        lambda: sending.send(plan, drug_service, To(outside="x"), by=keyworker),
    ]
    for attempt in forbidden:
        with pytest.raises(PermissionDenied):
            attempt()
    sent = sending.send(plan, drug_service, To(team=keyworker.current_memberships[0].team), by=midwife)
    assert (open_to(nurse, record), open_to(keyworker, record)) == ([], [plan])
    assert sending.acknowledge(sent, by=keyworker).acknowledged_at


def test_of_a_ward_that_was_sent_it_only_the_coordinator_reads_it(
    record: Journey, apart: CarePlan, midwife: User, nurse: User
) -> None:
    coordinator = staff(Role.WARD_COORDINATOR, team="maple")
    plan = writing.write_down_yes(apart, SOCIAL, "J. Park", at=clock.now(), by=midwife)
    sending.send(plan, SEPARATION_PLAN.receivers[0], To(team=ward_of(record)), by=midwife)
    assert (open_to(coordinator, record), open_to(nurse, record)) == ([plan], [])


def test_the_database_keeps_a_plan_under_a_label_from_whoever_does_not_cover_it(
    record: Journey, apart: CarePlan, midwife: User, nurse: User
) -> None:
    claimed(record, nurse)
    seen = {}
    for reader in (midwife, nurse):
        with as_role(WEB), acting_as(reader):
            seen[reader] = CarePlan.objects.filter(journey=record).count()
    assert (seen[midwife], seen[nurse]) == (1, 0)


# -- what kinds declare --------------------------------------------------------------------------------


def test_a_kind_that_is_not_whole_is_refused() -> None:
    whole = {
        "key": "x",
        "title": "X",
        "lead": "",
        "moment": "BIRTH_MED_PLAN",
        "sections": (Section("a", "A", "A", ""),),
        "sides": BIRTH_AND_WARD.sides,
        "receivers": BIRTH_AND_WARD.receivers,
    }
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"sections": ()}, "has no section"),
        ({"sections": (Section("a", "A", "", ""),)}, "tells her nothing"),
        ({"sections": (Section("a", "A", "A", "", needed=False),)}, "needs no section"),
        ({"receivers": (WARD, WARD)}, "names a receiver twice"),
    ]
    for change, problem in wrong:
        with pytest.raises(ValueError, match=problem):
            Kinds(PlanKind(**{**whole, **change}))
    with pytest.raises(ValueError, match="declared twice"):
        Kinds(PlanKind(**whole), PlanKind(**whole))


def test_every_kind_completes_steps_that_there_are_with_evidence_that_is_asked_for() -> None:
    standing = Standing(1, clock.today(), clock.today(), all_hold_it=True, she_has_paper=True, held_by=("x",))
    for kind in kinds.KINDS:
        moment = by_key[kind.moment]
        for done in kind.completes:
            assert set(done.evidence(standing)) == {each.key for each in moment.evidence_for(done.step)}


def test_a_point_is_reached_in_its_order() -> None:
    day = clock.today()
    for standing, points in (
        (Standing(1, day), {Reached.WRITTEN}),
        (Standing(1, day, day), {Reached.WRITTEN, Reached.AGREED}),
        (Standing(1, day, day, all_hold_it=True), {Reached.WRITTEN, Reached.AGREED}),
        (Standing(1, day, all_hold_it=True, she_has_paper=True), {Reached.WRITTEN}),
        (Standing(1, day, day, she_has_paper=True), {Reached.WRITTEN, Reached.AGREED}),
        (Standing(1, day, day, all_hold_it=True, she_has_paper=False), set(Reached)),
    ):
        assert {point for point in Reached if standing.has_reached(point)} == points


# -- telling those who were sent it --------------------------------------------------------------------


def test_the_team_that_was_sent_a_plan_reads_in_its_digest_that_it_waits(
    record: Journey, midwife: User, doctor: User, nurse: User
) -> None:
    plan = agreed(record, midwife, doctor)
    sent_to_ward(plan, midwife)
    settled_elsewhere(plan, midwife)
    with as_role("cc_worker"):
        assert tell_of_sent_plans() == len(BIRTH_AND_WARD.receivers)
        assert tell_of_sent_plans() == 0
    message = Message.objects.get()
    assert (message.to_user, message.number, message.template) == (nurse, 1, "digest")


def test_who_must_never_see_her_is_not_told(record: Journey, midwife: User, doctor: User, nurse: User) -> None:
    sent_to_ward(agreed(record, midwife, doctor), midwife)
    Conflict.objects.create(woman=record.woman, user=nurse)
    tell_of_sent_plans()
    assert not Message.objects.exists()
