"""What the ward sees of how far her medicine is confirmed (pathway 4.3)."""

from __future__ import annotations

from datetime import datetime

from carecoord import clock
from medications.rules.verification import NAMES, Standing, State
from pathways.wording.entries import time_in_words

# (what it is called, what the ward reads, its shape, its colour among those of the states)
SEES: dict[State, tuple[str, str, str, str]] = {
    State.UNVERIFIED: (
        "Not yet confirmed",
        "Not yet confirmed — do not rely on woman-reported amount alone; keep her informed.",
        "cross",
        "missed",
    ),
    State.REQUESTED: ("Asked, no answer yet", "Somebody has been asked. Keep her informed.", "ring", "due_soon"),
    State.PARTIAL: ("Confirmed by one of two", "Both have to say it before it counts.", "half", "overdue"),
    State.VERIFIED: (
        "Confirmed by both",
        "Prescriber and pharmacy say the same, and when she had it last.",
        "tick",
        "completed_on_time",
    ),
    State.CONFLICT: (
        "They do not say the same",
        "Both versions stand side by side. Pharmacist and prescriber settle it before a dose is given.",
        "cross",
        "missed",
    ),
    State.OOH: (
        "Nobody can confirm it now",
        "The sources are closed. The ward prescriber decides, and writes down why. Keep her informed.",
        "half",
        "overdue",
    ),
    State.EXPIRED: (
        "Confirm it again",
        "What was confirmed counts no more. Ask prescriber and pharmacy again.",
        "half",
        "overdue",
    ),
}

FIELDS: dict[str, str] = {
    "product": "Product",
    "strength": "Strength",
    "amount": "Amount",
    "frequency": "How often",
    "times": "Times of the day",
    "words": "Word for word",
    "last_dose": "Last dose",
}


def title_of(standing: Standing) -> str:
    """What the state is called: ``Confirmed by both``."""
    return SEES[standing.state][0]


def sentence_of(standing: Standing) -> str:
    """What the ward reads in this state, with what is missing or differs."""
    words = SEES[standing.state][1]
    has_said = standing.prescriber or standing.pharmacy
    if standing.state is State.PARTIAL or (standing.state is State.OOH and has_said):
        words = f"{missing_in_words(standing)} {words}"
    if standing.state is State.CONFLICT and standing.differs:
        words = f"They differ on: {differs_in_words(standing)}. {words}"
    return words


def missing_in_words(standing: Standing) -> str:
    """``The pharmacy has not confirmed it yet.``"""
    names = [NAMES[source].lower() for source in standing.missing]
    if not names:
        return ""
    both = " and ".join(names)
    return f"{both[0].upper()}{both[1:]} {'has' if len(names) == 1 else 'have'} not confirmed it yet."


def differs_in_words(standing: Standing) -> str:
    """``amount, last dose``."""
    return ", ".join(FIELDS[name].lower() for name in standing.differs)


def opens_in_words(opens_at: datetime | None) -> str:
    """``opens Mon 23 Nov 2026, 09:00``."""
    return f"opens {time_in_words(opens_at)}" if opens_at else "closed"


def confirmed_by(standing: Standing, *, dated: bool = False) -> tuple[tuple[str, bool], ...]:
    """(who, whether they did): each source by name, ``dated`` with its day; what counts no more is nobody's."""
    if standing.state is State.CONFLICT:
        return (("sources differ", False),)
    if standing.state is State.EXPIRED:
        return (("confirm again", False),)
    told = (("prescriber", standing.prescriber), ("pharmacy", standing.pharmacy))
    said = [(f"{name} {_on(one.said_at)}" if dated else name, True) for name, one in told if one]
    if standing.is_verified or not said:
        return tuple(said) or (("nobody yet", False),)
    return (*said, *((name, False) for name in standing.missing))


def _on(at: datetime) -> str:
    return clock.day_in_words(clock.today(at), weekday=False, year=False)
