"""What she is sent about a visit, word for word, and when; or that no message can go, and why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from carecoord import clock
from pathways.models import MessageToHer, SafeContact
from pathways.models.contact import newest_contact
from pathways.reaching import MESSAGES, may_reach
from pathways.wording.entries import time_in_words
from pathways.writing_to_her import is_set_up
from referrals.models import Appointment, Visit
from referrals.reminding import REMINDS_BY, reminder_for, standing
from referrals.rules.reminders import CHANGED, Reminder, is_own_care

IN_PERSON = "No message can go: tell her in person."
Channel = SafeContact.Channel
_BY = {Channel.TEXT: "by text message", Channel.EMAIL: "by e-mail"}


@dataclass(frozen=True)
class SentToHer:
    """``text`` is what she reads, ``when`` where it stands. ``tell_her``: nothing goes, and why; somebody tells her."""

    text: str = ""
    when: str = ""
    tell_her: str = ""

    @property
    def in_words(self) -> str:
        """One line, for a slip or a list."""
        return f"{IN_PERSON} {self.tell_her}" if self.tell_her else self.when


def sent_to_her(visit: Visit, at: datetime) -> SentToHer:
    """Of one visit, as it stands now. At most six queries."""
    kinds = list(standing(visit).values_list("kind", flat=True))
    if kinds and visit.reminder and visit.reminder.recalled_at is None:
        return SentToHer(MESSAGES[visit.reminder.message], _how_far(visit.reminder))
    if visit.on < clock.today(at):
        return SentToHer(when="Nothing was sent about that day.")
    return _to_come(visit, kinds, at) if kinds else _of_a_change(visit)


def _of_a_change(visit: Visit) -> SentToHer:
    """Nothing of the visit stands any more."""
    ours = visit.appointments.filter(cancelled_whose__in=[Appointment.Whose.OURS, Appointment.Whose.SERVICE])
    if not ours.filter(told_at=None).exists():
        return SentToHer(when="Nothing is sent: no time stands on this visit.")
    if visit.change_told_at:
        return SentToHer(MESSAGES[CHANGED], f"Written to her {time_in_words(visit.change_told_at)}.")
    return SentToHer(tell_her="We changed her time, and nothing was written to her yet.")


def _how_far(message: MessageToHer) -> str:
    by = _BY[Channel(message.channel)]
    if message.sent_at:
        return f"Sent {time_in_words(message.sent_at)}, {by}."
    return f"Waits to be sent since {time_in_words(message.queued_at)}, {by}."


def _why_none(contact: SafeContact | None) -> str:
    if contact is None or not contact.channel:
        return "She has not agreed to a way yet."
    if not contact.still_safe or contact.channel == Channel.NONE:
        return "She said that it is not safe."
    if contact.channel == Channel.LETTER:
        return "A letter would come too late. Give her the paper slip, if paper is safe."
    if contact.channel not in REMINDS_BY:
        return "She chose another way than messages."
    return "None of the days that are safe for her lies before it in that week."


def _to_come(visit: Visit, kinds: Collection[str], at: datetime) -> SentToHer:
    """A reminder that has not gone: when it will, as things stand now, or why it cannot."""
    contact = newest_contact(visit.journey.woman_id)
    reminder = reminder_for(visit, contact)
    if reminder is None or contact is None:
        return SentToHer(tell_her=_why_none(contact))
    if visit.confirmed_at is None:
        return SentToHer(MESSAGES[reminder.message], "Nothing is sent yet: confirm the time with her first.")
    if reminder.is_over(at):
        return SentToHer(tell_her="The time in which a reminder was safe has passed.")
    goes_at = max(datetime.combine(reminder.day, reminder.since, clock.LONDON), at)
    may = may_reach(visit.journey.woman, contact.channel, goes_at, own_care=is_own_care(kinds))
    if not may.allowed:
        return SentToHer(tell_her=may.why)
    if settings.LEAVES_HERE and not is_set_up(contact.channel):
        return SentToHer(tell_her="Messages to women are not set up here.")
    return SentToHer(MESSAGES[reminder.message], _when(reminder, Channel(contact.channel)))


def _when(reminder: Reminder, channel: SafeContact.Channel) -> str:
    day = clock.day_in_words(reminder.day)
    return f"Goes {day}, {reminder.since:%H:%M} to {reminder.until:%H:%M}, {_BY[channel]}."
