"""How each table stands at each site, put together from blocks alone: what the overview reads, one row a site."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pathways.gaps.measures import BY_KEY, Line, Table
from pathways.gaps.models import Block, Standing
from pathways.gaps.months import first_day
from pathways.gaps.rules import disclosure, releases, spc
from pathways.gaps.rules.releases import Series
from pathways.gaps.rules.spc import Change, Direction, Signal, SoMany


def stand(table: Table, kept: Mapping[int, Sequence[releases.Block]], fresh: Iterable[Block]) -> None:
    """Write anew how a table stands where something was told; ``kept`` by site, 0 for all together."""
    last = {row.site_id or 0: row for row in fresh}
    rows = [
        row
        for place, blocks in kept.items()
        if (row := standing_of(table, place, blocks, last[place].missing, last[place].spread))
    ]
    Standing.objects.filter(of_table=table.key, site__in=[place for place in kept if place]).delete()
    if 0 in kept:
        Standing.objects.filter(of_table=table.key, site=None).delete()
    Standing.objects.bulk_create(rows)


def standing_of(
    table: Table, place: int, blocks: Sequence[releases.Block], missing: int | None, spread: Sequence[float] | None
) -> Standing | None:
    """How a table stands by these blocks, not stored; ``missing`` and ``spread`` are those of the last one."""
    # Medians cannot be added up: what stands is the last one that was told.
    months = blocks[-1].months if table.medians else table.told.window
    now, before = releases.window(blocks, months), releases.window_before(blocks, months)
    if now is None:  # not a whole window yet: what there is
        now = releases.window(blocks, sum(block.months for block in blocks))
    if now is None:
        return None
    return Standing(
        of_table=table.key,
        site_id=place or None,
        since=first_day(now.start),
        until=first_day(now.end),
        hidden_months=now.hidden,
        missing=missing,
        spread=spread,
        lines={
            line.key: _line(table, line, now.shown, before.shown if before else None, series_of(table, line, blocks))
            for line in table.lines
        },
    )


def _line(
    table: Table, line: Line, now: disclosure.Shown | None, before: disclosure.Shown | None, series: Series | None
) -> dict[str, Any]:
    shown = numbers(table, line, now)
    direction = direction_of(table, line)
    said: dict[str, Any] = {
        "some": shown[0] if shown else None,
        "whole": shown[1] if shown else None,
        "change": spc.change(numbers(table, line, before), shown, direction, dispersion=table.together),
    }
    if series and (signal := signal_of(table, line, series)):
        said |= {"change": signal[0], "since": first_day(signal[1]).isoformat()}
    return said


def series_of(table: Table, line: Line, blocks: Sequence[releases.Block]) -> Series | None:
    """The points of the chart over time: months where each of them has a percentage, else quarters."""

    def has_percentage(shown: disclosure.Shown) -> bool:
        found = numbers(table, line, shown)
        return found is not None and found[1] >= disclosure.FEWEST_FOR_A_PERCENTAGE

    return None if table.medians else releases.series(blocks, has_percentage)


def signal_of(table: Table, line: Line, series: Series) -> tuple[Change, releases.Month] | None:
    """What the chart over time says of its last point, and from which month on; None where it is no signal."""
    points = spc.percentages([numbers(table, line, point) for point in series.points])
    within = spc.limits(points)
    if within is None or not points or points[-1] is None:
        return None
    begins = _begins(spc.signals(points, within), len(points) - 1)
    if begins is None:
        return None
    return spc.signalled(points, within, direction_of(table, line)), series.start + begins * series.step


def _begins(signals: Sequence[Signal], last: int) -> int | None:
    """Where the signal that reaches the last point begins: signals on one side that touch are one."""
    reaches = [signal for signal in signals if signal.last == last]
    if not reaches:
        return None
    begins, high = min(signal.first for signal in reaches), reaches[-1].high
    for signal in sorted(signals, key=lambda each: each.last, reverse=True):
        if signal.high is high and signal.last >= begins - 1:
            begins = min(begins, signal.first)
    return begins


def numbers(table: Table, line: Line, shown: disclosure.Shown | None) -> SoMany | None:
    """So many of so many, of what is shown; None where it is hidden."""
    return line.numbers(table.split, shown) if shown else None


def direction_of(table: Table, line: Line | None = None) -> Direction:
    """Which way is better: as the line says, else as its measure does."""
    return (line and line.better) or BY_KEY[table.measure].better
