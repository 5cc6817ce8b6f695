"""Which entry ended a handoff: the answer that counts, or the fact that completed it by itself."""

from __future__ import annotations

from collections.abc import Iterable

from pathways.engine import ANSWER_KINDS, subject_answered
from pathways.models import Event, Handoff
from pathways.moments import by_key
from pathways.projection import fact_of
from pathways.wording.handoffs import step_of


class EndedBy:
    """The entries of a journey that can have ended its handoffs. Reads no database beyond the events it is given."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._answers: dict[tuple[object, ...], Event] = {}
        self._facts: dict[tuple[object, ...], Event] = {}
        for event in events:
            if event.kind not in ANSWER_KINDS:
                self._facts.setdefault((event.kind, event.occurred_at), event)
            elif key := _answered(event):
                self._answers.setdefault((*key, event.occurred_at), event)

    def answer(self, handoff: Handoff) -> Event | None:
        """The answer that ended it; None where it is open or something else did."""
        key = (handoff.moment, handoff.step, handoff.subject, handoff.subject_number)
        return self._answers.get((*key, handoff.ended_at))

    def fact(self, handoff: Handoff) -> Event | None:
        """The fact that completed it by itself: booking, a visit."""
        _, step = step_of(handoff)
        kinds = step.completed_by.facts if step.completed_by else ()
        return next(filter(None, (self._facts.get((kind, handoff.ended_at)) for kind in kinds)), None)

    def entry(self, handoff: Handoff) -> Event | None:
        """Whichever of the two ended it."""
        return (self.answer(handoff) or self.fact(handoff)) if handoff.ended_at else None


def _answered(event: Event) -> tuple[object, ...] | None:
    """What an answer is about: moment, step, subject; None where that cannot be told."""
    moment = by_key.get(event.details.get("moment", ""))
    subject = subject_answered(fact_of(event), moment.subject) if moment else None
    if moment is None or subject is None:
        return None
    return moment.key, event.details.get("step"), subject.kind.value, subject.number
