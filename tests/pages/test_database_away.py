"""While the database does not answer, pages say what to do, without asking it anything."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg2
import pytest
from django.contrib.sessions.models import Session
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from carecoord.access import acting
from tests.factories import ago, happened, journey, staff
from tests.faults.forms import fields_of

pytestmark = pytest.mark.django_db


def caused_by(problem: type[psycopg2.Error]) -> OperationalError:
    raised = OperationalError("server closed the connection unexpectedly, row (Tara)")
    raised.__cause__ = problem()
    return raised


AWAY = [caused_by(psycopg2.OperationalError), InterfaceError("connection already closed")]


@pytest.fixture
def client() -> Client:
    browser = Client(raise_request_exception=False)
    browser.force_login(staff())
    return browser


def breaks(monkeypatch: pytest.MonkeyPatch, problem: Exception) -> None:
    def broken(*arguments: Any) -> None:
        raise problem

    monkeypatch.setattr(acting, "_set", broken)


@pytest.mark.parametrize("problem", AWAY, ids=lambda problem: type(problem).__name__)
def test_a_page_says_what_to_do_and_when_to_come_back(
    problem: Exception, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(monkeypatch, problem)
    answer = client.get("/caseload/")
    text = answer.content.decode()
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert "no-store" in answer["Cache-Control"]
    for words in ("cannot be reached right now", "on paper", "Ring the ward", "nothing that was saved is lost"):
        assert words in text
    assert "Tara" not in text
    assert "Traceback" not in text


def test_what_was_sent_can_be_sent_again_as_it_was_and_counts_once() -> None:
    midwife = staff()
    record = journey(midwife=midwife)
    happened(record, ("first_contact", ago(5)))
    client, page = Client(raise_request_exception=False), f"/journeys/{record.pk}/record/contact_made/"
    client.force_login(midwife)
    typed = {"submission": str(uuid.uuid4()), "occurred_at": f"{ago(1):%Y-%m-%d %H:%M}", "note": 'by "telephone" <b>'}
    with pytest.MonkeyPatch.context() as patch:
        breaks(patch, AWAY[0])
        answer = client.post(page, typed)
    assert answer.status_code == 503
    text = answer.content.decode()
    assert "may or may not have been saved" in text
    assert "nothing that was saved is lost" not in text
    again = {name: values[0] for name, values in fields_of(text).items()}
    assert again == typed
    for _ in range(2):
        assert client.post(page, again).status_code == 302
    assert record.events.filter(kind="contact_made").count() == 1


def test_a_password_is_never_written_into_a_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    breaks(monkeypatch, AWAY[0])
    answer = client.post("/accounts/password/change/", {"oldpassword": "Winter-ward", "password1": "Summer-ward"})
    assert answer.status_code == 503
    assert "-ward" not in answer.content.decode()


def test_a_session_that_could_not_be_stored_is_no_session_that_has_ended(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The entry may be committed by then: "your session has ended" would say nothing of that."""

    def lost(*arguments: Any, **more: Any) -> None:
        raise caused_by(psycopg2.OperationalError)

    client.get("/caseload/")
    monkeypatch.setattr(Session, "save", lost)
    answer = client.post("/caseload/search/", {"q": "Reid"})
    assert answer.status_code == 503
    assert "may or may not have been saved" in answer.content.decode()


def test_a_bug_of_ours_is_no_database_away(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    breaks(monkeypatch, ValueError("a bug"))
    answer = client.get("/caseload/")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.content.decode()


def test_a_database_that_answers_with_a_refusal_is_not_away(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_slow(*arguments: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 1; SELECT pg_sleep(1)")

    monkeypatch.setattr(acting, "_set", too_slow)
    assert client.get("/caseload/").status_code == 500
