"""For whom a time can be booked: who waits for it, the reader's own caseload, and whom they looked up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse

from carecoord import clock
from carecoord.access.models import User
from pathways.engine import Stage
from pathways.finding.search import find, read
from pathways.models import Journey
from pathways.visibility import journeys_visible_to, women_visible_to
from referrals.models import Session
from referrals.pages.waiting import Waits, waiting_for

MOST = 60
FOUND = 20


@dataclass(frozen=True)
class Her:
    """One woman who can be chosen."""

    name: str
    born: str
    point: str
    url: str


@dataclass(frozen=True)
class ForWhom:
    """Who waits for such a time and fits, then those found, then the reader's own."""

    waits: Sequence[Waits]
    found: Sequence[Her] | None
    own: Sequence[Her]
    women: Sequence[int]


def for_whom(session: Session, at: str, asked: str, reader: User, now: datetime) -> ForWhom:
    """``asked`` is what somebody looked up, or blank; it is kept nowhere."""
    waits = waiting_for(session, reader, now)
    sought = read(asked)
    found = None if sought.is_empty else _in(find(women_visible_to(reader), sought)[:FOUND], reader)
    mine = Q(named_midwife=reader) | Q(buddy=reader)
    own = _open(reader).filter(mine).order_by("woman__sort_key", "pk")[:MOST] if found is None else []
    shown = [*own, *(found or ())]
    return ForWhom(
        waits,
        None if found is None else [_her(each, session, at, now) for each in found],
        [_her(each, session, at, now) for each in own],
        sorted({each.woman_id for each in shown} | {each.row.journey.woman_id for each in waits}),
    )


def _open(reader: User) -> QuerySet[Journey]:
    return journeys_visible_to(reader).exclude(stage=Stage.CLOSED).select_related("woman")


def _in(ids: Iterable[int], reader: User) -> list[Journey]:
    ids = list(ids)
    found = {journey.pk: journey for journey in _open(reader).filter(pk__in=ids)}
    return [found[pk] for pk in ids if pk in found]


def _her(journey: Journey, session: Session, at: str, now: datetime) -> Her:
    return Her(
        journey.woman.full_name,
        clock.day_in_words(journey.woman.date_of_birth, weekday=False),
        journey.point_on(clock.today(now)),
        f"{reverse('book_time', args=[journey.pk, session.pk])}?at={at}"
        if at
        else reverse("book_time", args=[journey.pk, session.pk]),
    )
