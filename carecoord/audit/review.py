"""What the privacy officer's screen asks: unusual access at their sites, and whether the trail itself is sound.

Five SQL queries. The database judges whose privacy officer the acting person is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import ROLE_NAMES, Role
from carecoord.audit.people import People
from carecoord.audit.sealing import MAY_WAIT
from carecoord.audit.unusual.rules import BY_KEY
from carecoord.sites.models import Site

SHOWN_FOR = timedelta(days=14)
MOST = 50
VERIFIED_EVERY = timedelta(hours=36)  # nightly, and half a night of patience


@dataclass(frozen=True)
class Row:
    """One unusual access, in words."""

    pk: int
    day: str
    title: str
    why: str
    who: str
    woman: str
    site: str


@dataclass(frozen=True)
class UnusualAccess:
    """The panel of unusual access."""

    rows: list[Row]
    of_all: int
    days: int = SHOWN_FOR.days


def unusual_access(reader: User, at: datetime, only: int | None = None) -> UnusualAccess:
    """What nobody has looked into, of the last two weeks, at the sites whose privacy officer ``reader`` is.

    The latest first; with ``only`` that one alone, or none.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM audit_unusual_here(%s, %s, %s)", [clock.today(at) - SHOWN_FOR, MOST, only])
        found = cursor.fetchall()
    people = People.of(row[3] for row in found)
    sites = Site.objects.in_bulk({row[5] for row in found})
    rows = [
        Row(
            pk=pk,
            day=f"{clock.day_in_words(on)}, {first_at.astimezone(clock.LONDON):%H:%M}",
            title=BY_KEY[rule].title,
            why=BY_KEY[rule].why.format(number=number),
            who=_named(people, actor_id, on),
            woman=f"Woman {woman_id}" if woman_id else "",
            site=sites[site_id].name,
        )
        for pk, rule, on, actor_id, woman_id, site_id, first_at, number, _ in found
        if rule in BY_KEY
    ]
    return UnusualAccess(rows, found[0][-1] if found else 0)


def _named(people: People, actor_id: int | None, on: date) -> str:
    if actor_id is None:
        return "Several people"
    name = people.users[actor_id].name if actor_id in people.users else f"Account {actor_id}"
    roles = dict.fromkeys(ROLE_NAMES[Role(each.role)] for each in people.roles(actor_id, on))
    return ", ".join([name, *roles])


def look_into(pk: int, outcome: str, note: str) -> bool:
    """Write down what the acting person found; False where it is not theirs to look into. The first answer counts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_look_into(%s, %s, %s)", [pk, outcome, note])
        return bool(cursor.fetchone()[0])


@dataclass(frozen=True)
class State:
    """Whether what is written down is safe from being altered."""

    links: int
    waiting: int
    waiting_since: datetime | None
    verified_at: datetime | None
    problems: int
    is_late: bool
    is_unverified: bool


def state(reader: User, at: datetime) -> State | None:
    """The seals and the last verification; None for somebody who is nobody's privacy officer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT waiting, waiting_since, links, begun, verified_at, problems FROM audit_state()")
        found: tuple[Any, ...] | None = cursor.fetchone()
    if found is None:
        return None
    waiting, since, links, begun, verified_at, problems = found
    return State(
        links=links,
        waiting=waiting,
        waiting_since=since,
        verified_at=verified_at,
        problems=problems or 0,
        is_late=since is not None and at - since > MAY_WAIT,
        is_unverified=at - (verified_at or begun or at) > VERIFIED_EVERY,
    )
