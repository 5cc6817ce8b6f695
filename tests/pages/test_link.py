"""The pages of a link: what staff make, and what somebody without an account sees, reads and answers."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from carecoord.audit.models import Read
from pathways.models import Journey
from referrals.linking import Key, Made
from referrals.models import LinkLetter, Referral, ReferralLink, ReferralStep
from tests import services
from tests.factories import claimed, journey, staff
from tests.faults.test_canaries import written_to_the_log
from tests.links import ENDINGS, linked, wrong

pytestmark = pytest.mark.django_db

HER_NAME = "Xanthippe Quillfeather"
THANKS = "/r/thank-you/"
OF_EACH_ANSWER = ("X-Request-Id",)


@pytest.fixture
def midwife() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def record(midwife: User) -> Journey:
    return journey(midwife=midwife, first_name="Xanthippe", last_name="Quillfeather")


@pytest.fixture
def referral(record: Journey) -> Referral:
    return services.referral(record, shared=["name", "midwife"], asks="A first talk about housing")


@pytest.fixture
def made(referral: Referral) -> Made:
    return linked(referral)


def address(key: Key) -> str:
    return reverse("answer_link", args=[key.token])


def words_of(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def bytes_of(answer: Any) -> tuple[int, bytes, list[tuple[str, str]], str]:
    """All that a browser gets, save the number of the request."""
    headers = sorted((name, value) for name, value in answer.headers.items() if name not in OF_EACH_ANSWER)
    return answer.status_code, answer.content, headers, str(answer.cookies)


def sent(client: Client, key: Key, **form: Any) -> Any:
    return client.post(address(key), {"code": key.code, **form})


def decided(client: Client, key: Key, state: str = "accepted", **form: Any) -> Any:
    known = {"do": "answer", "state": state, "name": "D. Ross, housing worker", "submission": uuid4(), **form}
    return sent(client, key, **known)


# -- before the code, and without it -------------------------------------------------------------


def test_every_address_is_answered_with_the_same_page(client: Client, made: Made) -> None:
    there, nowhere = client.get(address(made.key)), client.get("/r/nothing-of-ours/")
    assert bytes_of(there) == bytes_of(nowhere)
    assert "Six digits" in words_of(there)
    for secret in (HER_NAME, "housing", "A. Reid", "Ashford", made.key.token, made.link.to_whom):
        assert secret not in words_of(there)


@pytest.mark.parametrize("what", ENDINGS)
def test_what_has_ended_is_answered_as_what_never_was(client: Client, made: Made, what: str) -> None:
    never = bytes_of(client.post("/r/nothing-of-ours/", {"code": "123456"}))
    ENDINGS[what](made)
    assert bytes_of(client.get(address(made.key))) == bytes_of(client.get("/r/nothing-of-ours/"))
    for form in ({}, {"do": "acknowledge", "submission": uuid4()}):
        assert bytes_of(sent(client, made.key, **form)) == never
    assert bytes_of(decided(client, made.key)) == never


def test_wrong_codes_and_those_of_others_too(client: Client, record: Journey, made: Made) -> None:
    other = linked(services.referral(record, services.service("dental")))
    never = bytes_of(client.post("/r/nothing-of-ours/", {"code": "123456"}))
    for code in (wrong(made.key).code, other.key.code, "", "x" * 5000, "’; DROP TABLE"):
        assert bytes_of(client.post(address(made.key), {"code": code})) == never
    assert bytes_of(sent(client, made.key)) == never  # five wrong ones: also the right one opens nothing now


def test_no_cookie_is_set_and_nothing_is_kept_sent_on_or_indexed(client: Client, made: Made) -> None:
    answers = (
        client.get(address(made.key)), client.get(THANKS), sent(client, made.key), sent(client, wrong(made.key)),
        decided(client, made.key),
    )  # fmt: skip
    for answer in answers:
        assert not answer.cookies
        assert answer["Cache-Control"] == "no-store, private"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer["X-Robots-Tag"]


def test_no_log_line_says_the_address_or_the_code(client: Client, made: Made) -> None:
    client.raise_request_exception = False
    with written_to_the_log() as lines:
        client.get(address(made.key))
        sent(client, wrong(made.key))
        client.put(address(made.key))
        client.post(address(made.key), {"code": "\0"})
        decided(client, made.key)
    said = lines.getvalue()
    assert said.count('"/r/\\u2026"') >= 4
    assert made.key.token not in said
    assert made.key.code not in said


def test_many_tries_from_one_place_are_held_up(client: Client, made: Made) -> None:
    for _ in range(60):
        client.post("/r/nothing-of-ours/", {"code": "123456"}, REMOTE_ADDR="203.0.113.9")
    held = client.post(address(made.key), {"code": made.key.code}, REMOTE_ADDR="203.0.113.9")
    assert held.status_code == 429
    assert HER_NAME not in words_of(held)
    assert HER_NAME in words_of(sent(client, made.key))


def test_who_is_signed_in_reads_no_more_and_leaves_nothing_of_theirs(client: Client, made: Made) -> None:
    nobody = Client().get(address(made.key)).content
    client.force_login(staff(name="B. Other"))
    assert client.get(address(made.key)).content == nobody
    assert "B. Other" not in words_of(sent(client, made.key))


# -- with the code -------------------------------------------------------------------------------


def test_with_the_code_it_shows_what_was_shared_alone(client: Client, referral: Referral, made: Made) -> None:
    said = words_of(sent(client, made.key))
    assert "A first talk about housing" in said
    assert f"{HER_NAME}, born" in said
    assert "A. Reid" in said
    assert "She has not agreed that you get in touch" in said
    assert "How she wants to be reached" not in said
    assert Read.objects.get(page="answer_link").women == [referral.journey.woman_id]


def test_one_click_says_that_they_have_it_and_the_same_page_decides(client: Client, made: Made) -> None:
    page = sent(client, made.key, do="acknowledge", submission=uuid4())
    assert "They know that you have it" in words_of(page)
    assert "We have it" not in words_of(page)
    assert HER_NAME in words_of(page)
    assert decided(client, made.key).url == THANKS
    assert list(ReferralStep.objects.order_by("pk").values_list("state", flat=True)) == [
        "sent", "acknowledged", "accepted",
    ]  # fmt: skip


def test_after_the_decision_there_is_thanks_and_nothing_else(client: Client, made: Made) -> None:
    thanks = client.get(decided(client, made.key).url)
    assert "Thank you" in words_of(thanks)
    assert HER_NAME not in words_of(thanks)
    assert HER_NAME not in words_of(sent(client, made.key))


def test_pressing_twice_is_no_failure(client: Client, made: Made) -> None:
    form = {"submission": uuid4()}
    assert decided(client, made.key, **form).url == decided(client, made.key, **form).url == THANKS
    assert ReferralStep.objects.filter(state="accepted").count() == 1


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"state": ""}, "Choose an answer"),
        ({"name": ""}, "Write your name"),
        ({"state": "declined"}, "Choose why"),
        ({"state": "declined", "reason": "other", "words": " "}, "Write the reason"),
        ({"state": "waiting", "place_from_0": "1", "place_from_1": "1", "place_from_2": "2020"}, "still to come"),
    ],
)
def test_what_is_missing_is_asked_again_and_nothing_is_lost(
    client: Client, made: Made, form: dict[str, str], said: str
) -> None:
    page = words_of(decided(client, made.key, **{"name": "M. Shah", "words": "We ring on Monday", **form}))
    assert said in page
    assert "We ring on Monday" in page or "M. Shah" in page
    assert ReferralStep.objects.count() == 1
    assert decided(client, made.key).url == THANKS


def test_a_no_says_why_and_a_wait_from_when(client: Client, made: Made, record: Journey) -> None:
    decided(client, made.key, "declined", reason="service_late", words="From week 20 on")
    step = ReferralStep.objects.get(state="declined")
    assert (step.reason, step.words, step.by_outside) == ("service_late", "From week 20 on", "D. Ross, housing worker")
    later, day = linked(services.referral(record, services.service("dental"))), clock.today() + timedelta(days=30)
    parts = {"place_from_0": day.day, "place_from_1": day.month, "place_from_2": day.year}
    decided(client, later.key, "waiting", reason="service_full", **parts)
    step = ReferralStep.objects.get(state="waiting")
    assert (step.place_from, step.reason) == (day, "")


def test_somebody_on_the_waiting_list_is_asked_for_again(client: Client, record: Journey) -> None:
    made = linked(services.referral(record, state="waiting"))
    page = words_of(sent(client, made.key))
    assert "Yes, we take her on" in page
    assert "has to wait" not in page.split("If she")[0]
    assert "We have it" not in page


# -- made by staff -------------------------------------------------------------------------------


def make(client: Client, referral: Referral, **form: Any) -> Any:
    known = {"to_whom": "C. Mbeki, intake", "days": "7", "submission": uuid4(), **form}
    return client.post(reverse("link", args=[referral.pk]), known)


def shown_key(answer: Any) -> Key:
    said = words_of(answer)
    token, code = re.search(r"/r/([\w-]+)/", said), re.search(r"(\d{3}) (\d{3})\s*</p>", said)
    assert token
    assert code
    return Key(token[1], code[1] + code[2])


def test_a_link_is_made_and_shown_once(client: Client, midwife: User, referral: Referral) -> None:
    client.force_login(midwife)
    page = client.get(reverse("link", args=[referral.pk]))
    assert f"{HER_NAME}, born" in words_of(page)
    form = {"submission": uuid4()}
    shown = make(client, referral, **form)
    assert settings.OWN_ADDRESS in words_of(shown)
    assert HER_NAME not in words_of(shown)  # it is printed
    assert HER_NAME in words_of(sent(Client(), shown_key(shown)))
    assert "shown once" in words_of(make(client, referral, **form))
    after = words_of(client.get(reverse("link", args=[referral.pk])))
    assert "C. Mbeki, intake" in after
    assert "Opened first" in after
    assert shown_key(shown).token not in after


def test_its_page_says_how_it_stands_and_ends_it(client: Client, midwife: User, referral: Referral) -> None:
    made = linked(referral)
    client.force_login(midwife)
    here = reverse("link", args=[referral.pk])
    assert "Not opened yet" in words_of(client.get(here))
    for wrong_codes, said in ((1, "1 wrong code"), (2, "2 wrong codes"), (5, "wrong five times")):
        ReferralLink.objects.update(tries=wrong_codes)
        assert said in words_of(client.get(here))
    ReferralLink.objects.update(tries=0)
    client.post(reverse("end_link", args=[referral.pk]))
    assert "Ended on" in words_of(client.get(here))
    assert HER_NAME not in words_of(sent(Client(), made.key))


def test_by_e_mail_goes_the_address_alone(client: Client, midwife: User, record: Journey) -> None:
    to = services.service("housing", email="intake@housing.example")
    client.force_login(midwife)
    referral = services.referral(record, to)
    shown = make(client, referral, how="email")
    assert "intake@housing.example" in words_of(shown)
    letter = LinkLetter.objects.get()
    assert letter.to_address == "intake@housing.example"
    assert shown_key(shown).token not in letter.sealed
    assert "Waiting to be sent, to intake@housing.example" in words_of(client.get(reverse("link", args=[referral.pk])))


def test_what_is_missing_is_said(client: Client, midwife: User, referral: Referral) -> None:
    client.force_login(midwife)
    assert "Write who is given it" in words_of(make(client, referral, to_whom=""))
    assert "Choose an answer" in words_of(make(client, referral, days=""))
    assert not ReferralLink.objects.exists()


def test_a_service_with_accounts_needs_none(client: Client, midwife: User, record: Journey) -> None:
    client.force_login(midwife)
    page = client.get(reverse("link", args=[services.referral(record, services.service(team="hv")).pk]))
    assert "has accounts here" in words_of(page)
    assert "Make the link" not in words_of(page)


def test_whom_one_may_not_see_is_not_there(client: Client, referral: Referral) -> None:
    client.force_login(staff(site="CALD"))
    assert client.get(reverse("link", args=[referral.pk])).status_code == 404
    assert make(client, referral).status_code == 404
    assert client.post(reverse("end_link", args=[referral.pk])).status_code == 404
    assert not ReferralLink.objects.exists()


def test_another_side_is_told_who_makes_one(client: Client, referral: Referral) -> None:
    other = staff(Role.HEALTH_VISITOR, team="hv")
    claimed(referral.journey, other)
    client.force_login(other)
    assert "Whoever sent it makes the link" in words_of(make(client, referral))
    client.post(reverse("end_link", args=[linked(referral).link.referral_id]))
    assert ReferralLink.objects.filter(ended_at=None).exists()
