"""Who waits for a place, as far as the reader may see them: the list, and what fits beside a day of a clinic."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from carecoord.audit.reads import LISTED, record_read
from pathways.visibility import journeys_visible_to
from referrals.fitting import Fit, first_fits
from referrals.models import Appointment, Clinic, Session, Waiting
from referrals.pages.times import AHEAD, as_asked
from referrals.wording.booking import when_in_words, where_in_words

MOST = 100
BESIDE = 12


@dataclass(frozen=True)
class Waits:
    """One woman who waits for one thing. ``fits``: the first free time that suits her, and the way to book it."""

    row: Waiting
    name: str
    point: str
    words: str
    since: str
    her_url: str
    fits: str = ""
    book_url: str = ""


@dataclass(frozen=True)
class Kept:
    """A place that is kept for somebody who has to be asked."""

    row: Appointment
    name: str
    point: str
    what: str
    until: str
    url: str


@dataclass(frozen=True)
class WaitingPage:
    """Whom to ask, the soonest to lapse first; and who waits, the longest first."""

    kept: Sequence[Kept]
    waits: Sequence[Waits]
    women: Sequence[int]


def waiting_page(reader: User, now: datetime) -> WaitingPage:
    """At most ``MOST`` of each. Nine queries, however many wait."""
    rows = list(_open(reader).filter(appointment=None)[:MOST])
    kept = list(_kept(reader)[:MOST])
    fits = first_fits(rows, _coming(rows, now), now)
    return WaitingPage(
        [_kept_line(each, now) for each in kept],
        [_line(each, fits.get(each.pk), now, with_day=True) for each in rows],
        sorted({each.journey.woman_id for each in rows} | {each.woman_id for each in kept}),
    )


def waiting_beside(clinic: Clinic, reader: User, now: datetime | None = None) -> list[Waits]:
    """Who waits for what this day has, and from when it would fit them; who fits first. Six queries."""
    return _beside(list(_with_all(clinic.sessions.filter(cancelled_at=None))), reader, now or clock.now())


def beside_a_day(day: Any, reader: User) -> list[Waits] | None:
    """The panel of a day's page; None where nobody waits, or the reader books nothing. Writes the look down itself."""
    if Ability.BOOK not in reader.abilities or day.clinic.cancelled_at or day.clinic.on < clock.today():
        return None
    lines = waiting_beside(day.clinic, reader)
    record_read(reader, {line.row.journey.woman_id for line in lines}, page="clinic", purpose=LISTED)
    return lines or None


def waiting_for(session: Session, reader: User, now: datetime) -> list[Waits]:
    """Who waits for what one session has; who fits first. Six queries."""
    return _beside([session], reader, now)


def _beside(sessions: Sequence[Session], reader: User, now: datetime) -> list[Waits]:
    kinds, sites = ({each.kind for each in sessions}, {each.clinic.place.site_id for each in sessions})
    rows = list(_open(reader).filter(appointment=None, kind__in=kinds, journey__site__in=sites)[:MOST])
    fits = first_fits(rows, sessions, now)
    in_order = sorted(rows, key=lambda each: (each.pk not in fits, each.since, each.pk))
    return [_line(each, fits.get(each.pk), now, with_day=False) for each in in_order][:BESIDE]


def _open(reader: User) -> QuerySet[Waiting]:
    waits = Waiting.objects.filter(ended="", journey__in=journeys_visible_to(reader))
    return waits.select_related("journey__woman").order_by("since", "pk")


def _kept(reader: User) -> QuerySet[Appointment]:
    held = Appointment.objects.filter(state=Appointment.State.HELD, journey__in=journeys_visible_to(reader))
    with_all = ("journey__woman", "session__clinic__place", "session__room", "visit")
    return held.select_related(*with_all).order_by("held_until", "pk")


def _coming(rows: Iterable[Waiting], now: datetime) -> list[Session]:
    """The sessions in the weeks to come of what is waited for, at the sites of who waits."""
    rows = list(rows)
    coming = Session.objects.filter(
        kind__in={each.kind for each in rows},
        clinic__place__site__in={each.journey.site_id for each in rows},
        cancelled_at=None,
        clinic__cancelled_at=None,
        during__startswith__gt=now,
        during__startswith__lt=now + AHEAD,
    )
    return list(_with_all(coming))


def _with_all(sessions: QuerySet[Session]) -> QuerySet[Session]:
    return sessions.select_related("clinic__place", "room").order_by("during", "pk")


def _line(row: Waiting, fit: Fit | None, now: datetime, *, with_day: bool) -> Waits:
    woman = row.journey.woman
    at = as_asked(fit.starts_at) if fit else ""
    day = f"{clock.day_in_words(clock.today(fit.starts_at), year=False)}, " if fit and with_day else ""
    return Waits(
        row,
        woman.list_name,
        row.journey.point_on(clock.today(now)),
        row.words,
        clock.day_in_words(clock.today(row.since), year=False),
        reverse("appointments", args=[row.journey_id]),
        f"fits {day}{at}, {fit.session.room}" if fit else "",
        f"{reverse('book_time', args=[row.journey_id, fit.session.pk])}?at={at}" if fit else "",
    )


def _kept_line(row: Appointment, now: datetime) -> Kept:
    woman = row.journey.woman
    return Kept(
        row,
        woman.list_name,
        row.journey.point_on(clock.today(now)),
        f"{row.words}: {when_in_words(row)}, {where_in_words(row)}",
        clock.due_in_words(row.held_until) if row.held_until else "",
        reverse("kept", args=[row.journey_id, row.pk]),
    )
