"""Of which quarters a report can be had, and what had been told by then.

A report is about what was told six weeks after the quarter: that is when everything is known that takes up to four
weeks to be known. What takes longer (treatment a year after the birth) stands in it with an earlier year. A quarter is
*ready* when each table has taken the steps that were due on that day; from then on its report stays as it is, since
what is told later has another day, and what was told is never changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Max, Min

from carecoord import clock
from pathways.gaps.measures import TABLES, Table
from pathways.gaps.models import Quarter, Told
from pathways.gaps.months import first_day, month_of
from pathways.gaps.publishing import WRITTEN_LATE
from pathways.gaps.rules.releases import Month

KNOWN_AFTER = timedelta(days=28)
MONTHS = 3
NAMES = ("January to March", "April to June", "July to September", "October to December")


@dataclass(frozen=True, slots=True)
class Reported:
    """One quarter: ``until`` is the day after its last. ``ready_at``: since when there is a report of it."""

    until: date
    ready_at: datetime

    @property
    def year(self) -> int:
        """The year in which it lies."""
        return (self.until - timedelta(days=1)).year

    @property
    def number(self) -> int:
        """1 to 4."""
        return ((self.until - timedelta(days=1)).month + 2) // MONTHS

    @property
    def key(self) -> str:
        """How files are named: ``2026-q3``."""
        return f"{self.year}-q{self.number}"

    @property
    def words(self) -> str:
        """``July to September 2026``."""
        return f"{NAMES[self.number - 1]} {self.year}"

    @property
    def at(self) -> datetime:
        """The instant of which it tells."""
        return _told_of(month_of(self.until))


def quarters() -> list[Reported]:
    """The quarters of which there is a report, the newest first."""
    rows = Quarter.objects.order_by("-until").values_list("until", "ready_at")
    return [Reported(until, ready_at) for until, ready_at in rows]


def quarter(year: int, number: int) -> Reported | None:
    """That quarter; None where there is no report of it."""
    if not (1 <= number <= 4 and 1900 <= year <= 2100):
        return None
    until = first_day(year * 12 + number * MONTHS)
    row = Quarter.objects.filter(until=until).first()
    return Reported(row.until, row.ready_at) if row else None


def close_quarters(at: datetime | None = None) -> int:
    """Write down each quarter that has become ready by ``at`` (aware; now). Returns how many. After every telling."""
    at = at or clock.now()
    taken = {
        key: (month_of(first), month_of(last))
        for key, first, last in Told.objects.values_list("of_table").annotate(Min("until"), Max("until"))
        if key in TABLES
    }
    if not taken:
        return 0
    last = Quarter.objects.aggregate(last=Max("until"))["last"]
    begin = month_of(last) if last else min(first for first, _ in taken.values()) // MONTHS * MONTHS - MONTHS
    ready = []
    for end in range(begin + MONTHS, month_of(clock.today(at)) + 1, MONTHS):
        if _told_of(end) > at or not _all_told(taken, end):
            break
        ready.append(Quarter(until=first_day(end), ready_at=clock.now()))
    Quarter.objects.bulk_create(ready, ignore_conflicts=True)
    return len(ready)


def told_until(table: Table, asked: Reported, told: Mapping[str, date]) -> Month:
    """The month before which everything that the report says of a table lies; ``told``: up to when it was, by table."""
    last = told.get(table.key)
    return min(_due(table, asked.at), month_of(last)) if last else 0


def told_by(asked: Reported) -> dict[str, date]:
    """Up to when each table had been told when the quarter became ready."""
    steps = Told.objects.filter(told_at__lte=asked.ready_at)
    return dict(steps.values_list("of_table").annotate(Max("until")))


def _told_of(end: Month) -> datetime:
    """Six weeks after the quarter that ends before the month ``end``, at the beginning of the day."""
    return clock.from_local(datetime.combine(first_day(end) + WRITTEN_LATE + KNOWN_AFTER, time()))


def _due(table: Table, at: datetime) -> Month:
    """The end of the last step of a table that was due by ``at``; as publishing counts them."""
    step = table.told.step
    return month_of(clock.today(at - table.settles - WRITTEN_LATE)) // step * step


def _all_told(taken: Mapping[str, tuple[Month, Month]], end: Month) -> bool:
    """Whether each table that has been told at all was told as far as was due for the quarter before ``end``."""
    at = _told_of(end)
    return all(last >= _due(TABLES[key], at) or first > _due(TABLES[key], at) for key, (first, last) in taken.items())
