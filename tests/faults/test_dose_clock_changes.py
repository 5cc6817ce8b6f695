"""The forty clock changes of twenty years, and a dose every half hour of the days around them: none lost, none doubled.

What should come out is worked out in another way than the product does it: from the rule in words (on the last Sundays
of March and October, at one o'clock UTC), without a time zone database.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from medications.rules.schedule import DueTime, due_times, instant_of

HOUR, HALF, DAY = timedelta(hours=1), timedelta(minutes=30), timedelta(days=1)
YEARS = range(2020, 2040)
WALLS = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 30)]
TIMES = [{"time": each} for each in WALLS]


def change_of(year: int, month: int) -> datetime:
    """The instant at which the clocks change in that month."""
    day = date(year, month, 31)
    return datetime.combine(day - timedelta(days=day.isoweekday() % 7), time(1), UTC)


CHANGES = [change_of(year, month) for year in YEARS for month in (3, 10)]


def expected(day: date, wall: time) -> datetime:
    """When London's clocks show that: the first of two; where they never do, the change itself."""
    spring, autumn = change_of(day.year, 3), change_of(day.year, 10)
    shown = datetime.combine(day, wall, UTC)
    if spring <= shown < spring + HOUR:  # 01:00 to 02:00 of that Sunday: there is none
        return spring
    is_summer = spring + HOUR <= shown < autumn + HOUR
    return shown - HOUR if is_summer else shown


def test_no_dose_is_lost_or_doubled_where_the_clocks_change(fault) -> None:
    """Each half hour of the day before, the day itself and the day after, cut into windows as workers come by."""
    for change in CHANGES[: fault.size(full=40, small=40) and 40]:
        days = [change.date() + shift * DAY for shift in (-1, 0, 1)]
        wanted = {(day, slot): expected(day, time.fromisoformat(WALLS[slot])) for day in days for slot in range(48)}
        found: list[DueTime] = []
        edge = instant_of(days[0], time(0)) - timedelta(minutes=1)
        end = instant_of(days[-1] + DAY, time(0)) - timedelta(minutes=1)
        while edge < end:
            until = min(end, edge + fault.chance.choice((HALF, HOUR, timedelta(minutes=7), 5 * HOUR)))
            found += due_times(TIMES, every_days=1, first_on=days[0], after=edge, until=until)
            edge = until
        fault.tried += len(wanted)
        keys = [(each.local_day, each.slot) for each in found]
        for key in keys:
            if keys.count(key) > 1:
                fault.found(f"{key} is due {keys.count(key)} times")
        for key, at in wanted.items():
            mine = next((each.at for each in found if (each.local_day, each.slot) == key), None)
            if mine != at:
                fault.found(f"{key}: due {mine}, should be {at}")
    fault.note(f"{len(CHANGES)} clock changes, 144 doses around each")
