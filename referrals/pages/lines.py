"""A trip line by line, as a plan and a visit show it: what she comes for, and the breaks between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from carecoord import clock
from referrals.models import Appointment
from referrals.planning import Thing
from referrals.wording.booking import who_in_words

LEAST_BREAK = timedelta(minutes=5)


@dataclass(frozen=True)
class Line:
    """One thing that she comes for. ``thing`` is it where it is only proposed, ``appointment`` where it is booked."""

    begins: datetime
    ends: datetime
    title: str
    who: str
    note: str = ""
    break_after: int = 0  # minutes
    thing: Thing | None = None
    appointment: Appointment | None = None


def lines_of(things: Iterable[Thing], booked: Iterable[Appointment]) -> list[Line]:
    """In order of time, with the minutes between each and the next."""
    lines = sorted([*map(_proposed, things), *map(_booked, booked)], key=lambda line: line.begins)
    return list(_with_breaks(lines))


def _with_breaks(lines: list[Line]) -> Iterator[Line]:
    for line, following in pairwise(lines):
        between = following.begins - line.ends
        yield replace(line, break_after=between // timedelta(minutes=1)) if between >= LEAST_BREAK else line
    yield from lines[-1:]


def _proposed(thing: Thing) -> Line:
    wanted = thing.wanted
    return Line(
        thing.starts_at, thing.ends_at, wanted.words, who_in_words(thing.session), wanted.her_words, thing=thing
    )


def _booked(appointment: Appointment) -> Line:
    during, session = appointment.during, appointment.session
    who = who_in_words(session) if session else str(appointment.get_kind_display())
    return Line(during.lower, during.upper, appointment.words, who, appointment.her_words, appointment=appointment)


def span_in_words(begins: datetime, ends: datetime) -> str:
    """``Tue 24 Nov 2026, 10:00 to 12:30``."""
    since, until = (each.astimezone(clock.LONDON) for each in (begins, ends))
    return f"{clock.day_in_words(since.date())}, {since:%H:%M} to {until:%H:%M}"


def trips_in_words(things: int, trips: int) -> str:
    """``4 things in 1 trip instead of 4``; nothing where there is nothing to spare."""
    if things <= max(trips, 1):
        return ""
    return f"{things} things in {trips} {'trip' if trips == 1 else 'trips'} instead of {things}"
