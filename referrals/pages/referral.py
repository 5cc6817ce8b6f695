"""What the page of one referral shows: what was asked, what she agreed to, every step, and the ways on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from carecoord import clock
from carecoord.access.models import User
from pathways.models import Journey
from pathways.receivers import is_in
from pathways.wording.entries import time_in_words
from referrals.consenting import GIVEN, standing_consents
from referrals.looping import REMIND_AFTER, is_sender
from referrals.models import Referral, ReferralConsent, ReferralStep
from referrals.pages.shared import Line, covered, would_read
from referrals.pages.worklist import in_hand, with_owner
from referrals.rules import turns
from referrals.rules.loop import CLOSED, IN_WORDS, THEIR_TURN, State, may_follow
from referrals.wording.referrals import LOOKS, WAYS, Way, details_of, step_title, who_in_words

WITHDRAW, ACKNOWLEDGE = "withdraw", "acknowledge"


@dataclass(frozen=True)
class StepLine:
    """One step as a line."""

    title: str
    when: str
    who: str
    details: Sequence[str]
    words: str


@dataclass(frozen=True)
class ConsentLine:
    """One purpose: what she said to it last. ``given``: it holds."""

    purpose: str
    label: str
    words: str
    said: str
    given: bool


@dataclass(frozen=True)
class ReferralPage:
    """Everything the template shows. ``ways`` are (key, words) of the reader's buttons.

    ``acknowledges``: with one click. ``still_read``: the service can still read what is shared.
    """

    referral: Referral
    looks: str
    stands: str
    since: str
    look_again: str
    is_late: bool
    hand: str
    is_nobodys: bool
    steps: Sequence[StepLine]
    consents: Sequence[ConsentLine]
    read: Sequence[Line]
    still_read: bool
    ways: Sequence[tuple[str, str]]
    may_withdraw: bool
    acknowledges: bool
    sends: bool
    receives: bool
    may_remind: bool
    may_take_over: bool
    may_take_back: bool
    instead: Sequence[Referral]

    @property
    def came_back(self) -> bool:
        """Whether it is with its sender again, who decides what instead."""
        return self.referral.state == State.DECLINED


def one(journey: Journey, pk: int) -> Referral | None:
    """One referral of a journey with all that its page names."""
    rows = with_owner(Referral.objects.filter(journey=journey, pk=pk))
    named = ("service__site", "service__place", "to_team", "from_team", "owner", "sent_by", "instead_of__service")
    return rows.select_related(*named).first()


def page_of(referral: Referral, reader: User, at: datetime) -> ReferralPage:
    """The page of a referral (``one``, with its journey) as ``reader`` sees it. Six queries."""
    state, journey = State(referral.state), referral.journey
    sends, receives = is_sender(referral, journey, reader), is_in(reader, referral.to_team_id)
    consents = standing_consents(referral)
    shared = covered(referral.shared, {purpose: row.answer for purpose, row in consents.items()})
    hand, is_nobodys = in_hand(referral, reader, at)
    is_open = state not in CLOSED
    is_running = is_open and state is not State.DECLINED
    ways = [way for way in WAYS if _is_open_way(way, referral, sends=sends, receives=receives)]
    reminded_lately = bool(referral.reminded_at and at - referral.reminded_at < REMIND_AFTER)
    return ReferralPage(
        referral=referral,
        looks=LOOKS[state],
        stands=IN_WORDS[state],
        since=time_in_words(referral.since),
        look_again=_look_again(referral, at),
        is_late=referral.flag_at is not None and referral.flag_at <= at,
        hand=hand,
        is_nobodys=is_nobodys,
        steps=_steps(referral),
        consents=[_consent(row) for purpose in ReferralConsent.Purpose if (row := consents.get(purpose))],
        read=[line for line in would_read(journey, at) if line.key in shared],
        still_read=is_running,
        ways=[
            (way.key, way.title if by_phone(way, receives=receives) else way.button)
            for way in ways
            if way.key not in (WITHDRAW, ACKNOWLEDGE if receives else "")
        ],
        may_withdraw=any(way.key == WITHDRAW for way in ways),
        acknowledges=receives and state is State.SENT,
        sends=sends,
        receives=receives,
        may_remind=sends and not receives and bool(referral.to_team_id) and state in THEIR_TURN and not reminded_lately,
        may_take_over=sends and is_open and referral.owner_id != reader.pk,
        may_take_back=is_running and any(row.answer in GIVEN for row in consents.values()),
        instead=list(referral.followed_by.select_related("service").order_by("pk")),
    )


def way_for(referral: Referral, key: str, *, sends: bool, receives: bool) -> Way | None:
    """The way on with that key, where it is open to somebody of that side now."""
    found = next((way for way in WAYS if way.key == key), None)
    return found if found and _is_open_way(found, referral, sends=sends, receives=receives) else None


def by_phone(way: Way, *, receives: bool) -> bool:
    """Whether the reader writes down what the service said, and is asked who said so."""
    return way.theirs and not receives


def _is_open_way(way: Way, referral: Referral, *, sends: bool, receives: bool) -> bool:
    state = State(referral.state)
    if not may_follow(state, way.state):
        return False
    if (way.state is State.ACCEPTED) and (way.key == "not-seen") != turns.is_not_seen(state, way.state):
        return False
    if way.state in turns.SENDERS_ALONE:
        return sends
    return sends or receives or not way.theirs


def _look_again(referral: Referral, at: datetime) -> str:
    if referral.flag_at is None or referral.state == State.DECLINED:
        return ""
    return f"{clock.due_in_words(referral.flag_at)}, {clock.distance_in_words(referral.flag_at, at)}"


def _steps(referral: Referral) -> list[StepLine]:
    """From the first on. One query."""
    before, lines = "", []
    rows: list[ReferralStep] = list(referral.steps.select_related("by", "appointment").order_by("pk"))
    for row in rows:
        lines.append(
            StepLine(step_title(row, before), time_in_words(row.at), who_in_words(row), details_of(row), row.words)
        )
        before = row.state
    return lines


def _consent(row: ReferralConsent) -> ConsentLine:
    said = f"{row.get_answer_display()}, {time_in_words(row.at)}, written down by {row.by}"
    return ConsentLine(row.purpose, row.get_purpose_display(), row.words, said, row.answer in GIVEN)
