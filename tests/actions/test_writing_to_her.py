"""A message to her leaves by the way that she confirmed, when it may, once; and nothing but a fixed text goes."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction

from carecoord import clock
from carecoord.access.models import User
from carecoord.delivery.pauses import MOST_ATTEMPTS
from pathways import writing_to_her
from pathways.contact import Agreed, agree_contact, mark_unsafe, record_details
from pathways.models import Journey, MessageToHer
from pathways.models.contact import newest_contact
from pathways.reaching import MESSAGES, reach
from pathways.writing_to_her import write_to_her
from tests.factories import after_a_loss, journey, staff, stand_at
from tests.outside import Asked, Mailbox, Service, http_service, mail_server
from tests.roles import as_role

pytestmark = pytest.mark.django_db

TEMPLATE = str(uuid.uuid4())
TUESDAY = datetime(2026, 3, 10, 10, tzinfo=clock.LONDON)


def notify(asked: Asked) -> tuple[int, Any]:
    body = asked.json["personalisation"]["words"]
    return 201, {"id": str(uuid.uuid4()), "reference": asked.json["reference"], "content": {"body": body}}


@pytest.fixture(autouse=True)
def now() -> Iterator[Any]:
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def texts(settings: Any) -> Iterator[Service]:
    with http_service() as service:
        service.answer = notify
        settings.NOTIFY_API_URL, settings.NOTIFY_API_KEY = service.url, f"her-{uuid.uuid4()}-{uuid.uuid4()}"
        settings.NOTIFY_TEMPLATE_TO_HER = TEMPLATE
        yield service


@pytest.fixture
def mails(settings: Any) -> Iterator[Mailbox]:
    with mail_server() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        settings.EMAIL_FROM_TO_HER = "appointments@hospital.example"
        yield box


@pytest.fixture
def midwife() -> User:
    return staff()


def agreed(record: Journey, by: User, channel: str = "text", **details: str) -> None:
    known = details or {"number": "07700 900123", "email": "amina@example.com"}
    newest = newest_contact(record.woman_id)
    hours = Agreed(channel, safe_from=time(9), safe_until=time(12))
    agree_contact(record.woman, hours, known, seen=newest.pk if newest else None, by=by)


@pytest.fixture
def her(midwife: User) -> Journey:
    record = journey(midwife=midwife, first_name="Xanthippe")
    stand_at(record, "antenatal")
    agreed(record, midwife)
    return record


def queued(her: Journey) -> MessageToHer:
    return reach(her.woman, "tomorrow", clock.now(), by=None)


def run() -> int:
    with as_role("cc_worker"):
        return write_to_her()


def test_a_text_says_the_fixed_words_and_nothing_of_her(her: Journey, texts: Service) -> None:
    message = queued(her)

    assert run() == 1
    assert run() == 0

    (asked,) = texts.asked
    assert asked.json["phone_number"] == "+447700900123"
    assert asked.json["personalisation"] == {"words": MESSAGES["tomorrow"]}
    assert "Xanthippe" not in asked.body
    message.refresh_from_db()
    assert message.sent_at == clock.now()


def test_an_email_names_no_service(her: Journey, midwife: User, mails: Mailbox) -> None:
    agreed(her, midwife, "email")
    queued(her)

    assert run() == 1

    (mail,) = mails.got
    assert (mail["From"], mail["To"], mail["Subject"]) == (
        "appointments@hospital.example",
        "amina@example.com",
        "Hello",
    )
    assert MESSAGES["tomorrow"] in mail.get_payload().replace("=\n", "").replace("\n", " ").strip() + " "


@pytest.mark.parametrize("setting", ["NOTIFY_TEMPLATE_TO_HER", "NOTIFY_API_KEY"])
def test_a_way_that_nobody_opened_stays_closed(her: Journey, texts: Service, settings: Any, setting: str) -> None:
    setattr(settings, setting, "")
    message = queued(her)

    assert run() == 0

    message.refresh_from_db()
    assert (texts.asked, message.sent_at, message.recalled_at) == ([], None, None)


def test_outside_her_hours_it_waits(her: Journey, texts: Service, now: Any) -> None:
    queued(her)
    now.move_to(TUESDAY + timedelta(hours=3))
    assert run() == 0
    now.move_to(TUESDAY + timedelta(hours=1, minutes=30))
    assert run() == 1


def test_what_is_not_safe_any_more_does_not_go(her: Journey, texts: Service, midwife: User) -> None:
    queued(her)
    mark_unsafe(her.woman, by=midwife)

    assert run() == 0
    assert texts.asked == []


def test_after_a_loss_it_is_called_back(her: Journey, texts: Service, now: Any) -> None:
    message = queued(her)
    now.move_to(TUESDAY + timedelta(minutes=5))
    after_a_loss(her)

    assert run() == 0

    message.refresh_from_db()
    assert texts.asked == []
    assert message.recalled_at is not None


def test_the_reminder_of_a_day_that_has_passed_is_called_back(her: Journey, texts: Service, now: Any) -> None:
    message = queued(her)
    now.move_to(TUESDAY + timedelta(days=1))

    assert run() == 0

    message.refresh_from_db()
    assert (texts.asked, message.recalled_at) == ([], clock.now())


@pytest.mark.parametrize(("number", "problem"), [("", "no_address"), ("01632 960110", "refused")])
def test_without_a_number_that_takes_texts_it_is_called_back(
    her: Journey, texts: Service, midwife: User, number: str, problem: str
) -> None:
    record_details(her.woman, {"number": number}, by=midwife)
    message = queued(her)

    assert run() == 0

    message.refresh_from_db()
    assert (texts.asked, message.problem, message.recalled_at) == ([], problem, clock.now())


def test_it_is_tried_again_and_given_up_after_a_day(her: Journey, texts: Service, now: Any) -> None:
    texts.answer = lambda asked: (503, {})
    message = queued(her)

    assert run() == 0
    assert run() == 0  # not before its pause is over
    message.refresh_from_db()
    assert (message.attempts, message.problem, len(texts.asked)) == (1, "unreachable", 1)
    now.move_to(TUESDAY + timedelta(minutes=1))
    texts.answer = notify
    assert run() == 1

    last = queued(her)
    MessageToHer.objects.filter(pk=last.pk).update(attempts=MOST_ATTEMPTS - 1)
    texts.answer = lambda asked: (503, {})
    assert run() == 0
    last.refresh_from_db()
    assert last.recalled_at == clock.now()


def test_what_goes_wrong_with_one_holds_up_nobody_else(
    her: Journey, texts: Service, midwife: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = journey(midwife=midwife)
    stand_at(other, "antenatal")
    agreed(other, midwife, number="07700 900456")
    first, second = queued(her), queued(other)
    send = writing_to_her.hand_to_notify

    def breaks_for_her(to: str, *said: Any, **more: Any) -> Any:
        if to.endswith("123"):
            raise RuntimeError("nobody thought of this")
        return send(to, *said, **more)

    monkeypatch.setattr(writing_to_her, "hand_to_notify", breaks_for_her)

    assert run() == 1

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.sent_at, first.problem, first.attempts) == (None, "unexpected", 1)
    assert second.sent_at is not None


def test_only_the_worker_asks_where_a_message_goes(her: Journey) -> None:
    message = queued(her)

    with as_role("cc_app"), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pathways_way_to_her(%s)", [message.pk])
