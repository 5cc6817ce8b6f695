"""Brings one day's looks out of the entries, with what explains them. A handful of SQL queries, whatever the day."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import Any

from anyascii import anyascii
from django.db import connection

from carecoord import clock
from carecoord.audit.reads import LISTED
from carecoord.audit.unusual.rules import Day, Her, Look, Name

NIGHT = (time(22), time(6))
LATELY, HISTORY = timedelta(days=14), timedelta(days=28)
FEWEST_WORKING_DAYS = 3  # before anything can be called usual

# One row for each person and woman: when first, whether at night, and what held the record open to them at that time.
_LOOKS = """
    WITH look AS (
        SELECT entry.actor_id, woman.id AS woman_id, min(entry.at) AS first_at,
               bool_or((entry.at AT TIME ZONE 'Europe/London')::time >= %(night_from)s
                       OR (entry.at AT TIME ZONE 'Europe/London')::time < %(night_until)s) AS at_night
        FROM audit_read AS entry
        CROSS JOIN LATERAL unnest(entry.women) AS shown(id)
        JOIN pathways_woman AS woman ON woman.id = shown.id
        WHERE entry.at >= %(begins)s AND entry.at < %(ends)s AND entry.purpose <> %(listed)s
          AND entry.actor_id IS NOT NULL
        GROUP BY entry.actor_id, woman.id
    )
    SELECT look.*, coalesce(held.has_duty, false), coalesce(held.is_own, false), coalesce(held.had_duty, false),
           coalesce(held.claimed, false)
    FROM look LEFT JOIN LATERAL (
        SELECT bool_or(is_duty AND runs) AS has_duty,
               bool_or(is_duty AND runs AND g.kind <> 'referral') AS is_own,
               bool_or(is_duty AND g.ends_at <= look.first_at) AS had_duty,
               bool_or(g.kind IN ('self_claim', 'break_glass') AND g.reason <> 'added her' AND runs) AS claimed
        FROM access_grant AS g, LATERAL (
            SELECT g.kind IN ('caseload', 'admission', 'referral', 'cover') AS is_duty,
                   g.starts_at <= look.first_at AND (g.ends_at IS NULL OR g.ends_at > look.first_at) AS runs
        ) AS judged
        WHERE g.woman_id = look.woman_id AND (g.user_id = look.actor_id OR g.team_id IN (
            SELECT team_id FROM access_membership AS m
            WHERE m.user_id = look.actor_id AND m.starts_on <= %(day)s AND (m.ends_on IS NULL OR m.ends_on >= %(day)s)
        ))
    ) AS held ON true
    ORDER BY look.first_at, look.actor_id, look.woman_id
"""

_WROTE = """
    SELECT DISTINCT actor_id, woman_id, at >= %(begins)s FROM audit_change
    WHERE at >= %(lately)s AND at < %(ends)s + interval '1 day' AND woman_id = ANY(%(women)s)
      AND actor_id = ANY(%(actors)s)
"""

# Days on which these people opened records: how many women a day, and on which days which of the women of today.
_HISTORY = """
    SELECT entry.actor_id, (entry.at AT TIME ZONE 'Europe/London')::date AS on_day, array_agg(DISTINCT shown.id)
    FROM audit_read AS entry CROSS JOIN LATERAL unnest(entry.women) AS shown(id)
    WHERE entry.at >= %(history)s AND entry.at < %(begins)s AND entry.purpose <> %(listed)s
      AND entry.actor_id = ANY(%(actors)s)
    GROUP BY entry.actor_id, on_day
"""

_WOMEN = "SELECT id, site_id, first_name, preferred_name, last_name FROM pathways_woman WHERE id = ANY(%(women)s)"

_STAFF = """
    SELECT person.id, person.name, team.site_id, m.starts_on <= %(day)s AND (m.ends_on IS NULL OR m.ends_on >= %(day)s)
    FROM access_user AS person
    LEFT JOIN access_membership AS m ON m.user_id = person.id
    LEFT JOIN access_team AS team ON team.id = m.team_id
    WHERE person.is_active OR person.id = ANY(%(actors)s)
