"""What a service reads of her with a referral, in words: what was ticked, as far as she agrees to it now."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from carecoord import clock
from pathways.models import Journey
from pathways.models.contact import newest_contact
from pathways.wording.contact import confirmation_in_words, contact_in_words
from referrals.consenting import GIVEN, Purpose, standing_consents
from referrals.models import HerDay, Referral, Shared

NOTHING = "nothing is written down yet"


class Line(NamedTuple):
    """One thing that is shared: its key, what it is, and what they read."""

    key: str
    label: str
    words: str


def would_read(journey: Journey, at: datetime) -> list[Line]:
    """Everything that can go with a referral of hers, in words. After a loss nothing speaks of a birth. Two queries."""
    woman, today = journey.woman, clock.today(at)
    contact = newest_contact(woman.pk)
    born = clock.day_in_words(woman.date_of_birth, weekday=False)
    words = {
        Shared.NAME: f"{woman.full_name}, born {born}",
        Shared.REACH: f"{contact_in_words(contact)} {confirmation_in_words(contact, today)}",
        Shared.DATES: _dates(journey),
        Shared.NEEDS: _needs(journey),
        Shared.HER_WORDS: f"“{woman.what_matters}”" if woman.what_matters else NOTHING,
        Shared.MIDWIFE: f"{journey.named_midwife or 'nobody yet'}, {journey.team}, {journey.site}",
    }
    return [Line(key.value, str(key.label), words[key]) for key in Shared if words[key]]


def read_now(referral: Referral, at: datetime) -> list[Line]:
    """What they read of her now: nothing once she took back her agreement, no way to her where she does not want it.

    ``referral`` comes with her journey. Three queries.
    """
    consents = {purpose: row.answer for purpose, row in standing_consents(referral).items()}
    return [line for line in would_read(referral.journey, at) if line.key in covered(referral.shared, consents)]


def covered(shared: Iterable[str], consents: dict[str, str]) -> Collection[str]:
    """What of ``shared`` the newest answers (by purpose) still cover."""
    if consents.get(Purpose.SHARE) not in GIVEN:
        return frozenset()
    left_out = {Shared.REACH} if consents.get(Purpose.CONTACT) not in GIVEN else set()
    return frozenset(shared) - left_out


def _dates(journey: Journey) -> str:
    if journey.after_loss:
        return ""
    if journey.born_at:
        return f"born {clock.day_in_words(clock.today(journey.born_at))}"
    return f"due {clock.day_in_words(journey.edd)}" if journey.edd else NOTHING


def _needs(journey: Journey) -> str:
    """Her interpreter, and the children who come with her."""
    day = HerDay.objects.filter(journey=journey).order_by("-pk").first()
    interpreter = f"interpreter: {journey.woman.interpreter}" if journey.woman.interpreter else ""
    children = (
        f"comes with {day.children} {'child' if day.children == 1 else 'children'}" if day and day.children else ""
    )
    return ", ".join(filter(None, (interpreter, children))) or NOTHING
