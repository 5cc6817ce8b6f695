"""Letters with the address of a link: sent once, by the worker's role, to a real mail server, and then forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import DatabaseError, transaction

from carecoord import clock
from carecoord.delivery.pauses import MOST_ATTEMPTS
from referrals.letters import send_letters
from referrals.linking import Made, address_of, end_link, read
from referrals.models import LinkLetter
from tests import services
from tests.factories import journey, staff
from tests.links import linked
from tests.outside import Mailbox, mail_server
from tests.roles import WEB, as_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    with mail_server() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        yield box


@pytest.fixture
def made() -> Made:
    her = journey(midwife=staff(name="A. Reid"), first_name="Xanthippe", last_name="Quillfeather")
    to = services.service("housing", name="Open Door", email="intake@housing.example")
    return linked(services.referral(her, to), by_email=True)


def run(at: datetime | None = None) -> int:
    """As the worker does it, with its rights."""
    with as_role("cc_worker"):
        return send_letters(at)


def test_it_says_where_and_nothing_of_anybody(mailbox: Mailbox, made: Made) -> None:
    assert run() == 1
    assert run() == 0
    (mail,) = mailbox.got
    assert mailbox.recipients == [["intake@housing.example"]]
    body = mail.get_payload(decode=True).decode()
    assert address_of(made.key.token) in body
    said = f"{mail['Subject']} {body}"
    for secret in (made.key.code, "Xanthippe", "Quillfeather", "Open Door", "Reid", made.link.to_whom, "housing"):
        assert secret not in said
    assert read(made.key)


def test_the_token_is_forgotten_once_it_has_gone(mailbox: Mailbox, made: Made) -> None:
    assert made.key.token not in LinkLetter.objects.get().sealed
    run()
    letter = LinkLetter.objects.get()
    assert (letter.sealed, letter.state, letter.attempts) == ("", "sent", 1)
    assert letter.sent_at


@pytest.mark.parametrize("ends", ["ended", "expired"])
def test_a_link_that_has_ended_is_not_sent(mailbox: Mailbox, made: Made, ends: str) -> None:
    if ends == "ended":
        end_link(made.link.referral, by=made.link.made_by)
    assert run(clock.now() + timedelta(days=0 if ends == "ended" else 8)) == 0
    assert not mailbox.got
    assert (LinkLetter.objects.get().state, LinkLetter.objects.get().sealed) == ("recalled", "")


def test_it_is_tried_for_a_day_and_then_given_up_visibly(settings: Any, made: Made) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens
    for _ in range(MOST_ATTEMPTS):
        letter = LinkLetter.objects.get()
        assert letter.state == "waiting"
        assert run(letter.next_try_at - timedelta(seconds=1)) == 0
        assert run(letter.next_try_at) == 0
    letter = LinkLetter.objects.get()
    assert (letter.state, letter.problem, letter.sealed) == ("failed", "unreachable", "")


def test_a_refused_address_is_not_tried_again(mailbox: Mailbox, made: Made) -> None:
    mailbox.refuses = "550 no such user"
    run()
    assert (LinkLetter.objects.get().state, LinkLetter.objects.get().problem) == ("failed", "refused")


def test_without_its_key_it_is_given_up(mailbox: Mailbox, made: Made, settings: Any) -> None:
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    run()
    assert (LinkLetter.objects.get().state, LinkLetter.objects.get().problem) == ("failed", "unexpected")


def test_the_web_does_not_read_what_waits(made: Made) -> None:
    with as_role(WEB), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        list(LinkLetter.objects.values_list("sealed"))
