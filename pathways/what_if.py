"""What a journey's handoffs are now, and what they would be: facts in, the engine asked twice, nothing written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pathways.actions import Draft
from pathways.consequences import Consequences, consequences
from pathways.engine import Fact
from pathways.models import Journey
from pathways.projection import answer_for, events_that_count, facts_of


@dataclass(frozen=True)
class WhatIf:
    """The facts of one journey at one instant, to be compared with others."""

    journey: Journey
    facts: Sequence[Fact]
    at: datetime

    @classmethod
    def of(cls, journey: Journey, at: datetime) -> WhatIf:
        """With the facts that count now. One query."""
        return cls(journey, facts_of(events_that_count(journey)), at)

    def with_fact(self, fact: Fact) -> Consequences:
        """What follows from one more fact."""
        return self.with_facts([fact])

    def with_facts(self, more: Sequence[Fact]) -> Consequences:
        """What follows from several more facts."""
        return self._compared([*self.facts, *more])

    def with_draft(self, draft: Draft) -> Consequences:
        """What would follow from an event that is not recorded yet."""
        last = max((fact.sequence for fact in self.facts), default=0)
        return self.with_fact(Fact(draft.kind, draft.occurred_at, last + 1, draft.baby, dict(draft.details)))

    def without(self, event_id: int) -> Consequences:
        """What would follow if this event were marked as entered in error."""
        return self._compared([fact for fact in self.facts if fact.sequence != event_id])

    def _compared(self, other: list[Fact]) -> Consequences:
        before = answer_for(self.journey, list(self.facts), self.at).handoffs
        return consequences(before, answer_for(self.journey, other, self.at).handoffs)
