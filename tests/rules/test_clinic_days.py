"""On which days a series takes place: over ten years, in both nations, whatever its rhythm."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carecoord.sites.calendars import bank_holidays, working_days
from referrals.rules.days import OnHoliday, Rhythm, SeriesDay, days_of

FIRST, LAST = date(2026, 1, 1), date(2035, 12, 31)
NATIONS = st.sampled_from(["ENG", "SCO"])
DAYS = st.dates(FIRST, LAST)
# No deadline: the machine may be busy. No stored examples: a test run leaves nothing behind.
tried = settings(max_examples=80, deadline=None, database=None)


@st.composite
def rhythms(draw: st.DrawFn) -> Rhythm:
    first_on = draw(DAYS)
    until = draw(st.none() | st.dates(first_on, LAST + timedelta(days=400)))
    return Rhythm(first_on, draw(st.integers(1, 8)), draw(st.sampled_from(OnHoliday)), until)


def all_days(rhythm: Rhythm, nation: str, since: date = FIRST, until: date = LAST) -> list[SeriesDay]:
    return list(days_of(rhythm, nation, since=since, until=until))


@tried
@given(rhythms(), NATIONS)
def test_each_day_is_due_in_its_rhythm_and_no_two_are_the_same_day(rhythm: Rhythm, nation: str) -> None:
    days = all_days(rhythm, nation)
    for day in days:
        weeks, rest = divmod((day.due_on - rhythm.first_on).days, 7)
        assert rest == 0
        assert weeks >= 0
        assert weeks % rhythm.every_weeks == 0
        assert day.due_on <= (rhythm.until or LAST)
    dates = [day.on for day in days]
    assert dates == sorted(set(dates))


@tried
@given(rhythms(), NATIONS)
def test_none_is_left_out_but_a_bank_holiday_that_is_skipped(rhythm: Rhythm, nation: str) -> None:
    made = {day.due_on for day in all_days(rhythm, nation)}
    every_day = (rhythm.first_on + timedelta(weeks=rhythm.every_weeks * number) for number in range(600))
    due = {day for day in every_day if day <= min(LAST, rhythm.until or LAST)}
    left_out = due - made
    if rhythm.on_holiday == OnHoliday.SKIP:
        assert left_out == {day for day in due if day in bank_holidays(nation, day.year)}
    else:
        assert not left_out


@tried
@given(rhythms(), NATIONS)
def test_what_a_bank_holiday_does_to_a_day(rhythm: Rhythm, nation: str) -> None:
    is_working_day = working_days(nation)
    for day in all_days(rhythm, nation):
        is_holiday = day.due_on in bank_holidays(nation, day.due_on.year)
        if day.moved_from is None:
            assert not is_holiday or rhythm.on_holiday == OnHoliday.HOLD
        else:
            assert is_holiday
            assert rhythm.on_holiday == OnHoliday.NEXT
            between = (day.due_on + timedelta(days=number) for number in range((day.on - day.due_on).days))
            assert is_working_day(day.on)
            assert not any(map(is_working_day, between))


@tried
@given(rhythms(), NATIONS, st.lists(DAYS, min_size=1, max_size=5))
def test_made_in_parts_they_are_the_same_days(rhythm: Rhythm, nation: str, stops: list[date]) -> None:
    whole = all_days(rhythm, nation)
    edges = [FIRST - timedelta(days=1), *sorted(stops), LAST]
    parts = [
        day
        for since, until in itertools.pairwise(edges)
        for day in all_days(rhythm, nation, since + timedelta(days=1), until)
    ]
    assert parts == whole


@pytest.mark.parametrize(
    ("on_holiday", "nation", "expected"),
    [
        ("skip", "ENG", [date(2026, 12, 21), date(2027, 1, 4)]),
        ("skip", "SCO", [date(2026, 12, 21)]),
        ("next", "ENG", [date(2026, 12, 21), date(2026, 12, 29), date(2027, 1, 4)]),
        ("next", "SCO", [date(2026, 12, 21), date(2026, 12, 29), date(2027, 1, 5)]),
        ("hold", "SCO", [date(2026, 12, 21), date(2026, 12, 28), date(2027, 1, 4)]),
    ],
)
def test_mondays_over_the_turn_of_the_year(on_holiday: str, nation: str, expected: list[date]) -> None:
    rhythm = Rhythm(date(2026, 12, 21), 1, on_holiday)
    found = days_of(rhythm, nation, since=date(2026, 12, 21), until=date(2027, 1, 4))
    assert [day.on for day in found] == expected


def test_a_day_that_moves_past_the_end_is_still_a_day_of_the_series() -> None:
    rhythm = Rhythm(date(2026, 12, 21), 1, "next", until=date(2026, 12, 28))
    assert all_days(rhythm, "ENG")[-1] == SeriesDay(date(2026, 12, 29), date(2026, 12, 28))
