"""Arithmetic of due times (rules, section 4). All instants are aware; local means the given zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_ONE_DAY = timedelta(days=1)


def local_date(instant: datetime, zone: tzinfo) -> date:
    """The local date of an instant."""
    return instant.astimezone(zone).date()


def midnight_after(day: date, zone: tzinfo) -> datetime:
    """24:00 local on ``day``, in UTC."""
    return _from_wall(datetime.combine(day + _ONE_DAY, time()), zone)


def midnight_before(day: date, zone: tzinfo) -> datetime:
    """00:00 local on ``day``, in UTC."""
    return _from_wall(datetime.combine(day, time()), zone)


def days_later(instant: datetime, days: int, zone: tzinfo) -> datetime:
    """The same local wall-clock time ``days`` later (``PnD``), in UTC, so that it survives clock changes.

    A time that the spring change skips is one hour later; one that the autumn change repeats is the first.
    """
    wall = instant.astimezone(zone).replace(tzinfo=None, fold=0)
    return _from_wall(wall + timedelta(days=days), zone)


def hours_later(instant: datetime, hours: int) -> datetime:
    """``hours`` elapsed hours later (``PTnH``), in UTC."""
    return instant.astimezone(UTC) + timedelta(hours=hours)


def working_days_later(instant: datetime, days: int, zone: tzinfo, is_working_day: Callable[[date], bool]) -> datetime:
    """24:00 local on the nth working day after the instant's local date (``PnWD``), in UTC; negative counts back."""
    day = day_it_ends(instant, zone)
    one = _ONE_DAY if days > 0 else -_ONE_DAY
    left = abs(days)
    while left:
        day += one
        left -= is_working_day(day)
    return midnight_after(day, zone)


def day_it_ends(instant: datetime, zone: tzinfo) -> date:
    """The local date of an instant, except that exactly local midnight belongs to the day that it ends."""
    local = instant.astimezone(zone)
    return local.date() - _ONE_DAY if local.time() == time() else local.date()


def _from_wall(wall: datetime, zone: tzinfo) -> datetime:
    # fold=0 gives both answers that the rules want: the first of a repeated time, and for a
    # skipped one the offset before the change, which is one hour later on the new clock.
    return wall.replace(tzinfo=zone).astimezone(UTC)
