"""Which level of its ladder each open flag has reached, and whom that tells. The sweep calls it, site by site.

A level of a flag fires once: one ``Alert`` with its ``AlertTo`` rows, and the messages about it, in one transaction of
at most ``AT_ONCE`` flags, which are locked for it. Whatever another sweep or a verb has locked waits for the next
sweep. So a killed sweep loses nothing and doubles nothing, and two at once share the work.

Staff are told whatever a woman has asked about being contacted herself: that stops messages to her, never to them. Her
death, like everything that ends a handoff, clears its flag in the transaction of the event, and a cleared flag tells
nobody any more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from carecoord.access.models import Conflict
from carecoord.delivery.outbox import tell
from pathways.alerting.duty import Asked, Roster
from pathways.alerting.levels import Holder, Level, by_the_hour, instants, reached
from pathways.engine import Ending, Moment, Severity, Stage
from pathways.models import AlertTo, Flag, Offer, Owner
from pathways.moments import ALL, by_key
from pathways.moments.ladders import LADDERS
from pathways.site_rules import rules_of

AT_ONCE = 200
AT_ONCE_SEVERITIES = frozenset({Severity.S1, Severity.S2})
OLD = timedelta(hours=24)

# What is owed after a journey's end too. For the rest the projection clears the flags; those from before it did wait.
_OWED_ON = [moment.key for moment in ALL if moment.survives & {Ending.MOTHER_DIED, Ending.CLOSED}]
_KEYS = {severity: [moment.key for moment in ALL if moment.severity is severity] for severity in Severity}
_URGENCY = Case(
    *(When(handoff__moment__in=keys, then=Value(place)) for place, keys in enumerate(_KEYS.values())),
    output_field=IntegerField(),
)


def climb(site: int, at: datetime, *, seconds: float | None = None) -> int:
    """Tell everybody whom the open flags of a site have reached by ``at``; returns how many alerts that made.

    The most urgent first. After ``seconds`` the rest is left for the next sweep.
    """
    started, made, roster = monotonic(), 0, None
    while seconds is None or monotonic() - started < seconds:
        with transaction.atomic():
            flags = list(due_to_climb(site, at)[:AT_ONCE])
            if not flags:
                break
            roster = roster or Roster.of(site, at)
            made += _climb(flags, roster, at)
    return made


def due_to_climb(site: int, at: datetime) -> QuerySet[Flag]:
    """The open flags of a site whose next level is due by ``at`` and that nobody holds, locked, most urgent first."""
    flags = Flag.objects.select_for_update(of=("self",), skip_locked=True)
    flags = flags.filter(site=site, cleared_at=None, climbs_at__lte=at, handoff__due_at__lte=at)
    flags = flags.filter(Q(held_until=None) | Q(held_until__lte=at), handoff__moment__in=by_key)
    flags = flags.exclude(~Q(handoff__moment__in=_OWED_ON), journey__stage=Stage.CLOSED)
    flags = flags.select_related("handoff", "journey__site", "journey__entered_site")
    return flags.order_by(_URGENCY, "climbs_at", "pk")


@dataclass(frozen=True)
class _Climbed:
    """One flag, the levels that it has reached now, and when its next one is due."""

    flag: Flag
    due_at: datetime
    moment: Moment
    levels: list[Level]
    next_at: datetime | None


def _climb(flags: list[Flag], roster: Roster, at: datetime) -> int:
    climbed = [_climbed(flag, asked, roster, at) for flag, asked in _asked(flags)]
    alerts = _write_alerts(climbed, at)
    told = [
        AlertTo(alert_id=alerts[each.flag.pk, level.rung], user_id=user, woman_id=_her(each), post=post, told_at=at)
        for each in climbed
        for level in each.levels
        if (each.flag.pk, level.rung) in alerts
        for user, post in level.people
    ]
    AlertTo.objects.bulk_create(told)
    _write_flags(climbed)
    _send(climbed, at)
    return len(alerts)


def _her(each: _Climbed) -> int:
    return each.flag.journey.woman_id


def _asked(flags: list[Flag]) -> Iterable[tuple[Flag, Asked]]:
    """Each flag with what its ladder asks about. Three SQL queries for all of them."""
    ids = [flag.handoff.pk for flag in flags if flag.handoff]
    running = Owner.objects.filter(handoff__in=ids, until=None)
    owners: dict[int | None, int] = dict(running.values_list("handoff_id", "user_id"))
    accepted = Offer.objects.filter(handoff__in=ids, state=Offer.State.ACCEPTED, to_team__isnull=False)
    teams: dict[int | None, int | None] = dict(accepted.values_list("handoff_id", "to_team_id"))
    never: dict[int, set[int]] = {}
    conflicts = Conflict.objects.filter(woman__in={flag.journey.woman_id for flag in flags})
    for woman, user in conflicts.values_list("woman_id", "user_id"):
        never.setdefault(woman, set()).add(user)
    for flag in flags:
        if flag.handoff:
            yield (
                flag,
                Asked(
                    flag.handoff.moment,
                    flag.handoff.subject,
                    flag.journey,
                    owners.get(flag.handoff_id),
                    teams.get(flag.handoff_id),
                    frozenset(never.get(flag.journey.woman_id, ())),
                ),
            )


def _climbed(flag: Flag, asked: Asked, roster: Roster, at: datetime) -> _Climbed:
    moment = by_key[asked.moment]
    ladder = LADDERS[moment.ladder]
    due_at, hourly = flag.handoff.due_at if flag.handoff else at, by_the_hour(ladder)

    def who(rung: int) -> tuple[Holder, ...]:
        held: dict[int, Holder] = {}  # whoever holds two posts of a level is told once
        for post in ladder.rungs[rung].posts:
            for user in roster.holders(post, asked, by_the_hour=hourly):
                held.setdefault(user, (user, post))
        return tuple(held.values())

    def last_resort() -> tuple[Holder, ...]:
        return tuple((user, ladder.rungs[-1].posts[0]) for user in roster.last_resort(asked))

    due = instants(ladder, due_at, rules_of(flag.journey.rules_site))
    levels, next_at = reached(due, flag.rung, at, who, last_resort, held_until=flag.held_until)
    return _Climbed(flag, due_at, moment, levels, next_at)


_INSERT = """
    INSERT INTO pathways_alert
        (flag_id, journey_id, handoff_id, handoff_key, site_id,
         rung, severity, due_at, fired_at, made_at, nobody_on_duty)
    SELECT flag.id, flag.journey_id, flag.handoff_id, flag.handoff_key, flag.site_id,
           new.rung, new.severity, new.due_at, new.fired_at, %(at)s, new.nobody
    FROM unnest(%(flags)s::bigint[], %(rungs)s::int[], %(severities)s::text[], %(due)s::timestamptz[],
                %(fired)s::timestamptz[], %(nobody)s::boolean[])
         WITH ORDINALITY AS new (flag, rung, severity, due_at, fired_at, nobody, place)
    JOIN pathways_flag flag ON flag.id = new.flag
    ORDER BY new.place
    ON CONFLICT (flag_id, rung) DO NOTHING
    RETURNING flag_id, rung, id
