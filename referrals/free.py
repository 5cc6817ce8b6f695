"""Which times of sessions are free, and how many children are expected. Of others it asks times and numbers alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from referrals.models import Clinic, Session
from referrals.rules.her_days import at_on
from referrals.rules.places import free_spans as free_within
from referrals.seats import given_in


@dataclass(frozen=True)
class FreeSpan:
    """A stretch of a session in which a place is free."""

    session: Session
    since: datetime
    until: datetime


def free_spans(sessions: Collection[Session]) -> list[FreeSpan]:
    """The free stretches of sessions, also beside women whom the reader may not see. One query."""
    given = given_in(session.pk for session in sessions)
    return [
        FreeSpan(session, since, until)
        for session in sessions
        for since, until in free_within(session.during.lower, session.during.upper, given[session.pk], session.seats)
    ]


def children_expected(clinics: Iterable[Clinic]) -> dict[int, int]:
    """How many children are expected on each of these days (by the clinic's id), whosever they are. One query."""
    days = {clinic.pk: clinic for clinic in clinics}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT asked.clinic, referrals_children(asked.place, asked.on_day, 0) "
            "FROM unnest(%s::bigint[], %s::bigint[], %s::date[]) AS asked (clinic, place, on_day)",
            [list(days), [clinic.place_id for clinic in days.values()], [clinic.on for clinic in days.values()]],
        )
        return dict(cursor.fetchall())


def while_minded(span: FreeSpan, children: int, expected: int) -> FreeSpan | None:
    """The part of it in which so many more children can be looked after there; None where there is none."""
    clinic = span.session.clinic
    since = max(span.since, at_on(clinic.on, clinic.creche_from)) if clinic.creche_from else span.since
    until = min(span.until, at_on(clinic.on, clinic.creche_until)) if clinic.creche_until else span.until
    has_room = clinic.creche_places - expected >= children
    return FreeSpan(span.session, since, until) if has_room and since < until else None
