"""Her next usual dose: a time on the clock in London, by what a source states. No amount is looked at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.clock import LONDON
from medications.rules.usual import next_usual_dose

METHADONE = "methadone_oral_1mg_ml"
LONG_AGO = datetime(2020, 1, 1, tzinfo=LONDON)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("frequency", "times", "last", "due"),
    [
        ("od", ["09:30"], "2026-11-19 09:40", "2026-11-20 09:30"),
        ("od", ["09:30"], "2026-11-19 07:00", "2026-11-20 09:30"),
        ("od", ["09:30"], "2026-11-19 23:00", "2026-11-20 09:30"),
        ("od", [], "2026-11-19 10:15", "2026-11-20 10:15"),
        ("bd", ["08:00", "20:00"], "2026-11-19 08:10", "2026-11-19 20:00"),
        ("bd", ["20:00", "08:00"], "2026-11-19 19:30", "2026-11-20 08:00"),
        ("od", ["09:30"], "2026-03-28 09:30", "2026-03-29 09:30"),  # the clocks go forward: 23 hours
        ("od", ["09:30"], "2026-10-24 09:30", "2026-10-25 09:30"),  # and back: 25
    ],
)
def test_the_usual_time_after_the_last_dose(frequency: str, times: list[str], last: str, due: str) -> None:
    assert next_usual_dose(METHADONE, frequency, times, local(last), not_before=LONG_AGO) == local(due)


def test_an_injection_comes_after_its_days_at_the_same_time() -> None:
    last = local("2026-11-17 14:20")
    assert next_usual_dose("laib_weekly", "weekly", [], last, not_before=LONG_AGO) == local("2026-11-24 14:20")
    assert next_usual_dose("laib_monthly", "monthly", [], last, not_before=LONG_AGO) == local("2026-12-15 14:20")


def test_where_no_time_is_stated_for_a_split_day_none_is_made_up() -> None:
    last = local("2026-11-19 09:00")
    assert next_usual_dose(METHADONE, "bd", [], last, not_before=LONG_AGO) is None
    assert next_usual_dose(METHADONE, "custom", ["09:00"], last, not_before=LONG_AGO) is None


def test_a_usual_time_that_has_passed_when_she_came_is_when_she_came() -> None:
    came = local("2026-11-22 05:30")
    assert next_usual_dose(METHADONE, "od", ["09:30"], local("2026-11-19 09:30"), not_before=came) == came


@given(st.integers(0, 365 * 24 * 60), st.integers(0, 23), st.integers(0, 59))
def test_it_is_always_later_than_the_last_dose_and_within_two_days(minutes: int, hour: int, minute: int) -> None:
    taken = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    due = next_usual_dose(METHADONE, "od", [f"{hour:02}:{minute:02}"], taken, not_before=LONG_AGO)
    assert due
    assert due > taken
    assert due - taken < timedelta(days=2, hours=1)
