"""Keeps the cells equal to what is counted, at the cost of what has changed: never of all that there is.

A pregnancy is counted again when its record has changed (``ToCount``, written by triggers) or when another of its units
has followed up long enough. Its old units leave the cells and its new ones enter them in one transaction.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection, transaction

from carecoord import clock
from pathways.gaps.counting import Unit, cases_of, units_of
from pathways.gaps.models import CaseCount, Cell
from pathways.models import Journey

AT_ONCE = 500  # pregnancies in one transaction
LOCK = 7_207_001  # the advisory lock of a refresh: one at a time

Key = tuple[str, int, str, int, int]  # table, site, month, part, value
Sums = dict[Key, list[int]]  # units, women

_TAKE = """
    WITH taken AS (
        DELETE FROM gaps_tocount WHERE id IN (SELECT id FROM gaps_tocount ORDER BY id LIMIT %(most)s)
        RETURNING journey_id
    ) SELECT DISTINCT journey_id FROM taken
"""
_RIPE = """
    SELECT journey_id FROM gaps_casecount WHERE next_at <= %(at)s ORDER BY next_at LIMIT %(most)s
"""
_DELTA = """
    WITH delta (of_table, site_id, month, part, value, count, women) AS (
        SELECT * FROM unnest(%s::text[], %s::bigint[], %s::date[], %s::smallint[], %s::int[], %s::int[], %s::int[])
    )
"""
# What is there is changed and what is not is made, one after the other: the delta of a cell can be below nothing.
_CHANGE = f"""{_DELTA} UPDATE gaps_cell cell SET count = cell.count + delta.count, women = cell.women + delta.women
    FROM delta WHERE (cell.of_table, cell.site_id, cell.month, cell.part, cell.value)
        = (delta.of_table, delta.site_id, delta.month, delta.part, delta.value)
"""  # noqa: S608 - nothing but our own text
_MAKE = f"""{_DELTA} INSERT INTO gaps_cell (of_table, site_id, month, part, value, count, women)
    SELECT * FROM delta ON CONFLICT DO NOTHING
"""  # noqa: S608 - nothing but our own text


@dataclass
class Refreshed:
    """What a refresh did: how many pregnancies were counted again, how many cells were written, whether all is done."""

    counted: int = 0
    cells: int = 0
    finished: bool = False


def refresh(at: datetime | None = None, *, seconds: float = 3600) -> Refreshed:
    """Count again whatever changed or ripened by ``at`` (aware; now), a few hundred pregnancies at a time.

    After ``seconds`` it stops between two transactions, and goes on when it is called again.
    """
    at, done, until = at or clock.now(), Refreshed(), time.monotonic() + seconds
    while time.monotonic() < until:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                return done
            cursor.execute(_TAKE, {"most": AT_ONCE})
            changed = {pk for (pk,) in cursor.fetchall()}
            cursor.execute(_RIPE, {"at": at, "most": max(AT_ONCE - len(changed), 0)})
            ripe = {pk for (pk,) in cursor.fetchall()} - changed
            if not changed and not ripe:
                done.finished = True
                return done
            done.cells += _count_again(changed, ripe, at)
            done.counted += len(changed) + len(ripe)
    return done


def _count_again(changed: Collection[int], ripe: Collection[int], at: datetime) -> int:
    """Replace what these pregnancies add to the cells. Returns how many cells were written.

    The record of those that are only ``ripe`` has not changed: their units are those that they had.
    """
    before = {row.pk: row for row in CaseCount.objects.filter(pk__in=[*changed, *ripe])}
    kept = {pk: [Unit(*unit) for unit in row.units] for pk, row in before.items()}
    now = {pk: units_of(case) for pk, case in cases_of(changed).items()} | {pk: kept[pk] for pk in ripe}
    sums: Sums = {}
    rows = []
    for pk, units in sorted(now.items()):
        if pk in before:
            add_units(sums, kept[pk], before[pk].counted_until, -1)
        add_units(sums, units, at, 1)
        rows.append(CaseCount(journey_id=pk, units=units, counted_until=at, next_at=next_after(units, at)))
    CaseCount.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["journey"],
        update_fields=["units", "counted_until", "next_at"],
    )
    return _write({key: values for key, values in sums.items() if any(values)})


def add_units(sums: Sums, units: Iterable[Unit], until: datetime, times: int) -> None:
    """Add one pregnancy's units (by month) so many times, or take them away (-1).

    She herself counts where she is first in a part.
    """
    last, met = until.timestamp(), set()
    for table, site, month, part, value, counts_from in units:
        if counts_from <= last:
            cell = sums.setdefault((table, site, month, part, value), [0, 0])
            cell[0] += times
            if (table, site, part) not in met:
                met.add((table, site, part))
                cell[1] += times


def next_after(units: Iterable[Unit], at: datetime) -> datetime | None:
    """When the next of these units counts; None where all do."""
    coming = [unit.counts_from for unit in units if unit.counts_from > at.timestamp()]
    return datetime.fromtimestamp(min(coming), UTC) if coming else None


def _write(sums: Sums) -> int:
    if sums:
        with connection.cursor() as cursor:
            cursor.execute(_CHANGE, _columns(sums))
            if cursor.rowcount < len(sums):
                # None that is new gains a woman without a unit: that is one where her first month has moved to.
                new = {key: (count, women) for key, (count, women) in sums.items() if count >= women >= 0}
                cursor.execute(_MAKE, _columns(new))
    return len(sums)


def _columns(sums: Mapping[Key, Sequence[int]]) -> list[list[object]]:
    return [list(column) for column in zip(*((*key, *values) for key, values in sorted(sums.items())), strict=True)]


# -- the proof --------------------------------------------------------------------------------------------------


def differences(at: datetime) -> list[str]:
    """How the cells differ from a count of every pregnancy from the beginning; empty when they agree.

    ``at`` (aware) is the time of the last refresh.
    """
    wanted: Sums = {}
    for journeys in _all_journeys():
        for case in cases_of(journeys).values():
            add_units(wanted, units_of(case), at, 1)
    columns = ("of_table", "site_id", "month", "part", "value", "count", "women")
    stored = {
        (table, site, month.isoformat(), part, value): [count, women]
        for table, site, month, part, value, count, women in Cell.objects.values_list(*columns)
        if count
    }
    keys = sorted(key for key in stored.keys() | wanted.keys() if stored.get(key) != wanted.get(key))
    return [f"{'.'.join(map(str, key))}: stored {stored.get(key)}, counted {wanted.get(key)}" for key in keys]


def _all_journeys() -> Iterator[list[int]]:
    last = 0
    while found := list(Journey.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        yield found
        last = found[-1]
