"""What her days allow: writing it down as she says it, and reading what holds now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from carecoord.access.abilities import Ability
from carecoord.access.models import User
from pathways.actions import Refused
from pathways.models import Journey, SafeContact
from pathways.recording import lock
from pathways.visibility import check_may
from referrals.models import HerDay
from referrals.rules.her_days import HerDays

SAID = (
    *("travel_by", "travel_minutes", "leaves_after", "home_by", "dose_from", "dose_until", "dose_words"),
    *("not_on", "children", "words"),
)


@transaction.atomic
def say_her_day(journey: Journey, said: Mapping[str, Any], *, submission: UUID | None = None, by: User) -> HerDay:
    """Write down what her days allow; what was said before stays readable. The same submission counts once.

    ``said`` holds some of ``SAID``. Raises Refused for times that cannot be.
    """
    journey = lock(journey)
    check_may(by, Ability.BOOK, woman_id=journey.woman_id)
    if submission and (earlier := HerDay.objects.filter(submission=submission).first()):
        return earlier
    day = HerDay(journey=journey, by=by, submission=submission, **{name: said[name] for name in SAID if name in said})
    if (day.dose_from is None) != (day.dose_until is None):
        raise Refused("Enter from when and until when she is at the pharmacy.", field="dose_until")
    if day.dose_from and day.dose_until and day.dose_until <= day.dose_from:
        raise Refused("Her time at the pharmacy ends before it begins. Check both times.", field="dose_until")
    if day.leaves_after and day.home_by and day.home_by <= day.leaves_after:
        raise Refused("She would be home before she leaves. Check both times.", field="home_by")
    if len(set(day.not_on)) == 7:
        raise Refused("No day is left on which she can come. Leave one free, or plan to go to her.", field="not_on")
    day.save(force_insert=True)
    return day


def newest_day(journey: Journey) -> HerDay | None:
    """What she said last. One query."""
    return HerDay.objects.filter(journey=journey).order_by("-pk").first()


def rules_of(day: HerDay | None, contact: SafeContact | None) -> HerDays:
    """What she said as the rules take it; ``contact``: whose days and hours are kept to, or None."""
    day = day or HerDay()
    return HerDays(
        leaves_after=day.leaves_after,
        home_by=day.home_by,
        dose=(day.dose_from, day.dose_until) if day.dose_from and day.dose_until else None,
        travel=timedelta(minutes=day.travel_minutes),
        not_on=frozenset(day.not_on),
        safe_days=frozenset(contact.days) if contact else frozenset(),
        safe_from=contact.safe_from if contact else None,
        safe_until=contact.safe_until if contact else None,
    )
