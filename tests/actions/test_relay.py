"""The relay against a real mail server: each message once, by one relay, written down as it went; and what fails."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from carecoord import clock
from carecoord.access.models import Membership
from carecoord.delivery import relay
from carecoord.delivery.models import Channel, Message, Preference, Template
from carecoord.delivery.outbox import tell
from carecoord.delivery.pauses import MOST_ATTEMPTS
from carecoord.delivery.relay import COLLAPSE_AFTER, Delivered, deliver
from carecoord.delivery.wording import PROBLEMS, says
from carecoord.environment import BASE_DIR
from tests.actions.test_outbox import wants
from tests.factories import UserFactory, journey, staff
from tests.faults.canaries import Canaries
from tests.faults.test_canaries import written_to_the_log
from tests.outside import OK, Mailbox, mail_server
from tests.roles import as_role

pytestmark = pytest.mark.django_db
NOW = clock.now()
State = Message.State


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    with mail_server() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        yield box


def run(at: Any = None) -> Delivered:
    with as_role("cc_worker"):
        return deliver(at)


def test_a_mail_goes_to_one_person_with_a_key_and_is_kept_as_it_went(mailbox: Mailbox) -> None:
    midwife = staff()
    tell({midwife.pk: 2}, urgent=True, at=NOW)
    assert run() == Delivered(sent=1)
    message = Message.objects.get()
    (mail,) = mailbox.got
    assert mailbox.recipients == [[midwife.email]]
    assert mail["To"] == message.sent_to == midwife.email
    assert mail["Subject"] == message.sent_subject == "2 urgent items in CareCoord"
    assert mail["Message-ID"] == message.provider_id == f"<{message.key}@localhost>"
    body = mail.get_payload(decode=True).decode().replace("\r\n", "\n")
    assert body.strip() == message.sent_text.strip() == says("urgent", 2).text.strip()
    assert (message.state, message.attempts, message.problem) == ("sent", 1, "")
    assert run() == Delivered()
    assert len(mailbox.got) == 1


def test_what_is_urgent_goes_first_and_a_digest_waits_for_its_time(mailbox: Mailbox) -> None:
    midwife = staff()
    for urgent in (False, True):
        tell({midwife.pk: 1}, urgent=urgent, at=NOW)
    assert run() == Delivered(sent=1)
    tell({midwife.pk: 1}, urgent=True, at=NOW)
    assert run(NOW + timedelta(days=7)) == Delivered(sent=2)
    assert [mail["Subject"] for mail in mailbox.got] == [*["1 urgent item in CareCoord"] * 2, "1 item in CareCoord"]


def test_it_is_tried_again_after_longer_and_longer_and_given_up_visibly(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens
    midwife, at, pauses = staff(), NOW, []
    tell({midwife.pk: 1}, urgent=True, at=at)
    while (message := Message.objects.get()).state == State.WAITING:
        assert run(message.next_try_at - timedelta(seconds=1)) == Delivered()
        run(message.next_try_at)
        pauses.append((message.next_try_at - at).total_seconds() / 60)
        at = message.next_try_at
    assert pauses[:6] == [0, 1, 5, 15, 60, 60]
    assert timedelta(hours=23) < at - NOW < timedelta(hours=24)
    assert (message.state, message.attempts, message.problem) == ("failed", MOST_ATTEMPTS, "unreachable")


def test_while_the_mail_server_is_down_one_message_a_run_asks_it(settings: Any, monkeypatch: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    for _ in range(5):
        tell({staff().pk: 1}, urgent=True, at=NOW)
    assert run() == Delivered(later=1)
    assert Counter(Message.objects.values_list("attempts", flat=True)) == {0: 4, 1: 1}


@pytest.mark.parametrize(
    ("refuses", "answers", "state", "problem"),
    [
        ("550 no such user", OK, "failed", "refused"),
        ("451 greylisted", OK, "waiting", "busy"),
        ("", "452 full", "waiting", "busy"),
        ("", "554 no", "waiting", "settings"),
    ],
)
def test_what_the_mail_server_says_is_understood(
    mailbox: Mailbox, refuses: str, answers: str, state: str, problem: str
) -> None:
    mailbox.refuses, mailbox.answer = refuses, lambda: answers
    tell({staff().pk: 1}, urgent=True, at=NOW)
    run()
    message = Message.objects.get()
    assert (message.state, message.problem, message.sent_text) == (state, problem, "")


def test_a_refused_sender_makes_everybody_wait(mailbox: Mailbox, settings: Any) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "carecoord", "wrong"  # the server knows no passwords
    for _ in range(3):
        tell({staff().pk: 1}, urgent=True, at=NOW)
    assert run() == Delivered(later=1)
    assert Message.objects.get(attempts=1).problem in ("settings", "unreachable")


def test_what_breaks_in_one_message_keeps_no_other_from_going(mailbox: Mailbox, monkeypatch: Any) -> None:
    first, second = staff(), staff()
    for user in (first, second):
        tell({user.pk: 1}, urgent=True, at=NOW)
    send = relay.WAYS["email"].send

    def broken(message: Any) -> Any:
        if message.to == first.email:
            raise RuntimeError(f"cannot write to {message.to}")
        return send(message)

    monkeypatch.setattr(relay.WAYS["email"], "send", broken)
    with written_to_the_log() as lines:
        assert run() == Delivered(sent=1, later=1)
    assert "RuntimeError" in lines.getvalue()
    assert first.email not in lines.getvalue()


def test_who_has_left_is_not_told_and_the_log_says_so(mailbox: Mailbox) -> None:
    inactive, ended, nobody = staff(is_active=False), staff(), UserFactory()
    Membership.objects.filter(user=ended).update(ends_on=clock.today() - timedelta(days=1))
    tell({user.pk: 1 for user in (inactive, ended, nobody)}, urgent=True, at=NOW)
    assert run() == Delivered(recalled=3)
    assert set(Message.objects.values_list("state", "problem")) == {("recalled", "left")}
    assert mailbox.got == []


def test_a_way_that_was_switched_off_meanwhile_is_not_used(mailbox: Mailbox) -> None:
    midwife = staff()
    tell({midwife.pk: 1}, urgent=False, at=NOW)
    wants(midwife, "email", digest=False)
    assert run(NOW + timedelta(days=7)) == Delivered(recalled=1)
    assert Message.objects.get().problem == "not_wanted"


def test_a_text_without_a_number_is_given_up_visibly(settings: Any) -> None:
    settings.NOTIFY_API_KEY, settings.NOTIFY_TEMPLATES = "key", dict.fromkeys(Template.values, "template")
    midwife = staff()
    wants(midwife, "text")
    wants(midwife, "email", urgent=False)
    tell({midwife.pk: 1}, urgent=True, at=NOW)
    Preference.objects.filter(channel="text").update(urgent=False, digest=False, number="")
    Message.objects.update(template="test", number=0)  # a test goes whatever is chosen
    assert run() == Delivered(failed=1)
    assert Message.objects.get().problem == "no_address"


def test_after_a_day_without_a_worker_one_message_stands_for_all(mailbox: Mailbox) -> None:
    midwife, other = staff(), staff()
    for hours in (30, 28, 26):
        tell({midwife.pk: 2, other.pk: 1}, urgent=True, at=NOW - timedelta(hours=hours))
    tell({midwife.pk: 1}, urgent=True, at=NOW - COLLAPSE_AFTER / 2)
    assert run() == Delivered(sent=3)
    said = Counter((to[0], str(mail["Subject"])) for to, mail in zip(mailbox.recipients, mailbox.got, strict=True))
    assert said == {
        (midwife.email, "6 urgent items in CareCoord"): 1,
        (midwife.email, "1 urgent item in CareCoord"): 1,
        (other.email, "3 urgent items in CareCoord"): 1,
    }
    assert Message.objects.filter(state="recalled", problem="folded").count() == 4


def test_the_command_prints_what_it_did(mailbox: Mailbox, capsys: Any) -> None:
    tell({staff().pk: 1}, urgent=True, at=NOW)
    with as_role("cc_worker"):
        call_command("deliver")
    assert json.loads(capsys.readouterr().out) == {"sent": 1, "later": 0, "failed": 0, "recalled": 0}


# -- several at once, and one that is killed --------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_relays_at_once_never_send_the_same_row(mailbox: Mailbox) -> None:
    people = [staff() for _ in range(30)]
    tell({user.pk: 1 for user in people}, urgent=True, at=NOW)
    mailbox.answer = lambda: time.sleep(0.01) or OK  # type: ignore[func-returns-value]

    def relay_in_a_thread(number: int) -> int:
        try:
            return run().sent
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(relay_in_a_thread, range(4)))
    assert sum(sent) == 30
    assert sum(count > 0 for count in sent) > 1, "only one relay had anything to do"
    assert Counter(to for (to,) in mailbox.recipients) == Counter(user.email for user in people)


@pytest.mark.django_db(transaction=True)
def test_killed_between_sending_and_writing_down_it_is_sent_again_with_the_same_key(
    mailbox: Mailbox, own_environment: dict[str, str]
) -> None:
    tell({staff().pk: 1}, urgent=True, at=NOW)
    env = {**own_environment, "CARECOORD_MODE": "test", "DJANGO_SETTINGS_MODULE": "carecoord.settings"}
    env |= {"EMAIL_PORT": str(mailbox.port), "EMAIL_HOST": "127.0.0.1"}
    smtp = "from django.conf import settings as s; s.EMAIL_BACKEND = 'django.core.mail.backends.smtp.EmailBackend'"
    script = f"import django; django.setup(); {smtp}; from carecoord.delivery.relay import deliver; deliver()"
    env["CARECOORD_DATABASE_ROLE"] = "worker"
    doomed = subprocess.Popen([sys.executable, "-c", script], cwd=BASE_DIR, env=env)
    mailbox.answer = lambda: os.kill(doomed.pid, signal.SIGKILL) or OK  # type: ignore[func-returns-value]
    assert doomed.wait(30) == -signal.SIGKILL
    assert Message.objects.get().state == State.WAITING
    mailbox.answer = lambda: OK
    for _ in range(100):  # the server lets go of a dead client's lock when it notices
        if run().sent:
            break
        time.sleep(0.1)
    assert len(mailbox.keys) == 2
    assert len(set(mailbox.keys)) == 1
    assert Message.objects.get().state == State.SENT


# -- nothing of anybody in it -----------------------------------------------------------------------

# Whoever reads a message over a shoulder must not meet one of these.
LISTED = """drug opioid methadone buprenorphine heroin dose baby birth pregnan midwi maternity ward labour social
removal safeguarding child court custody hospital clinic addict abuse substance alcohol naloxone overdose detox rehab
treatment prescri pharmac medic patient woman women mother mum her she name nhs chi appointment referral handoff
missed overdue mental health visitor neonatal withdrawal feeding separation loss bereave blood hepatitis hiv
keyworker service team site refuge violence partner""".split()


def test_every_message_is_the_same_whoever_it_is_about(mailbox: Mailbox) -> None:
    """Every template, against the words planted in every field of a record, and a list of words."""
    canaries, record = Canaries(), journey(midwife=staff())
    canaries.plant("own", record)
    assert len(canaries.planted) > 20
    assert len(LISTED) > 60
    for template, number in product(Template.values, (0, 1, 2, 500)):
        said = says(template, number)
        both = f"{said.subject} {said.text}"
        assert canaries.found_in(both) == set()
        words = both.lower().replace("carecoord", "").split()
        assert [word for word in words if any(word.startswith(listed) for listed in LISTED)] == [], template
        assert both == f"{says(template, number).subject} {says(template, number).text}"
    midwife = record.named_midwife
    assert midwife
    tell({midwife.pk: 1}, urgent=True, at=NOW)
    run()
    (mail,) = mailbox.got
    assert canaries.found_in(mail.as_string()) == set()


def test_the_log_of_a_delivery_holds_numbers_alone(mailbox: Mailbox) -> None:
    midwife = staff(email="reid.q@hospital.example", name="Quillfeather")
    tell({midwife.pk: 1}, urgent=True, at=NOW)
    with written_to_the_log() as lines:
        logging.getLogger("carecoord").setLevel(logging.INFO)
        run()
    ours = [each for each in lines.getvalue().splitlines() if '"logger": "mail.log"' not in each]  # the mail server's
    (line,) = [json.loads(each) for each in ours]
    message = Message.objects.get()
    known = {"message": message.pk, "user": midwife.pk, "channel": "email", "state": "sent", "attempts": 1}
    assert line.items() >= known.items()
    assert "reid.q" not in ours[0]
    assert "Quillfeather" not in ours[0]


def test_every_problem_has_its_words_and_every_way_its_adapter() -> None:
    assert relay.WAYS.keys() == set(Channel)
    assert all(PROBLEMS.values())
