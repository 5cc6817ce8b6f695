"""When somebody should look at a referral again, and what each answer may give as its reason. Pure: no Django."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from carecoord import clock
from referrals.rules.loop import CLOSED, LASTS, State

START_OF_DAY = time(8)  # London: when somebody looks at what was put off until a day

# The reasons of each answer (ReferralStep.Reason), in groups: whose they are, and which.
DECLINED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("", ("service_full", "service_criteria", "service_late", "service_area", "service_missing", "other")),
)
WITHDRAWN = (
    ("Hers", ("her_choice", "her_safety", "her_distance", "her_moved", "her_engaged")),
    ("Ours", ("our_change", "our_mistake", "other")),
)
NOT_SEEN = (("", ("her_not_able", "service_cancelled", "our_cancelled")),)

# The states in which only the service can say how it goes on; others write it down in its words.
THEIR_ANSWERS = frozenset({State.ACKNOWLEDGED, State.ACCEPTED, State.WAITING, State.DECLINED})
SENDERS_ALONE = frozenset({State.WITHDRAWN, State.SETTLED})


@dataclass(frozen=True, slots=True)
class Known:
    """What the time to look again follows from. ``waiting_days`` is what the directory says of the service."""

    answer_by: datetime
    waiting_days: int | None = None
    place_from: date | None = None
    appointment_at: datetime | None = None


def look_again(state: State, at: datetime, known: Known) -> datetime | None:
    """By when a referral that came into ``state`` at ``at`` is to be looked at again; None once it is closed."""
    if state in CLOSED:
        return None
    if state is State.SENT:
        return known.answer_by
    if state is State.APPOINTED and known.appointment_at:
        return known.appointment_at + LASTS[state]
    if state is State.WAITING and known.place_from:
        return clock.from_local(datetime.combine(known.place_from, START_OF_DAY))
    if state is State.WAITING and known.waiting_days is not None:
        return at + timedelta(days=known.waiting_days)
    return at + LASTS[state]


def is_not_seen(before: State, state: State) -> bool:
    """Whether this step says that an appointment did not come about: it stands where it stood before."""
    return before is State.APPOINTED and state is State.ACCEPTED


def reasons_of(before: State, state: State) -> frozenset[str]:
    """The reasons that a step has to choose from; none where it needs no reason."""
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    if state is State.DECLINED:
        groups = DECLINED
    elif state is State.WITHDRAWN:
        groups = WITHDRAWN
    elif is_not_seen(before, state):
        groups = NOT_SEEN
    return frozenset(reason for _, reasons in groups for reason in reasons)
