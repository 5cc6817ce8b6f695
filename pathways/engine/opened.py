"""The fact that opened a moment for a subject."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pathways.engine.facts import Fact, Order


@dataclass(frozen=True, slots=True)
class Opened:
    """A moment opened by a fact.

    ``occurrence`` counts from 1 and is 1 for every moment that opens once. ``before`` bounds the facts
    that can answer this occurrence, where a later one has taken its place.
    """

    fact: Fact
    occurrence: int = 1
    before: Order | None = None

    @property
    def at(self) -> datetime:
        """When it opened, in UTC."""
        return self.fact.at

    def takes(self, fact: Fact) -> bool:
        """Whether a fact can still be about this occurrence."""
        return self.before is None or fact.order < self.before
