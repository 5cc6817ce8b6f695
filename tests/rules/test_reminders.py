"""When she is reminded of a visit: the day before, or on the last of her days in that week; else not at all."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from pathways.reaching import MESSAGES
from referrals.rules import kinds
from referrals.rules.reminders import CHANGED, OWN_CARE, THIS_WEEK, TOMORROW, Reminder, is_own_care, reminder_of

MON, WED, SUN = date(2026, 11, 23), date(2026, 11, 25), date(2026, 11, 29)
HOURS = {"since": time(10), "until": time(14)}


@pytest.mark.parametrize(
    ("on", "days", "message", "day"),
    [
        (WED, (), TOMORROW, date(2026, 11, 24)),
        (WED, (2, 5), TOMORROW, date(2026, 11, 24)),
        (WED, (1, 5), THIS_WEEK, MON),
        (SUN, (1, 3), THIS_WEEK, WED),
        (MON, (), TOMORROW, date(2026, 11, 22)),
        (MON, (7,), TOMORROW, date(2026, 11, 22)),
    ],
)
def test_on_the_day_before_or_the_last_of_her_days_that_week(
    on: date, days: tuple[int, ...], message: str, day: date
) -> None:
    assert reminder_of(on, days=days, **HOURS) == Reminder(message, day, **HOURS)


@pytest.mark.parametrize(("on", "days"), [(WED, (3, 4)), (MON, (1, 5)), (date(2026, 11, 24), (2,))])
def test_where_none_of_her_days_lies_before_it_that_week_nothing_goes(on: date, days: tuple[int, ...]) -> None:
    assert reminder_of(on, days=days, **HOURS) is None


def test_it_goes_within_her_hours_by_the_london_clock() -> None:
    summer = reminder_of(date(2026, 7, 8), days=(), **HOURS)
    assert summer
    first = datetime(2026, 7, 7, 9, tzinfo=UTC)  # 10:00 in London
    assert not summer.is_due(first - timedelta(seconds=1))
    assert summer.is_due(first)
    assert not summer.is_due(first + timedelta(hours=4))
    assert not summer.is_over(first + timedelta(hours=4, seconds=-1))
    assert summer.is_over(first + timedelta(hours=4))
    assert not summer.is_due(first + timedelta(days=1))


def test_every_message_is_one_of_the_fixed_texts_and_every_kind_one_of_ours() -> None:
    assert {TOMORROW, THIS_WEEK, CHANGED} <= MESSAGES.keys()
    assert kinds.BY_KEY.keys() >= OWN_CARE


def test_what_may_be_about_a_baby_is_not_her_own_care_alone() -> None:
    assert is_own_care(["prescriber", "dental"])
    assert not is_own_care(["prescriber", "scan"])
    about_a_baby = {kind.key for kind in kinds.ALL if {"baby", "together", "childcare"} & set(kind.areas)}
    assert not about_a_baby & OWN_CARE
