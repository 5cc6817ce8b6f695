"""What pages say of a referral: how it stands, each of its steps, and the ways on. Reads no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from carecoord import clock
from pathways.words import in_lists
from referrals.models import Referral, ReferralStep, Service
from referrals.rules import turns
from referrals.rules.loop import IN_WORDS, State

# The shape and colour of each state on lists (templates/components/status.html).
LOOKS: dict[State, str] = {
    State.SENT: "offered",
    State.ACKNOWLEDGED: "offered",
    State.ACCEPTED: "accepted",
    State.WAITING: "due_soon",
    State.DECLINED: "overdue",
    State.APPOINTED: "accepted",
    State.ATTENDED: "completed_on_time",
    State.ENDED: "completed_on_time",
    State.WITHDRAWN: "superseded",
    State.SETTLED: "completed_on_time",
}
SHORT: dict[State, str] = {
    State.SENT: "Sent",
    State.ACKNOWLEDGED: "Acknowledged",
    State.ACCEPTED: "Accepted",
    State.WAITING: "Waiting list",
    State.DECLINED: "Back with you",
    State.APPOINTED: "Appointment",
    State.ATTENDED: "Seen",
    State.ENDED: "Ended",
    State.WITHDRAWN: "Withdrawn",
    State.SETTLED: "Settled",
}
# Whoever reads over a shoulder would know why somebody stands in the list.
_SAYS_WHY = frozenset(
    {
        *("drug_service", "prescriber", "family_drug_support", "residential", "day_treatment", "blood_borne"),
        *("mother_and_baby", "mother_baby_unit", "loss_support", "social_work", "domestic_abuse"),
    }
)
NOT_SEEN = "The appointment did not come about"


@dataclass(frozen=True)
class Way:
    """One way on: the step that it writes, the words of its button and page, and what its form asks.

    ``theirs``: it is the service's answer, which the sender's side writes down with who said so.
    """

    key: str
    state: State
    button: str
    title: str
    lead: str
    said: str
    asks: tuple[str, ...] = ()
    theirs: bool = False
    reasons: Sequence[tuple[str, tuple[str, ...]]] = ()


# The likeliest first: the first that is open to the reader is the button that stands out.
WAYS: tuple[Way, ...] = (
    Way(
        "acknowledge",
        State.ACKNOWLEDGED,
        "Acknowledge",
        "They have it",
        "Acknowledging says that it has arrived and somebody looks at it. The answer can come later.",
        "Acknowledged. The sender can see that it has arrived.",
        theirs=True,
    ),
    Way(
        "accept",
        State.ACCEPTED,
        "Accept",
        "They take her on",
        "The next step is her first appointment.",
        "Accepted. Now she needs her first appointment.",
        asks=("words",),
        theirs=True,
    ),
    Way(
        "appointment",
        State.APPOINTED,
        "Write down an appointment",
        "Her appointment",
        "For an appointment at their place. What is booked in a clinic of ours stands here by itself.",
        "Written down, with when it is.",
        asks=("appointment_at", "words"),
    ),
    Way(
        "attended",
        State.ATTENDED,
        "She was seen",
        "She was seen",
        "By phone or video counts too.",
        "Written down: she was seen.",
        asks=("words",),
    ),
    Way(
        "not-seen",
        State.ACCEPTED,
        "It did not come about",
        NOT_SEEN,
        "Did the session happen? If they or we cancelled it, that is not hers. The referral stays open.",
        "Written down. She needs another appointment.",
        asks=("reason", "words"),
        reasons=turns.NOT_SEEN,
    ),
    Way(
        "wait",
        State.WAITING,
        "Put on the waiting list",
        "On the waiting list",
        "She keeps her place, and the sender can see from when there may be one for her.",
        "On the waiting list. Everybody can see it.",
        asks=("place_from", "words"),
        theirs=True,
    ),
    Way(
        "decline",
        State.DECLINED,
        "Decline",
        "They cannot take her on",
        "It goes back to the sender at once, with your words. It says nothing about her.",
        "Sent back. The sender has it again and has been told.",
        asks=("reason", "words", "place_from"),
        theirs=True,
        reasons=turns.DECLINED,
    ),
    Way(
        "end",
        State.ENDED,
        "End it, with what came of it",
        "What came of it",
        "Ending a referral closes nothing else in her care.",
        "Ended. What came of it stays readable.",
        asks=("outcome", "words"),
    ),
    Way(
        "settle",
        State.SETTLED,
        "Nothing else is needed",
        "What was decided instead",
        "They declined, and that is not the end of it. Write what you and she decided instead.",
        "Written down, and closed.",
        asks=("words",),
    ),
    Way(
        "withdraw",
        State.WITHDRAWN,
        "Withdraw it",
        "Withdraw the referral",
        "What is open in her care stays open. If she does not want this now, it can be offered again.",
        "Withdrawn. They no longer read what was shared.",
        asks=("reason", "words"),
        reasons=turns.WITHDRAWN,
    ),
)


def standing_in_words(referral: Referral, at: datetime) -> str:
    """``Accepted, no appointment yet, since Tue 4 Mar, 14:30.``: for whoever comes too late."""
    since = clock.due_in_words(referral.since)
    return f"Somebody was faster: {_small(IN_WORDS[State(referral.state)])}, since {since}."


def step_title(step: ReferralStep, before: str) -> str:
    """What a step says happened; ``before`` is the state in which it stood until then."""
    state = State(step.state)
    if before and turns.is_not_seen(State(before), state):
        return NOT_SEEN
    if state is State.DECLINED:
        return "Declined: it came back to the sender"
    if state is State.ACCEPTED:
        return "Accepted"
    return IN_WORDS[state] if state is not State.SENT else "Sent"


def who_in_words(step: ReferralStep) -> str:
    """``J. Ross, written down by A. Reid``; who answered by the link; the product where a service has ended."""
    if step.by_link:
        return f"{step.by_outside}, by the link"
    if step.by_outside:
        return f"{step.by_outside}, written down by {step.by}"
    return str(step.by or "the service’s entry in the directory")


def details_of(step: ReferralStep) -> list[str]:
    """Reason, outcome and days of a step, each as words."""
    said = [
        str(step.get_reason_display()) if step.reason else "",
        str(step.get_outcome_display()) if step.outcome else "",
        f"a place from about {clock.day_in_words(step.place_from)}" if step.place_from else "",
        f"on {clock.due_in_words(step.appointment_at)}" if step.appointment_at else "",
        f"on {clock.due_in_words(step.appointment.during.lower)}" if step.appointment else "",
    ]
    return [words for words in said if words]


def service_in_lists(service: Service) -> str:
    """Which service, where several women stand in a list: its name does not give away why somebody is there."""
    return "Partner service" if service.kind in _SAYS_WHY else in_lists(service.name)


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]
