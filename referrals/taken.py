"""Which places of sessions are taken: times and seats, also of women whom the reader may not see, and never whose."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db import connection


class TakenPlace(NamedTuple):
    """One place that is taken."""

    session: int
    seat: int
    since: datetime
    until: datetime


def taken_in(sessions: Collection[int]) -> list[TakenPlace]:
    """The taken places of these sessions (ids), by time. One query; none where there are no sessions."""
    if not sessions:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT session_id, seat, lower(during), upper(during) FROM referrals_taken(%s) ORDER BY 3, 1, 2",
            [list(sessions)],
        )
        return [TakenPlace(*row) for row in cursor.fetchall()]
