"""Tells what can be told: from exact cells to blocks, at the end of a quarter, once and for all (rules/releases.py).

A table is told of a quarter when the last of its units can be known and what was written late has come in. The steps
go one after the other, and each is kept even where nothing could be told: a step that was left out would be told in
one with the next.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Max, Min

from carecoord import clock
from carecoord.sites.models import Site
from pathways.gaps.measures import TABLES, Shown, Table, Unit
from pathways.gaps.models import Block, Cell, Told
from pathways.gaps.months import first_day, month_of
from pathways.gaps.rules import disclosure, releases
from pathways.gaps.rules.disclosure import Exact, disclose_alone, quartiles
from pathways.gaps.rules.releases import Month
from pathways.gaps.standing import stand

WRITTEN_LATE = timedelta(days=14)  # after which what is entered late no longer changes a number that is told
LOCK = 7_207_002  # the advisory lock of a step: one at a time
ALL_SITES = 0  # the place of what is told of all sites together
PlaceId = int


class Summed(NamedTuple):
    """One cell, as exact as it is. ``month`` is its first day."""

    site: int
    month: date
    part: int
    value: int
    units: int
    women: int


# The exact cells of one table: by place and month, the units and women by part, and the values with their counts.
Cells = dict[PlaceId, dict[Month, dict[int, tuple[int, int]]]]
Values = dict[PlaceId, dict[Month, list[tuple[int, int]]]]


def stored_cells(table: Table) -> Sequence[Summed]:
    """The cells of a table, as they stand."""
    rows = Cell.objects.filter(of_table=table.key, count__gt=0)
    return [Summed(*row) for row in rows.values_list("site_id", "month", "part", "value", "count", "women")]


def publish(
    at: datetime | None = None,
    *,
    seconds: float = 3600,
    cells_of: Callable[[Table], Sequence[Summed]] = stored_cells,
    tables: Iterable[Table] = TABLES.values(),
) -> int:
    """Take every step that is due by ``at`` (aware; now). Returns how many blocks were told. Cells must be up to date.

    ``tables``: of these; all, unless the demonstration tells its own. After ``seconds`` it stops between two tables,
    and goes on when it is called again.
    """
    at, told, until = at or clock.now(), 0, time.monotonic() + seconds
    taken = dict(Told.objects.values_list("of_table").annotate(last=Max("until")))
    for table in tables:
        waits = table.key in taken and not steps_due(table, at, month_of(taken[table.key]))
        if not waits and time.monotonic() < until:
            told += _tell(table, at, cells_of)
    return told


@transaction.atomic
def _tell(table: Table, at: datetime, cells_of: Callable[[Table], Sequence[Summed]]) -> int:
    """Take the steps of one table, one after the other, and write down that each was taken."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    taken = Told.objects.filter(of_table=table.key).aggregate(first=Min("until"), last=Max("until"))
    if taken["last"] and not steps_due(table, at, month_of(taken["last"])):
        return 0
    summed = cells_of(table)
    start = month_of(taken["first"]) - table.told.step if taken["first"] else _first_month(table, summed)
    if start is None:
        return 0
    steps = steps_due(table, at, month_of(taken["last"]) if taken["last"] else start)
    rows = _blocks(table, summed, start, steps)
    Told.objects.bulk_create(Told(of_table=table.key, until=first_day(end), told_at=clock.now()) for end in steps)
    return len(rows)


def steps_due(table: Table, at: datetime, last: Month) -> Sequence[Month]:
    """The ends of the steps that a table has still to take by ``at``, in order; ``last`` is that of the last one."""
    today = clock.today(at - table.settles - WRITTEN_LATE)
    return range(last + table.told.step, month_of(today) + 1, table.told.step)


def _first_month(table: Table, cells: Sequence[Summed]) -> Month | None:
    """Where the quarter, or the year, of the first thing that was counted begins."""
    first = min((month_of(cell.month) for cell in cells), default=None)
    return None if first is None else first // table.told.step * table.told.step


