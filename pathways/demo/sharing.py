"""What the demonstration shows of who sees whom: a seal, somebody who must never see a record, a midwife on leave."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from carecoord import clock
from carecoord.access.demo import email_of
from carecoord.access.models import Conflict, Cover, Seal, User
from pathways.covering import arrange_cover
from pathways.models import DemoWoman

SITE = "ASHF"
SEALED, FEARED = "DEMO-A05", "DEMO-A07"
AWAY, THERE = "midwife2", "midwife"
LEAVE = timedelta(days=13)


def arrange(staff: Mapping[str, User], now: datetime) -> None:
    """Put in place what is missing; on the same day it changes nothing."""
    shown = DemoWoman.objects.filter(woman__person_ref__in=(SEALED, FEARED))
    women = dict(shown.values_list("woman__person_ref", "pk"))
    if SEALED in women:
        Seal.objects.get_or_create(woman_id=women[SEALED], defaults={"reason": "Her sister works at this hospital"})
    if FEARED in women:
        keyworker = staff[email_of("keyworker", SITE)]
        Conflict.objects.get_or_create(woman_id=women[FEARED], user=keyworker, defaults={"reason": "Her uncle"})
    away, there = (staff[email_of(post, SITE)] for post in (AWAY, THERE))
    if not Cover.objects.filter(midwife=away, covered_by=there).exists():
        arrange_cover(away, there, clock.today(now), clock.today(now) + LEAVE, by=None)


def move_leave(now: datetime) -> None:
    """Leave that is over begins again today. Before the women are moved: their grants follow from it."""
    today = clock.today(now)
    over = Cover.objects.filter(midwife__email=email_of(AWAY, SITE), covered_by__email=email_of(THERE, SITE))
    over.filter(ended_at=None, ends_on__lt=today).update(starts_on=today, ends_on=today + LEAVE)
