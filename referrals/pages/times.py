"""Free times with one kind of service in the weeks to come: what somebody chooses from, what a form offers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import groupby

from carecoord import clock
from pathways.models import Journey
from referrals.models import Session
from referrals.rules.places import Span, free_spans
from referrals.seats import given_in
from referrals.wording.booking import who_in_words
from referrals.wording.clinics import hours_in_words

AHEAD = timedelta(weeks=8)
STEP = timedelta(minutes=15)  # apart are the times that a form offers


@dataclass(frozen=True)
class FreeSession:
    """One session with its free stretches; ``lines`` are (words, when it begins as an address says it)."""

    session: Session
    title: str
    lines: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class FreeDay:
    """A day on which something is free."""

    title: str
    sessions: Sequence[FreeSession]


def sessions_of(journey: Journey, kind: str, now: datetime) -> list[Session]:
    """The sessions of this kind at her site that are still to come, the soonest first. One query."""
    coming = Session.objects.filter(
        clinic__place__site=journey.site_id,
        kind=kind,
        cancelled_at=None,
        clinic__cancelled_at=None,
        during__endswith__gt=now,
        during__startswith__lt=now + AHEAD,
    )
    return list(coming.select_related("clinic__place", "room", "clinician", "service").order_by("during", "pk"))


def free_days(sessions: Iterable[Session], minutes: int, now: datetime) -> list[FreeDay]:
    """What is free for so long, day by day. One query."""
    sessions = list(sessions)
    given = given_in(session.pk for session in sessions)
    found = []
    for session in sessions:
        spans = [
            span
            for span in free_spans(session.during.lower, session.during.upper, given[session.pk], session.seats)
            if _first(span, now) + timedelta(minutes=minutes) <= span[1]
        ]
        if spans:
            lines = [(hours_in_words(_first(span, now), span[1]), as_asked(_first(span, now))) for span in spans]
            found.append(FreeSession(session, who_in_words(session), lines))
    return [FreeDay(title, list(each)) for title, each in groupby(found, key=_day_of)]


def starts_in(minutes: int, now: datetime, spans: Iterable[Span]) -> Iterator[datetime]:
    """When something of that length could begin: every quarter of an hour of what is free, counted from its start."""
    for since, until in spans:
        at = _first((since, until), now)
        while at + timedelta(minutes=minutes) <= until:
            yield at
            at += STEP


def as_asked(at: datetime) -> str:
    """An instant as an address or a form carries it: London's clock."""
    return f"{at.astimezone(clock.LONDON):%H:%M}"


def is_time(said: str) -> bool:
    """Whether a text is a time of day, as ``as_asked`` writes it."""
    return re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", said, re.ASCII) is not None


def at_time(session: Session, said: str) -> datetime:
    """The instant that an address or a form says of a session's day."""
    return clock.from_local(datetime.combine(session.clinic.on, time.fromisoformat(said)))


def _first(span: Span, now: datetime) -> datetime:
    """The start of a stretch, or the next five minutes of one that has begun."""
    if span[0] >= now:
        return span[0]
    past = (now - span[0]) % timedelta(minutes=5)
    return now + (timedelta(minutes=5) - past) % timedelta(minutes=5)


def _day_of(free: FreeSession) -> str:
    return f"{clock.day_in_words(free.session.clinic.on)}, {free.session.clinic.place}"
