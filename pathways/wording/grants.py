"""What the record says of who may see it."""

from __future__ import annotations

from datetime import datetime

from carecoord.access.labels import LABEL_NAMES, Label
from carecoord.access.models import Grant, Ground, Notice, Reason
from pathways.wording.entries import time_in_words

_ASKED = dict([*Reason.choices, *Ground.choices])
_REASONS = {
    "named midwife": "her named midwife",
    "buddy": "her buddy",
    "nobody is named": "nobody is named for her",
    "handoffs": "a handoff of hers is theirs",
    "expected": "her baby is due within four weeks, and the ward prepares",
    "moves to this site": "she moves there",
    "moved from here": "she moved from there, for 28 days",
    "was sent a plan": "they were sent a plan of hers",
    "appointments": "she has an appointment with them",
    "added her": "added her",
}

# Nothing of these names her, or says what is in her record.
NOTICES: dict[str, str] = {
    Notice.Key.CLAIMED: "A colleague opened a record by saying that they care for her.",
    Notice.Key.UNSEALED: "A sealed record was opened in an emergency.",
    Notice.Key.CONFLICT: "Somebody was named who must never see a record.",
    Notice.Key.CONFLICT_ENDED: "Somebody who was never to see a record may see it again.",
    Notice.Key.SEAL: "A record was sealed.",
    Notice.Key.SEAL_ENDED: "A seal was taken off a record.",
    Notice.Key.SAME_PERSON: "One woman has two records, at two sites. Agree by phone which of them goes on.",
    Notice.Key.DEATH_REPORTED: "A death was reported. If you know of it too, confirm it; if it is not so, say so.",
    Notice.Key.OVERRIDDEN: "Something was shared with a service without her agreement. The reason is on your screen.",
    Notice.Key.ASKS_CALL: "A woman asks to be called. Look first how she is reached safely.",
}


def ground_in_words(ground: str) -> str:
    """Why somebody opened a record, as they chose it."""
    return str(_ASKED.get(ground, ground))


def grant_in_words(kind: str, reason: str) -> str:
    """``On the caseload: her named midwife``."""
    label = str(Grant.Kind(kind).label)
    if kind in (Grant.Kind.ADMISSION, Grant.Kind.COVER):
        return label
    if kind == Grant.Kind.SELF_CLAIM and reason == "added her":
        return "Added her"
    if reason.startswith("offer "):
        return f"{label}: a handoff was offered to them"
    if reason.startswith("referral "):
        return f"{label}: she was referred to them"
    words = _REASONS.get(reason) or _ASKED.get(reason, "")
    return (
        f"{label}: {words[:1].lower() + words[1:]}"
        if words and not words.startswith("I ")
        else ": ".join(filter(None, (label, words)))
    )


def labels_in_words(labels: list[str]) -> str:
    """What a grant opens; empty for all that the role may see."""
    return ", ".join(LABEL_NAMES[Label(label)] for label in labels)


def span_in_words(since: datetime, until: datetime | None, at: datetime) -> str:
    """``since Tue 4 Mar, 14:30``, with its end where there is one."""
    begun = f"since {time_in_words(since)}" if since <= at else f"from {time_in_words(since)}"
    return f"{begun}, until {time_in_words(until)}" if until else begun
