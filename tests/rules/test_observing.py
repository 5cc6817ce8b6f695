"""When a baby is looked at next, and which day it is: elapsed hours, day 0 the day of birth."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from medications.rules.observing import Standing, standing
from tests.rules.story import at


def stands(born: str, now: str, *, last: str | None = None, every: int = 4, hours: int = 120) -> Standing:
    return standing(
        at(born),
        at(born) + timedelta(hours=hours),
        last_at=at(last) if last else None,
        every_hours=every,
        first_hours=6,
        now=at(now),
    )


def test_the_day_of_birth_is_day_0_and_the_last_day_is_the_fifth() -> None:
    assert stands("2026-11-18 06:00", "2026-11-18 07:00").in_words == "day 0 of 5"
    assert stands("2026-11-18 06:00", "2026-11-20 09:00").in_words == "day 2 of 5"
    assert stands("2026-11-18 06:00", "2026-11-23 05:59").in_words == "day 5 of 5"
    assert stands("2026-11-18 06:00", "2026-11-26 05:59").in_words == "day 5 of 5"
    assert stands("2026-11-18 23:50", "2026-11-19 00:10").in_words == "day 1 of 5"
    assert stands("2026-11-18 06:00", "2026-11-19 07:00", hours=168).in_words == "day 1 of 7"


def test_the_next_look_is_so_many_elapsed_hours_after_the_last() -> None:
    assert stands("2026-11-18 06:00", "2026-11-18 07:00").next_at == at("2026-11-18 12:00")
    assert stands("2026-11-18 06:00", "2026-11-18 12:00", last="2026-11-18 11:30").next_at == at("2026-11-18 15:30")
    # The night on which 01:00 comes twice: four hours after 23:00 it is 02:00.
    assert stands("2026-10-24 06:00", "2026-10-24 23:30", last="2026-10-24 23:00").next_at == at("2026-10-25 02:00")


def test_soon_is_an_hour_before_and_late_from_its_minute_on() -> None:
    for now, state in (("10:59", "on_track"), ("11:00", "due_soon"), ("11:59", "due_soon"), ("12:00", "overdue")):
        assert stands("2026-11-18 06:00", f"2026-11-18 {now}").state == state


def test_at_its_end_the_end_is_what_is_owed() -> None:
    over = stands("2026-11-18 06:00", "2026-11-23 06:00", last="2026-11-23 05:00")
    assert (over.next_at, over.state) == (None, "overdue")
    before = stands("2026-11-18 06:00", "2026-11-23 05:30", last="2026-11-23 04:00")
    assert before.next_at == at("2026-11-23 06:00")


@given(st.integers(0, 24 * 400), st.integers(0, 130), st.integers(1, 12), st.sampled_from([72, 120, 168]))
def test_no_look_is_planned_before_the_last_or_after_the_end(start: int, later: int, every: int, hours: int) -> None:
    born = at("2026-01-01 00:00") + timedelta(hours=start)
    ends, now = born + timedelta(hours=hours), born + timedelta(hours=later)
    found = standing(born, ends, last_at=now, every_hours=every, first_hours=6, now=now)
    assert 0 <= found.day <= found.days
    assert found.next_at is None if now >= ends else now < found.next_at <= min(ends, now + timedelta(hours=every))  # type: ignore[operator]
