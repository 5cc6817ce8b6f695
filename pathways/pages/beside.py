"""What runs beside her stage, on her page: services that she declines for now, custody, and how the journey ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.labels import Label
from carecoord.access.models import User
from pathways.engine import Stage
from pathways.models import Event, Journey, ServiceChoice
from pathways.moves.declining import declined
from pathways.projection import facts_of
from pathways.rules.apart import custody_since
from pathways.visibility import journeys_visible_to, labels_for
from pathways.wording.ending import closed_in_words, service_in_words
from pathways.wording.handoffs import day_in_words

_TOLD = ("service_declined", "custody_started", "custody_ended", "closed")


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


@dataclass(frozen=True)
class AskAgain:
    """A woman who is to be asked again about a service, since the day has come."""

    name: str
    service: str
    since: str
    her_url: str
    url: str


def to_ask_again(user: User, at: datetime) -> QuerySet[ServiceChoice]:
    """What women who are open to ``user`` do not want for now, where the day to ask again has come."""
    newer = ServiceChoice.objects.filter(
        journey=OuterRef("journey"), service=OuterRef("service"), pk__gt=OuterRef("pk"), event__correction=None
    )
    due = ServiceChoice.objects.filter(
        choice=ServiceChoice.Choice.DECLINES, review_on__lte=clock.today(at), event__correction=None
    )
    open_to_user = journeys_visible_to(user).exclude(stage=Stage.CLOSED)
    return due.filter(~Exists(newer), journey__in=open_to_user).order_by("review_on", "pk")


def ask_again_lines(user: User, at: datetime) -> tuple[list[AskAgain], list[int]]:
    """The lines of that list, the longest waiting first, and the ids of the women on it. One query."""
    found = list(to_ask_again(user, at).select_related("journey__woman"))
    lines = [
        AskAgain(
            name=each.journey.woman.list_name,
            service=service_in_words(each.service),
            since=clock.day_in_words(each.review_on or clock.today(at)),
            her_url=reverse("journey", args=[each.journey_id]),
            url=reverse("asked_again", args=[each.journey_id, each.service]),
        )
        for each in found
    ]
    return lines, [each.journey.woman_id for each in found]


def beside_panel(journey: Journey, reader: User, at: datetime) -> Beside | None:
    """The panel, where there is something to say. One query, two where she declines a service."""
    told = list(journey.events.filter(kind__in=_TOLD, correction=None).order_by("occurred_at", "pk"))
    may_record = Ability.RECORD_EVENT in reader.abilities and not journey.is_closed
    has_declined = not journey.is_closed and any(each.kind == "service_declined" for each in told)
    lines = [_declined(each, may_record, at) for each in declined(journey)] if has_declined else []
    custody = _custody(told, at) if Label.ADDRESS in labels_for(reader, journey.woman_id) else ""
    ended = _ended(told, at) if journey.is_closed else ""
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


def _custody(told: Sequence[Event], at: datetime) -> str:
    since = custody_since(facts_of(told))
    return day_in_words(since.occurred_at, at) if since else ""


def _ended(told: Sequence[Event], at: datetime) -> str:
    closed = next((each for each in reversed(told) if each.kind == "closed"), None)
    if closed is None:
        return ""
    return f"{day_in_words(closed.occurred_at, at)}: {closed_in_words(closed.details.get('reason', ''))}"
