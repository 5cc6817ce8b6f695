"""What the two pages ask of the outbox: always the reader's own messages alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.paginator import Page, Paginator
from django.db.models import Q

from carecoord import clock
from carecoord.access.models import User
from carecoord.delivery.models import Channel, Message, Template
from carecoord.delivery.numbers import spaced
from carecoord.delivery.wording import PROBLEMS

SHOWN = 30
LATELY = timedelta(days=7)
_WAYS = {Channel.EMAIL: "by e-mail", Channel.TEXT: "by text message", Channel.WEBHOOK: "to your site’s own system"}


@dataclass(frozen=True)
class Row:
    """One message, in words."""

    pk: int
    did_not_reach: bool
    state_in_words: str
    when: str
    way: str
    what: str
    text: str


def messages_of(user: User, page: str | None) -> Page[Message]:
    """A page of the messages to somebody, the newest first."""
    return Paginator(Message.objects.filter(to_user=user).order_by("-created_at", "-pk"), SHOWN).get_page(page)


def row(message: Message) -> Row:
    """A message as the log shows it: exactly what went out, when, and where to."""
    moments = {"sent": message.sent_at, "waiting": message.next_try_at}
    when = moments.get(message.state) or message.created_at
    way = _WAYS[Channel(message.channel)]
    if message.state == Message.State.SENT:
        way = f"{way}, {spaced(message.sent_to)}"
    return Row(
        message.pk,
        message.state == Message.State.FAILED or message.arrived == Message.Arrived.NO,
        _in_words(message),
        clock.due_in_words(when, year=True),
        way,
        message.sent_subject or _waiting_in_words(message),
        message.sent_text,
    )


def _in_words(message: Message) -> str:
    state, problem = Message.State(message.state), PROBLEMS.get(message.problem, "")
    if state == Message.State.WAITING and problem:
        return f"Tried {message.attempts} {'time' if message.attempts == 1 else 'times'}: {problem}. Tried again"
    if message.arrived == Message.Arrived.YES:
        return "Arrived"
    words = {"waiting": "Goes", "sent": "Sent", "failed": "Not delivered", "recalled": "Not sent"}[state.value]
    return f"{words}: {problem}." if problem else words


def _waiting_in_words(message: Message) -> str:
    if message.template == Template.TEST:
        return "A test"
    items = f"{message.number} {'item' if message.number == 1 else 'items'}"
    return f"{items}, urgent" if message.template == Template.URGENT else items


def undelivered(user: User, at: datetime) -> int:
    """How many messages of the last week did not reach somebody: for their pages, until they look."""
    lately = Message.objects.filter(to_user=user, created_at__gt=at - LATELY)
    return lately.filter(Q(state=Message.State.FAILED) | Q(arrived=Message.Arrived.NO)).count()
