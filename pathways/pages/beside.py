"""What runs beside her stage, on her page: services that she declines for now, custody, and how the journey ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.labels import Label
from carecoord.access.models import User
from pathways.models import Journey, ServiceChoice
from pathways.moves.declining import declined
from pathways.projection import facts_of
from pathways.rules.apart import custody_since
from pathways.visibility import labels_for
from pathways.wording.ending import closed_in_words, service_in_words
from pathways.wording.handoffs import day_in_words


@dataclass(frozen=True)
class Declined:
    """One service that she does not want for now. ``is_due``: the day on which she is asked again has come."""

    service: str
    said: str
    again: str
    is_due: bool
    url: str


@dataclass(frozen=True)
class Beside:
    """What the panel shows. ``custody``: since when, for whoever may know; ``ended``: why the journey is closed."""

    declined: Sequence[Declined]
    custody: str
    custody_url: str
    outside_url: str
    ended: str
    reopen_url: str


def beside_panel(journey: Journey, reader: User, at: datetime) -> Beside | None:
    """The panel, where there is something to say. Two queries, three of a closed journey."""
    may_record = Ability.RECORD_EVENT in reader.abilities and not journey.is_closed
    lines = [_declined(each, may_record, at) for each in declined(journey)] if not journey.is_closed else []
    custody = _custody(journey, reader, at)
    ended = _ended(journey, at) if journey.is_closed else ""
    if not (lines or custody or ended):
        return None
    may_ring = bool(custody) and Ability.OPEN_ADDRESS in reader.abilities and not journey.is_closed
    return Beside(
        declined=lines,
        custody=custody,
        custody_url=reverse("custody_end", args=[journey.pk]) if may_ring else "",
        outside_url=reverse("outside", args=[journey.pk]) if may_ring else "",
        ended=ended,
        reopen_url=reverse("reopen", args=[journey.pk]) if ended and Ability.REOPEN in reader.abilities else "",
    )


def _declined(choice: ServiceChoice, may_record: bool, at: datetime) -> Declined:
    again = choice.review_on or clock.today(at)  # the database holds that there is one
    return Declined(
        service=service_in_words(choice.service),
        said=day_in_words(choice.chosen_at, at),
        again=clock.day_in_words(again),
        is_due=again <= clock.today(at),
        url=reverse("asked_again", args=[choice.journey_id, choice.service]) if may_record else "",
    )


def _custody(journey: Journey, reader: User, at: datetime) -> str:
    if Label.ADDRESS not in labels_for(reader, journey.woman_id):
        return ""
    events = journey.events.filter(kind__in=("custody_started", "custody_ended"), correction=None)
    since = custody_since(facts_of(events))
    return day_in_words(since.occurred_at, at) if since else ""


def _ended(journey: Journey, at: datetime) -> str:
    closed = journey.events.filter(kind="closed", correction=None).order_by("-occurred_at", "-pk").first()
    if closed is None:
        return ""
    return f"{day_in_words(closed.occurred_at, at)}: {closed_in_words(closed.details.get('reason', ''))}"
