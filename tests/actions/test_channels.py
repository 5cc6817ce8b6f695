"""Text messages against a stand-in for GOV.UK Notify that checks each token; signed requests to a site's own system."""

from __future__ import annotations

import hmac
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.test import Client

from carecoord import clock
from carecoord.access.models import User
from carecoord.delivery import sending
from carecoord.delivery.arrival import follow_up
from carecoord.delivery.by_text import hand_to_notify
from carecoord.delivery.by_webhook import signature
from carecoord.delivery.models import Message
from carecoord.delivery.numbers import spaced, uk_mobile
from carecoord.delivery.outbox import tell
from carecoord.delivery.relay import Delivered, deliver
from carecoord.outbound import Unreachable, ask
from tests.actions.test_outbox import wants
from tests.factories import staff
from tests.faults.test_canaries import written_to_the_log
from tests.outside import Asked, Service, http_service
from tests.roles import as_role

pytestmark = pytest.mark.django_db
NOW = clock.now()
SERVICE_ID, SECRET = str(uuid.uuid4()), str(uuid.uuid4())
TEMPLATE, DIGEST = str(uuid.uuid4()), str(uuid.uuid4())
WORDS = {
    TEMPLATE: "Urgent items in CareCoord: {number}. Sign in: {link}",
    DIGEST: "Items in CareCoord: {number}. Sign in: {link}",
}


def run() -> Delivered:
    with as_role("cc_worker"):
        return deliver()


def notify(asked: Asked) -> tuple[int, Any]:
    """What the API answers: 403 to a wrong token, 400 to what it cannot send, 201 with the words as they go out."""
    try:
        token = asked.headers["Authorization"].removeprefix("Bearer ")
        said = jwt.decode(token, SECRET, algorithms=["HS256"], issuer=SERVICE_ID, options={"verify_iat": False})
        assert abs(said["iat"] - time.time()) < 30
    except (KeyError, AssertionError, jwt.PyJWTError):
        return 403, error("AuthError", "Invalid token: API key not found")
    sent = asked.json
    if not sent["phone_number"].startswith("+447"):
        return 400, error("ValidationError", f"phone_number Not enough digits {sent['phone_number']}")
    if sent["template_id"] not in WORDS:
        return 400, error("BadRequestError", "Template not found")
    body = WORDS[sent["template_id"]].format(**sent["personalisation"])
    return 201, {"id": str(uuid.uuid4()), "reference": sent["reference"], "content": {"body": body}}


def error(kind: str, words: str) -> dict[str, Any]:
    return {"status_code": 400, "errors": [{"error": kind, "message": words}]}


@pytest.fixture
def texts(settings: Any) -> Iterator[Service]:
    with http_service() as service:
        service.answer = notify
        settings.NOTIFY_API_URL, settings.NOTIFY_API_KEY = service.url, f"carecoord-{SERVICE_ID}-{SECRET}"
        settings.NOTIFY_TEMPLATES = {"urgent": TEMPLATE, "digest": DIGEST, "test": TEMPLATE}
        yield service


@pytest.fixture
def midwife() -> User:
    user = staff()
    wants(user, "email", urgent=False, digest=False)
    wants(user, "text")
    return user


def test_a_text_has_a_number_and_a_link_and_is_kept_as_it_went(texts: Service, midwife: User) -> None:
    tell({midwife.pk: 3}, urgent=True, at=NOW)
    assert run() == Delivered(sent=1)
    (asked,), message = texts.asked, Message.objects.get()
    assert (asked.method, asked.path) == ("POST", "/v2/notifications/sms")
    assert asked.json == {
        "phone_number": "+447700900123",
        "template_id": TEMPLATE,
        "personalisation": {"number": 3, "link": "http://localhost:8000/"},
        "reference": str(message.key),
    }
    assert message.sent_text == "Urgent items in CareCoord: 3. Sign in: http://localhost:8000/"
    assert message.sent_to == "+447700900123"
    assert uuid.UUID(message.provider_id)


def test_a_digest_by_text_needs_its_own_template(texts: Service, midwife: User, settings: Any) -> None:
    tell({midwife.pk: 2}, urgent=False, at=NOW - timedelta(days=9))
    run()
    assert Message.objects.get().sent_text.startswith("Items in CareCoord: 2.")
    settings.NOTIFY_TEMPLATES["digest"] = ""
    tell({midwife.pk: 2}, urgent=False, at=NOW)
    assert Message.objects.latest("pk").channel == "email"


