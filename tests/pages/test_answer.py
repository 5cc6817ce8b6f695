"""Answering a handoff: with evidence or with a reason, once, by whoever is first."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.urls import reverse

from carecoord import clock
from carecoord.access.roles import Role
from pathways.models import Handoff, Journey
from pathways.moments import ALL
from pathways.projection import differences
from tests.factories import ago, happened, journey, owed, staff
from tests.pages.test_journey import text_of
from tests.pages.test_record import local, messages_of

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
    made = journey(midwife=midwife)
    happened(made, ("baby_born", ago(5), {"place": "home"}), ("separated", ago(4)))
    return made


@pytest.fixture
def explain(record: Journey) -> Handoff:
    return record.handoffs.get(moment="SEP_EXPLAIN")


def url(handoff: Handoff, answer: str = "done") -> str:
    return reverse("answer", args=[handoff.pk, answer])


ANSWERS = ("done", "declined", "not-applicable", "unable")
EVIDENCE = {
    "evidence_explained_by": "M. Osei, social worker",
    "evidence_legal_basis_explained": "yes",
    "evidence_where_baby_is_shared": "yes",
    "evidence_family_time_planned": "no",
    "evidence_legal_advice_signposted": "yes",
    "evidence_advocate_offered": "no",
}


def sent(**more: str) -> dict[str, str]:
    return {"occurred_at": local(ago(2)), "submission": str(uuid.uuid4()), **more}


def test_the_form_asks_for_the_evidence_that_the_moment_declares(signed_in: Any, explain: Handoff) -> None:
    answer = signed_in.get(url(explain))
    words = text_of(answer)
    assert "Separation explained in person and in writing" in words
    assert "Explained by (optional)" in words
    assert "Advocate offered" in words
    assert "Advocate offered (optional)" not in words
    assert answer.context["form"].fields["evidence_advocate_offered"].required


def test_done_is_kept_with_its_evidence_and_the_woman_page_says_so(signed_in: Any, explain: Handoff) -> None:
    answer = signed_in.post(url(explain), sent(**EVIDENCE, note="with her sister"), follow=True)
    assert answer.redirect_chain == [(reverse("journey", args=[explain.journey_id]), 302)]
    assert messages_of(answer) == "Recorded. Done late: Separation explained in person and in writing."
    explain.refresh_from_db()
    assert explain.state == "completed_late"
    event = explain.journey.events.get(kind="handoff_completed")
    assert event.details == {
        "moment": "SEP_EXPLAIN",
        "step": "verbal_and_written",
        "separation": "1",
        "explained_by": "M. Osei, social worker",
        "legal_basis_explained": "yes",
        "where_baby_is_shared": "yes",
        "family_time_planned": "no",
        "legal_advice_signposted": "yes",
        "advocate_offered": "no",
    }
    assert (event.recorded_by.name, event.note) == ("A. Reid", "with her sister")
    assert differences(explain.journey, clock.now()) == []


def test_a_choice_that_is_left_open_is_asked_for_again(signed_in: Any, explain: Handoff) -> None:
    answer = signed_in.post(url(explain), sent(evidence_explained_by="M. Osei"))
    assert "Choose an answer: advocate offered." in text_of(answer)
    assert "M. Osei" in answer.content.decode()
    assert not explain.journey.events.filter(kind="handoff_completed").exists()


@pytest.mark.parametrize(
    ("answer", "state"), [("declined", "declined"), ("not-applicable", "not_applicable"), ("unable", "unable")]
)
def test_ending_it_otherwise_takes_a_reason(signed_in: Any, explain: Handoff, answer: str, state: str) -> None:
    without = signed_in.post(url(explain, answer), sent())
    assert "Say why, in a few words." in text_of(without)
    signed_in.post(url(explain, answer), sent(reason="she wants it on Friday"))
    explain.refresh_from_db()
    assert explain.state == state
    assert explain.journey.events.order_by("-pk").first().details["reason"] == "she wants it on Friday"


def test_a_future_time_is_refused(signed_in: Any, explain: Handoff) -> None:
    answer = signed_in.post(url(explain), sent(**EVIDENCE) | {"occurred_at": local(ago(-2))})
    assert "lies in the future" in text_of(answer)
    explain.refresh_from_db()
    assert explain.state == "missed"


def test_a_form_sent_twice_is_one_answer(signed_in: Any, explain: Handoff) -> None:
    form = sent(**EVIDENCE)
    for _ in range(2):
        assert signed_in.post(url(explain), form).status_code == 302
    assert explain.journey.events.filter(kind="handoff_completed").count() == 1


def test_the_second_of_two_people_sees_what_is_recorded_and_overwrites_nothing(
    signed_in: Any, explain: Handoff, client_class: Any
) -> None:
    other = client_class()
    other.force_login(staff(Role.DRUG_SERVICE_KEYWORKER, name="D. Farrow", team="harbour"))
    assert other.get(url(explain, "declined")).status_code == 200
    signed_in.post(url(explain), sent(**EVIDENCE))
    late = other.post(url(explain, "declined"), sent(reason="she did not want to hear it"))
    assert late.status_code == 409
    words = text_of(late)
    assert "This handoff has already been answered" in words
    assert "What you entered was not stored" in words
    assert "by A. Reid" in words
    assert "M. Osei, social worker" in words
    assert "she did not want to hear it" in words
    explain.refresh_from_db()
    assert explain.state == "completed_late"
    assert explain.journey.events.filter(kind__startswith="handoff_").count() == 1


def test_opening_the_form_of_an_answered_handoff_shows_what_is_recorded(signed_in: Any, explain: Handoff) -> None:
    signed_in.post(url(explain), sent(**EVIDENCE))
    answer = signed_in.get(url(explain))
    assert answer.status_code == 200
    assert "This handoff has already been answered" in text_of(answer)
    assert "was not stored" not in text_of(answer)


def test_an_incomplete_form_for_an_answered_handoff_is_a_conflict_too(signed_in: Any, explain: Handoff) -> None:
    signed_in.post(url(explain), sent(**EVIDENCE))
    assert signed_in.post(url(explain, "declined"), {}).status_code == 409


def test_one_that_fell_away_says_so(signed_in: Any, record: Journey) -> None:
    happened(record, ("reunified", ago(1)))
    gone = record.handoffs.filter(state="superseded").first() or owed(record, due=ago(-5), state="superseded")
    assert "It ended by itself" in text_of(signed_in.get(url(gone)))


@pytest.fixture
def client_class() -> Any:
    from django.test import Client

    return Client


@pytest.mark.parametrize("moment", [moment.key for moment in ALL])
def test_every_step_of_every_moment_has_a_form_that_opens(signed_in: Any, record: Journey, moment: str) -> None:
    # Answered by reaching her, by asking where she can stay, and by going through what there is after the birth:
    # tests/pages/test_outreach.py, test_together.py, tests/referrals/test_options.py.
    by_its_page = dict.fromkeys(("MOTHER_STAYS", "POSTNATAL_TX_OPTIONS", "PN_TX_START"), frozenset({"done"}))
    elsewhere = {"LOST_CONTACT": frozenset(ANSWERS), **by_its_page}.get(moment, frozenset())
    for step in next(each for each in ALL if each.key == moment).steps:
        row = owed(record, moment, step.key, due=ago(-3), occurrence=9)
        for answer in ANSWERS:
            assert signed_in.get(url(row, answer)).status_code == (302 if answer in elsewhere else 200)


@pytest.mark.parametrize("pk", ["0", "9" * 19, "9" * 60])
def test_a_handoff_that_is_not_there_is_missing(signed_in: Any, pk: str) -> None:
    assert signed_in.get(f"/handoffs/{pk}/done/").status_code == 404


def test_an_answer_that_does_not_exist_is_missing(signed_in: Any, explain: Handoff) -> None:
    assert signed_in.get(url(explain, "nonsense")).status_code == 404


def test_another_site_and_a_manager_are_kept_out(client: Any, explain: Handoff) -> None:
    client.force_login(staff(site="GLEN"))
    assert client.get(url(explain)).status_code == 404
    assert client.post(url(explain), sent(**EVIDENCE)).status_code == 404
    client.force_login(staff(Role.SERVICE_MANAGER))
    assert client.get(url(explain)).status_code == 403
    explain.refresh_from_db()
    assert explain.state == "missed"
