"""Who looks after a midwife's women while she is away; and grants that follow from the calendar, not from an event.

A cover is one row; the grants of all her women follow from it at once and end by themselves (grants.py).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import Cover, Team, User
from carecoord.refused import Refused
from carecoord.sites.definitions import all_site_definitions
from pathways.actions import lock
from pathways.engine import Stage
from pathways.grants import EXPECTED_WITHIN, NOT_EXPECTED, write_grants
from pathways.models import Journey
from pathways.owning import let_go
from pathways.projection import events_that_count, facts_of
from pathways.seen import Seen, one_at_a_time

LONGEST = timedelta(days=366)
AT_ONCE = 200  # journeys put right by one sweep

# Open journeys whose caseload grants are no longer those that follow: her midwife has left or come back, or a cover
# stands without its grant, or a grant without its cover; or a ward of her site expects her, by her EDD, and has no
# grant. Matches what grants.py says of these, or the same journeys would be found by every sweep. And any journey
# without a single grant: it was here before grants were.
#
# Each reason is a query of its own, which reads each table once: as one condition on each journey, the time is that of
# journeys times grants.
_STALE = """
    WITH working AS MATERIALIZED (
        SELECT DISTINCT m.user_id, t.site_id FROM access_membership m
        JOIN access_team t ON t.id = m.team_id JOIN access_user u ON u.id = m.user_id
        WHERE u.is_active AND m.starts_on <= %(today)s AND (m.ends_on IS NULL OR m.ends_on >= %(today)s)
    ), covering AS (
        SELECT 'cover ' || c.id AS reason, c.midwife_id FROM access_cover c
        WHERE c.ended_at IS NULL AND c.ends_on >= %(today)s
    ), with_midwife AS (
        SELECT j.id FROM pathways_journey j JOIN working w ON (w.user_id, w.site_id) = (j.named_midwife_id, j.site_id)
        WHERE j.stage <> 'closed'
    ), with_team AS (
        SELECT g.journey_id FROM access_grant g
        WHERE g.kind = 'caseload' AND g.team_id IS NOT NULL AND (g.ends_at IS NULL OR g.ends_at > %(at)s)
    ), covered AS (
        SELECT j.id, c.reason FROM pathways_journey j
        JOIN covering c ON c.midwife_id IN (j.named_midwife_id, j.buddy_id) WHERE j.stage <> 'closed'
    ), with_cover AS (
        SELECT g.journey_id, g.reason FROM access_grant g
        WHERE g.kind = 'cover' AND (g.ends_at IS NULL OR g.ends_at > %(at)s)
    ), expected AS (
        SELECT j.id, t.id AS team_id FROM pathways_journey j
        JOIN access_team t ON t.site_id = j.site_id JOIN sites_site s ON s.id = t.site_id
        WHERE j.stage <> 'closed' AND j.edd BETWEEN %(first_edd)s AND %(last_edd)s
          AND s.code || ' ' || t.code = ANY (%(wards)s)
          AND EXISTS (
            SELECT FROM pathways_event e WHERE e.journey_id = j.id
              AND NOT EXISTS (SELECT FROM pathways_correction c WHERE c.event_id = e.id))
          AND NOT EXISTS (
            SELECT FROM pathways_event e WHERE e.journey_id = j.id AND e.kind = ANY (%(not_expected)s)
              AND NOT EXISTS (SELECT FROM pathways_correction c WHERE c.event_id = e.id))
    ), stale AS (
        SELECT id FROM with_midwife WHERE id IN (SELECT journey_id FROM with_team)
        UNION
        SELECT id FROM pathways_journey j WHERE j.stage <> 'closed'
          AND NOT EXISTS (SELECT FROM with_midwife m WHERE m.id = j.id)
          AND NOT EXISTS (SELECT FROM with_team t WHERE t.journey_id = j.id)
        UNION
        SELECT id FROM covered c WHERE NOT EXISTS (
            SELECT FROM with_cover w WHERE (w.journey_id, w.reason) = (c.id, c.reason))
        UNION
        SELECT j.id FROM pathways_journey j JOIN with_cover w ON w.journey_id = j.id
        WHERE j.stage <> 'closed' AND NOT EXISTS (
            SELECT FROM covered c WHERE (c.id, c.reason) = (w.journey_id, w.reason))
        UNION
        SELECT e.id FROM expected e WHERE NOT EXISTS (
            SELECT FROM access_grant g WHERE g.journey_id = e.id AND g.team_id = e.team_id AND g.reason = 'expected'
              AND (g.ends_at IS NULL OR g.ends_at > %(at)s))
        UNION
        SELECT j.id FROM pathways_journey j WHERE NOT EXISTS (SELECT FROM access_grant g WHERE g.journey_id = j.id)
    )
    SELECT id FROM stale ORDER BY id LIMIT %(most)s
