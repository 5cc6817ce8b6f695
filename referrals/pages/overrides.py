"""What was shared without a woman's agreement, on the privacy officer's screen: by whom and why, women by number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from carecoord.access.models import User
from pathways.wording.entries import time_in_words

YEAR = timedelta(days=365)
MOST_SHOWN = 20


@dataclass(frozen=True)
class Override:
    """One of them."""

    who: str
    woman: int
    when: str
    why: str


@dataclass(frozen=True)
class Overrides:
    """The last twelve months: how many, and the newest."""

    count: int
    newest: Sequence[Override]


def overrides_panel(reader: User, at: datetime) -> Overrides:
    """Of the sites whose privacy officer is acting. Two SQL queries; the first past the wall, which asks by itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT by_whom, woman, at, words FROM referrals_overrides(%s)", [at - YEAR])
        rows = cursor.fetchall()
    shown = rows[:MOST_SHOWN]
    people = User.objects.in_bulk({by for by, *_ in shown})
    return Overrides(
        len(rows), [Override(str(people[by]), woman, time_in_words(when), why) for by, woman, when, why in shown]
    )
