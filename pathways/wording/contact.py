"""How she can safely be reached, in words that say nothing of where she is. Reads no database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time

from carecoord import clock
from pathways.contact import Opened
from pathways.models import Address, ContactDetail, SafeContact

Channel = SafeContact.Channel
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
EVERY_DAY = 7
_WAYS = {
    Channel.TEXT: "text only",
    Channel.CALL: "phone call only",
    Channel.LETTER: "letter only",
    Channel.EMAIL: "e-mail only",
    Channel.THROUGH: "only through a person or place that she named",
    Channel.VISITS: "only in person, when she comes or is visited",
    Channel.NONE: "no way is safe now",
}


def contact_in_words(contact: SafeContact | None) -> str:
    """``text only, before 14:00, no voicemail``."""
    if contact is None:
        return "not agreed yet"
    if not contact.still_safe:
        return "do not reach her: she said that it is not safe"
    if not contact.channel:
        return contact.note or "told us before; open her contact to read it"
    parts = [_WAYS[Channel(contact.channel)]]
    if contact.channel not in (Channel.NONE, Channel.VISITS):
        parts += [days_in_words(contact.days), hours_in_words(contact.safe_from, contact.safe_until), contact.hours]
    if contact.channel in (Channel.CALL, Channel.TEXT) and contact.voicemail is not None:
        parts.append("voicemail is all right" if contact.voicemail else "no voicemail")
    return ", ".join(filter(None, parts))


def confirmation_in_words(contact: SafeContact | None, today: date) -> str:
    """``(she confirmed 18 Nov)``, or that she is to be asked."""
    if contact is None:
        return "(ask her before you call, write or visit)"
    if not contact.still_safe:
        return f"(since {_day(clock.today(contact.recorded_at), today)}; ask her when you see her)"
    if contact.confirmed_on is None:
        return "(ask her: it is not confirmed)"
    said = f"she confirmed {_day(contact.confirmed_on, today)}"
    return f"({said})" if contact.is_confirmed(today) else f"(ask her again: {said})"


def days_in_words(days: Sequence[int]) -> str:
    """``Mon to Thu``, ``Mon, Wed``, ``not Fri``; nothing for any day."""
    chosen = sorted(set(days))
    if not chosen or len(chosen) == EVERY_DAY:
        return ""
    if len(chosen) == EVERY_DAY - 1:
        (without,) = set(range(1, EVERY_DAY + 1)) - set(chosen)
        return f"not {DAYS[without - 1]}"
    if len(chosen) > 2 and chosen == list(range(chosen[0], chosen[-1] + 1)):
        return f"{DAYS[chosen[0] - 1]} to {DAYS[chosen[-1] - 1]}"
    return ", ".join(DAYS[day - 1] for day in chosen)


def hours_in_words(begins: time | None, ends: time | None) -> str:
    """``before 14:00``, ``after 16:00``, ``09:00 to 14:00``; nothing for any hour."""
    if begins and ends:
        return f"{begins:%H:%M} to {ends:%H:%M}"
    return f"after {begins:%H:%M}" if begins else f"before {ends:%H:%M}" if ends else ""


def details_in_words(opened: Opened) -> list[tuple[str, str]]:
    """What was opened, as (label, words), in the order in which somebody needs it."""
    return [(kind.label, opened.details[kind]) for kind in ContactDetail.Kind if kind in opened.details]


def places_in_words(opened: Opened, today: date) -> list[tuple[str, str, list[str]]]:
    """Each place as (kind, lines, what to know of it)."""
    found = []
    for place in opened.places:
        known = [
            "protected: never say it, write it down or send it anywhere" if place.protected else "",
            "" if place.kind == Address.Kind.NONE else "safe to visit" if place.safe_to_visit else "do not visit",
            "" if place.kind == Address.Kind.NONE else "safe to write to" if place.safe_to_write else "do not write",
            f"until {_day(place.ends_on, today)}" if place.ends_on else "",
        ]
        lines = "\n".join(filter(None, (place.lines, place.postcode)))
        found.append((Address.Kind(place.kind).label, lines, [words for words in known if words]))
    return found


def _day(day: date, today: date) -> str:
    return clock.day_in_words(day, weekday=False, year=day.year != today.year)
