"""Telling coordinator, doctor and pharmacist that a second dose was given; the message says only that one looks."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from carecoord import clock
from carecoord.access.models import Conflict
from carecoord.delivery.outbox import tell
from medications.models import SafetyReport
from pathways.alerting.duty import Roster
from pathways.moments.ladders import Post

AT_ONCE = 50
POSTS = (Post.WARD_COORDINATOR, Post.ON_CALL_OBSTETRICIAN, Post.ON_CALL_PHARMACIST)


@transaction.atomic
def tell_of_reports(at: datetime | None = None) -> int:
    """Put messages into the outbox for whoever holds the posts now; of how many reports. Each is told once."""
    at = at or clock.now()
    rows = SafetyReport.objects.select_for_update(of=("self",), skip_locked=True).select_related("journey")
    waiting = list(rows.filter(told_at=None).order_by("pk")[:AT_ONCE])
    counts: dict[int, int] = {}
    for report in waiting:
        roster = Roster.of(report.journey.site_id, at)
        never = set(Conflict.objects.filter(woman=report.journey.woman_id).values_list("user", flat=True))
        for person in {pk for post in POSTS for pk in roster.on_duty(post)} - never:
            counts[person] = counts.get(person, 0) + 1
    tell(counts, urgent=True, at=at)
    SafetyReport.objects.filter(pk__in=[each.pk for each in waiting]).update(told_at=at)
    return len(waiting)
