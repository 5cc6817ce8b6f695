"""A form belongs to whoever opened it: nothing is written for the wrong person, and no text is lost."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from carecoord import clock
from carecoord.access import drafts
from carecoord.access.models import Draft, SignIn, User
from pathways.models import Event, Journey
from tests.factories import ago, journey
from tests.signin import PASSWORD, hidden, person

pytestmark = pytest.mark.django_db
CANARY = "Zebulon was here"


@pytest.fixture
def desk() -> Client:
    """A browser as it is: Django's test client leaves the CSRF check out otherwise."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def first() -> User:
    return person(name="Y. First")


@pytest.fixture
def record(first: User) -> Journey:
    return journey(midwife=first)


def arrive(desk: Client, user: User) -> None:
    page = desk.get("/accounts/login/")
    sent = {**hidden(page), "login": user.email, "password": PASSWORD}
    assert desk.post("/accounts/login/", sent).status_code == 302


def leave(desk: Client, how: str) -> None:
    desk.post(f"/accounts/{how}/", hidden(desk.get("/accounts/2fa/")))


def path(record: Journey) -> str:
    return f"/journeys/{record.pk}/record/contact_made/"


def opened(desk: Client, record: Journey) -> dict[str, str]:
    when = ago(0.1).astimezone(clock.LONDON).strftime("%Y-%m-%d %H:%M")
    return {**hidden(desk.get(path(record))), "occurred_at": when, "note": CANARY, "submission": str(uuid4())}


def contacts() -> Any:
    return Event.objects.filter(kind="contact_made")


@pytest.mark.parametrize("how", ["switch", "logout"])
def test_a_form_of_one_sent_as_another_writes_nothing_and_keeps_the_text(
    desk: Client, first: User, record: Journey, how: str
) -> None:
    arrive(desk, first)
    form = opened(desk, record)
    leave(desk, how)
    arrive(desk, person(name="X. Second"))
    answer = desk.post(path(record), form)
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "You are signed in as <b>X. Second</b>; this form was opened by <b>Y. First</b>." in page
    assert CANARY not in page
    assert not contacts().exists()
    assert ["note", CANARY] in drafts.of_page(first, path(record))[1][path(record)]
    assert desk.get(f"/accounts/draft/?path={path(record)}").json()["forms"] == {}


def test_a_form_with_a_token_that_fits_is_refused_too_where_the_opener_is_another(
    client: Client, first: User, record: Journey
) -> None:
    client.force_login(first)  # this client leaves the CSRF check out
    form = opened(client, record)
    client.force_login(person())
    assert client.post(path(record), form).status_code == 403
    assert not contacts().exists()
    assert Draft.objects.get().user == first


def test_a_form_sent_when_nobody_is_signed_in_any_more_is_kept(desk: Client, first: User, record: Journey) -> None:
    arrive(desk, first)
    form = opened(desk, record)
    leave(desk, "switch")
    answer = desk.post(path(record), form)
    assert answer.status_code == 403
    assert "Nobody is signed in" in answer.content.decode()
    assert ["note", CANARY] in drafts.of_page(first, path(record))[1][path(record)]


def test_the_same_person_after_signing_in_again_only_presses_once_more(
    desk: Client, first: User, record: Journey
) -> None:
    arrive(desk, first)
    form = opened(desk, record)
    leave(desk, "logout")
    arrive(desk, first)
    answer = desk.post(path(record), form)
    assert answer.status_code == 403
    assert "Please send it once more" in answer.content.decode()
    assert not contacts().exists()
    again = {**form, **hidden(answer)}
    assert desk.post(path(record), again).status_code == 302
    assert contacts().get().recorded_by == first
    assert not Draft.objects.exists()


def test_after_an_unlock_the_form_is_taken(desk: Client, first: User, record: Journey) -> None:
    arrive(desk, first)
    form = opened(desk, record)
    leave(desk, "lock")
    desk.post("/accounts/unlock/", {**hidden(desk.get("/accounts/lock/")), "password": PASSWORD})
    assert desk.post(path(record), form).status_code == 302
    assert contacts().get().recorded_by == first


def test_two_tabs_with_the_same_page_keep_both_texts(desk: Client, first: User, record: Journey) -> None:
    arrive(desk, first)
    one, two = opened(desk, record), {**opened(desk, record), "note": "Another text"}
    leave(desk, "switch")
    desk.post(path(record), one)
    desk.post(path(record), two)
    (draft,) = drafts.all_of(first)
    assert [value for name, value in drafts.lines_of(draft) if name == "Note"] == [CANARY, "Another text"]
    assert drafts.of_page(first, path(record))[1][path(record)][-1] == ["note", "Another text"]


def test_a_form_without_any_token_is_refused_with_a_page_that_says_what_to_do(desk: Client, first: User) -> None:
    arrive(desk, first)
    answer = desk.post("/women/add/", {"first_name": "Tara"})
    assert answer.status_code == 403
    assert "load the page anew" in answer.content.decode()


def test_an_altered_token_is_nobodys(desk: Client, first: User, record: Journey) -> None:
    arrive(desk, first)
    form = opened(desk, record)
    leave(desk, "logout")
    arrive(desk, person())
    desk.post(path(record), {**form, "opened_by": form["opened_by"][:-2] + "xx"})
    assert not Draft.objects.exists()


def test_nothing_is_kept_for_a_sign_in_that_is_twelve_hours_old(
    desk: Client, first: User, record: Journey, time_machine: Any
) -> None:
    arrive(desk, first)
    form = opened(desk, record)
    time_machine.move_to(SignIn.objects.get().ends_at)
    desk.post(path(record), form)
    assert not Draft.objects.exists()


def test_every_form_of_a_page_says_who_opened_it(client: Client, first: User, record: Journey) -> None:
    client.force_login(first)
    for address in ("/caseload/", f"/journeys/{record.pk}/", path(record), "/women/add/", "/accounts/password/change/"):
        html = client.get(address).content.decode()
        assert html.count('name="csrfmiddlewaretoken"') == html.count('name="opened_by"') > 0, address
