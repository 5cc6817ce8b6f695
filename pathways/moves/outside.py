"""Somebody outside is asked to take her on: prison healthcare, a midwife abroad, a prescriber elsewhere.

They have no account here: somebody rings them, and writes down who said what. What was said last counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.labels import Label
from carecoord.access.models import User
from carecoord.refused import Refused
from pathways.guided import Move, check_offered
from pathways.models import Journey, OutsideTry, SignOff
from pathways.moves.at_the_end import known_of
from pathways.recording import lock
from pathways.rules.ending import ENOUGH_TRIES, Reason
from pathways.visibility import check_may, labels_for

OUTSIDE = Move(
    key="outside",
    title="Ask somebody outside to take over",
    lead="For whoever has no account here: prison healthcare, a midwife abroad, a prescriber elsewhere. Ring them, and "
    "write down what they said, a no and no answer too. Until they say yes by name, you stay responsible.",
    group="Moving to another site",
    ability=Ability.OPEN_ADDRESS,
    page="outside",
    offered=lambda standing: not standing.closed,
)


@dataclass(frozen=True)
class Asked:
    """Who was asked what, why, when, and what they said. ``said_by``: who of them, by name."""

    because: str
    what: str
    to_whom: str
    result: str
    tried_at: datetime
    said_by: str = ""
    words: str = ""
    submission: UUID | None = None


@transaction.atomic
def ask_outside(journey: Journey, asked: Asked, *, by: User) -> OutsideTry:
    """Write down that somebody outside was asked, and what they said. The same submission counts once."""
    journey = lock(journey)
    check_knows_where_she_is(by, journey)
    if asked.submission and (earlier := OutsideTry.objects.filter(submission=asked.submission).first()):
        return earlier
    check_offered(OUTSIDE, journey)
    if not asked.to_whom.strip():
        raise Refused("Write whom you asked: the service and the place.", field="to_whom")
    if asked.result == OutsideTry.Result.ACKNOWLEDGED and not asked.said_by.strip():
        raise Refused("Write who said so: their name and what they are.", field="said_by")
    if asked.tried_at > clock.now():
        raise Refused("This time is in the future. Write it down when it has happened.", field="tried_at")
    return OutsideTry.objects.create(
        woman=journey.woman,
        journey=journey,
        because=asked.because,
        what=asked.what,
        to_whom=asked.to_whom.strip(),
        result=asked.result,
        said_by=asked.said_by.strip(),
        tried_at=asked.tried_at,
        words=asked.words.strip(),
        recorded_by=by,
        submission=asked.submission,
    )


@transaction.atomic
def sign_off(journey: Journey, words: str, *, submission: UUID | None = None, by: User) -> SignOff:
    """Agree, for safeguarding, that her journey may end although nobody elsewhere has said yes. Raises Refused."""
    journey = lock(journey)
    check_may(by, Ability.SIGN_OFF, woman_id=journey.woman_id)
    check_knows_where_she_is(by, journey)
    if submission and (earlier := SignOff.objects.filter(submission=submission).first()):
        return earlier
    known = known_of(journey, check_offered(OUTSIDE, journey), Reason.MOVED_OUT, clock.now())
    if known.care_is_taken:
        raise Refused("Somebody there has said yes. Nothing is left to sign off.")
    if known.tries < ENOUGH_TRIES:
        raise Refused(f"They were asked {known.tries} times so far. Ask {ENOUGH_TRIES} times before you sign it off.")
    if not words.strip():
        raise Refused("Write what you weighed, so that the next reader understands.", field="words")
    return SignOff.objects.create(journey=journey, words=words.strip(), signed_by=by, submission=submission)


def check_knows_where_she_is(user: User, journey: Journey) -> None:
    """Raise PermissionDenied where ``user`` may not read what says where she is."""
    check_may(user, OUTSIDE.ability, woman_id=journey.woman_id)
    if Label.ADDRESS not in labels_for(user, journey.woman_id):
        raise PermissionDenied("Your role does not open this.")
