"""What a service reads of her with a referral, in words: what was ticked, as far as she agrees to it now.

The facts come from the database (migration 0031), which hands out what is shared and nothing beside it. A link shows
the same lines, so that what the sender sees before sending is what is read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime, time
from typing import Any, NamedTuple

from django.db import connection

from carecoord import clock
from pathways.models import ContactDetail, Journey, SafeContact
from pathways.wording.contact import confirmation_in_words, contact_in_words
from referrals.consenting import GIVEN, Purpose, standing_consents
from referrals.models import Referral, Shared

NOTHING = "nothing is written down yet"
Facts = Mapping[str, Any]


class Line(NamedTuple):
    """One thing that is shared: its key, what it is, and what they read."""

    key: str
    label: str
    words: str


def would_read(journey: Journey, at: datetime) -> list[Line]:
    """Everything that can go with a referral of hers, in words. After a loss nothing speaks of a birth. One query.

    Her number or address for that way is told to whoever opens a link, and not here.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT referrals_preview(%s, %s)", [journey.pk, Shared.values])
        (found,) = cursor.fetchone()
    return lines_of(json.loads(found), at)


def read_now(referral: Referral, at: datetime) -> list[Line]:
    """What they read of her now: nothing once she took back her agreement, no way to her where she does not want it.

    ``referral`` comes with her journey. Two queries.
    """
    consents = {purpose: row.answer for purpose, row in standing_consents(referral).items()}
    return [line for line in would_read(referral.journey, at) if line.key in covered(referral.shared, consents)]


def covered(shared: Iterable[str], consents: dict[str, str]) -> Collection[str]:
    """What of ``shared`` the newest answers (by purpose) still cover."""
    if consents.get(Purpose.SHARE) not in GIVEN:
        return frozenset()
    left_out = {Shared.REACH} if consents.get(Purpose.CONTACT) not in GIVEN else set()
    return frozenset(shared) - left_out


def lines_of(facts: Facts, at: datetime) -> list[Line]:
    """The facts in words, in the order of ``Shared``."""
    words = {key: _IN_WORDS[key](facts[key], clock.today(at)) for key in Shared if key in facts}
    return [Line(key.value, str(key.label), said) for key, said in words.items()]


def _name(told: Facts, today: date) -> str:
    called = told["preferred_name"] or told["first_name"]
    return f"{called} {told['last_name']}, born {_day(told['date_of_birth'])}"


def _reach(told: Facts | None, today: date) -> str:
    """The way that she agreed to, and what is needed for it as far as it is told."""
    if told is None:
        return contact_in_words(None)
    contact = SafeContact(
        channel=told["channel"],
        days=told["days"],
        safe_from=_time(told["safe_from"]),
        safe_until=_time(told["safe_until"]),
        hours=told["hours"],
        voicemail=told["voicemail"],
        still_safe=told["still_safe"],
        confirmed_on=date.fromisoformat(told["confirmed_on"]) if told["confirmed_on"] else None,
        recorded_at=datetime.fromisoformat(told["recorded_at"]),
    )
    details = [f"{kind.label}: {told['details'][kind]}" for kind in ContactDetail.Kind if kind in told["details"]]
    return "\n".join([f"{contact_in_words(contact)} {confirmation_in_words(contact, today)}", *details])


def _dates(told: Facts, today: date) -> str:
    if told["born"]:
        return f"born {_day(told['born'], weekday=True)}"
    return f"due {_day(told['edd'], weekday=True)}" if told["edd"] else NOTHING


def _needs(told: Facts, today: date) -> str:
    """Her interpreter, and the children who come with her."""
    interpreter = f"interpreter: {told['interpreter']}" if told["interpreter"] else ""
    children = told["children"]
    come = f"comes with {children} {'child' if children == 1 else 'children'}" if children else ""
    return ", ".join(filter(None, (interpreter, come))) or NOTHING


def _her_words(told: str, today: date) -> str:
    return f"“{told}”" if told else NOTHING


def _midwife(told: Facts, today: date) -> str:
    return f"{told['name'] or 'nobody yet'}, {told['team']}, {told['site']}"


_IN_WORDS: Mapping[str, Callable[[Any, date], str]] = {
    Shared.NAME: _name,
    Shared.REACH: _reach,
    Shared.DATES: _dates,
    Shared.NEEDS: _needs,
    Shared.HER_WORDS: _her_words,
    Shared.MIDWIFE: _midwife,
}


def _day(iso: str, *, weekday: bool = False) -> str:
    return clock.day_in_words(date.fromisoformat(iso), weekday=weekday)


def _time(iso: str | None) -> time | None:
    return time.fromisoformat(iso) if iso else None
