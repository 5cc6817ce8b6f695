"""Links that tests start from, and what somebody without an account does with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from carecoord import clock
from pathways.models import DeathReport, Journey
from referrals.linking import Key, Made, Making, end_link, make_link
from referrals.models import Referral, ReferralConsent, ReferralLink, Service
from referrals.rules.loop import CLOSED, State
from tests import services
from tests.factories import ago, happened


def linked(referral: Referral, **making: Any) -> Made:
    """A link for it, made by whoever sent it."""
    return make_link(referral, Making(**{"to_whom": "C. Mbeki, intake", **making}), by=referral.sent_by)


def wrong(key: Key) -> Key:
    """The same address with digits that are not its own."""
    return Key(key.token, f"{(int(key.code) + 1) % 10**6:06}")


def stands_at(made: Made, state: str) -> None:
    """Let the link be one of a referral of hers that stands there, whatever way led to it."""
    before = made.link.referral
    flag_at = None if State(state) in CLOSED else ago(-1)
    there = services.referral(before.journey, before.service, state=state, flag_at=flag_at, sent_by=before.sent_by)
    ReferralLink.objects.filter(pk=made.link.pk).update(referral=there)


def _says(made: Made, purpose: str, answer: str) -> None:
    by = made.link.made_by
    ReferralConsent.objects.create(referral=made.link.referral, purpose=purpose, answer=answer, words="x", by=by)


def _expires(made: Made) -> None:
    ReferralLink.objects.filter(pk=made.link.pk).update(made_at=ago(8), expires_at=ago(hours=1))


def _her(made: Made) -> Journey:
    return made.link.referral.journey


def _her_death_is_reported(made: Made) -> None:
    fields = {"died_at": ago(1), "known_from": "x", "reported_by": made.link.made_by}
    DeathReport.objects.create(journey=_her(made), **fields)


# What ends a link that could be opened before.
ENDINGS: dict[str, Callable[[Made], Any]] = {
    "it expires": _expires,
    "it is ended": lambda made: end_link(made.link.referral, by=made.link.made_by),
    "another is made": lambda made: linked(made.link.referral),
    "it was used": lambda made: ReferralLink.objects.filter(pk=made.link.pk).update(used_at=clock.now()),
    "it is spent": lambda made: ReferralLink.objects.filter(pk=made.link.pk).update(tries=5),
    "she takes back that they read it": lambda made: _says(made, "share", "withdrawn"),
    "the service ends": lambda made: Service.objects.update(ended_on=clock.today(), ended_why="x"),
    "it is withdrawn": lambda made: stands_at(made, "withdrawn"),
    "the journey is closed": lambda made: happened(_her(made), ("closed", ago(), {"reason": "completed"})),
    "she has died": lambda made: happened(_her(made), ("mother_died", ago(hours=1))),
    "her death is reported": _her_death_is_reported,
    "the pregnancy is lost": lambda made: happened(_her(made), ("pregnancy_loss", ago(hours=1), {})),
}
