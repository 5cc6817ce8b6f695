"""Links: a service without an account reads what was shared of a referral, and answers, by an address and a code.

The address is sent, the code is said by phone; each is worth nothing without the other, and neither is kept here. What
a link opens is decided by the database (migration 0031): a page asks it with the hashes of both, and is told what was
shared, or nothing. A link serves one answer, ends by itself, and is spent by five wrong codes.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.urls import reverse

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.acting import opening
from carecoord.access.encryption import encrypt, keyed_hash, keyed_hashes
from carecoord.access.models import User
from pathways.actions import Refused
from pathways.visibility import check_may
from referrals.consenting import GIVEN, Purpose, standing_consents
from referrals.looping import Stepping, is_sender, locked, step
from referrals.models import LinkLetter, Referral, ReferralLink
from referrals.rules.loop import State, may_follow

DAYS = (3, 7, 14)  # for which a link can be made
USUAL_DAYS = 7
MOST_TRIES = 5  # wrong codes; migration 0031 counts to the same number
CODE_DIGITS = 6
# While a referral stands here its service is asked; migration 0031 holds the same list.
ANSWERABLE = (State.SENT, State.ACKNOWLEDGED, State.WAITING)
DECISIONS = (State.ACCEPTED, State.WAITING, State.DECLINED)  # one of them, and the link is used


@dataclass(frozen=True)
class Key:
    """What somebody holds who was sent a link: the token of its address, and the code that they were told."""

    token: str
    code: str

    @property
    def token_hash(self) -> bytes:
        """A token cannot be guessed: a plain hash is enough."""
        return sha256(self.token.encode()).digest()

    @property
    def code_hashes(self) -> list[bytes]:
        """A code could be tried through, so it is hashed under the installation's keys, and with its own token."""
        return [each.encode() for each in keyed_hashes(self._said)]

    @property
    def _said(self) -> str:
        return f"{self.token} {''.join(self.code.split())}"

    def kept(self) -> dict[str, bytes]:
        """The columns of a new link."""
        return {"token_hash": self.token_hash, "code_hash": keyed_hash(self._said).encode()}


@dataclass(frozen=True)
class Making:
    """A link to be made: who is given it, for how many days, and whether its address goes to the service by e-mail."""

    to_whom: str
    days: int = USUAL_DAYS
    by_email: bool = False
    submission: UUID | None = None


@dataclass(frozen=True)
class Made:
    """A new link with its key, which is shown once."""

    link: ReferralLink
    key: Key

    @property
    def address(self) -> str:
        return address_of(self.key.token)


@dataclass(frozen=True)
class Asked:
    """What a service reads: the request, and of her only what was shared and may be read now."""

    asks: str
    state: State
    answer_by: datetime
    to_whom: str
    service: str
    from_team: str
    from_site: str
    may_contact: bool
    may_report: bool
    facts: Mapping[str, Any]

    @property
    def answers(self) -> tuple[State, ...]:
        """The decisions that are open, in order."""
        return tuple(state for state in DECISIONS if may_follow(self.state, state))


class ShownBefore(Refused):
    """The same form made a link already, and what opens it is not kept."""


def address_of(token: str) -> str:
    """Where a link leads."""
    return settings.OWN_ADDRESS.rstrip("/") + reverse("answer_link", args=[token])


# -- made and ended by staff ---------------------------------------------------------------------


@transaction.atomic
def make_link(referral: Referral, making: Making, *, by: User) -> Made:
    """Make a link; one that was made before ends. Raises Refused; ShownBefore for the same submission twice."""
    journey, referral = locked(referral)
    check_may(by, Ability.REFER, woman_id=journey.woman_id)
    if making.submission and ReferralLink.objects.filter(submission=making.submission).exists():
        raise ShownBefore("The address and the code were shown once. If nobody wrote them down, make a new link.")
    if not is_sender(referral, journey, by):
        raise Refused("Whoever sent it makes the link.")
    _check_making(referral, making)
    now = clock.now()
    _running(referral).update(ended_at=now)
    key = Key(secrets.token_urlsafe(32), f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}")
    link = ReferralLink.objects.create(
        referral=referral,
        **key.kept(),
        to_whom=making.to_whom.strip(),
        made_at=now,
        made_by=by,
        expires_at=now + timedelta(days=making.days),
        submission=making.submission,
    )
    if making.by_email:
        LinkLetter.objects.create(link=link, to_address=referral.service.email, sealed=encrypt(key.token))
    return Made(link, key)


@transaction.atomic
def end_link(referral: Referral, *, by: User) -> None:
    """Nobody reads by it any more, also whoever has its address and code; nothing where none runs."""
    journey, referral = locked(referral)
    check_may(by, Ability.REFER, woman_id=journey.woman_id)
    if not is_sender(referral, journey, by):
        raise Refused("Whoever sent it ends the link.")
    _running(referral).update(ended_at=clock.now())


def why_no_link(referral: Referral) -> str:
    """Why no link can be made for it now, in a sentence; blank where one can."""
    if referral.to_team_id is not None:
        return "This service has accounts here, and answers on its own list."
    if State(referral.state) not in ANSWERABLE:
        return "This referral has been answered. Write down yourself what they tell you from now on."
    share = standing_consents(referral).get(Purpose.SHARE)
    if share is None or share.answer not in GIVEN:
        return "She has not agreed that they read what is shared. Without that a link would show nothing."
    return ""


def _check_making(referral: Referral, making: Making) -> None:
    if why := why_no_link(referral):
        raise Refused(why)
    if not making.to_whom.strip():
        raise Refused("Write who is given it: their name, and what they are.", field="to_whom")
    if making.days not in DAYS:
        raise Refused("Choose for how long it can be opened.", field="days")
    if making.by_email and not referral.service.email:
        raise Refused("The directory has no e-mail address of this service. Send the address yourself.", field="how")


def _running(referral: Referral) -> QuerySet[ReferralLink]:
    return referral.links.filter(used_at=None, ended_at=None)


# -- read and answered by whoever has both -------------------------------------------------------


@transaction.atomic
def read(key: Key) -> Asked | None:
    """What the link opens; None for every other, whatever the reason. A wrong code is counted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT referrals_read_link(%s, %s)", [key.token_hash, key.code_hashes])
        (found,) = cursor.fetchone()
    if found is None:
        return None
    told = json.loads(found)
    answer_by = datetime.fromisoformat(told["answer_by"])
    return Asked(**{**told, "state": State(told["state"]), "answer_by": answer_by})


def answer(key: Key, stepping: Stepping) -> bool:
    """Write the service's answer; False where the link opens nothing. A decision spends the link.

    Her record is open to the verb alone, and shut again before anything is shown. The same submission counts once.
    Raises Refused, and then nothing has changed.
    """
    with opening():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT * FROM referrals_open_link(%s, %s, %s, %s)",
                [key.token_hash, key.code_hashes, stepping.state in DECISIONS, stepping.submission],
            )
            found = cursor.fetchone()
        if found is None:
            return False
        referral_id, to_whom, was_answered = found
        if not was_answered:
            said_by = stepping.by_outside.strip() or to_whom
            referral = Referral.objects.get(pk=referral_id)
            step(referral, replace(stepping, by_outside=said_by), by=None, by_link=True)
        return True
