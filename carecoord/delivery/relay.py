"""The relay: takes what waits in the outbox and sends it. Each message is a transaction of its own.

Lock the row, send, write down what was sent, commit: who is killed in between leaves the row waiting, and it is sent
again with the same key. So a message is sent at least once, and twice only if somebody died in that moment. Rows that
another relay has locked are passed over: two relays at once never send the same one.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F, Sum

from carecoord import clock
from carecoord.delivery.channels import WAYS, chosen
from carecoord.delivery.models import Message, Template
from carecoord.delivery.pauses import next_try
from carecoord.delivery.people import people
from carecoord.delivery.sending import NotNow, Outgoing, Returned
from carecoord.delivery.wording import says

COLLAPSE_AFTER = timedelta(days=1)  # urgent messages that nobody sent for so long are sent as one
SECONDS = 10  # that one run may take before it leaves the rest to the next: a task is stopped after twenty

State = Message.State
log = structlog.get_logger("carecoord.delivery")


@dataclass
class Delivered:
    """What one run did, in messages: ``later`` stands for those that are tried again."""

    sent: int = 0
    later: int = 0
    failed: int = 0
    recalled: int = 0


@dataclass
class _Run:
    """``down``: the services that did not answer in this run; ``passed_over``: the messages that wait for them."""

    at: datetime
    down: set[str] = field(default_factory=set)
    passed_over: set[int] = field(default_factory=set)


def deliver(at: datetime | None = None) -> Delivered:
    """Send everything that is due at ``at`` (aware; now by default), the urgent first, as far as the time allows."""
    run, done, until = _Run(at or clock.now()), Delivered(), time.monotonic() + SECONDS
    while time.monotonic() < until:
        became = _deliver_one(run)
        if became is None:
            break
        if became:
            setattr(done, became, getattr(done, became) + 1)
    return done


@transaction.atomic
def _deliver_one(run: _Run) -> str | None:
    """What became of the next message: a field of Delivered, empty if it was passed over. None when none is left."""
    waiting = Message.objects.filter(state=State.WAITING, next_try_at__lte=run.at).exclude(pk__in=run.passed_over)
    message = waiting.order_by("-template", "next_try_at").select_for_update(skip_locked=True).first()
    if message is None:
        return None
    person = people([message.to_user_id])[message.to_user_id]
    if not person.works_here:
        return _end(message, State.RECALLED, "left")
    if message.template != Template.TEST and message.channel not in chosen(person, message.template):
        return _end(message, State.RECALLED, "not_wanted")
    way = WAYS[message.channel]
    to = way.address(person)
    if not to:
        return _end(message, State.FAILED, "no_address")
    if way.place(to) in run.down:
        run.passed_over.add(message.pk)
        return ""
    _collapse(message, run.at)
    text = says(message.template, message.number)
    outgoing = Outgoing(message.key, message.template, message.number, to, person.pk, text.subject, text.text)
    try:
        receipt = way.send(outgoing)
    except Returned as returned:
        return _end(message, State.FAILED, returned.problem)
    except NotNow as problem:
        if problem.everybody:
            run.down.add(way.place(to))
        return _again(message, problem.problem, run.at)
    except Exception:  # whatever it is, it must not keep everybody else's messages from going
        log.exception("a message could not be sent", message=message.pk, channel=message.channel)
        return _again(message, "unexpected", run.at)
    message.sent_at, message.sent_to, message.provider_id = clock.now(), way.shown(to), receipt.id
    message.sent_subject, message.sent_text = receipt.subject, receipt.text
    return _end(message, State.SENT, "")


def _again(message: Message, problem: str, at: datetime) -> str:
    """Try again after a pause that grows; give up, visibly, when it has been tried for a day."""
    again = next_try(message.attempts, at)
    if again is None:
        return _end(message, State.FAILED, problem)
    message.next_try_at = again
    _end(message, State.WAITING, problem)
    return "later"


def _end(message: Message, state: Message.State, problem: str) -> str:
    """Write down what became of it, in its row and in the log, by numbers alone."""
    message.state, message.problem = state, problem
    if state != State.RECALLED:
        message.attempts += 1
    message.save()
    level = log.warning if state == State.FAILED or problem in ("settings", "unexpected") else log.info
    level(
        "message",
        message=message.pk,
        user=message.to_user_id,
        channel=message.channel,
        state=message.state,
        problem=problem,
        attempts=message.attempts,
    )
    return state.value


def _collapse(message: Message, at: datetime) -> None:
    """After a day without a worker, one message stands for all that waited as long to tell the same person."""
    if message.template != Template.URGENT or message.created_at > at - COLLAPSE_AFTER:
        return
    same = Message.objects.filter(
        to_user=message.to_user_id, channel=message.channel, template=Template.URGENT, state=State.WAITING
    )
    others = same.filter(created_at__lte=at - COLLAPSE_AFTER).exclude(pk=message.pk)
    locked = list(others.select_for_update(skip_locked=True).values_list("pk", flat=True))
    if locked:
        folded = Message.objects.filter(pk__in=locked)
        more: int = folded.aggregate(more=Sum("number"))["more"]
        folded.update(state=State.RECALLED, problem="folded")
        Message.objects.filter(pk=message.pk).update(number=F("number") + more)
        message.number += more
