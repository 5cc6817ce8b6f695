"""Who has looked at one woman's record, as the acting person may ask: collapsed to one row a person and day."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from carecoord.access.models import Membership, User
from carecoord.audit.people import People


@dataclass(frozen=True)
class Page:
    """One page that somebody was shown that day, and how often."""

    route: str
    purpose: str
    times: int


@dataclass(frozen=True)
class Look:
    """One person on one London day. Without ``who`` the product itself, or an account that is gone."""

    who: User | None
    roles: list[Membership]
    day: date
    first_at: datetime
    last_at: datetime
    pages: list[Page]


def looked_at(woman_id: int, *, most: int, skipped: int = 0) -> tuple[list[Look], int]:
    """The latest looks at her, and how many there are in all. Three SQL queries.

    Nothing where the acting person may not see her, by the database's own judgement.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM audit_looked(%s, %s, %s)", [woman_id, most, skipped])
        rows = cursor.fetchall()
    people = People.of(actor for actor, *_ in rows)
    looks = [
        Look(
            who=people.users.get(actor),
            roles=people.roles(actor, day),
            day=day,
            first_at=first_at,
            last_at=last_at,
            pages=[Page(page["page"], page["purpose"], page["times"]) for page in _listed(pages)],
        )
        for actor, day, first_at, last_at, pages, _ in rows
    ]
    return looks, rows[0][-1] if rows else 0


def _listed(pages: Any) -> list[dict[str, Any]]:
    """Django has the driver leave JSON as text."""
    found: list[dict[str, Any]] = json.loads(pages) if isinstance(pages, str) else pages
    return found
