"""One dose, two people, once: what must never happen first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from carecoord import clock
from carecoord.access.models import Conflict, User
from carecoord.access.roles import Role
from medications import planning
from medications.correcting import report_second_dose, strike_dose
from medications.deciding import Decided, decide
from medications.giving import (
    AlreadyGiven,
    Entered,
    PlanChanged,
    TimeRanOut,
    record_dose,
    sign_first,
    take_back,
)
from medications.models import Dose, DueDose, Plan, SafetyReport, Signing
from medications.planning import sign_plan
from pathways.actions import Refused
from pathways.models import Event, Journey
from pathways.seen import SentOtherwise
from tests.constraints import taken_away
from tests.factories import ago, happened, staff
from tests.medicine import WORDS, on_ward, prescribed, ward_midwife
from tests.medicine import dose as written_dose

pytestmark = pytest.mark.django_db


@pytest.fixture
def giver() -> User:
    return ward_midwife(name="L. Grant")


@pytest.fixture
def second() -> User:
    return ward_midwife(name="K. Moe")


@pytest.fixture
def doctor() -> User:
    return staff(Role.OBSTETRIC_DOCTOR, team="hospital", name="P. Anand")


@pytest.fixture
def record() -> Journey:
    return on_ward()


@pytest.fixture
def plan(record: Journey, doctor: User) -> Plan:
    """Signed now, for a dose an hour ago: a row of it is written by hand, as the worker would have."""
    return sign_plan(record, prescribed(), by=doctor)


@pytest.fixture
def due(plan: Plan) -> DueDose:
    found = plan.due_doses.order_by("due_at").first()
    assert found
    return found


def entered(**fields: Any) -> Entered:
    return Entered(**{"outcome": "given", "given_at": clock.now(), "place": "side_room", **fields})


def first(record: Journey, due: DueDose | None, by: User, **fields: Any) -> Signing:
    active = planning.active_plan(record)
    known = {"seen": active and active.pk, "submission": uuid4(), **fields.pop("sent", {})}
    return sign_first(record, due, entered(**fields), by=by, **known)


def given(record: Journey, due: DueDose | None, giver: User, second: User, **fields: Any) -> Dose:
    return record_dose(first(record, due, giver, **fields), witness=second, by=second)


# -- what must never happen ------------------------------------------------------------------------


def test_a_dose_is_given_once_and_the_other_reads_who_gave_it(
    record: Journey, due: DueDose, giver: User, second: User
) -> None:
    one, other = first(record, due, giver), first(record, due, second)
    stored = record_dose(one, witness=second, by=second)
    with pytest.raises(AlreadyGiven) as told:
        record_dose(other, witness=giver, by=giver)
    assert told.value.dose == stored
    assert (told.value.dose.given_by, told.value.dose.witness) == (giver, second)
    assert Dose.objects.count() == 1
    assert Event.objects.filter(kind="dose_given").count() == 1


def test_without_the_unique_index_it_would_be_stored_twice(
    record: Journey, due: DueDose, giver: User, second: User
) -> None:
    from django.db import connection

    one, other = (first(record, due, giver, outcome="refused", reason="not now") for _ in range(2))
    record_dose(one, witness=None, by=giver)
    with pytest.raises(AlreadyGiven):
        record_dose(other, witness=None, by=giver)
    connection.cursor().execute(taken_away(Dose, "one_outcome_of_a_due_dose"))
    record_dose(other, witness=None, by=giver)
    assert Dose.objects.count() == 2


def test_no_dose_inside_the_least_gap(record: Journey, plan: Plan, due: DueDose, giver: User, second: User) -> None:
    stored = given(record, due, giver, second)
    following = plan.due_doses.exclude(pk=due.pk).order_by("due_at").first()
    for other in (following, None):
        with pytest.raises(AlreadyGiven) as told:
            given(record, other, giver, second)
        assert told.value.dose == stored


def test_whoever_gave_it_cannot_be_the_second(record: Journey, due: DueDose, giver: User) -> None:
    with pytest.raises(Refused, match="cannot be the second person"):
        record_dose(first(record, due, giver), witness=giver, by=giver)
    with pytest.raises(Refused, match="A second person signs this"):
        record_dose(first(record, due, giver), witness=None, by=giver)
    assert not Dose.objects.exists()


@pytest.mark.parametrize(
    ("role", "team"),
    [(Role.SPECIALIST_MIDWIFE, None), (Role.HEALTH_VISITOR, "hv"), (Role.ANAESTHETIST, "hospital")],
)
def test_the_second_person_works_on_her_ward(
    record: Journey, due: DueDose, giver: User, role: Role, team: str | None
) -> None:
    with pytest.raises(Refused, match="the second person works on her ward"):
        record_dose(first(record, due, giver), witness=staff(role, team=team), by=giver)


def test_one_who_must_never_see_her_does_not_sign_and_nothing_tells_why(
    record: Journey, due: DueDose, giver: User, second: User
) -> None:
    Conflict.objects.create(woman=record.woman, user=second)
    with pytest.raises(Refused, match="the second person works on her ward"):
        record_dose(first(record, due, giver), witness=second, by=giver)


def test_five_minutes_after_the_first_signature_nothing_is_stored(
    record: Journey, due: DueDose, giver: User, second: User, time_machine: Any
) -> None:
    signing = first(record, due, giver)
    time_machine.move_to(signing.first_at + timedelta(minutes=5, seconds=1))
    with pytest.raises(TimeRanOut):
        record_dose(signing, witness=second, by=second)
    assert not Dose.objects.exists()


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"given_at": clock.now() + timedelta(days=1)}, "lies in the future"),
        ({"given_at": clock.now() - timedelta(days=3)}, "before she came in"),
        ({"outcome": "given_late"}, "Choose what happened"),
        ({"outcome": "5 mg"}, "Choose what happened"),
        ({"place": ""}, "Choose where she took it"),
        ({"outcome": "refused"}, "Say in a few words why"),
        ({"outcome": "part_given"}, "Say in a few words why"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(
    record: Journey, due: DueDose, giver: User, fields: dict[str, Any], says: str
) -> None:
    with pytest.raises(Refused, match=says):
        first(record, due, giver, **fields)
    assert not Signing.objects.exists()


def test_two_minutes_between_two_clocks_are_no_future(record: Journey, due: DueDose, giver: User, second: User) -> None:
    assert given(record, due, giver, second, given_at=clock.now() + timedelta(minutes=1)).pk


def test_a_form_opened_on_a_plan_that_changed_is_refused(
    record: Journey, plan: Plan, due: DueDose, giver: User, second: User, doctor: User
) -> None:
    signed = first(record, due, giver)
    sign_plan(record, prescribed(seen=plan.pk, reason="two doses", words="the new words"), by=doctor)
    with pytest.raises(PlanChanged, match=r"The plan was changed at \d\d:\d\d by P. Anand. Look at the new one first."):
        first(record, due, giver, sent={"seen": plan.pk})
    with pytest.raises(PlanChanged, match="Look at the new one first"):
        record_dose(signed, witness=second, by=second)
    assert not Dose.objects.exists()


def test_nothing_is_recorded_after_she_went_home(record: Journey, due: DueDose, giver: User, second: User) -> None:
    signing = first(record, due, giver)
    happened(record, ("mother_discharged", ago(minutes=1)))
    with pytest.raises(Refused, match="not in hospital now"):
        record_dose(signing, witness=second, by=second)


def test_what_was_taken_back_is_not_stored(record: Journey, due: DueDose, giver: User, second: User) -> None:
    signing = first(record, due, giver)
    with pytest.raises(Refused, match="Only whoever signed first"):
        take_back(signing, by=second)
    take_back(signing, by=giver)
    with pytest.raises(Refused, match="was taken back"):
        record_dose(signing, witness=second, by=second)


def test_one_form_sent_twice_counts_once(record: Journey, due: DueDose, giver: User, second: User) -> None:
    sent = {"submission": uuid4()}
    at = clock.now()
    one, again = (first(record, due, giver, given_at=at, sent=sent) for _ in range(2))
    assert one == again
    with pytest.raises(SentOtherwise):
        first(record, due, giver, given_at=at, place="bay", sent=sent)
    assert record_dose(one, witness=second, by=second) == record_dose(again, witness=second, by=second)


# -- what happens ----------------------------------------------------------------------------------


def test_both_signatures_store_the_plans_words_and_answer_what_was_owed(
    record: Journey, plan: Plan, due: DueDose, giver: User, second: User
) -> None:
    assert record.handoffs.get(moment="OST_DOSE_LATE", subject_number=due.number).ended_at is None
    made = given(record, due, giver, second, register_page="B 214")
    assert (made.words, made.place, made.register_page) == (WORDS, "side_room", "B 214")
    assert made.event.details == {
        "admission": "1",
        "dose": str(due.number),
        "medication": plan.product,
        "next_due": made.event.details["next_due"],
    }
    assert record.handoffs.get(moment="OST_DOSE_LATE", subject_number=due.number).ended_at is not None


def test_later_than_two_hours_is_stored_as_late(
    record: Journey, due: DueDose, giver: User, second: User, time_machine: Any
) -> None:
    time_machine.move_to(due.due_at + timedelta(hours=2, minutes=1))
    assert given(record, due, giver, second).outcome == "given_late"


def test_what_she_did_not_take_needs_one_signature_and_its_reason(record: Journey, due: DueDose, giver: User) -> None:
    made = record_dose(first(record, due, giver, outcome="refused", reason="feels sick"), witness=None, by=giver)
    assert (made.event.kind, made.event.details["outcome"]) == ("dose_outcome_recorded", "refused")
    assert record.handoffs.get(moment="OST_DOSE_LATE", subject_number=due.number).ended_at is not None


def test_after_three_days_a_decision_or_a_reason_by_two(
    record: Journey, due: DueDose, giver: User, second: User, doctor: User
) -> None:
    happened(record, ("dose_confirmed", ago(4), {"medication": "methadone_oral_1mg_ml"}))
    gap = record.handoffs.get(moment="OST_3DAY_GAP", ended_at=None)
    with pytest.raises(Refused, match="reassessment is owed"):
        first(record, due, giver)
    with pytest.raises(Refused, match="A second person signs this"):
        record_dose(first(record, due, giver, override_reason="in withdrawal"), witness=None, by=giver)
    decided = decide(record, Decided("reassessed", "as before", clock.now()), by=doctor)
    assert record.handoffs.get(pk=gap.pk).ended_at is not None
    made = given(record, due, giver, second, decision=decided.pk)
    assert made.decision == decided


def test_a_wrong_record_is_struck_through_by_two_and_owed_again(
    record: Journey, due: DueDose, giver: User, second: User
) -> None:
    made = given(record, due, giver, second)
    for other, says in ((None, "A second person"), (giver, "A second person"), (staff(), "works on her ward")):
        with pytest.raises(Refused, match=says):
            strike_dose(made, "wrong bed", second=other, by=giver)
    with pytest.raises(Refused, match="Say what was wrong"):
        strike_dose(made, " ", second=second, by=giver)
    struck = strike_dose(made, "wrong bed", second=second, by=giver)
    assert (struck.struck_by, struck.struck_with, struck.struck_reason) == (giver, second, "wrong bed")
    assert record.handoffs.get(moment="OST_DOSE_LATE", subject_number=due.number).ended_at is None
    again = given(record, due, second, giver)
    assert {each.stands for each in Dose.objects.all()} == {True, False}
    assert again.stands


def test_a_part_dose_is_followed_by_another_only_when_a_prescriber_says_so(
    record: Journey, due: DueDose, giver: User, second: User, doctor: User
) -> None:
    part = given(record, due, giver, second, outcome="part_given", reason="spilt")
    with pytest.raises(AlreadyGiven):
        given(record, None, giver, second)
    with pytest.raises(Refused, match="who decided"):
        decide(record, Decided("repeat", "the rest of it", clock.now(), about=part), by=giver)
    by_phone = Decided("repeat", "the rest of it", clock.now(), by_phone="Dr P. Anand, on call", about=part)
    decide(record, by_phone, by=giver)
    assert given(record, None, giver, second).pk
    whole = Dose.objects.get(outcome="given")
    with pytest.raises(Refused, match="Choose the dose"):
        decide(record, Decided("repeat", "again", clock.now(), about=whole), by=doctor)


@pytest.mark.parametrize("kind", ["withhold", "symptom_control", "await_verification"])
def test_a_decision_instead_of_a_first_dose_completes_what_is_owed(record: Journey, doctor: User, kind: str) -> None:
    from medications.admissions import admission_of

    assert admission_of(record)
    owed = record.handoffs.filter(moment="OST_FIRST_DOSE", ended_at=None)
    decide(record, Decided(kind, "until the pharmacy opens", clock.now()), by=doctor)
    assert not owed.exists()


def test_a_second_dose_that_was_given_is_told_and_the_first_stays(
    record: Journey, due: DueDose, giver: User, second: User
) -> None:
    made = given(record, due, giver, second)
    sent = {"submission": uuid4(), "by": second}
    with pytest.raises(Refused, match="Write what happened"):
        report_second_dose(made, clock.now(), "", **sent)
    one, again = (report_second_dose(made, clock.now(), "she had hers at 09:30", **sent) for _ in range(2))
    assert one == again == SafetyReport.objects.get()
    made.refresh_from_db()
    assert made.stands


def test_written_past_the_verb_it_is_the_database_that_refuses(
    record: Journey, plan: Plan, due: DueDose, giver: User, second: User
) -> None:
    from django.db import IntegrityError, transaction

    given(record, due, giver, second)
    with pytest.raises(IntegrityError), transaction.atomic():
        written_dose(plan, due, given_at=ago(minutes=1))
