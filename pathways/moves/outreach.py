"""Looking for her when she was not reached: a try, somebody asked about her, and how a person decided to go on.

None of these verbs ends anything: her journey, her handoffs and what is owed to her go on, whatever came of a try.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from carecoord.refused import Refused
from pathways.contact import doubt_contact
from pathways.engine import Stage
from pathways.guided import Move, Standing, check_offered
from pathways.models import Asked, Journey, OutreachDecision, Try
from pathways.moves.recording import Recorded, record_move
from pathways.reaching import agreed_with
from pathways.recording import Draft, lock
from pathways.rules.outreach import REACHED_HER, is_inside, ways_open
from pathways.seen import check_same, fingerprint
from pathways.visibility import check_may

Way, Result, Choice = Try.Way, Try.Result, OutreachDecision.Choice
# Where something else stands first: before booking, and on the ward, where she is spoken to every day.
_NOT_FIRST = {Stage.BOOKING, Stage.INTRAPARTUM, Stage.POSTNATAL_INPATIENT, Stage.CLOSED}


def _goes_on(standing: Standing) -> bool:
    return not standing.closed


TRIED = Move(
    key="outreach_try",
    title="We tried to reach her, or a time did not happen",
    lead="She was not able to come, was not reached, or one of us put it off: each is something else, and none is held "
    "against her. Nothing closes because of it. Left open, the page proposes when and how to try again.",
    group="Contact and booking",
    ability=Ability.RECORD_EVENT,
    page="outreach_try",
    offered=_goes_on,
    kinds=("contact_missed",),
    likely=frozenset(stage.value for stage in set(Stage) - _NOT_FIRST),
)
ASKED = Move(
    key="outreach_ask",
    title="Somebody was asked about her",
    lead="Ask no more than whether they have seen her, whether she is all right, and whether they would ask her to "
    "ring you. Say nothing of why. What they know is written down here; it is not contact with her.",
    group="Contact and booking",
    ability=Ability.RECORD_EVENT,
    page="outreach_ask",
    offered=_goes_on,
)
ONWARD = Move(
    key="outreach_decide",
    title="How we go on looking for her",
    lead="You decide by name, with what is known of her now. Whatever you choose, her journey stays open, her medicine "
    "goes on, and somebody looks again.",
    group="Contact and booking",
    ability=Ability.DECIDE_OUTREACH,
    page="outreach_decide",
    offered=_goes_on,
)


@dataclass(frozen=True)
class Attempt:
    """One try as it is written down; ``again_at`` and ``again_way`` say when and how somebody will try next."""

    at: datetime
    way: str
    result: str
    words: str = ""
    again_at: datetime | None = None
    again_way: str = ""

    @property
    def reached_her(self) -> bool:
        return self.result in REACHED_HER


@dataclass(frozen=True)
class News:
    """What somebody who knows her said when they were asked. ``seen_on``: when they last saw her or spoke to her."""

    at: datetime
    whom: str
    answer: str
    seen_on: date | None = None
    words: str = ""


@dataclass(frozen=True)
class Onward:
    """How to go on, and why."""

    choice: str
    reason: str
    partners: Sequence[str] = ()
    review_on: date | None = None


@transaction.atomic
def try_to_reach(journey: Journey, attempt: Attempt, *, submission: UUID | None = None, by: User) -> Recorded:
    """Write down a try; where it reached her, that is a contact like any other. Raises Refused.

    A number that is not hers any more is doubted at once: nothing is sent there until she was asked.
    """
    kind = "contact_made" if attempt.reached_her else "contact_missed"
    draft = Draft(kind, attempt.at, note=_as_note(attempt), submission=submission)
    said = fingerprint(journey.pk, *astuple(attempt))
    recorded = record_move(journey, TRIED, [draft], said=said, by=by)
    if recorded.again:
        return recorded
    _check_again(journey, attempt)
    if attempt.result == Result.NOT_HERS:
        doubt_contact(journey.woman, by=by)
    Try.objects.create(
        journey=journey,
        event=recorded.events[0],
        tried_at=attempt.at,
        way=attempt.way,
        result=attempt.result,
        again_at=None if attempt.reached_her else attempt.again_at,
        again_way="" if attempt.reached_her else attempt.again_way,
        recorded_by=by,
        submission=submission,
        fingerprint=said,
    )
    return recorded


@transaction.atomic
def ask_about_her(journey: Journey, news: News, *, submission: UUID | None = None, by: User) -> Asked:
    """Write down that somebody who knows her was asked: contact about her, never with her. Raises Refused."""
    journey = lock(journey)
    check_may(by, Ability.RECORD_EVENT, woman_id=journey.woman_id)
    said = fingerprint(journey.pk, *astuple(news))
    if earlier := _sent_before(Asked, submission, said):
        return earlier
    check_offered(ASKED, journey)
    if news.at > clock.now():
        raise Refused("This time is in the future. Write it down when it has happened.", field="at")
    if news.answer == Asked.Answer.SEEN and news.seen_on and news.seen_on > clock.today(news.at):
        raise Refused("This is after you asked. Check the day.", field="seen_on")
    return Asked.objects.create(
        journey=journey,
        asked_at=news.at,
        whom=news.whom,
        answer=news.answer,
        seen_on=news.seen_on if news.answer == Asked.Answer.SEEN else None,
        words=news.words.strip(),
        recorded_by=by,
        submission=submission,
        fingerprint=said,
    )


@transaction.atomic
def decide_onward(journey: Journey, onward: Onward, *, submission: UUID | None = None, by: User) -> OutreachDecision:
    """Decide, by name, how to go on looking for her. There is no choice that ends her care. Raises Refused."""
    journey = lock(journey)
    check_may(by, Ability.DECIDE_OUTREACH, woman_id=journey.woman_id)
    said = fingerprint(journey.pk, *astuple(onward))
    if earlier := _sent_before(OutreachDecision, submission, said):
        return earlier
    check_offered(ONWARD, journey)
    _check_onward(onward, journey.site.definition.outreach.pause_days)
    asks = onward.choice == Choice.ASK_PARTNERS
    return OutreachDecision.objects.create(
        journey=journey,
        decided_by=by,
        choice=onward.choice,
        partners=list(onward.partners) if asks else [],
        review_on=None if onward.choice == Choice.GO_ON else onward.review_on,
        reason=onward.reason.strip(),
        recorded_by=by,
        submission=submission,
        fingerprint=said,
    )


# -- checks --------------------------------------------------------------------------------------


def _check_again(journey: Journey, attempt: Attempt) -> None:
    """Raise Refused where the next try is not inside what she agreed to."""
    if attempt.reached_her or not (attempt.again_at or attempt.again_way):
        return
    if not attempt.again_way:
        raise Refused("Choose by which way you will try then, or leave the time open.", field="again_way")
    agreed = agreed_with(journey.woman, clock.now())
    if attempt.again_way not in ways_open(agreed):
        open_now = ", ".join(Way(way).label.lower() for way in ways_open(agreed))
        raise Refused(f"She has not agreed to this way lately. Open now: {open_now}.", field="again_way")
    if attempt.again_at is None:
        return
    if attempt.again_at <= max(clock.now(), attempt.at):
        raise Refused("Trying again is still to come. Check the day and the time.", field="again_at")
    if attempt.again_at > clock.now() + timedelta(days=journey.site.definition.outreach.days):
        raise Refused("Try again sooner than that, or let a person decide on a pause.", field="again_at")
    if not is_inside(agreed, attempt.again_at):
        raise Refused("This is outside her safe days or hours. Choose a time inside them.", field="again_at")


def _check_onward(onward: Onward, longest: int) -> None:
    """Raise Refused unless somebody can act on it."""
    if not onward.reason.strip():
        raise Refused("Say why, so that whoever looks next understands.", field="reason")
    if onward.choice == Choice.ASK_PARTNERS and not onward.partners:
        raise Refused("Choose who is asked.", field="partners")
    if onward.choice == Choice.GO_ON:
        return
    if onward.review_on is None:
        raise Refused("Enter the day on which somebody looks again.", field="review_on")
    if not clock.today() < onward.review_on <= clock.today() + timedelta(days=longest):
        raise Refused(
            f"Somebody looks again within {longest} days here. Choose a day from tomorrow on.", field="review_on"
        )


# -- shared --------------------------------------------------------------------------------------

_Row = TypeVar("_Row", Asked, OutreachDecision)


def _sent_before(rows: type[_Row], submission: UUID | None, said: str) -> _Row | None:
    """What this very form has written down already. Raises SentOtherwise where it said something else then."""
    earlier = rows.objects.filter(submission=submission).first() if submission else None
    if earlier:
        check_same(earlier, said)
    return earlier


def _as_note(attempt: Attempt) -> str:
    """How and with what result, then the words: what the entry and the timeline say of it."""
    what = f"{Way(attempt.way).label}. {Result(attempt.result).label}."
    return "\n".join(filter(None, (what, attempt.words.strip())))
