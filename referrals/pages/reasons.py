"""What an appointment can be for: what she waits for, and referrals that were accepted."""

from __future__ import annotations

from dataclasses import dataclass

from pathways.models import Journey
from referrals.models import Referral, Waiting
from referrals.models.columns import LONGEST_NAME
from referrals.rules.loop import State

SOMETHING_ELSE = "else"
# Where an appointment is what comes next.
_TO_BE_SEEN = (State.ACCEPTED, State.WAITING, State.APPOINTED, State.ATTENDED)


@dataclass(frozen=True)
class Reason:
    """One of them. ``key`` is what the appointment keeps as its need (``waiting:5``, ``referral:7``)."""

    key: str
    words: str
    referral: Referral | None = None

    @property
    def need_key(self) -> str:
        return "" if self.key == SOMETHING_ELSE else self.key


def reasons_for(journey: Journey, kind: str) -> list[Reason]:
    """What she needs one of this kind for, the longest wait first. Two queries."""
    waits = Waiting.objects.filter(journey=journey, kind=kind, ended="", appointment=None).select_related("referral")
    sent = Referral.objects.filter(journey=journey, service__kind=kind, state__in=_TO_BE_SEEN)
    of_waiting = [Reason(f"waiting:{each.pk}", each.words, each.referral) for each in waits.order_by("since", "pk")]
    waited_for = {each.referral.pk for each in of_waiting if each.referral}
    return [
        *of_waiting,
        *(
            Reason(f"referral:{each.pk}", each.asks[:LONGEST_NAME], each)
            for each in sent.select_related("service").order_by("sent_at", "pk")
            if each.pk not in waited_for
        ),
    ]