@pytest.mark.parametrize(
    ("answer", "state", "problem"),
    [
        ((400, error("ValidationError", "phone_number Not a valid number +447700900123")), "failed", "refused"),
        ((400, error("BadRequestError", "Missing personalisation: x")), "waiting", "settings"),
        ((403, error("AuthError", "Invalid token")), "waiting", "settings"),
        ((429, error("RateLimitError", "Exceeded rate limit")), "waiting", "busy"),
        ((500, error("Exception", "Internal server error")), "waiting", "unreachable"),
        ((201, {"surprise": "+447700900123"}), "waiting", "settings"),
        ((201, "surprise"), "waiting", "settings"),
    ],
)
def test_what_notify_says_is_understood_and_never_kept(
    texts: Service, midwife: User, answer: tuple[int, Any], state: str, problem: str
) -> None:
    other = staff()
    wants(other, "email", urgent=False, digest=False)
    wants(other, "text", number="+447700900999")
    tell({midwife.pk: 1, other.pk: 1}, urgent=True, at=NOW)
    texts.answer = lambda asked: answer
    with written_to_the_log() as lines:
        done = run()
    assert done == (Delivered(failed=2) if state == "failed" else Delivered(later=1))
    assert Message.objects.filter(state=state, problem=problem, attempts=1).count() == (2 if state == "failed" else 1)
    assert "7700900" not in lines.getvalue()


def test_a_wrong_key_is_refused_by_the_stand_in(texts: Service, midwife: User, settings: Any) -> None:
    settings.NOTIFY_API_KEY = f"carecoord-{SERVICE_ID}-{uuid.uuid4()}"
    tell({midwife.pk: 1}, urgent=True, at=NOW)
    assert run() == Delivered(later=1)
    assert Message.objects.get().problem == "settings"


def test_nobody_there_and_nobody_answering_are_tried_again(settings: Any, midwife: User, monkeypatch: Any) -> None:
    monkeypatch.setattr("carecoord.delivery.by_text.SECONDS", 0.2)
    settings.NOTIFY_TEMPLATES = {"urgent": TEMPLATE, "digest": "", "test": TEMPLATE}
    settings.NOTIFY_API_KEY, settings.NOTIFY_API_URL = f"carecoord-{SERVICE_ID}-{SECRET}", "http://127.0.0.1:9"
    tell({midwife.pk: 1}, urgent=True, at=NOW)
    run()
    assert Message.objects.get().problem == "unreachable"
    with http_service() as slow:
        slow.answer = lambda asked: time.sleep(1) or (201, {})  # type: ignore[func-returns-value]
        settings.NOTIFY_API_URL = slow.url
        Message.objects.update(next_try_at=NOW, problem="")
        run()
    assert Message.objects.get().problem == "unreachable"


def test_a_text_that_did_not_arrive_is_noticed(texts: Service, midwife: User, client: Client) -> None:
    for number in (1, 2, 3, 4):
        tell({midwife.pk: number}, urgent=True, at=NOW)
    run()
    sent = Message.objects.order_by("number")
    words = ("delivered", "permanent-failure", "sending", "")
    said = dict(zip([each.provider_id for each in sent], words, strict=True))
    texts.answer = lambda asked: (200, {"status": said[asked.path.rpartition("/")[2]]})
    Message.objects.filter(number=4).update(sent_at=NOW - timedelta(days=4))
    with as_role("cc_worker"):
        assert follow_up() == 2
        assert follow_up() == 0
    assert [(each.arrived, each.problem) for each in sent.all()] == [("yes", ""), ("no", "bounced"), ("", ""), ("", "")]
    assert len(texts.asked) == 4 + 3 + 1
    client.force_login(midwife)
    log = client.get("/alerts/sent/").content.decode()
    assert "Sent: the phone did not take it: check the number." in log
    assert "Arrived" in log
    assert "1 message of the last week did not reach you." in client.get("/alerts/how/").content.decode()


def test_while_notify_is_away_nothing_is_concluded(texts: Service, midwife: User) -> None:
    tell({midwife.pk: 1}, urgent=True, at=NOW)
    run()
    for answer in ((500, {}), (404, {}), (200, {"surprise": 1})):
        texts.answer = lambda asked, answer=answer: answer
        assert follow_up() == 0
    assert Message.objects.get().arrived == ""


def test_the_adapter_takes_other_templates_too(texts: Service) -> None:
    """As messages to women will need it."""
    WORDS["hers"] = "{words}"
    receipt = hand_to_notify("+447700900456", "hers", {"words": "Hello."}, reference="r")
    assert (receipt.text, texts.asked[0].json["reference"]) == ("Hello.", "r")
    with pytest.raises(sending.Returned):
        hand_to_notify("12", "hers", {"words": "Hello."}, reference="r")


