"""When doses are due: on London's clock, through every change of it, none lost and none doubled."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from carecoord import clock
from medications.rules.schedule import DueTime, due_times, next_due, shortest_between

FROM, UNTIL = datetime.fromisoformat("2020-01-02"), datetime.fromisoformat("2039-11-01")
HALF_HOURS = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 30)]


def at(text: str) -> datetime:
    return clock.from_local(datetime.fromisoformat(text))


def walls(*times: str) -> list[dict[str, str]]:
    return [{"time": each} for each in times]


def between(times: list[dict[str, str]], after: datetime, until: datetime, **rule: object) -> list[DueTime]:
    known: dict[str, object] = {"every_days": 1, "first_on": date(2020, 1, 1), **rule}
    return list(due_times(times, after=after, until=until, **known))  # type: ignore[arg-type]


def test_two_in_the_afternoon_stays_two_in_the_afternoon() -> None:
    found = between(walls("14:00"), at("2026-10-24 00:00"), at("2026-10-26 23:00"))
    assert [each.at.astimezone(clock.LONDON).strftime("%d %H:%M") for each in found] == [
        "24 14:00",
        "25 14:00",
        "26 14:00",
    ]
    assert found[1].at - found[0].at == timedelta(hours=25)


def test_a_time_that_the_spring_change_skips_is_the_first_that_there_is() -> None:
    (found,) = between(walls("01:30"), at("2026-03-29 00:00"), at("2026-03-29 23:00"))
    assert found.at == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_a_time_that_the_autumn_change_repeats_counts_once_the_first() -> None:
    (found,) = between(walls("01:30"), at("2026-10-25 00:00"), at("2026-10-25 23:00"))
    assert found.at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_an_injection_is_due_every_seven_days_from_its_first() -> None:
    rule = {"every_days": 7, "first_on": date(2026, 3, 25)}
    found = between(walls("10:00"), at("2026-03-20 00:00"), at("2026-04-09 23:00"), **rule)
    assert [each.local_day for each in found] == [date(2026, 3, 25), date(2026, 4, 1), date(2026, 4, 8)]


def test_nothing_is_due_before_the_first_day() -> None:
    plan = SimpleNamespace(times=walls("09:30"), every_days=28, first_on=date(2026, 12, 24))
    found = next_due(plan, at("2026-11-22 12:00"))
    assert found is not None
    assert found.local_day == date(2026, 12, 24)
    assert next_due(plan, found.at) == DueTime(date(2027, 1, 21), 0, at("2027-01-21 09:30"))


def test_the_slot_is_the_place_in_the_plan_and_doses_come_in_their_order() -> None:
    found = between(walls("21:00", "09:00"), at("2026-11-22 00:00"), at("2026-11-22 23:00"))
    assert [(each.slot, f"{each.at:%H:%M}") for each in found] == [(1, "09:00"), (0, "21:00")]


def test_how_close_two_doses_come_counts_the_short_night() -> None:
    assert shortest_between(walls("09:00", "21:00"), 1) == timedelta(hours=11)
    assert shortest_between(walls("09:30"), 1) == timedelta(hours=23)
    assert shortest_between(walls("09:30"), 7) == timedelta(days=7, hours=-1)


@given(
    chosen=st.lists(st.sampled_from(HALF_HOURS), min_size=1, max_size=4, unique=True),
    start=st.datetimes(FROM, UNTIL, timezones=st.just(UTC)),
    pieces=st.lists(st.integers(0, 3 * 24 * 60), max_size=6),
    every_days=st.sampled_from([1, 7, 28]),
)
def test_however_it_is_cut_no_dose_is_lost_and_none_doubled(
    chosen: list[str], start: datetime, pieces: list[int], every_days: int
) -> None:
    """A worker that comes late, or twice, writes down the same doses as one that comes at once."""
    edges = [start]
    for minutes in pieces:
        edges.append(edges[-1] + timedelta(minutes=minutes))
    rule = {"every_days": every_days}
    whole = between(walls(*chosen), edges[0], edges[-1], **rule)
    cut = [each for after, until in pairwise(edges) for each in between(walls(*chosen), after, until, **rule)]
    assert cut == whole
    keys = [(each.local_day, each.slot) for each in whole]
    assert len(keys) == len(set(keys))


@given(
    wall=st.sampled_from(HALF_HOURS),
    after=st.datetimes(FROM, UNTIL, timezones=st.just(UTC)),
)
def test_the_next_one_is_the_first_of_all_that_come(wall: str, after: datetime) -> None:
    plan = SimpleNamespace(times=walls(wall), every_days=1, first_on=date(2020, 1, 1))
    found = next_due(plan, after)
    assert found is not None
    assert found == between(walls(wall), after, after + timedelta(days=3))[0]
    shown = found.at.astimezone(clock.LONDON)
    skipped = shown.replace(tzinfo=None) != datetime.combine(found.local_day, time.fromisoformat(wall))
    assert not skipped or (shown.hour, shown.minute) == (2, 0)