"""


def _write_alerts(climbed: list[_Climbed], at: datetime) -> dict[tuple[int, int], int]:
    """Write each level that is not there yet; returns the ids by flag and level."""
    rows = [(each, level) for each in climbed for level in each.levels]
    if not rows:
        return {}
    columns: dict[str, Any] = {
        "at": at,
        "flags": [each.flag.pk for each, _ in rows],
        "rungs": [level.rung for _, level in rows],
        "severities": [each.moment.severity.value for each, _ in rows],
        "due": [each.due_at for each, _ in rows],
        "fired": [level.reached_at for _, level in rows],
        "nobody": [level.nobody_on_duty for _, level in rows],
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, columns)
        return {(flag, rung): alert for flag, rung, alert in cursor.fetchall()}


_MOVE_ON = """
    UPDATE pathways_flag AS flag SET rung = new.rung, climbs_at = new.climbs_at
    FROM unnest(%(flags)s::bigint[], %(rungs)s::int[], %(next)s::timestamptz[]) AS new (flag, rung, climbs_at)
    WHERE flag.id = new.flag
"""


def _write_flags(climbed: list[_Climbed]) -> None:
    columns: dict[str, Any] = {
        "flags": [each.flag.pk for each in climbed],
        "rungs": [each.levels[-1].rung if each.levels else each.flag.rung for each in climbed],
        "next": [each.next_at for each in climbed],
    }
    with connection.cursor() as cursor:
        cursor.execute(_MOVE_ON, columns)


def _send(climbed: list[_Climbed], at: datetime) -> None:
    """Hand the messages over, each person's in one: the number in it is of women, not of alerts.

    At once for what has to be dealt with the same day, in the next digest for the rest. After a pause of the sweeps
    (or a fact recorded late) levels are reached of which the message would be more than a day old: of those only the
    newest level of an urgent alert is told at once, and everything else is collapsed into the digest.
    """
    at_once: dict[int, set[int]] = {}
    digest: dict[int, set[int]] = {}
    for each in climbed:
        for level in each.levels:
            fresh = at - level.reached_at <= OLD or level is each.levels[-1]
            urgent = fresh and each.moment.severity in AT_ONCE_SEVERITIES
            for user, _ in level.people:
                (at_once if urgent else digest).setdefault(user, set()).add(_her(each))
    tell_of(at_once, digest, at)


def tell_of(at_once: dict[int, set[int]], digest: dict[int, set[int]], at: datetime) -> None:
    """Tell people (ids) of women (ids): a woman of whom somebody is told at once is not counted in their digest too."""
    rest = {user: women - at_once.get(user, set()) for user, women in digest.items()}
    tell({user: len(women) for user, women in at_once.items()}, urgent=True, at=at)
    tell({user: len(women) for user, women in rest.items() if women}, urgent=False, at=at)
