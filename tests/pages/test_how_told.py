"""How I am told, and what was sent to me: my own choice, my own messages, and nobody else's."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils.html import strip_tags

from carecoord import clock
from carecoord.access.acting import acting_as
from carecoord.access.models import User
from carecoord.audit.models import Change
from carecoord.delivery.actions import choose_ways
from carecoord.delivery.models import Message, Preference
from carecoord.delivery.outbox import tell
from carecoord.delivery.people import Wish
from carecoord.delivery.relay import deliver
from tests.actions.test_outbox import TEXTS, wants
from tests.factories import staff
from tests.roles import WEB, as_role

pytestmark = pytest.mark.django_db
NOW = clock.now()


@pytest.fixture
def midwife() -> User:
    return staff(email="a.reid@hospital.example")


@pytest.fixture
def signed_in(client: Client, midwife: User) -> Client:
    client.force_login(midwife)
    return client


@pytest.fixture
def _texts(settings: Any) -> None:
    settings.NOTIFY_API_KEY, settings.NOTIFY_TEMPLATES = "key", TEXTS


def words(answer: Any) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", strip_tags(answer.content.decode()))


def ticked(answer: Any) -> set[str]:
    boxes = re.findall(r'<input class="nhsuk-checkboxes__input"[^>]*>', answer.content.decode())
    found = [re.search(r'name="(\w+)".* value="(\w+)"', box) for box in boxes if " checked" in box]
    return {f"{match[1]} {match[2]}" for match in found if match}


def test_it_shows_what_holds_and_what_is_not_set_up(signed_in: Client) -> None:
    page = signed_in.get("/alerts/how/")
    assert ticked(page) == {"email urgent", "email digest"}
    assert "Not set up here: Text message, Your site’s own system." in words(page)
    assert "By e-mail To a.reid@hospital.example" in words(page)
    assert 'name="number"' not in page.content.decode()
    assert "Test: E-mail" in words(page)


@pytest.mark.usefixtures("_texts")
def test_what_is_chosen_is_kept_and_written_down(signed_in: Client, midwife: User) -> None:
    sent = {"email": ["digest"], "text": ["urgent"], "number": " 07700 900 123"}
    page = signed_in.post("/alerts/how/", sent, follow=True)
    assert "Saved. This is how you are told from now on." in words(page)
    assert ticked(page) == {"email digest", "text urgent"}
    assert 'value="07700 900123"' in page.content.decode()
    kept = {row.channel: (row.urgent, row.digest, row.number) for row in midwife.ways.all()}
    assert kept == {"email": (False, True, ""), "text": (True, False, "+447700900123")}
    change = Change.objects.filter(table="delivery_preference", op="I").latest("pk")
    assert change.actor_id == midwife.pk
    assert "7700" not in str(change.new)
    signed_in.post("/alerts/how/", {"number": "07700900123"})
    assert not Preference.objects.filter(urgent=True).exists()


@pytest.mark.usefixtures("_texts")
@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("", "Write the number that text messages go to, or take the ticks away."),
        ("01632 960123", "Write a mobile number of the UK, with all its digits: 07700 900123."),
        ("07700900123,07700900124", "Write a mobile number of the UK"),
    ],
)
def test_a_text_needs_one_number_of_the_uk(signed_in: Client, number: str, said: str) -> None:
    page = signed_in.post("/alerts/how/", {"text": ["urgent"], "number": number})
    assert said in words(page)
    assert number in page.content.decode()
    assert not Preference.objects.exists()


def test_a_way_that_is_not_set_up_cannot_be_chosen(signed_in: Client) -> None:
    signed_in.post("/alerts/how/", {"email": ["urgent"], "text": ["urgent"], "number": "07700900123"})
    assert set(Preference.objects.values_list("channel", flat=True)) == {"email"}
    page = signed_in.post("/alerts/how/", {"email": ["sometimes"]})
    assert "There is something to put right" in words(page)
    page = signed_in.post("/alerts/how/", {"test": "text"}, follow=True)
    assert "This way is not set up here." in words(page)
    assert not Message.objects.exists()


@pytest.mark.usefixtures("_texts")
def test_what_is_not_set_up_now_stays_as_it_was_chosen(signed_in: Client, midwife: User, settings: Any) -> None:
    wants(midwife, "text")
    settings.NOTIFY_API_KEY = ""
    signed_in.post("/alerts/how/", {"email": ["urgent"]})
    assert midwife.ways.get(channel="text").urgent


def test_a_test_goes_through_the_outbox_and_stands_in_the_log(signed_in: Client, mailoutbox: Any) -> None:
    page = signed_in.post("/alerts/how/", {"test": "email"}, follow=True)
    assert "A test is on its way." in words(page)
    assert "by e-mail" in words(page)
    assert mailoutbox == [], "the page itself sends nothing"
    with as_role("cc_worker"):
        assert deliver().sent == 1
    page = signed_in.get("/alerts/sent/")
    assert "Sent by e-mail, a.reid@hospital.example" in words(page)
    assert "A test from CareCoord" in words(page)
    assert "You asked for this test. There is nothing to do." in words(page)
    for _ in range(3):
        page = signed_in.post("/alerts/how/", {"test": "email"}, follow=True)
    assert "Wait a quarter of an hour" in words(page)


def test_the_log_shows_exactly_what_was_sent_and_what_became_of_it(signed_in: Client, midwife: User) -> None:
    assert "Nothing yet" in words(signed_in.get("/alerts/sent/"))
    for hours in (3, 2, 1):
        tell({midwife.pk: hours}, urgent=True, at=NOW - timedelta(hours=hours))
    first, second, third = Message.objects.order_by("pk")
    with as_role("cc_worker"):
        deliver(first.created_at)
    Message.objects.filter(pk=second.pk).update(state="failed", problem="refused", attempts=1)
    Message.objects.filter(pk=third.pk).update(problem="unreachable", attempts=2)
    said = words(signed_in.get("/alerts/sent/"))
    assert "3 urgent items in CareCoord" in said
    assert "Please sign in and look." in said
    assert "Not delivered: the address or number was refused: check it. by e-mail" in said
    assert "Tried 2 times: the service that sends it did not answer. Tried again by e-mail" in said
    assert "1 message of the last week did not reach you." in words(signed_in.get("/alerts/how/"))


def test_a_long_log_has_pages(signed_in: Client, midwife: User) -> None:
    for number in range(35):
        tell({midwife.pk: 1}, urgent=True, at=NOW - timedelta(minutes=number))
    assert "1 to 30 of 35 messages" in words(signed_in.get("/alerts/sent/"))
    assert "31 to 35 of 35 messages" in words(signed_in.get("/alerts/sent/?page=2"))


# -- nobody else's ------------------------------------------------------------------------------------


def test_anothers_messages_and_choices_are_not_there(midwife: User) -> None:
    other = staff()
    for user in (midwife, other):
        wants(user, "email")
        tell({user.pk: 1}, urgent=True, at=NOW)
    with as_role(WEB), acting_as(midwife):
        assert [row.to_user_id for row in Message.objects.all()] == [midwife.pk]
        assert [row.user_id for row in Preference.objects.all()] == [midwife.pk]
    with as_role(WEB):
        assert not Message.objects.exists()


@pytest.mark.parametrize(
    "row",
    [
        {"template": "urgent", "number": 1},
        {"template": "digest", "number": 1},
        {"template": "test", "state": "failed"},
    ],
)
def test_a_page_can_write_nothing_but_a_test_to_oneself(midwife: User, row: dict[str, Any]) -> None:
    def write(user: User, **more: Any) -> None:
        with as_role(WEB), acting_as(midwife):
            Message.objects.create(
                to_user=user, channel="email", not_before=NOW, next_try_at=NOW, **{"template": "test", **more}
            )

    write(midwife)
    for user, more in ((midwife, row), (staff(), {})):
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            write(user, **more)
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        as_role(WEB),
        acting_as(midwife),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE delivery_message SET number = 2")


def test_nobody_chooses_for_somebody_else(midwife: User) -> None:
    with pytest.raises(PermissionError):
        choose_ways(staff(), {"email": Wish()}, by=midwife)
