"""The pages of CE-8: what she sees and sends, what staff offer and type in, and what stands on her journey's page."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from pathways.gaps.models.engagement import PAPER, Invitation, Response
from pathways.gaps.rules.engagement.items import ITEMS, LABEL
from pathways.models import Journey
from tests.factories import happened, staff
from tests.faults.test_canaries import written_to_the_log
from tests.gaps.engagement import asked, booked
from tests.pages.test_link import bytes_of, words_of

pytestmark = pytest.mark.django_db
NEVER = "/w/2222-2222-2222/"
SAID = {item.key: "3" for item in ITEMS}


@pytest.fixture
def midwife() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def record(midwife: User) -> Journey:
    return booked(midwife)


def address(key: str) -> str:
    return reverse("questions", args=[key])


# -- her own page ----------------------------------------------------------------------------------


def test_she_is_asked_without_a_name_and_thanked_without_a_word(client: Client, record: Journey) -> None:
    made = asked(record)
    page = client.get(address(made.key))
    said = words_of(page)
    assert LABEL in said
    for word in ("Xanthippe", "Quillfeather", "A. Reid", "Ashford", "drug", "methadone", "CareCoord"):
        assert word not in said
    assert [item.text in said for item in ITEMS] == [True] * 8
    sent = client.post(address(made.key), {**SAID, "about": "key_worker"})
    assert sent.url == "/w/thank-you/"
    thanks = words_of(client.get(sent.url))
    assert "Thank you" in thanks
    assert "CE-8" not in thanks
    assert Response.objects.get().answers == [3] * 8


def test_what_opens_nothing_is_answered_alike(client: Client, midwife: User, record: Journey) -> None:
    never = bytes_of(client.get(NEVER))
    used, ended, paper = asked(booked(midwife)), asked(record), asked(booked(midwife), PAPER)
    client.post(address(used.key), SAID)
    asked(record)  # ends the one before
    late = asked(booked(midwife))
    Invitation.objects.filter(pk=Invitation.objects.latest("pk").pk).update(expires_at=clock.now())
    lost = asked(booked(midwife))
    happened(Journey.objects.latest("pk"), ("pregnancy_loss", clock.now()))
    for made in (used, ended, paper, late, lost):
        assert bytes_of(client.get(address(made.key))) == never
        assert bytes_of(client.post(address(made.key), SAID)) == never
    assert Response.objects.count() == 1


def test_nothing_chosen_is_asked_again_and_spends_nothing(client: Client, record: Journey) -> None:
    made = asked(record)
    assert "Nothing is chosen yet" in words_of(client.post(address(made.key), {}))
    assert client.post(address(made.key), {"call": "on"}).url == "/w/thank-you/"


def test_odd_forms_are_no_failure(client: Client, record: Journey) -> None:
    made = asked(record)
    for odd in ({"CE1": "9"}, {"CE1": "x"}, {"about": "nobody"}):
        assert client.post(address(made.key), odd).status_code == 200
    assert not Response.objects.exists()
    for key in ("x" * 5000, "’; DROP TABLE", "%00", "-"):
        assert client.get(f"/w/{key}/").status_code in (200, 400, 404)


def test_no_cookie_no_cache_no_index_no_log(client: Client, record: Journey) -> None:
    made = asked(record)
    with written_to_the_log() as lines:
        answers = [client.get(address(made.key)), client.post(address(made.key), SAID), client.get("/w/thank-you/")]
        client.put(address(made.key))
    for answer in answers:
        assert not answer.cookies
        assert answer["Cache-Control"] == "no-store, private"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer["X-Robots-Tag"]
    assert made.key not in lines.getvalue()


def test_many_tries_from_one_place_are_held_up(client: Client, record: Journey) -> None:
    made = asked(record)
    for _ in range(60):
        client.post(NEVER, SAID, REMOTE_ADDR="203.0.113.9")
    assert client.post(address(made.key), SAID, REMOTE_ADDR="203.0.113.9").status_code == 429
    assert client.post(address(made.key), SAID).url == "/w/thank-you/"


def test_who_is_signed_in_leaves_nothing_of_theirs(client: Client, record: Journey, midwife: User) -> None:
    made = asked(record)
    nobody = Client().get(address(made.key)).content
    client.force_login(midwife)
    assert client.get(address(made.key)).content == nobody


# -- offered, on the page of her journey -----------------------------------------------------------


def her_page(client: Client, record: Journey) -> str:
    return words_of(client.get(reverse("journey", args=[record.pk])))


def test_the_panel_says_the_same_whatever_she_does(client: Client, record: Journey, midwife: User) -> None:
    client.force_login(midwife)
    assert "You can offer CE-8 now." in her_page(client, record)
    shown = words_of(client.post(reverse("engagement_offer", args=[record.pk]), form("device")))
    assert "You can offer CE-8" not in her_page(client, record)
    before = her_page(client, record)
    key = re.search(r"/w/([\w-]+)/", shown)
    assert key
    Client().post(f"/w/{key[1]}/", SAID)
    assert Response.objects.exists()
    tags = re.compile(r"<[^>]+>")
    assert tags.sub("", her_page(client, record)) == tags.sub("", before)


def test_not_now_needs_no_reason(client: Client, record: Journey, midwife: User) -> None:
    client.force_login(midwife)
    client.post(reverse("engagement_not_now", args=[record.pk]))
    assert "CE-8" not in her_page(client, record)


def form(way: str) -> dict[str, str]:
    return {"way": way, "submission": "6f1c4f5e-0000-4000-8000-00000000000" + str(len(way) % 10)}


def test_a_sheet_of_paper_has_the_label_a_code_and_no_name(client: Client, record: Journey, midwife: User) -> None:
    client.force_login(midwife)
    said = words_of(client.post(reverse("engagement_offer", args=[record.pk]), {**form("paper"), "with_ward": "on"}))
    assert LABEL in said
    assert "Quillfeather" not in said
    assert "staff treated me with respect" in said
    code = re.search(r'questions-paper__code">([\w-]+)<', said)
    assert code
    again = words_of(client.post(reverse("engagement_offer", args=[record.pk]), form("paper")))
    assert "made and shown once" in again
    office = staff(Role.SITE_ADMINISTRATOR, team="office")
    client.force_login(office)
    page = words_of(client.post(reverse("engagement_enter"), {"code": code[1]}))
    assert "Quillfeather" not in page
    today = clock.today()
    day = {"answered_on_0": today.day, "answered_on_1": today.month, "answered_on_2": today.year}
    sent = {"code": code[1], "save": "yes", "W1": "4", **SAID, **day}
    saved = client.post(reverse("engagement_enter"), sent, follow=True)
    assert "Nobody can open these answers again" in words_of(saved)
    assert Response.objects.get().entered_by == office
    assert "No sheet waits" in words_of(client.post(reverse("engagement_enter"), {"code": code[1]}))


def test_whom_she_may_have_rated_is_told_whom_to_ask(client: Client, record: Journey, midwife: User) -> None:
    made = asked(record, PAPER)
    client.force_login(midwife)
    said = words_of(client.post(reverse("engagement_enter"), {"code": made.key}))
    assert "Give the paper, closed, to a colleague" in said
    assert "CE1" not in said


def test_her_wish_to_be_called_stands_on_her_page_until_it_is_done(
    client: Client, record: Journey, midwife: User
) -> None:
    Client().post(address(asked(record).key), {**SAID, "call": "on"})
    client.force_login(midwife)
    assert "She asks to be called" in her_page(client, record)
    assert "A woman asks to be called" in words_of(client.get(reverse("notices")))
    client.post(reverse("engagement_called", args=[record.pk]), {"submission": uuid4()})
    assert "She asks to be called" not in her_page(client, record)