"""


@transaction.atomic
def arrange_cover(
    midwife: User, covered_by: User, starts_on: date, ends_on: date, *, seen: Seen | None = None, by: User | None
) -> Cover:
    """``covered_by`` sees all of ``midwife``'s women from a day to a day, both included.

    Raises Refused; Changed where the same cover was arranged until another day since ``seen``.
    """
    _check_own(midwife, by)
    if midwife == covered_by:
        raise Refused("Choose a colleague: nobody covers for themselves.", field="covered_by")
    if Ability.SEE_CASELOAD not in covered_by.abilities or not midwife.site_ids & covered_by.site_ids:
        raise Refused(f"{covered_by} has no caseload at your site. Choose somebody else.", field="covered_by")
    if ends_on < starts_on:
        raise Refused("The last day is before the first. Check both.", field="ends_on")
    if ends_on < clock.today():
        raise Refused("This is over already. Choose days from today on.", field="ends_on")
    if ends_on - starts_on > LONGEST:
        raise Refused("Cover lasts a year at most. Choose an earlier last day.", field="ends_on")
    one_at_a_time(f"cover {midwife.pk}")
    if seen:
        key = _key(covered_by.pk, starts_on)
        seen.check({key: "", **covers_as_seen(midwife)}, {key: ends_on})
    cover, _ = Cover.objects.update_or_create(
        midwife=midwife,
        covered_by=covered_by,
        starts_on=starts_on,
        defaults={"ends_on": ends_on, "ended_at": None, "made_by": by},
    )
    _regrant_women_of(midwife)
    return cover


def covers_as_seen(midwife: User) -> dict[str, date]:
    """The covers that run or are to come, each with its last day: what the page of covers shows."""
    running = Cover.objects.filter(midwife=midwife, ended_at=None, ends_on__gte=clock.today())
    return {_key(each.covered_by_id, each.starts_on): each.ends_on for each in running}


def seen_covers(midwife: User, carried: str | None = None) -> Seen:
    """What a page about to be shown tells of the covers, or what the form ``carried``."""
    name = f"cover {midwife.pk}"
    return Seen.of(name, covers_as_seen(midwife)) if carried is None else Seen.read(carried, name)


def _key(covered_by_id: int, starts_on: date) -> str:
    return f"{covered_by_id}-{starts_on}"


@transaction.atomic
def end_cover(cover: Cover, *, by: User | None) -> None:
    """Call a cover off; the grants that came of it end at once. One that has ended stays as it is."""
    _check_own(cover.midwife, by)
    if Cover.objects.filter(pk=cover.pk, ended_at=None).update(ended_at=clock.now()):
        _regrant_women_of(cover.midwife)


def regrant() -> int:
    """The worker's upkeep: bring grants up to date where only the calendar moved; returns of how many journeys.

    Two queries where nothing is to be done. Each journey is its own transaction. What a leaver had taken falls back.
    """
    now = clock.now()
    let_go(now)
    with connection.cursor() as cursor:
        cursor.execute(_STALE, _asked(now))
        stale = [pk for (pk,) in cursor.fetchall()]
    for pk in stale:
        with transaction.atomic():
            write_grants_of(Journey(pk=pk))
    return len(stale)


def _asked(now: datetime) -> dict[str, Any]:
    today = clock.today(now)
    return {
        "today": today,
        "at": now,
        "most": AT_ONCE,
        "wards": [
            f"{site.code} {team.code}"
            for site in all_site_definitions()
            for team in site.teams
            if team.kind == Team.Kind.WARD
        ],
        "first_edd": today - EXPECTED_WITHIN,
        "last_edd": today + EXPECTED_WITHIN,
        "not_expected": list(NOT_EXPECTED),
    }


def write_grants_of(journey: Journey) -> None:
    """Write the grants that follow for one journey, which is locked for it."""
    journey = lock(journey)
    write_grants(journey, facts_of(events_that_count(journey)), journey.handoffs.all())


def _women_of(midwife: User) -> QuerySet[Journey]:
    theirs = Journey.objects.filter(Q(named_midwife=midwife) | Q(buddy=midwife))
    return theirs.exclude(stage=Stage.CLOSED).order_by("pk")


def _regrant_women_of(midwife: User) -> None:
    for journey in _women_of(midwife):
        write_grants_of(journey)


def _check_own(midwife: User, by: User | None) -> None:
    """Raise PermissionDenied unless it is their own leave. None is the product itself."""
    if by is not None and (by != midwife or Ability.MANAGE_ACCESS not in by.abilities):
        raise PermissionDenied("Everybody arranges cover for their own caseload.")
