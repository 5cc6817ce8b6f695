"""The verbs of offering her CE-8: a sheet of paper, an address for her own device, or not now.

Nothing is kept of what she says to the offer: neither whether she took it, nor whether she answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, transaction
from django.db.models import OuterRef, Subquery
from django.urls import reverse

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from pathways.actions import Refused
from pathways.gaps.engagement.keys import hash_of, new_key
from pathways.gaps.models.engagement import DEVICE, PAPER, CallWanted, Rest
from pathways.gaps.rules.engagement.windows import APART_OR_LOST, Known, Window, open_window
from pathways.models import Event, Journey
from pathways.recording import lock
from pathways.visibility import check_may

OPEN_FOR = {DEVICE: timedelta(days=14), PAPER: timedelta(days=42)}  # a sheet of paper takes its time to come back
NOT_NOW = "She is not asked now. Her page says when she can be."


@dataclass(frozen=True)
class Asking:
    """A sheet to be made: on paper or for her own device, with the two questions about her stay or without."""

    way: str
    with_ward: bool = False
    submission: UUID | None = None


@dataclass(frozen=True)
class Made:
    """A new sheet, and its key, which is shown once."""

    way: str
    key: str
    with_ward: bool
    expires_at: datetime

    @property
    def address(self) -> str:
        """What she types on her own device."""
        return settings.OWN_ADDRESS.rstrip("/") + reverse("questions", args=[self.key])


@dataclass(frozen=True)
class About:
    """What the panels on her page ask. ``rests``: the windows in which she is not offered it again."""

    booked_at: datetime | None
    apart_or_lost_at: datetime | None
    rests: frozenset[str]
    asks_call_since: datetime | None


def about_her(journey: Journey) -> About:
    """One query."""
    happened = Event.objects.filter(journey=OuterRef("pk"), correction=None)
    booked = happened.filter(kind="booking_completed").order_by("occurred_at").values("occurred_at")[:1]
    hard = happened.filter(kind__in=APART_OR_LOST).order_by("-occurred_at").values("occurred_at")[:1]
    rests = ArraySubquery(Rest.objects.filter(journey=OuterRef("pk")).values("window"))
    call = CallWanted.objects.filter(journey=OuterRef("pk"), done_at=None).values("asked_at")[:1]
    asked = Journey.objects.filter(pk=journey.pk).values_list(Subquery(booked), Subquery(hard), rests, Subquery(call))
    booked_at, hard_at, windows, call_at = asked.get()
    return About(booked_at, hard_at, frozenset(windows), call_at)


def window_of(journey: Journey, at: datetime, about: About | None = None) -> Window | None:
    """The window that is open for her; None where nothing is asked now. One query, none where ``about`` is known."""
    if journey.is_closed or journey.after_loss:
        return None
    about = about or about_her(journey)
    known = Known(about.booked_at, journey.edd, journey.born_at, journey.in_hospital, about.apart_or_lost_at)
    return open_window(known, at)


@transaction.atomic
def ask(journey: Journey, asking: Asking, *, by: User | None) -> Made:
    """Make a sheet for her; one that was made before opens nothing any more. Raises Refused."""
    journey, window = _locked(journey, by)
    if asking.way not in OPEN_FOR:
        raise Refused("Choose how she answers.", field="way")
    made = Made(asking.way, new_key(), asking.with_ward, clock.now() + OPEN_FOR[asking.way])
    asked: list[Any] = [journey.pk, hash_of(made.key), made.way, made.with_ward, made.expires_at, asking.submission]
    with connection.cursor() as cursor:
        cursor.execute("SELECT gaps_invite(%s, %s, %s, %s, %s, %s)", asked)
        (is_new,) = cursor.fetchone()
    if is_new is None:
        raise Refused(NOT_NOW)
    if not is_new:
        raise Refused("It was made and shown once. If nobody has it, open the page again and make a new one.")
    _rest(journey, window)
    return made


@transaction.atomic
def not_now(journey: Journey, *, by: User) -> None:
    """She is not offered it again in this window. Why is not asked."""
    journey, window = _locked(journey, by)
    _rest(journey, window)


def _locked(journey: Journey, by: User | None) -> tuple[Journey, Window]:
    journey = lock(journey)
    check_may(by, Ability.OFFER_ENGAGEMENT, woman_id=journey.woman_id)
    window = window_of(journey, clock.now())
    if window is None:
        raise Refused(NOT_NOW)
    return journey, window


def _rest(journey: Journey, window: Window) -> None:
    Rest.objects.get_or_create(journey=journey, window=window.key)
