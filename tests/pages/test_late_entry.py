"""A woman who comes late is welcome: a plan from here, her reason in kind words, and nothing that she is late for."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.urls import reverse

from carecoord.access.roles import Role
from carecoord.refused import Refused
from pathways.models import Journey, LateReason
from pathways.moves.late_entry import tell_late_reason
from pathways.pages.catch_up import came_late, plan_of, reason_of
from pathways.seen import SentOtherwise
from tests.factories import ago, claimed, happened, journey, staff
from tests.pages.test_journey import edd_in, text_of
from tests.pages.test_record import messages_of, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def midwife() -> Any:
    return staff(name="A. Reid")


@pytest.fixture
def signed_in(client: Any, midwife: Any) -> Any:
    client.force_login(midwife)
    return client


@pytest.fixture
def record(midwife: Any) -> Journey:
    """She came two days ago, at 30 weeks."""
    made = journey(midwife=midwife, edd=edd_in(10))
    happened(made, ("first_contact", ago(2)))
    return made


def url(record: Journey, name: str = "catch_up") -> str:
    return reverse(name, args=[record.pk])


def test_after_a_late_booking_the_first_page_is_her_plan_from_here(signed_in: Any, record: Journey) -> None:
    booked = reverse("record_kind", args=[record.pk, "booking_completed"])
    answer = signed_in.post(booked, sent(ago(0.1), late_reason="fear"), follow=True)
    assert answer.redirect_chain == [(f"{url(record)}?ask=contact", 302)]
    assert "Recorded: Booking appointment held" in messages_of(answer)
    page = text_of(answer)
    assert "She came at 29+5" in page
    assert "What made it later, as she says: She was afraid" in page
    assert "How can she safely be reached?" in page
    assert not [word for word in ("Missed", "Overdue", "late entry") if word in page]


def test_a_booking_in_time_leads_to_her_journey(signed_in: Any, midwife: Any) -> None:
    early = journey(midwife=midwife, edd=edd_in(33))
    happened(early, ("first_contact", ago(3)))
    booked = reverse("record_kind", args=[early.pk, "booking_completed"])
    assert signed_in.post(booked, sent(ago(0.1)))["Location"] == f"{url(early, 'journey')}?ask=contact"
    assert not came_late(early)


def test_the_plan_is_in_order_says_what_others_do_when_and_counts_what_one_visit_can_hold(
    record: Journey, midwife: Any
) -> None:
    happened(record, ("booking_completed", ago(1)), ("drug_use_disclosed", ago(1), {"opioid": "yes"}))
    plan = plan_of(record, midwife, ago(0))
    assert plan.to_do == sum(len(part.lines) for part in plan.parts) > 3
    caught_up = [line for part in plan.parts for line in part.lines if line.usually]
    assert caught_up
    assert all(line.usually.startswith("usually by ") for line in caught_up)
    assert not any(line.is_past for line in caught_up)
    assert plan.with_her_midwife > 1
    assert came_late(record)


def test_what_is_past_its_catch_up_time_asks_for_a_new_day(signed_in: Any, record: Journey) -> None:
    happened(record, ("booking_completed", ago(1)))
    record.handoffs.filter(late_entry=True).update(due_at=ago(1), missed_at=ago(0.5))
    page = text_of(signed_in.get(url(record)))
    assert "agree a new day with her" in page
    assert "Missed" not in page


def test_what_was_caught_up_with_is_folded_away(signed_in: Any, record: Journey, midwife: Any) -> None:
    happened(record, ("booking_completed", ago(1)))
    one = record.handoffs.filter(late_entry=True).order_by("pk")[0]
    details = {"moment": one.moment, "step": one.step}
    happened(record, ("handoff_completed", ago(0.1), details))
    plan = plan_of(record, midwife, ago(0))
    assert [line.pk for line in plan.done] == [one.pk]
    assert one.pk not in [line.pk for part in plan.parts for line in part.lines]


def test_her_reason_can_be_told_later_and_the_newest_holds(signed_in: Any, record: Journey) -> None:
    assert "Nobody has asked her yet" in text_of(signed_in.get(url(record)))
    for reason in ("prefer_not_say", "moved"):
        form = {"submission": str(uuid.uuid4()), "reason": reason}
        assert signed_in.post(url(record, "late_reason"), form).status_code == 302
    assert reason_of(record) == "She moved"
    assert LateReason.objects.count() == 2


def test_a_reason_sent_twice_counts_once_and_one_that_is_none_is_refused(record: Journey, midwife: Any) -> None:
    form = uuid.uuid4()
    first = tell_late_reason(record, "fear", submission=form, by=midwife)
    assert tell_late_reason(record, "fear", submission=form, by=midwife) == first
    with pytest.raises(SentOtherwise):
        tell_late_reason(record, "moved", submission=form, by=midwife)
    with pytest.raises(Refused):
        tell_late_reason(record, "chaotic", by=midwife)


def test_unbooked_in_labour_is_a_late_entry_too(midwife: Any) -> None:
    unbooked = journey(midwife=midwife, edd=edd_in(1))
    happened(unbooked, ("admitted", ago(0), {"reason": "labour"}))
    assert came_late(unbooked)
    assert plan_of(unbooked, midwife, ago(0)).came.startswith("She came at 39+0, on ")


def test_who_may_not_see_a_moment_reads_a_plan_without_it(client: Any, record: Journey) -> None:
    happened(record, ("booking_completed", ago(1)), ("separation_possible", ago(0.5)))
    doctor = staff(Role.ANAESTHETIST, team="hospital")
    claimed(record, doctor)
    hidden = record.handoffs.filter(moment="SEPARATION_PLAN")
    assert hidden.exists()
    lines = [line.pk for part in plan_of(record, doctor, ago(0)).parts for line in part.lines]
    assert not set(hidden.values_list("pk", flat=True)) & set(lines)
