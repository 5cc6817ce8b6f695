"""Working days of both nations, against a second source."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from govuk_bank_holidays.bank_holidays import BankHolidays

from carecoord.sites.calendars import bank_holidays, working_days

DIVISIONS = {"ENG": BankHolidays.ENGLAND_AND_WALES, "SCO": BankHolidays.SCOTLAND}

# Scotland's one-off holiday for the World Cup, proclaimed after the second source stored its data.
# It is a bank holiday, so it stays one here; the sample caseload counts it too.
LATER_PROCLAIMED = {("SCO", date(2026, 6, 15))}


def published(nation: str) -> set[date]:
    stored = BankHolidays(use_cached_holidays=True).get_holidays(division=DIVISIONS[nation])
    return {holiday["date"] for holiday in stored}


@pytest.mark.parametrize("nation", ["ENG", "SCO"])
def test_agree_with_the_published_holidays_in_every_year_that_they_cover(nation: str) -> None:
    holidays = published(nation)
    first, last = date(min(holidays).year, 1, 1), date(max(holidays).year, 12, 31)
    assert (last.year - first.year) >= 10
    is_working_day = working_days(nation)
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    differ = {(nation, day) for day in days if is_working_day(day) != (day.weekday() < 5 and day not in holidays)}
    assert differ == {one for one in LATER_PROCLAIMED if one[0] == nation}


@pytest.mark.parametrize(
    ("day", "holiday", "in_england"),
    [
        (date(2027, 1, 4), "second January holiday", False),
        (date(2027, 3, 29), "Easter Monday", True),
        (date(2026, 8, 3), "Scotland's summer holiday", False),
        (date(2026, 8, 31), "England's summer holiday", True),
        (date(2026, 11, 30), "St Andrew's Day", False),
    ],
)
def test_the_nations_differ(day: date, holiday: str, in_england: bool) -> None:
    assert working_days("ENG")(day) is not in_england, holiday
    assert working_days("SCO")(day) is in_england, holiday


def test_christmas_on_a_weekend_is_made_up_for() -> None:
    for nation in ("ENG", "SCO"):
        assert {date(2027, 12, 27), date(2027, 12, 28)} <= bank_holidays(nation, 2027)


def test_another_nation_is_refused() -> None:
    with pytest.raises(KeyError):
        working_days("WAL")
