"""Until when a record that its reader opened by saying why stays open. Takes no query of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from carecoord.access.models import Grant, Opening, Reader
from pathways.models import Journey

_BY_ASKING = (Grant.Kind.SELF_CLAIM, Grant.Kind.BREAK_GLASS)
_WORDS = {
    Opening.Level.CLAIMED: "Open to you because you said that you care for her.",
    Opening.Level.SEALED: "Opened in an emergency.",
}


@dataclass(frozen=True)
class Opened:
    """An opening that runs: its id, why it is open, how long still."""

    pk: int
    words: str
    left: str
    seconds: int


def with_opening(journeys: QuerySet[Journey], reader: Reader) -> QuerySet[Journey]:
    """Mark the journeys that ``reader`` sees only because they asked: which opening, until when, of which level."""
    running = Opening.objects.filter(
        user=reader.pk, woman=OuterRef("woman"), closed_at=None, ends_at__gt=reader.now
    ).order_by("-level", "-ends_at")
    by_work = Grant.objects.of_reader(reader).filter(woman=OuterRef("woman")).exclude(kind__in=_BY_ASKING)
    last = running.filter(~Exists(by_work))
    return journeys.annotate(
        opened_as=Subquery(last.values("pk")[:1]),
        opened_until=Subquery(last.values("ends_at")[:1]),
        opened_level=Subquery(last.values("level")[:1]),
    )


def opened(journey: Any, at: datetime) -> Opened | None:
    """The opening that a journey was marked with; None where its reader has another grant."""
    until = getattr(journey, "opened_until", None)
    if until is None:
        return None
    left = max(until - at, timedelta(0))
    words = _WORDS[Opening.Level(journey.opened_level)]
    return Opened(journey.opened_as, words, _in_words(left), int(left.total_seconds()))


def _in_words(left: timedelta) -> str:
    minutes = int(left.total_seconds() // 60)
    if minutes >= 120:
        return f"{minutes // 60} hours"
    if minutes < 1:
        return "less than a minute"
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
