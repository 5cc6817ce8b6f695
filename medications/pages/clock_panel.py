"""The clock since her last confirmed dose, on the page of her medicine and of her journey, until treatment ends."""

from __future__ import annotations

from datetime import datetime

from carecoord.access.models import User
from medications.pages.summaries import Summary, summary_of
from medications.pages.ward_facts import known_of, on_the_ward
from pathways.models import Journey


def clock_panel(journey: Journey, reader: User, now: datetime) -> Summary | None:
    """Her summary where she is in treatment, wherever she is; None otherwise. Who confirms it is told beside."""
    if journey.is_closed:
        return None
    journeys = on_the_ward([journey.pk], reader)
    known = known_of(journeys, now, standings={})[journey.pk]
    woman = summary_of(known, reader, now)
    return woman if woman.is_treated and woman.gap.words else None
