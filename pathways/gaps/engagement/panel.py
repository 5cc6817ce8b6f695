"""On the page of her journey: that CE-8 can be offered, never whether she answered; and that she asks to be called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from pathways.gaps.engagement.asking import About, about_her, window_of
from pathways.models import Journey


@dataclass(frozen=True)
class CallPanel:
    """She asked to be called. ``may_end``: the reader can say that somebody talked with her."""

    when: str
    done_url: str
    contact_url: str
    may_end: bool


def engagement_panel(journey: Journey, reader: User, at: datetime) -> str | None:
    """Where she is offered it; None where this is not the time, or not for its reader."""
    if Ability.OFFER_ENGAGEMENT not in reader.abilities:
        return None
    about = _about(journey)
    window = window_of(journey, at, about)
    return None if window is None or window.key in about.rests else reverse("engagement_offer", args=[journey.pk])


def call_panel(journey: Journey, reader: User, at: datetime) -> CallPanel | None:
    """None where she does not ask for it."""
    since = _about(journey).asks_call_since
    if since is None:
        return None
    return CallPanel(
        when=clock.due_in_words(since),
        done_url=reverse("engagement_called", args=[journey.pk]),
        contact_url=reverse("safe_contact", args=[journey.woman_id]),
        may_end=Ability.RECORD_EVENT in reader.abilities,
    )


def _about(journey: Journey) -> About:
    """One query for both panels of a page."""
    known: About | None = getattr(journey, "about_asking", None)
    if known is None:
        known = journey.about_asking = about_her(journey)  # type: ignore[attr-defined]
    return known
