"""What other pages about her show of going home and of her babies' observation."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from carecoord.access.abilities import Ability
from carecoord.access.models import User
from medications.checklist import checklist_of
from medications.pages.leaving import line_of
from medications.pages.left_early import left_early
from medications.pages.observation import observation_lines
from pathways.models import Event, Journey

LATELY = timedelta(days=28)  # after leaving hospital the risk is highest [R36]


def leaving_panel(journey: Journey, reader: User, now: datetime) -> dict[str, Any] | None:
    """How her way home stands: while she is in hospital, and for 28 days after. Nothing for who states no medicine."""
    if Ability.STATE_MEDICINE not in reader.abilities or not journey.stage or journey.is_closed:
        return None
    checklist = checklist_of(journey, now)
    left_at = checklist.facts.left_at
    if not checklist.facts.admission or not (journey.in_hospital or (left_at and now - left_at <= LATELY)):
        return None
    return {
        "journey": journey,
        "line": line_of(checklist),
        "left_at": left_at,
        "planned_for": checklist.facts.planned_for,
        "both": checklist.both,
        "early": left_early(checklist),
    }


def leaving_on_journey(journey: Journey, reader: User, now: datetime) -> dict[str, Any] | None:
    """The same on the page of her journey, which of most women asks for one query and no more."""
    went_home = Event.objects.filter(journey=journey, kind="mother_discharged", occurred_at__gte=now - LATELY)
    return leaving_panel(journey, reader, now) if journey.in_hospital or went_home.exists() else None


def observation_panel(journey: Journey, reader: User, now: datetime) -> dict[str, Any] | None:
    """Her babies who are observed or owed their first look; nothing where there is none."""
    if Ability.RECORD_EVENT not in reader.abilities or not journey.born_at or journey.is_closed:
        return None
    lines = observation_lines([journey], now).get(journey.pk, [])
    return {"journey": journey, "lines": lines} if lines else None