def _blocks(table: Table, summed: Sequence[Summed], start: Month, steps: Sequence[Month]) -> list[Block]:
    """Tell what these steps allow; returns the new blocks, which are stored, and in the standing."""
    kept = kept_blocks(table)
    cells, values = _exact(table, summed)
    by_site = table.shown is Shown.BY_SITE
    places = list(Site.objects.values_list("pk", flat=True)) if by_site else [ALL_SITES]
    exact = {
        place: {month: _exactly(table, parts) for month, parts in cells.get(place, {}).items()} for place in places
    }
    rows = []
    for end in steps:
        for place, blocks in releases.release(table.split, table.told, kept, exact, start=start, end=end).items():
            kept[place] += blocks
            rows += [_row(table, place, block, cells.get(place, {}), values.get(place, {})) for block in blocks]
    Block.objects.bulk_create(rows)
    told = {row.site_id or ALL_SITES for row in rows}
    stand(table, {place: blocks for place, blocks in kept.items() if place in told}, rows)
    return rows


def kept_blocks(table: Table) -> dict[PlaceId, list[releases.Block]]:
    """What was told of a table, by place, in order; as the rules take it."""
    found: dict[PlaceId, list[releases.Block]] = defaultdict(list)
    for block in Block.objects.filter(of_table=table.key).order_by("since"):
        found[block.site_id or ALL_SITES].append(as_told(block))
    return found


def as_told(block: Block) -> releases.Block:
    """A stored block as the rules take it."""
    since = month_of(block.since)
    shown = None
    if block.groups is not None:
        parts = None if block.parts is None else tuple(block.parts)
        shown = disclosure.Shown(tuple(block.groups), parts)
    return releases.Block(since, month_of(block.until) - since, shown)


def _exact(table: Table, summed: Sequence[Summed]) -> tuple[Cells, Values]:
    pooled = table.shown is not Shown.BY_SITE
    cells: Cells = defaultdict(lambda: defaultdict(dict))
    values: Values = defaultdict(lambda: defaultdict(list))
    for cell in summed:
        place, at = ALL_SITES if pooled else cell.site, month_of(cell.month)
        count, women = cells[place][at].get(cell.part, (0, 0))
        cells[place][at][cell.part] = (count + cell.units, women + cell.women)
        if cell.part == 0 and table.medians:
            values[place][at].append((cell.value, cell.units))
    return cells, values


def _exactly(table: Table, parts: Mapping[int, tuple[int, int]]) -> Exact:
    both = [parts.get(part, (0, 0)) for part in range(len(table.split.parts))]
    return Exact(tuple(count for count, _ in both), tuple(women for _, women in both))


def _row(
    table: Table,
    place: PlaceId,
    block: releases.Block,
    cells: Mapping[Month, Mapping[int, tuple[int, int]]],
    values: Mapping[Month, Sequence[tuple[int, int]]],
) -> Block:
    months = range(block.start, block.end)
    row = Block(of_table=table.key, site_id=place or None, since=first_day(block.start), until=first_day(block.end))
    if block.shown is None:
        return row
    unknown = [cells[month].get(-1, (0, 0)) for month in months if month in cells]
    row.groups = list(block.shown.groups)
    row.parts = None if block.shown.parts is None else list(block.shown.parts)
    row.missing = disclose_alone(sum(count for count, _ in unknown), sum(women for _, women in unknown))
    if table.medians:
        per_unit = 2 if table.unit is Unit.HOURS else 1  # hours are kept in halves
        spelt_out = [value / per_unit for month in months for value, n in values.get(month, ()) for _ in range(n)]
        women = sum(cells[month].get(0, (0, 0))[1] for month in months if month in cells)
        spread = quartiles(spelt_out, women)
        row.spread = list(spread) if spread else None
    return row
