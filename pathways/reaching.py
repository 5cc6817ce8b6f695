"""The one place that can send anything to her. It obeys what she said; when in doubt, nothing is sent.

``decide`` is a pure function of what she agreed to, the way and the instant. A message is a row that waits to be
delivered; whoever delivers it asks ``may_still_go`` again, since she may have said meanwhile that it is not safe, or
what it was about may have ended (pathways/silence.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time

from django.db import connection, transaction

from carecoord import clock
from carecoord.access.models import User
from pathways.actions import Refused
from pathways.contact import one_at_a_time
from pathways.models import MessageToHer, SafeContact, Woman
from pathways.models.contact import newest_contact
from pathways.rules.outreach import Agreed
from pathways.silence import has_ended_since, no_words_about_a_baby, why_silent

Channel = SafeContact.Channel
CARRY_MESSAGES = frozenset({Channel.TEXT, Channel.EMAIL, Channel.LETTER})
EARLIEST, LATEST = time(8), time(21)  # London; where she has named no hour of her own

# Everything that can be said to her. Whoever reads it over her shoulder learns nothing: no name, no service, no reason.
MESSAGES: Mapping[str, str] = {
    "ring_us": "Hello. Please ring when it is a good time for you.",
    "tomorrow": "Hello. A reminder of tomorrow, at the time we agreed. Please ring if another day suits you better.",
    "this_week": "Hello. A reminder of this week, at the time we agreed. Please ring if another day suits you better.",
    "missed_you": "Hello. We missed each other. Another time is fine: please ring when it suits you.",
    "time_changed": "Hello. The time we agreed has changed. Please ring, so that we find another one.",
}


@dataclass(frozen=True)
class Reach:
    """Whether she may be reached this way now, and why not."""

    allowed: bool
    why: str = ""


class NotSafe(Refused):
    """She must not be reached this way now."""


def decide(contact: SafeContact | None, channel: str, at: datetime, *, silent: str = "") -> Reach:
    """Whether ``contact``, the version that holds at ``at``, allows ``channel`` then. Pure.

    ``silent``: why nothing at all is to reach her, whatever she agreed to.
    """
    if silent:
        return Reach(False, silent)
    if contact is None or not contact.channel:
        return Reach(False, "No way is agreed yet.")
    if not contact.still_safe or contact.channel == Channel.NONE:
        return Reach(False, "She said that it is not safe.")
    if not contact.is_confirmed(clock.today(at)):
        return Reach(False, "She has not been asked within the last four weeks.")
    if channel != contact.channel:
        return Reach(False, "She agreed to another way.")
    return _inside_her_hours(contact, at)


def _inside_her_hours(contact: SafeContact, at: datetime) -> Reach:
    local = at.astimezone(clock.LONDON)
    if contact.hours and not (contact.days or contact.safe_from or contact.safe_until):
        return Reach(False, "Her hours are written in words: a person decides.")
    if contact.days and local.isoweekday() not in contact.days:
        return Reach(False, "It is not one of her days.")
    begins, ends = contact.safe_from or EARLIEST, contact.safe_until or LATEST
    if not begins <= local.time() < ends:
        return Reach(False, "It is not within her hours.")
    return Reach(True)


def may_reach(woman: Woman, channel: str, at: datetime, *, own_care: bool = True) -> Reach:
    """Whether she may be reached this way at that instant; of what is not her ``own_care``, not after a loss."""
    silent = why_silent(woman) or ("" if own_care else no_words_about_a_baby(woman))
    reach = decide(newest_contact(woman.pk), channel, at, silent=silent)
    if reach.allowed and channel == Channel.LETTER and not _asked_of_her_places("has_address_to_write_to", woman):
        return Reach(False, "No address is recorded that is safe to write to.")
    return reach


@transaction.atomic
def reach(woman: Woman, message: str, at: datetime, *, own_care: bool = False, by: User | None) -> MessageToHer:
    """Queue one of the fixed messages to her, by the way that she agreed to. Raises NotSafe, and KeyError.

    The texts say nothing; ``own_care`` says what it is about: her own care alone. What may be about the pregnancy or a
    baby is called back when that ends.
    """
    if message not in MESSAGES:
        raise KeyError(message)
    one_at_a_time(woman.pk)
    contact = newest_contact(woman.pk)
    channel = contact.channel if contact else ""
    may = may_reach(woman, channel, at, own_care=own_care)
    if not may.allowed:
        raise NotSafe(may.why)
    if channel not in CARRY_MESSAGES:
        raise NotSafe("No message goes this way: somebody has to speak to her.")
    return MessageToHer.objects.create(
        woman=woman, channel=channel, message=message, own_care=own_care, queued_at=at, queued_by=by
    )


def agreed_with(woman: Woman, at: datetime) -> Agreed:
    """What she agreed to as far as it holds at ``at``, for whoever goes and looks for her. Two queries."""
    contact = newest_contact(woman.pk)
    safe = contact is None or contact.still_safe
    return agreed_in(contact, at, may_be_visited=safe and _asked_of_her_places("has_address_to_visit", woman))


def agreed_in(contact: SafeContact | None, at: datetime, *, may_be_visited: bool = False) -> Agreed:
    """The same of one version that is at hand. A way that was not confirmed for four weeks is none."""
    today = clock.today(at)
    if contact is None or contact.channel in ("", Channel.NONE) or not contact.is_confirmed(today):
        return Agreed(may_be_visited=may_be_visited)
    only_in_words = bool(contact.hours) and not (contact.days or contact.safe_from or contact.safe_until)
    return Agreed(contact.channel, contact.days, contact.safe_from, contact.safe_until, only_in_words, may_be_visited)


def may_still_go(message: MessageToHer, at: datetime) -> Reach:
    """Whether a message that waits may be delivered now; asked again right before it goes."""
    if message.sent_at or message.recalled_at:
        return Reach(False, "It has gone, or was called back.")
    if has_ended_since(message):
        return Reach(False, "What it was about has ended since.")
    if _is_late(message, at):
        return Reach(False, "It names a day, and that day has passed.")
    return may_reach(message.woman, message.channel, at, own_care=message.own_care)


def is_over(message: MessageToHer, at: datetime) -> bool:
    """Whether it can never go any more: what it was about has ended, or it names a day that has passed."""
    return has_ended_since(message) or _is_late(message, at)


def _is_late(message: MessageToHer, at: datetime) -> bool:
    """Whether what it says of a day is wrong by now: ``tomorrow`` holds on one day, ``this_week`` until Sunday."""
    queued, now = clock.today(message.queued_at), clock.today(at)
    if message.message == "tomorrow":
        return now != queued
    return message.message == "this_week" and now.isocalendar()[:2] != queued.isocalendar()[:2]


def _asked_of_her_places(question: str, woman: Woman) -> bool:
    """What a function of the database answers about her addresses, without telling where they are."""
    with connection.cursor() as cursor:
        cursor.callproc(question, [woman.pk])
        (found,) = cursor.fetchone()
    return bool(found)
