"""Times of made-up lives, by London's clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from carecoord import clock

NOW = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)


def local(day: date, at: time) -> datetime:
    """That time by London's clocks; the first of two, and one hour later where there is none."""
    return datetime.combine(day, at, clock.LONDON).astimezone(UTC)


def days_after(instant: datetime, days: int) -> datetime:
    """The same time on London's clocks so many days later."""
    there = instant.astimezone(clock.LONDON)
    return local(there.date() + timedelta(days=days), there.time())