"""


def load(day: date) -> Day:
    """The looks of one London day. Six SQL queries."""
    begins, ends = (clock.from_local(datetime.combine(each, time(0))) for each in (day, day + timedelta(days=1)))
    asked: dict[str, Any] = {
        "day": day,
        "begins": begins,
        "ends": ends,
        "lately": ends - LATELY,
        "history": begins - HISTORY,
        "listed": LISTED,
        "night_from": NIGHT[0],
        "night_until": NIGHT[1],
    }
    rows = _ask(_LOOKS, asked)
    asked |= {"actors": sorted({row[0] for row in rows}), "women": sorted({row[1] for row in rows})}
    if not rows:
        return Day([], {}, {})
    wrote, wrote_lately = _written(asked)
    usual, days, seen = _history(asked, day)
    staff, at_site = _staff(asked)
    looks = [
        Look(
            actor_id=actor,
            woman_id=woman,
            first_at=first_at,
            at_night=at_night,
            has_duty=has_duty,
            is_own=is_own,
            had_duty=had_duty,
            claimed=claimed,
            wrote=(actor, woman) in wrote,
            days=days.get((actor, woman), 0) + 1,
            wrote_lately=(actor, woman) in wrote_lately,
            is_first=(actor, woman) not in seen,
        )
        for actor, woman, first_at, at_night, has_duty, is_own, had_duty, claimed in rows
    ]
    return Day(looks, staff, _women(asked), at_site, usual)


Pairs = set[tuple[int, int]]


def _written(asked: dict[str, Any]) -> tuple[Pairs, Pairs]:
    """Who recorded something for whom: on that day or the next, and in the last two weeks."""
    rows = _ask(_WROTE, asked)
    return {row[:2] for row in rows if row[2]}, {row[:2] for row in rows}


def _history(asked: dict[str, Any], day: date) -> tuple[dict[int, float], dict[tuple[int, int], int], Pairs]:
    """Women a working day by person; on how many of the last 13 days each pair met; every pair of four weeks."""
    counts: dict[int, list[int]] = defaultdict(list)
    days: dict[tuple[int, int], int] = defaultdict(int)
    seen: Pairs = set()
    for actor, on, women in _ask(_HISTORY, asked):
        counts[actor].append(len(women))
        for woman in women:
            seen.add((actor, woman))
            days[actor, woman] += day - on < LATELY
    usual = {actor: sum(each) / len(each) for actor, each in counts.items() if len(each) >= FEWEST_WORKING_DAYS}
    return usual, days, seen


def _staff(asked: dict[str, Any]) -> tuple[dict[int, Name], dict[int, frozenset[Name]]]:
    """Everybody by number, and who works at which site that day."""
    names: dict[int, Name] = {}
    at_site: dict[int, set[Name]] = defaultdict(set)
    for person, name, site, is_current in _ask(_STAFF, asked):
        names[person] = name_of(name)
        if is_current:
            at_site[site].add(names[person])
    return names, {site: frozenset(found) for site, found in at_site.items()}


def _women(asked: dict[str, Any]) -> dict[int, Her]:
    return {
        pk: Her(site, _plain(last), frozenset(_plain(name)[:1] for name in (first, preferred) if name))
        for pk, site, first, preferred, last in _ask(_WOMEN, asked)
    }


def name_of(text: str) -> Name:
    """``Dr V. Menon`` is Menon, V; of a last name in several words all but titles and initials count."""
    words = [word for word in text.split() if word.lower().rstrip(".") not in ("dr", "mr", "mrs", "ms", "miss", "prof")]
    initials = [word for word in words[:-1] if len(word.rstrip(".")) == 1 or word.endswith(".")]
    last = words[len(initials) :] if initials else words[1:] or words
    return Name(_plain(" ".join(last)), _plain(words[0])[:1] if len(words) > 1 else "")


def _plain(text: str) -> str:
    """Small letters without accents, spaces or hyphens: the same last name however it is written."""
    return "".join(letter for letter in anyascii(text).lower() if letter.isalnum())


def _ask(statement: str, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return list(cursor.fetchall())
