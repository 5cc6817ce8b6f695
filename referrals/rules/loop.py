"""The closed loop of a referral: the states it can stand in, and which follows which. One table; the database reads it.

A referral that was sent is not yet care. It is closed when it ended with an outcome, or came back to the sender with
a reason and the sender has decided what to do instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum


class State(StrEnum):
    """Where a referral stands."""

    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    ACCEPTED = "accepted"
    WAITING = "waiting"
    DECLINED = "declined"
    APPOINTED = "appointed"
    ATTENDED = "attended"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    SETTLED = "settled"


IN_WORDS: Mapping[State, str] = {
    State.SENT: "Sent, not yet acknowledged",
    State.ACKNOWLEDGED: "Acknowledged, not yet decided",
    State.ACCEPTED: "Accepted, no appointment yet",
    State.WAITING: "On the waiting list",
    State.DECLINED: "Declined: back with the sender",
    State.APPOINTED: "First appointment made",
    State.ATTENDED: "Seen",
    State.ENDED: "Ended",
    State.WITHDRAWN: "Withdrawn",
    State.SETTLED: "Declined, and something else was found or decided",
}

_FIRST_ANSWER = (State.ACCEPTED, State.WAITING, State.DECLINED)
_NOT_SEEN_YET = (State.APPOINTED, State.DECLINED, State.ENDED, State.WITHDRAWN)

FOLLOWS: Mapping[State, tuple[State, ...]] = {
    State.SENT: (State.ACKNOWLEDGED, *_FIRST_ANSWER, State.WITHDRAWN),
    State.ACKNOWLEDGED: (*_FIRST_ANSWER, State.WITHDRAWN),
    State.ACCEPTED: (State.WAITING, State.ATTENDED, *_NOT_SEEN_YET),
    State.WAITING: (State.ACCEPTED, State.ATTENDED, *_NOT_SEEN_YET),
    # She could not come, or the service cancelled: it stands where it stood before the appointment was made.
    State.APPOINTED: (State.APPOINTED, State.ACCEPTED, State.ATTENDED, State.DECLINED, State.ENDED, State.WITHDRAWN),
    State.ATTENDED: (State.APPOINTED, State.ATTENDED, State.DECLINED, State.ENDED),
    State.DECLINED: (State.SETTLED,),
    State.ENDED: (),
    State.WITHDRAWN: (),
    State.SETTLED: (),
}

CLOSED = frozenset(state for state, next_ones in FOLLOWS.items() if not next_ones)
OPEN = tuple(state for state in State if state not in CLOSED)
# Whose turn it is while it stands there: the service's, or the sender's.
THEIR_TURN = frozenset({State.SENT, State.ACKNOWLEDGED, State.ACCEPTED, State.WAITING})
COMES_BACK = frozenset({State.DECLINED})

# How long each state may last before the referral is flagged on the worklist (design). A service's own waiting time,
# where the directory has one, takes the place of WAITING's.
LASTS: Mapping[State, timedelta] = {
    State.SENT: timedelta(days=3),
    State.ACKNOWLEDGED: timedelta(days=7),
    State.ACCEPTED: timedelta(days=7),
    State.WAITING: timedelta(days=28),
    State.APPOINTED: timedelta(days=1),  # after the appointment
    State.ATTENDED: timedelta(days=56),
    State.DECLINED: timedelta(days=0),  # the same day
}


def may_follow(state: State, wanted: State) -> bool:
    """Whether a referral may go from ``state`` to ``wanted``."""
    return wanted in FOLLOWS[state]


def usual_answer_by(sent_at: datetime, due_at: datetime | None) -> datetime:
    """By when the service is asked to answer (aware): within LASTS, or by when it is due, if that is still to come."""
    usual = sent_at + LASTS[State.SENT]
    return min(usual, due_at) if due_at and due_at > sent_at else usual
