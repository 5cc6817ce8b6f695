"""Who may see her record: every grant in words. Three SQL queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from carecoord.access.models import Team, User
from pathways.models import Woman
from pathways.wording.grants import grant_in_words, labels_in_words, span_in_words


@dataclass(frozen=True)
class Line:
    """One grant: who, why, since when and until when, which parts, and who gave it where a person did."""

    who: str
    why: str
    span: str
    parts: str
    by: str


@dataclass(frozen=True)
class WhoMaySee:
    """Grants that run, that are to come, and that have ended (the last hundred)."""

    running: list[Line]
    to_come: list[Line]
    ended: list[Line]


def who_may_see(woman: Woman, never: set[int], at: datetime) -> WhoMaySee:
    """Her grants, as the acting person may know them. ``never`` are ids of people in conflict: they see nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM access_who_sees(%s)", [woman.pk])
        rows = cursor.fetchall()
    teams = Team.objects.select_related("site").in_bulk({row[1] for row in rows if row[1]})
    people = User.objects.in_bulk({number for row in rows for number in (row[2], row[7]) if number})
    shown = WhoMaySee([], [], [])
    for kind, team, person, labels, since, until, reason, made_by in rows:
        if person in never:
            continue
        where = shown.to_come if since > at else shown.ended if until and until <= at else shown.running
        who = f"{teams[team]}, {teams[team].site}" if team else str(people[person])
        by = str(people[made_by]) if made_by and made_by != person else ""
        line = Line(who, grant_in_words(kind, reason), span_in_words(since, until, at), labels_in_words(labels), by)
        where.append(line)
    return WhoMaySee(shown.running, shown.to_come[::-1], shown.ended[:100])
