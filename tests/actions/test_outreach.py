"""Looking for her: what a try, a question and a decision write, and what they never do."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from carecoord import clock
from carecoord.access.roles import Role
from carecoord.refused import Refused
from pathways.contact import Agreed, Place, agree_contact, mark_unsafe, record_address
from pathways.models import Asked, Journey, MessageToHer, OutreachDecision, Try
from pathways.models.contact import newest_contact
from pathways.moves.outreach import Attempt, News, Onward, ask_about_her, decide_onward, try_to_reach
from pathways.projection import differences
from pathways.reaching import agreed_with, reach
from pathways.rules.outreach import Way
from pathways.seen import SentOtherwise
from tests.factories import ago, happened, journey, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def midwife() -> Any:
    return staff(name="A. Reid")


@pytest.fixture
def record(midwife: Any) -> Journey:
    """Booked, and last reached nine days ago; she agreed to texts."""
    made = journey(midwife=midwife, edd=clock.today(ago(-100)))
    happened(made, ("first_contact", ago(60)), ("booking_completed", ago(40)), ("contact_made", ago(9)))
    agree_contact(made.woman, Agreed("text"), {}, seen=None, by=midwife)
    return made


def no_answer(**fields: Any) -> Attempt:
    return replace(Attempt(ago(0.01), Way.TEXT, "no_answer"), **fields)


# -- a try --


def test_a_try_that_did_not_reach_her_is_the_fact_of_it_and_moves_no_clock(record: Journey, midwife: Any) -> None:
    before = record.handoffs.open().get(moment="LOST_CONTACT").due_at
    try_to_reach(record, no_answer(words="It rang once."), by=midwife)
    made = Try.objects.get()
    assert (made.event.kind, made.event.note) == (
        "contact_missed",
        "Text message. Nobody answered, or nobody was there.\nIt rang once.",
    )
    record.refresh_from_db()
    assert record.stage == "antenatal"
    assert record.handoffs.open().get(moment="LOST_CONTACT").due_at == before
    assert differences(record, clock.now()) == []


@pytest.mark.parametrize("result", ["reached", "not_now"])
def test_reaching_her_is_a_contact_also_where_she_wants_none_now(record: Journey, midwife: Any, result: str) -> None:
    attempt = no_answer(result=result, again_way=Way.TEXT)
    try_to_reach(record, attempt, by=midwife)
    made = Try.objects.get()
    record.refresh_from_db()
    assert (made.event.kind, record.last_contact_at, made.again_way) == ("contact_made", attempt.at, "")


def test_the_same_form_counts_once_and_another_word_is_told(record: Journey, midwife: Any) -> None:
    form, attempt = uuid.uuid4(), no_answer()
    assert not try_to_reach(record, attempt, submission=form, by=midwife).again
    assert try_to_reach(record, attempt, submission=form, by=midwife).again
    with pytest.raises(SentOtherwise):
        try_to_reach(record, replace(attempt, words="other"), submission=form, by=midwife)
    assert Try.objects.count() == 1


def test_a_number_that_is_not_hers_is_doubted_and_what_waits_is_called_back(record: Journey, midwife: Any) -> None:
    at = clock.now().astimezone(clock.LONDON).replace(hour=12)
    reach(record.woman, "ring_us", at, by=midwife)
    try_to_reach(record, no_answer(result="not_hers"), by=midwife)
    assert MessageToHer.objects.get().recalled_at is not None
    newest = newest_contact(record.woman_id)
    assert newest is not None
    assert (newest.channel, newest.confirmed_on, newest.still_safe) == ("text", None, True)
    assert agreed_with(record.woman, clock.now()).way == ""


def test_trying_again_stays_inside_what_she_agreed_to(record: Journey, midwife: Any) -> None:
    for way, field in ((Way.CALL, "again_way"), (Way.VISIT, "again_way"), ("", "again_way")):
        with pytest.raises(Refused) as refused:
            try_to_reach(record, no_answer(again_way=way, again_at=ago(-1)), by=midwife)
        assert refused.value.field == field
    newest = newest_contact(record.woman_id)
    agree_contact(record.woman, Agreed("text", safe_until=time(8)), {}, seen=newest and newest.pk, by=midwife)
    noon = clock.from_local(clock.now().astimezone(clock.LONDON).replace(hour=12, tzinfo=None) + timedelta(days=1))
    for at in (noon, ago(0.5), ago(-20)):
        with pytest.raises(Refused) as refused:
            try_to_reach(record, no_answer(again_way=Way.TEXT, again_at=at), by=midwife)
        assert refused.value.field == "again_at"
    assert Try.objects.count() == 0


def test_a_visit_is_open_where_she_said_that_it_is_safe_and_not_once_she_said_otherwise(
    record: Journey, midwife: Any
) -> None:
    assert not agreed_with(record.woman, clock.now()).may_be_visited
    record_address(record.woman, Place("home", "1 Some Street", safe_to_visit=True), by=midwife)
    assert agreed_with(record.woman, clock.now()).may_be_visited
    mark_unsafe(record.woman, by=midwife)
    found = agreed_with(record.woman, clock.now())
    assert (found.way, found.may_be_visited) == ("", False)


def test_nothing_is_written_of_a_closed_journey(record: Journey, midwife: Any) -> None:
    happened(record, ("mother_died", ago(0.001)))
    with pytest.raises(Refused):
        try_to_reach(record, no_answer(at=ago(0.5)), by=midwife)
    with pytest.raises(Refused):
        ask_about_her(record, News(ago(0.5), "pharmacy", "seen"), by=midwife)
    with pytest.raises(Refused):
        decide_onward(record, Onward("go_on", "x"), by=midwife)


# -- somebody who knows her --


def test_what_others_know_is_about_her_and_never_contact_with_her(record: Journey, midwife: Any) -> None:
    seen = clock.today(ago(1))
    told = ask_about_her(record, News(ago(0.1), "pharmacy", "seen", seen_on=seen, words="She comes daily."), by=midwife)
    assert (told.whom, told.seen_on) == ("pharmacy", seen)
    assert record.events.filter(recorded_at__gte=ago(0.01), kind__startswith="contact_").count() == 1  # of the fixture
    assert ask_about_her(record, News(ago(0.1), "gp", "no_answer", seen_on=seen), by=midwife).seen_on is None


def test_asking_has_happened(record: Journey, midwife: Any) -> None:
    for news, field in (
        (News(ago(-1), "pharmacy", "seen"), "at"),
        (News(ago(2), "pharmacy", "seen", seen_on=clock.today()), "seen_on"),
    ):
        with pytest.raises(Refused) as refused:
            ask_about_her(record, news, by=midwife)
        assert refused.value.field == field
    assert Asked.objects.count() == 0


# -- a decision --


def test_a_decision_has_a_name_a_reason_and_a_day(record: Journey, midwife: Any) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    for onward, field in (
        (Onward("go_on", " "), "reason"),
        (Onward("ask_partners", "x", (), tomorrow), "partners"),
        (Onward("ask_partners", "x", ("police",)), "review_on"),
        (Onward("pause", "x", (), clock.today()), "review_on"),
        (Onward("pause", "x", (), clock.today() + timedelta(days=15)), "review_on"),
    ):
        with pytest.raises(Refused) as refused:
            decide_onward(record, onward, by=midwife)
        assert refused.value.field == field
    made = decide_onward(record, Onward("pause", "She is with her sister.", ("police",), tomorrow), by=midwife)
    assert (made.decided_by, made.review_on, made.partners) == (midwife, tomorrow, [])
    kept = decide_onward(record, Onward("go_on", "x", review_on=date(2020, 1, 1)), by=midwife)
    assert kept.review_on is None


def test_a_decision_sent_twice_counts_once(record: Journey, midwife: Any) -> None:
    form, onward = uuid.uuid4(), Onward("go_on", "She asked us to keep trying.")
    assert decide_onward(record, onward, submission=form, by=midwife) == decide_onward(
        record, onward, submission=form, by=midwife
    )
    with pytest.raises(SentOtherwise):
        decide_onward(record, replace(onward, reason="y"), submission=form, by=midwife)
    assert OutreachDecision.objects.count() == 1


def test_only_who_goes_and_looks_for_her_decides(record: Journey) -> None:
    ward = staff(Role.WARD_MIDWIFE, team="maple")
    happened(record, ("admitted", ago(0.5), {"reason": "antenatal"}))
    try_to_reach(record, no_answer(at=ago(0.1)), by=ward)
    with pytest.raises(PermissionDenied):
        decide_onward(record, Onward("go_on", "x"), by=ward)
    with pytest.raises(PermissionDenied):
        try_to_reach(record, no_answer(), by=staff(site="CALD"))
