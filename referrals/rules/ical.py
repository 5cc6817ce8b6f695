"""A calendar as text that any calendar program reads (RFC 5545). Pure: the same entries make the same bytes.

Times are written in UTC: each means one instant, also in the hour that the autumn change repeats, and a program shows
it by its reader's clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Calendar, Event, vDuration

ASK_AGAIN = timedelta(hours=1)  # how often a program is asked to look
MAKER = "-//CareCoord//Calendar//EN"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a calendar; instants are aware, in UTC.

    ``uid`` stays the same however it is moved, ``revision`` counts how often it was: programs put the newest in place
    of what they have. ``standing`` is CONFIRMED, TENTATIVE or CANCELLED. ``busy``: whoever has it is taken meanwhile.
    """

    uid: str
    title: str
    where: str
    starts: datetime
    ends: datetime
    standing: str
    busy: bool
    revision: int
    revised_at: datetime


def calendar_of(name: str, entries: Iterable[Entry]) -> bytes:
    """The calendar called ``name``, in the order of ``entries``."""
    calendar = Calendar()
    calendar.add("prodid", MAKER)
    calendar.add("version", "2.0")
    calendar.calendar_name = name
    calendar.add("refresh-interval", vDuration(ASK_AGAIN), {"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(ASK_AGAIN))  # the same, for programs from before RFC 7986
    for entry in entries:
        calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("summary", entry.title)
    event.add("location", entry.where)
    event.add("dtstart", entry.starts)
    event.add("dtend", entry.ends)
    event.add("status", entry.standing)
    event.add("transp", "OPAQUE" if entry.busy else "TRANSPARENT")
    event.add("class", "PRIVATE")
    event.add("sequence", entry.revision)
    event.add("dtstamp", entry.revised_at)
    event.add("last-modified", entry.revised_at)
    return event
