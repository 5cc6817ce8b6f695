"""Opening hours as people type them: they come back as they were, and what cannot be read says what to mend."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.sites.hours import WEEKDAYS, opening_hours
from referrals.rules.hours_text import hours_as_text, hours_from_text

TIMES = st.sampled_from(["09:00-17:00", "08:30-12:30, 13:30-17:00", "00:00-24:00"])
DAYS = st.dictionaries(st.sampled_from(WEEKDAYS), TIMES, min_size=1)
CLOSED = st.lists(st.dates(date(2026, 1, 1), date(2028, 1, 1)), max_size=3, unique=True)


@given(DAYS, CLOSED, st.booleans())
def test_what_was_typed_comes_back_and_means_the_same(week: dict[str, str], closed: list[date], open_: bool) -> None:
    text = "\n".join([*(f"{day} {times}" for day, times in week.items()), *(f"closed {day}" for day in closed)])
    hours = hours_from_text(text, on_bank_holidays=open_)
    assert hours_from_text(hours_as_text(hours), on_bank_holidays=open_) == hours
    read = opening_hours("SCO", hours)
    assert read.on_bank_holidays is open_
    assert read.closed_on == set(closed)
    assert [bool(ranges) for ranges in read.weekly] == [day in week for day in WEEKDAYS]


def test_a_run_of_days_and_capitals_are_read() -> None:
    hours = hours_from_text("Mon-Fri 09:00-17:00\n\n", on_bank_holidays=False)
    assert hours == {"bank_holidays": "closed", "mon-fri": "09:00-17:00"}
    assert opening_hours("ENG", hours).is_open(datetime(2026, 11, 23, 9, tzinfo=UTC))


def test_nothing_typed_is_nothing_known() -> None:
    assert hours_from_text(" \n", on_bank_holidays=True) == {}


@pytest.mark.parametrize(
    ("text", "problem"),
    [("mon-fri", "“mon-fri” says no time"), ("mon 09:00-12:00\nmon 13:00-17:00", "mon stands twice")],
)
def test_what_cannot_be_read_says_what_to_mend(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        hours_from_text(text, on_bank_holidays=False)