# -- a site's own system ------------------------------------------------------------------------------


@pytest.fixture
def pager(settings: Any) -> Iterator[Service]:
    with http_service() as service:
        settings.WEBHOOK_URLS, settings.WEBHOOK_SECRET = {"ASHF": f"{service.url}/in/secret"}, "s" * 40
        yield service


@pytest.fixture
def paged() -> User:
    user = staff()
    wants(user, "email", urgent=False, digest=False)
    wants(user, "webhook")
    return user


def test_a_request_is_signed_and_says_who_and_how_many(pager: Service, paged: User) -> None:
    tell({paged.pk: 2}, urgent=True, at=NOW)
    tell({paged.pk: 5}, urgent=False, at=NOW - timedelta(days=9))
    assert run() == Delivered(sent=2)
    urgent, digest = pager.asked
    message = Message.objects.get(template="urgent")
    assert (urgent.method, urgent.path) == ("POST", "/in/secret")
    assert urgent.json == {"id": str(message.key), "to": str(paged.pk), "count": 2, "urgent": True}
    assert (digest.json["count"], digest.json["urgent"]) == (5, False)
    at = urgent.headers["CareCoord-Timestamp"]
    assert abs(int(at) - time.time()) < 30
    by_hand = hmac.new(b"s" * 40, f"{at}.{urgent.body}".encode(), "sha256").hexdigest()
    assert urgent.headers["CareCoord-Signature"] == f"sha256={by_hand}"
    assert signature(at, urgent.body + " ") != urgent.headers["CareCoord-Signature"]
    assert signature(str(int(at) + 1), urgent.body) != urgent.headers["CareCoord-Signature"]
    assert (message.sent_to, message.sent_text) == ("127.0.0.1", urgent.body)  # the address is a secret


def test_it_is_led_nowhere_else(pager: Service, paged: User) -> None:
    with http_service() as elsewhere:
        pager.answer, pager.headers = lambda asked: (307, {}), {"Location": elsewhere.url}
        tell({paged.pk: 1}, urgent=True, at=NOW)
        assert run() == Delivered(later=1)
        assert elsewhere.asked == []
    assert Message.objects.get().problem == "settings"


@pytest.mark.parametrize(("status", "problem"), [(500, "busy"), (503, "busy"), (429, "busy"), (404, "settings")])
def test_what_it_answers_is_understood(pager: Service, paged: User, status: int, problem: str) -> None:
    pager.answer = lambda asked: (status, {})
    tell({paged.pk: 1}, urgent=True, at=NOW)
    assert run() == Delivered(later=1)
    assert Message.objects.get().problem == problem


def test_one_sites_system_that_is_down_holds_up_no_other_sites(pager: Service, settings: Any) -> None:
    settings.WEBHOOK_URLS = {"CALD": "http://127.0.0.1:9/", **settings.WEBHOOK_URLS}
    people = [staff(site="CALD"), staff(site="CALD"), staff(site="ASHF")]
    for user in people:
        wants(user, "email", urgent=False)
        wants(user, "webhook")
    tell({user.pk: 1 for user in people}, urgent=True, at=NOW)
    assert run() == Delivered(sent=1, later=1)
    assert [asked.json["to"] for asked in pager.asked] == [str(people[-1].pk)]


def test_an_answer_that_is_none_and_one_that_never_ends(pager: Service) -> None:
    with pytest.raises(Unreachable):
        ask("GET", "http://127.0.0.1:9/", seconds=1)
    pager.answer = lambda asked: time.sleep(1) or (200, {})  # type: ignore[func-returns-value]
    with pytest.raises(Unreachable):
        ask("GET", pager.url, seconds=0.2)


# -- numbers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    ["07700900123", "07700 900 123", "+44 7700 900123", "0044 7700 900123", "+44 (0)7700 900123", "07700-900.123"],
)
def test_a_mobile_number_is_read_however_it_is_written(typed: str) -> None:
    assert uk_mobile(typed) == "+447700900123"
    assert spaced(uk_mobile(typed)) == "07700 900123"


@pytest.mark.parametrize(
    "typed",
    ["", "0", "0770090012", "077009001234", "01632 960123", "+33 6 12 34 56 78", "07000 900123", "07600 900123",
     "07700900123, 07700900124", "07700 90012x", "٠٧٧٠٠٩٠٠١٢٣"],
)  # fmt: skip
def test_what_is_no_mobile_number_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="mobile"):
        uk_mobile(typed)
