"""Sending what waits to be written to her. Each message is a transaction of its own, and is asked about again first.

Nothing says whose message it is but the address itself, which only the worker asks for, of one message that may go now
(``pathways_way_to_her``). What can never go any more is called back, and her midwife's side sees that nothing went.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from carecoord import clock
from carecoord.delivery.by_email import hand_to_mail_server
from carecoord.delivery.by_text import hand_to_notify
from carecoord.delivery.numbers import uk_mobile
from carecoord.delivery.pauses import next_try
from carecoord.delivery.sending import NotNow, Returned
from pathways.models import MessageToHer, SafeContact
from pathways.reaching import MESSAGES, is_over, may_still_go

Channel = SafeContact.Channel
AT_ONCE = 50  # messages of one run
WAITS = timedelta(days=7)  # for an hour that is hers; then it is called back
SUBJECT = "Hello"  # of an e-mail: whoever sees it in her list learns nothing

log = structlog.get_logger("pathways.writing_to_her")


def _by_text(to: str, words: str, key: str) -> None:
    try:
        number = uk_mobile(to)
    except ValueError:
        raise Returned("refused") from None
    hand_to_notify(number, settings.NOTIFY_TEMPLATE_TO_HER, {"words": words}, reference=key)


def _by_email(to: str, words: str, key: str) -> None:
    hand_to_mail_server(to, SUBJECT, words, name=key, sender=settings.EMAIL_FROM_TO_HER)


_WAYS: Mapping[str, Callable[[str, str, str], None]] = {Channel.TEXT: _by_text, Channel.EMAIL: _by_email}


def is_set_up(channel: str) -> bool:
    """Whether messages to women leave this way, as this installation is set up."""
    if channel == Channel.TEXT:
        return bool(settings.NOTIFY_API_KEY and settings.NOTIFY_TEMPLATE_TO_HER)
    return channel == Channel.EMAIL and bool(settings.EMAIL_FROM_TO_HER)


def write_to_her(at: datetime | None = None) -> int:
    """Send what waits and may go at ``at`` (aware; now). Returns how many went."""
    at, sent = at or clock.now(), 0
    ways = [channel for channel in _WAYS if is_set_up(channel)]
    waiting = MessageToHer.objects.filter(sent_at=None, recalled_at=None, channel__in=ways)
    due = waiting.filter(Q(next_try_at=None) | Q(next_try_at__lte=at)).order_by("queued_at")
    for pk in list(due.values_list("pk", flat=True)[:AT_ONCE]):
        sent += _send_one(pk, at)
    return sent


@transaction.atomic
def _send_one(pk: int, at: datetime) -> bool:
    """Whether it went. One that another worker has in hand, or that was called back meanwhile, is left."""
    rows = MessageToHer.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
    message = rows.select_related("woman").filter(pk=pk, sent_at=None, recalled_at=None).first()
    if message is None:
        return False
    if is_over(message, at) or at - message.queued_at > WAITS:
        return _called_back(message, at, "")
    if not may_still_go(message, at).allowed:
        return False
    to = _way_to(message)
    if not to:
        return _called_back(message, at, "no_address")
    try:
        _WAYS[message.channel](to, MESSAGES[message.message], _key_of(message))
    except Returned as returned:
        return _called_back(message, at, returned.problem)
    except NotNow as problem:
        return _again(message, at, problem.problem)
    except Exception:  # whatever it is, it must not keep everybody else's messages from going
        log.exception("not written to her", message=message.pk)
        return _again(message, at, "unexpected")
    message.sent_at = clock.now()
    message.save(update_fields=["sent_at"])
    log.info("written to her", message=message.pk)
    return True


def _again(message: MessageToHer, at: datetime, problem: str) -> bool:
    """Later, after a pause that grows; after a day it is given up."""
    again = next_try(message.attempts, at)
    if again is None:
        return _called_back(message, at, problem)
    message.attempts, message.problem, message.next_try_at = message.attempts + 1, problem, again
    message.save(update_fields=["attempts", "problem", "next_try_at"])
    return False


def _called_back(message: MessageToHer, at: datetime, problem: str) -> bool:
    message.recalled_at, message.problem = at, problem
    message.save(update_fields=["recalled_at", "problem"])
    log.info("not written to her", message=message.pk, problem=problem)
    return False


def _key_of(message: MessageToHer) -> str:
    """What a second copy of it is known by."""
    return str(uuid5(NAMESPACE_URL, f"{settings.OWN_ADDRESS}messages/{message.pk}"))


def _way_to(message: MessageToHer) -> str:
    """Her number, or her e-mail address; "" where none is recorded."""
    with connection.cursor() as cursor:
        cursor.callproc("pathways_way_to_her", [message.pk])
        (found,) = cursor.fetchone()
    return found or ""
