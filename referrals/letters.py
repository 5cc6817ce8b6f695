"""Sending the addresses of links to services by e-mail. Each letter is a transaction of its own, as in the relay.

A letter says that there is a request, and where: nothing of anybody, and never the code. Its token is encrypted until
it has gone, and is then forgotten here.
"""

from __future__ import annotations

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

import structlog
from django.conf import settings
from django.db import transaction

from carecoord import clock
from carecoord.access.encryption import Unreadable, decrypt
from carecoord.delivery.by_email import BY_EMAIL
from carecoord.delivery.pauses import next_try
from carecoord.delivery.sending import NotNow, Outgoing, Returned
from referrals.linking import address_of
from referrals.models import LinkLetter

State = LinkLetter.State
AT_ONCE = 20  # letters of one run
SUBJECT = "A request for your service"
_TEXT = """We ask you to look at a request for your service. Open this address:
{address}

It asks for six digits that you are told by phone, and can be opened until {until}.

This message says no more on purpose. If nobody rings you, ring the team that you know.
"""
log = structlog.get_logger("referrals.letters")


def send_letters(at: datetime | None = None) -> int:
    """Send what waits at ``at`` (aware; now by default). Returns how many were sent."""
    at, sent = at or clock.now(), 0
    for _ in range(AT_ONCE):
        became = _send_one(at)
        if became in (None, State.WAITING):  # nothing left; or the mail server has no time, and the rest waits too
            break
        sent += became == State.SENT
    return sent


@transaction.atomic
def _send_one(at: datetime) -> State | None:
    """What became of the next letter; None when none is left."""
    waiting = LinkLetter.objects.filter(state=State.WAITING, next_try_at__lte=at).select_related("link")
    letter = waiting.order_by("next_try_at").select_for_update(skip_locked=True, of=("self",)).first()
    if letter is None:
        return None
    link = letter.link
    if link.used_at or link.ended_at or link.expires_at <= at:
        return _end(letter, State.RECALLED)
    try:
        BY_EMAIL.send(_outgoing(letter, decrypt(letter.sealed)))
    except Unreadable:
        return _end(letter, State.FAILED, "unexpected")
    except Returned as returned:
        return _end(letter, State.FAILED, returned.problem)
    except NotNow as problem:
        return _again(letter, problem.problem, at)
    letter.sent_at = clock.now()
    return _end(letter, State.SENT)


def _outgoing(letter: LinkLetter, token: str) -> Outgoing:
    text = _TEXT.format(address=address_of(token), until=clock.due_in_words(letter.link.expires_at, year=True))
    key = uuid5(NAMESPACE_URL, f"{settings.OWN_ADDRESS}letters/{letter.pk}")
    return Outgoing(key, "letter", 0, letter.to_address, 0, SUBJECT, text)


def _again(letter: LinkLetter, problem: str, at: datetime) -> State:
    """Later, after a pause that grows; after a day it is given up, which its link's page says."""
    again = next_try(letter.attempts, at)
    if again is None:
        return _end(letter, State.FAILED, problem)
    letter.next_try_at = again
    return _end(letter, State.WAITING, problem)


def _end(letter: LinkLetter, state: State, problem: str = "") -> State:
    letter.state, letter.problem = state, problem
    letter.attempts += state != State.RECALLED
    if state != State.WAITING:
        letter.sealed = ""
    letter.save()
    log.info("letter", message=letter.pk, state=state.value, problem=problem, attempts=letter.attempts)
    return state
