"""Which days between leaving and the next dose need somebody who gives it (pathway 4.6). Timing only, no amounts.

A pharmacy's hours already know the bank holidays of its nation (carecoord/sites/hours.py). No clock of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from carecoord.sites.calendars import bank_holidays
from carecoord.sites.hours import FURTHEST, OpeningHours, Spell

NATION_NAMES = {"ENG": "England", "SCO": "Scotland"}
WEEKDAY_NAMES = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
_ONE_DAY = timedelta(days=1)


class Kind(StrEnum):
    """What a day on her way home is."""

    WARD = "ward"  # the day she leaves: her dose of that day is the ward's
    CLOSED = "closed"  # a dose falls on it, and the pharmacy does not open
    SKIPPED = "skipped"  # a dose falls on it, the pharmacy opens, and nothing is arranged
    NEXT = "next"  # the next dose, and the pharmacy opens
    NEXT_CLOSED = "next_closed"  # the next dose is written down for a day on which the pharmacy does not open
    FREE = "free"  # no dose falls on it


_UNCOVERED = frozenset({Kind.CLOSED, Kind.SKIPPED, Kind.NEXT_CLOSED})


@dataclass(frozen=True, slots=True)
class Day:
    """One date on her way home. ``hours``: when the pharmacy is open; ``because``: why it is not."""

    on: date
    kind: Kind
    hours: tuple[Spell, ...]
    because: str

    @property
    def needs_cover(self) -> bool:
        """Whether somebody has to say how she gets that day's dose."""
        return self.kind in _UNCOVERED


def way_home(
    hours: OpeningHours,
    leaving_on: date,
    *,
    next_dose_on: date | None = None,
    last_dose_on: date | None = None,
    every_days: int = 1,
) -> list[Day]:
    """Every date from leaving to the next dose, in order.

    Without ``next_dose_on`` the next dose is on the first date with a dose on which the pharmacy opens. ``every_days``
    is 1 by mouth, else the days between two injections, counted from ``last_dose_on``. Empty where the next dose is
    not after leaving, or where none can be found within 60 days.
    """
    ends = next_dose_on or _first_open(hours, leaving_on, last_dose_on, every_days)
    if ends is None or not leaving_on < ends <= leaving_on + FURTHEST * _ONE_DAY:
        return []
    days = (leaving_on + ahead * _ONE_DAY for ahead in range((ends - leaving_on).days + 1))
    return [_day(hours, day, leaving_on, ends, last_dose_on, every_days) for day in days]


def uncovered(days: Sequence[Day], covered: frozenset[date] | set[date] = frozenset()) -> list[date]:
    """The dates that need cover and have none."""
    return [day.on for day in days if day.needs_cover and day.on not in covered]


def why_closed(hours: OpeningHours, day: date) -> str:
    """``closed on Sundays``, ``bank holiday in Scotland``; blank where it opens."""
    if hours.opens_on(day):
        return ""
    if not hours.weekly[day.weekday()]:
        return f"closed on {WEEKDAY_NAMES[day.weekday()]}"
    if not hours.on_bank_holidays and day in bank_holidays(hours.nation, day.year):
        return f"bank holiday in {NATION_NAMES[hours.nation]}"
    return "closed on this day"


def _day(
    hours: OpeningHours, on: date, leaving_on: date, ends: date, last_dose_on: date | None, every_days: int
) -> Day:
    opens = hours.opens_on(on)
    if on == ends:
        kind = Kind.NEXT if opens else Kind.NEXT_CLOSED
    elif not _falls_on(on, leaving_on, last_dose_on, every_days):
        kind = Kind.FREE
    elif on == leaving_on:
        kind = Kind.WARD
    else:
        kind = Kind.SKIPPED if opens else Kind.CLOSED
    return Day(on, kind, tuple(hours.ranges_on(on)), why_closed(hours, on))


def _falls_on(on: date, leaving_on: date, last_dose_on: date | None, every_days: int) -> bool:
    """Whether a dose falls on a date: every day by mouth; an injection so many days after the last."""
    if every_days == 1:
        return True
    if last_dose_on is None:
        return on == leaving_on  # nobody can say: the ward asks before she leaves
    return on > last_dose_on and (on - last_dose_on).days % every_days == 0


def _first_open(hours: OpeningHours, leaving_on: date, last_dose_on: date | None, every_days: int) -> date | None:
    if every_days > 1:
        return next((day for day in _after(leaving_on) if _falls_on(day, leaving_on, last_dose_on, every_days)), None)
    return next((day for day in _after(leaving_on) if hours.opens_on(day)), None)


def _after(day: date) -> Iterator[date]:
    return (day + ahead * _ONE_DAY for ahead in range(1, FURTHEST + 1))
