"""One agreed message on feeding: two people sign, one version counts, and advice that differs is settled with her."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from medications import feeding
from medications.feeding import Differed
from medications.models import FeedingAdvice, FeedingPlan
from medications.pages.feeding import feeding_lines
from pathways.actions import AlreadyAnswered, Refused
from pathways.models import Journey
from tests.factories import ago, claimed, happened, journey, staff
from tests.medicine import on_ward, ward_midwife

pytestmark = pytest.mark.django_db

TEXT = "Feed as you planned. Ring us if the baby is very sleepy."


@pytest.fixture
def record() -> Journey:
    made = on_ward(edd=clock.today(ago(-14)))
    happened(made, ("booking_completed", ago(60)))
    return made


@pytest.fixture
def midwife() -> User:
    return ward_midwife(name="S. Ito")


@pytest.fixture
def consultant() -> User:
    return staff(Role.OBSTETRIC_DOCTOR, team="hospital", name="Dr P. Shah")


def agreed(record: Journey, midwife: User, consultant: User, text: str = TEXT) -> FeedingPlan:
    plan = feeding.write_plan(record, text, by=midwife)
    return feeding.sign(plan, signer=consultant, by=consultant)


def differed(**fields: Any) -> Differed:
    known = {"said": "You cannot", "said_by": "night doctor", "said_to": "her", "said_at": ago(hours=0.2), **fields}
    return Differed(**known)


def claims_her(record: Journey, role: Role) -> User:
    made = staff(role, team="hospital")
    claimed(record, made)
    return made


def test_one_person_alone_agrees_nothing(record: Journey, midwife: User) -> None:
    plan = feeding.write_plan(record, TEXT, by=midwife)
    other = ward_midwife()
    for signer in (midwife, other):
        with pytest.raises(AlreadyAnswered, match=r"S\. Ito has signed for this side"):
            feeding.sign(plan, signer=signer, by=signer)
    assert feeding.current(record) is None
    with pytest.raises(Refused, match="Both sign first"):
        feeding.share(plan, at=clock.now(), by=midwife)
    with pytest.raises(IntegrityError), transaction.atomic():
        FeedingPlan.objects.filter(pk=plan.pk).update(agreed_at=clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        FeedingPlan.objects.filter(pk=plan.pk).update(consultant=midwife, consultant_at=clock.now())


def test_who_is_neither_midwife_nor_consultant_does_not_sign(record: Journey, midwife: User) -> None:
    plan = feeding.write_plan(record, TEXT, by=midwife)
    with pytest.raises(Refused, match="A midwife and a neonatal or obstetric consultant"):
        feeding.sign(plan, signer=claims_her(record, Role.ANAESTHETIST), by=midwife)


def test_a_signer_to_whom_she_is_not_open_is_refused(record: Journey, midwife: User) -> None:
    plan = feeding.write_plan(record, TEXT, by=midwife)
    elsewhere = staff(Role.OBSTETRIC_DOCTOR, site="CALD", name="Dr Far")
    with pytest.raises(Refused, match="Dr Far cannot sign here"):
        feeding.sign(plan, signer=elsewhere, by=midwife)
    with pytest.raises(PermissionDenied):
        feeding.write_plan(record, TEXT, by=elsewhere)


def test_signed_and_shared_it_ends_what_was_owed_with_its_evidence(
    record: Journey, midwife: User, consultant: User
) -> None:
    owed = record.handoffs.get(moment="FEEDING_PLAN")
    plan = agreed(record, midwife, consultant)
    owed.refresh_from_db()
    assert not owed.ended_at
    feeding.share(plan, at=clock.now(), by=midwife)
    owed.refresh_from_db()
    assert owed.ended_at
    assert record.events.get(kind="handoff_completed").details == {
        "moment": "FEEDING_PLAN",
        "step": "signed_x2",
        "feeding_plan_version": "1",
        "signed_by_midwife": "S. Ito",
        "signed_by_consultant": "Dr P. Shah",
        "feeding_plan_shared_on": clock.today().isoformat(),
    }


def test_one_version_counts_and_none_is_ever_changed(record: Journey, midwife: User, consultant: User) -> None:
    first = agreed(record, midwife, consultant)
    second = feeding.write_plan(record, "As before, both of us say so.", by=consultant)
    assert feeding.current(record) == first  # until the next is signed by both
    with pytest.raises(AlreadyAnswered, match="waits to be signed"):
        feeding.write_plan(record, "A third", by=midwife)
    feeding.sign(second, signer=midwife, by=midwife)
    assert feeding.current(record) == second
    for change in ({"text": "other"}, {"midwife": consultant}, {"agreed_at": clock.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            FeedingPlan.objects.filter(pk=second.pk).update(**change)
    with pytest.raises(AlreadyAnswered, match="later version"):
        feeding.share(first, at=clock.now(), by=midwife)


def test_a_version_that_waits_can_be_taken_back_and_stays_readable(
    record: Journey, midwife: User, consultant: User
) -> None:
    plan = feeding.write_plan(record, TEXT, by=midwife)
    with pytest.raises(Refused):
        feeding.take_back(plan, " ", by=consultant)
    feeding.take_back(plan, "We meet on Monday", by=consultant)
    assert FeedingPlan.objects.get().text == TEXT
    assert agreed(record, midwife, consultant).version == 2
    with pytest.raises(AlreadyAnswered):
        feeding.take_back(FeedingPlan.objects.get(version=2), "no", by=midwife)


def test_advice_that_differs_opens_and_the_next_shared_version_settles_it(
    record: Journey, midwife: User, consultant: User
) -> None:
    feeding.share(agreed(record, midwife, consultant), at=clock.now(), by=midwife)
    happened(record, ("baby_born", ago(hours=6)))
    feeding.advise_differently(record, differed(baby=1), by=consultant)
    conflict = record.handoffs.get(moment="FEEDING_CONFLICT")
    assert conflict.subject_number == 1
    plan = agreed(record, midwife, consultant, "As agreed; the night doctor knows.")
    conflict.refresh_from_db()
    assert not conflict.ended_at  # she has not been told yet
    feeding.share(plan, at=clock.now(), told_by="L. Grant", by=midwife)
    conflict.refresh_from_db()
    assert conflict.ended_at
    done = record.events.filter(kind="handoff_completed").order_by("pk").last()
    assert done is not None
    assert done.details["reconciled_text"] == "As agreed; the night doctor knows."
    assert (done.details["told_by"], done.details["signed_by_consultant"]) == ("L. Grant", "Dr P. Shah")
    assert FeedingAdvice.objects.get().settled_by == plan


def test_a_version_agreed_before_the_advice_does_not_settle_it(
    record: Journey, midwife: User, consultant: User
) -> None:
    happened(record, ("baby_born", ago(hours=6)))
    plan = agreed(record, midwife, consultant)
    feeding.advise_differently(record, differed(baby=1), by=consultant)
    feeding.share(plan, at=clock.now(), by=midwife)
    assert FeedingAdvice.objects.get().settled_by is None
    assert not record.handoffs.get(moment="FEEDING_CONFLICT").ended_at


def test_each_twin_has_its_own(record: Journey, midwife: User, consultant: User) -> None:
    happened(record, ("baby_born", ago(hours=6), {}, 1), ("baby_born", ago(hours=5), {}, 2))
    feeding.advise_differently(record, differed(baby=2), by=midwife)
    assert [each.subject_number for each in record.handoffs.filter(moment="FEEDING_CONFLICT")] == [2]
    with pytest.raises(Refused) as refused:
        feeding.advise_differently(record, differed(baby=3), by=midwife)
    assert refused.value.field == "baby"


def test_before_birth_it_is_written_down_and_shown(record: Journey, midwife: User) -> None:
    feeding.advise_differently(record, differed(), by=midwife)
    assert not record.handoffs.filter(moment="FEEDING_CONFLICT").exists()
    assert feeding_lines([record])[record.pk].differs


@pytest.mark.parametrize("left_out", ["said", "said_by", "said_to"])
def test_it_says_what_by_whom_and_to_whom(record: Journey, midwife: User, left_out: str) -> None:
    with pytest.raises(Refused) as refused:
        feeding.advise_differently(record, differed(**{left_out: " "}), by=midwife)
    assert refused.value.field == left_out


def test_the_page_says_who_says_what_and_nothing_of_her(client: Any, record: Journey, midwife: User) -> None:
    client.force_login(midwife)
    text = client.get(f"/journeys/{record.pk}/feeding/").content.decode()
    assert "None of them speaks of her or of her baby" in text
    assert "R40, confidence high" in text
    assert "for her it is safe" not in text


def test_lines_of_many_women_ask_as_much_as_of_one(record: Journey, midwife: User, consultant: User) -> None:
    agreed(record, midwife, consultant)
    many = [record, *(journey() for _ in range(12))]
    with CaptureQueriesContext(connection) as asked:
        lines = feeding_lines(many)
    assert len(asked) == 2
    assert lines[record.pk].words.endswith(": tell her")
    assert lines[many[1].pk].words == "No feeding plan agreed yet"
