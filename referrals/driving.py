"""The critical moments that a referral moves: its steps complete theirs, with the evidence that the moment asks for.

Which ones, the kinds of services declare (rules/kinds.py). A moment that is not open is left alone, so nothing is ever
completed twice, and what was declined stays the sender's to see to.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from carecoord import clock
from carecoord.access.models import User
from pathways.actions import Draft, end_handoff
from pathways.models import Handoff
from referrals.models import Referral
from referrals.rules import kinds
from referrals.rules.kinds import Kind, Step
from referrals.rules.loop import State

DAY, WHO = "day", "who"
# By moment and step: the evidence's key, and which of the two it says.
EVIDENCE: Mapping[Step, tuple[str, str]] = {
    ("DRUG_SERVICE_REFERRAL", "sent"): ("referral_sent_on", DAY),
    ("DRUG_SERVICE_REFERRAL", "acknowledged"): ("referral_acknowledged_by", WHO),
    ("DRUG_SERVICE_REFERRAL", "first_appointment"): ("referral_first_appointment_on", DAY),
    ("MH_BOOKING_SCREEN", "referral"): ("mental_health_referred_to", WHO),
    ("SEP_MH_7D", "referral"): ("mental_health_referred_on", DAY),
    ("SEP_MH_7D", "first_contact"): ("mental_health_contact_on", DAY),
}


def steps_moved(kind: Kind, state: State) -> tuple[Step, ...]:
    """The steps of moments that are done once a referral of this kind stands there.

    Whoever gave her an appointment, or has seen her, has taken her on, also where nobody said so before.
    """
    if state is State.SENT:
        return kind.sent
    if state in (State.ACCEPTED, State.APPOINTED):
        return kind.accepted
    return (*kind.accepted, *kind.seen) if state is State.ATTENDED else ()


def open_handoffs(referral: Referral, steps: tuple[Step, ...]) -> list[Handoff]:
    """Those of her open handoffs that these steps are; of each the first due. A referral for one handoff moves the
    steps of that moment, for that subject, and no others."""
    if not steps:
        return []
    hers = referral.journey.handoffs.open().filter(moment__in={moment for moment, _ in steps}).order_by("due_at", "pk")
    found: dict[Step, Handoff] = {}
    for handoff in hers:
        step = (handoff.moment, handoff.step)
        if step in steps and _is_of(referral, handoff):
            found.setdefault(step, handoff)
    return [found[step] for step in steps if step in found]


def drive(referral: Referral, state: State, at: datetime, who: str, *, by: User | None) -> list[Handoff]:
    """Complete what this state completes. Her journey is locked; ``who`` is named where the evidence is a name."""
    moved = open_handoffs(referral, steps_moved(kinds.BY_KEY[referral.service.kind], state))
    for handoff in moved:
        key, says = EVIDENCE[handoff.moment, handoff.step]
        words = clock.today(at).isoformat() if says == DAY else who
        end_handoff(handoff, Draft("handoff_completed", at, details={key: words}), by=by)
    return moved


def _is_of(referral: Referral, handoff: Handoff) -> bool:
    """Whether the referral was made for this handoff's moment and subject, or for none by name."""
    if not referral.handoff_key:
        return True
    moment, _, subject, _ = referral.handoff_key.split(".")
    return (moment, subject) == (handoff.moment, handoff.subject_key)
