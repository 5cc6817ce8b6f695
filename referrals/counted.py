"""What the numbers about sites ask of referrals and appointments: of many journeys at once, in a query each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from pathways.gaps.case import Attended, Referred
from referrals.models import Appointment, ReferralStep, Session, TreatmentOption
from referrals.rules.attendance import CAME

CAME_THERE = CAME - {Appointment.Attended.REMOTE}


def attended_of(journeys: Collection[int]) -> Mapping[int, list[Attended]]:
    """The appointments to which each came, in order; by phone or video is no trip, and no place.

    Several services in one place: on that day sessions of two kinds or more took place there, or were to.
    """
    rows = Appointment.objects.filter(
        journey__in=journeys, state=Appointment.State.BOOKED, attended__in=CAME_THERE
    ).annotate(kinds=Coalesce(Subquery(_kinds_that_day()), 0))
    found: dict[int, list[Attended]] = defaultdict(list)
    columns = ("journey_id", "during", "kinds", "kind")
    for journey, during, kinds, kind in rows.order_by("during", "pk").values_list(*columns):
        found[journey].append(Attended(during.lower, kinds >= 2, kind))
    return found


def _kinds_that_day() -> QuerySet[Any, Any]:
    """How many kinds of services the clinic of an appointment's session has, without what was cancelled."""
    held = Session.objects.filter(clinic=OuterRef("session__clinic"), cancelled_at=None).exclude(took_place=False)
    return held.order_by().values("clinic").annotate(kinds=Count("kind", distinct=True)).values("kinds")


def referred_of(journeys: Collection[int]) -> Mapping[int, list[Referred]]:
    """The referrals of each with their steps, in order."""
    steps = ReferralStep.objects.filter(referral__journey__in=journeys).order_by("referral", "pk")
    kept: dict[tuple[int, int], tuple[str, datetime, list[tuple[datetime, str, str]]]] = {}
    for journey, referral, kind, sent, at, state, reason, outcome in steps.values_list(
        *("referral__journey_id", "referral_id", "referral__service__kind", "referral__sent_at"),
        *("at", "state", "reason", "outcome"),
    ):
        kept.setdefault((journey, referral), (kind, sent, []))[2].append((at, state, reason or outcome))
    found: dict[int, list[Referred]] = defaultdict(list)
    for (journey, _), referred in kept.items():
        found[journey].append(Referred(*referred))
    return found


def options_of(journeys: Collection[int]) -> Mapping[int, list[str]]:
    """What came of each kind of treatment after birth for each: the newest row of a kind, its status."""
    rows = TreatmentOption.objects.filter(journey__in=journeys).order_by("journey", "kind", "-pk")
    found: dict[int, list[str]] = defaultdict(list)
    for journey, status in rows.distinct("journey", "kind").values_list("journey_id", "status"):
        found[journey].append(status)
    return found
