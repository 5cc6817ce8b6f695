"""Plans: the prescriber's words, one that counts, doses written down whoever is there to write them."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connections

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from carecoord.delivery.models import Message
from medications import planning
from medications.models import DueDose, Plan, SafetyReport
from medications.pages.doses import next_in_words
from medications.planning import AHEAD, end_plan, keep_up, materialise, sign_plan
from medications.rules.schedule import due_times
from medications.telling import tell_of_reports
from pathways.actions import Refused
from pathways.models import Event, Journey
from tests.factories import ago, happened, journey, staff
from tests.medicine import WORDS, dose, on_ward, prescribed, ward_midwife
from tests.medicine import plan as written_plan
from tests.roles import as_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def doctor() -> User:
    return staff(Role.OBSTETRIC_DOCTOR, team="hospital", name="P. Anand")


@pytest.fixture
def record() -> Journey:
    return on_ward()


# -- what must never happen ------------------------------------------------------------------------


def test_only_a_prescriber_signs(record: Journey) -> None:
    for by in (ward_midwife(), staff(Role.PHARMACIST, team="hospital"), staff()):
        with pytest.raises(PermissionDenied):
            sign_plan(record, prescribed(), by=by)


def test_a_plan_is_not_signed_over_one_that_was_not_seen(record: Journey, doctor: User) -> None:
    first = sign_plan(record, prescribed(), by=doctor)
    with pytest.raises(Refused, match=r"The plan was signed at \d\d:\d\d by P. Anand. Look at it first"):
        sign_plan(record, prescribed(reason="other words"), by=doctor)
    second = sign_plan(record, prescribed(seen=first.pk, reason="split"), by=doctor)
    with pytest.raises(Refused, match="The plan was changed at"):
        sign_plan(record, prescribed(seen=first.pk, reason="again"), by=doctor)
    assert [each.pk for each in Plan.objects.filter(status="active")] == [second.pk]


def test_two_medicines_are_never_planned_at_once(record: Journey, doctor: User) -> None:
    first = sign_plan(record, prescribed(), by=doctor)
    with pytest.raises(Refused, match="End it first"):
        sign_plan(record, prescribed(product="buprenorphine_sl", seen=first.pk, reason="switch"), by=doctor)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"unit": "ml"}, "is written in mg here"),
        ({"unit": ""}, "is written in mg here"),
        ({"amount": ""}, "in digits"),
        ({"amount": "45mg"}, "in digits"),
        ({"amount": "-5"}, "in digits"),
        ({"amount": "0"}, "in digits"),
        ({"words": " "}, "word for word"),
        ({"times": []}, "Write the time"),
        ({"times": [{"time": "25:00"}]}, "24-hour clock"),
        ({"times": [{"time": "09:00"}, {"time": "09:00"}], "frequency": "bd"}, "same time"),
        ({"times": [{"time": "09:00"}], "frequency": "bd"}, "two times"),
        ({"frequency": "weekly"}, "not given so often"),
        ({"least_gap": timedelta()}, "how far apart"),
        ({"least_gap": timedelta(hours=24)}, "closer together"),
        ({"product": "laib_sublocade"}, "cannot be chosen here"),
        ({"product": "dihydrocodeine_other", "frequency": "custom"}, "in words alone"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(
    record: Journey, doctor: User, fields: dict[str, Any], says: str
) -> None:
    with pytest.raises(Refused, match=says):
        sign_plan(record, prescribed(**fields), by=doctor)
    assert not Plan.objects.exists()


def test_no_plan_without_an_admission(doctor: User) -> None:
    made = journey()
    happened(made, ("admitted", ago(3)), ("mother_discharged", ago(hours=2)))
    with pytest.raises(Refused, match="not in hospital now"):
        sign_plan(made, prescribed(), by=doctor)


# -- what happens ----------------------------------------------------------------------------------


def test_the_words_stand_as_they_were_written_and_the_doses_are_due(record: Journey, doctor: User) -> None:
    made = sign_plan(record, prescribed(), by=doctor)
    assert (made.words, made.amount, made.unit, made.version) == (WORDS, "45", "mg", 1)
    rule = {"every_days": 1, "first_on": made.first_on}
    wanted = list(due_times(made.times, after=made.valid.lower, until=made.valid.lower + AHEAD, **rule))
    assert [each.due_at for each in made.due_doses.order_by("due_at")] == [each.at for each in wanted]
    scheduled = Event.objects.filter(kind="dose_scheduled").order_by("pk")
    assert [each.details["dose"] for each in scheduled] == ["1", "2"]
    assert not any("45" in str(each.details.values()) for each in scheduled)
    assert record.handoffs.filter(moment="OST_DOSE_LATE").count() == 2


def test_the_same_form_counts_once(record: Journey, doctor: User) -> None:
    sent = prescribed(submission=uuid4())
    assert sign_plan(record, sent, by=doctor) == sign_plan(record, sent, by=doctor)


def test_a_new_version_cancels_what_was_to_come_and_nobody_is_called_late(record: Journey, doctor: User) -> None:
    first = sign_plan(record, prescribed(), by=doctor)
    second = sign_plan(record, prescribed(seen=first.pk, reason="split"), by=doctor)
    first.refresh_from_db()
    assert (first.status, first.reason, first.ended_by) == ("superseded", "split", doctor)
    assert first.valid.upper == second.valid.lower
    assert {each.cancelled_because for each in first.due_doses.all()} == {"the plan changed"}
    late = record.handoffs.filter(moment="OST_DOSE_LATE")
    assert Counter(each.ended_at is None for each in late) == {True: 2, False: 2}
    ended = Event.objects.filter(kind="handoff_not_applicable")
    assert {each.details["reason"] for each in ended} == {"the plan changed"}


def test_what_was_due_before_the_change_is_still_owed(record: Journey, doctor: User) -> None:
    old = written_plan(record)
    materialise(old, clock.now() + AHEAD)
    missed = DueDose.objects.filter(due_at__lt=clock.now())
    count = missed.count()
    sign_plan(record, prescribed(seen=old.pk, reason="split"), by=doctor)
    assert missed.filter(plan=old, cancelled_at=None).count() == count


def test_a_plan_that_ends_says_why_and_asks_for_no_dose_any_more(record: Journey, doctor: User) -> None:
    made = sign_plan(record, prescribed(), by=doctor)
    with pytest.raises(Refused, match="why it ends"):
        end_plan(made, " ", by=doctor)
    end_plan(made, "she goes on at home", by=doctor)
    assert not made.due_doses.filter(cancelled_at=None).exists()
    assert not record.handoffs.filter(moment="OST_DOSE_LATE", ended_at=None).exists()
    with pytest.raises(Refused, match="ended already"):
        end_plan(made, "again", by=doctor)


# -- the worker, and without it --------------------------------------------------------------------


def test_the_worker_writes_down_what_comes_and_again_changes_nothing(
    record: Journey, doctor: User, time_machine: Any
) -> None:
    made = sign_plan(record, prescribed(), by=doctor)
    time_machine.move_to(clock.now() + timedelta(days=1, hours=2))
    with as_role("cc_worker"):
        assert keep_up(record.site_id) == 1
        assert keep_up(record.site_id) == 0
    numbers = list(made.due_doses.order_by("due_at").values_list("number", flat=True))
    assert numbers == [1, 2, 3, 4]
    assert record.handoffs.filter(moment="OST_DOSE_LATE").count() == 4


def test_after_days_without_a_worker_no_dose_was_hidden_and_none_is_lost(
    record: Journey, doctor: User, time_machine: Any
) -> None:
    made = sign_plan(record, prescribed(), by=doctor)
    time_machine.move_to(clock.now() + timedelta(days=5))
    shown = next_in_words(record, clock.now())
    assert shown is not None  # the page knows it from the plan alone
    keep_up(record.site_id)
    days = [each.local_day for each in made.due_doses.order_by("due_at")]
    assert days == [days[0] + timedelta(days=place) for place in range(len(days))]
    assert len(days) >= 7


def test_who_goes_home_is_owed_no_ward_dose(record: Journey, doctor: User) -> None:
    made = sign_plan(record, prescribed(), by=doctor)
    happened(record, ("mother_discharged", ago(minutes=1)))
    with as_role("cc_worker"):
        assert keep_up(record.site_id) == 1
        assert keep_up(record.site_id) == 0
    made.refresh_from_db()
    assert (made.status, made.reason, made.ended_by) == ("ended", "she went home", None)
    assert {each.cancelled_because for each in made.due_doses.all()} == {"she went home"}
    assert not record.handoffs.filter(moment="OST_DOSE_LATE", ended_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_several_workers_at_once_write_each_dose_down_once() -> None:
    record = on_ward()
    made = written_plan(record)

    def work(_: int) -> None:
        try:
            with as_role("cc_worker"):
                keep_up(record.site_id)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(12)))
    keys = Counter(made.due_doses.values_list("local_day", "slot"))
    assert set(keys.values()) == {1}
    assert not planning.missing(made, clock.now() + AHEAD - timedelta(minutes=1))
    assert Event.objects.filter(kind="dose_scheduled").count() == made.due_doses.count()


# -- a second dose is told -------------------------------------------------------------------------


def test_a_second_dose_is_told_to_coordinator_doctor_and_pharmacist_once_and_says_nothing(
    record: Journey, doctor: User
) -> None:
    coordinator = staff(Role.WARD_COORDINATOR, team="maple")
    pharmacist = staff(Role.PHARMACIST, team="hospital")
    made = dose(written_plan(record))
    SafetyReport.objects.create(
        journey=record, dose=made, words="methadone twice", happened_at=ago(hours=1), reported_by=ward_midwife()
    )
    with as_role("cc_worker"):
        assert tell_of_reports() == 1
        assert tell_of_reports() == 0
    told = Message.objects.all()
    assert {each.to_user_id for each in told} == {coordinator.pk, doctor.pk, pharmacist.pk}
    assert {(each.template, each.number) for each in told} == {("urgent", 1)}
