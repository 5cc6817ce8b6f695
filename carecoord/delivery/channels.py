"""The ways out, behind one interface (sending.Way), and which of them somebody's message takes."""

from __future__ import annotations

from collections.abc import Mapping

from carecoord.delivery.by_email import BY_EMAIL
from carecoord.delivery.by_text import BY_TEXT
from carecoord.delivery.by_webhook import BY_WEBHOOK
from carecoord.delivery.models import Channel
from carecoord.delivery.people import Person
from carecoord.delivery.sending import Way

WAYS: Mapping[str, Way] = {Channel.EMAIL: BY_EMAIL, Channel.TEXT: BY_TEXT, Channel.WEBHOOK: BY_WEBHOOK}


def chosen(person: Person, template: str) -> list[str]:
    """The ways in which they are told. Where none of those they chose is set up here, it is e-mail."""
    wanted = [channel for channel in WAYS if person.wish(channel).covers(template)]
    possible = [channel for channel in wanted if WAYS[channel].is_set_up(person, template)]
    return possible or ([Channel.EMAIL.value] if wanted else [])


def set_up(person: Person, template: str) -> list[str]:
    """The ways that somebody can choose for that kind of message."""
    return [channel for channel, way in WAYS.items() if way.is_set_up(person, template)]
