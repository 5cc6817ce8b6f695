"""What the numbers about sites ask of appointments: on which days she came, and whether much was in that place then."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db.models import Count

from pathways.gaps.case import Attended
from referrals.models import Appointment, Session

Came = Appointment.Attended
# By phone or video she made no trip.
HERSELF = (Came.YES, Came.LATE, Came.LEFT)


def attended_of(journeys: Collection[int]) -> Mapping[int, list[Attended]]:
    """The appointments that women came to, by journey. Two queries, however many they are."""
    rows = Appointment.objects.filter(journey__in=journeys, attended__in=HERSELF).order_by("during", "pk")
    columns = list(rows.values_list("journey_id", "during", "session__clinic_id"))
    held = Session.objects.filter(clinic__in={clinic for *_, clinic in columns if clinic}, cancelled_at=None)
    held = held.exclude(took_place=False).order_by()
    kinds = dict(held.values_list("clinic_id").annotate(kinds=Count("kind", distinct=True)))
    found: dict[int, list[Attended]] = {}
    for journey, during, clinic in columns:
        found.setdefault(journey, []).append(Attended(during.lower, together=kinds.get(clinic, 0) > 1))
    return found
