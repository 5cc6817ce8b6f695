"""On which days a clinic that comes again takes place: its rhythm, and what becomes of it on a bank holiday.

Pure Python. A day is known by the date on which it would have been (``due_on``): where a bank holiday moves it, it is
still that one day of the series, and is made once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from carecoord.sites.calendars import bank_holidays, working_days

WEEK = timedelta(weeks=1)
A_DAY = timedelta(days=1)


class OnHoliday(StrEnum):
    """What becomes of a day that falls on a bank holiday of the site's nation."""

    SKIP = "skip"
    NEXT = "next"
    HOLD = "hold"


CHOICES = [
    (OnHoliday.SKIP.value, "There is none that day"),
    (OnHoliday.NEXT.value, "It is on the next working day"),
    (OnHoliday.HOLD.value, "It takes place all the same"),
]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Every ``every_weeks`` weeks on the weekday of ``first_on``, up to ``until`` where there is a last day."""

    first_on: date
    every_weeks: int
    on_holiday: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class SeriesDay:
    """One day of a series: when it is, and when it was due by its rhythm."""

    on: date
    due_on: date

    @property
    def moved_from(self) -> date | None:
        """The bank holiday on which it would have been; None where it stands where it belongs."""
        return self.due_on if self.due_on != self.on else None


def days_of(rhythm: Rhythm, nation: str, *, since: date, until: date) -> Iterator[SeriesDay]:
    """The days that are due from ``since`` to ``until``, both included, in ``nation`` (``ENG`` or ``SCO``).

    The last of them can lie after ``until``: the next working day of a bank holiday is a day of that holiday.
    """
    for due_on in _due(rhythm, since, until):
        if due_on not in bank_holidays(nation, due_on.year) or rhythm.on_holiday == OnHoliday.HOLD:
            yield SeriesDay(due_on, due_on)
        elif rhythm.on_holiday == OnHoliday.NEXT:
            yield SeriesDay(_next_working_day(due_on, nation), due_on)


def _due(rhythm: Rhythm, since: date, until: date) -> Iterator[date]:
    step = WEEK * rhythm.every_weeks
    passed = max(0, -((rhythm.first_on - since) // step))  # rounded up: the first day not before ``since``
    day = rhythm.first_on + step * passed
    last = min(until, rhythm.until) if rhythm.until else until
    while day <= last:
        yield day
        day += step


def _next_working_day(day: date, nation: str) -> date:
    is_working_day = working_days(nation)
    while not is_working_day(day):
        day += A_DAY
    return day
