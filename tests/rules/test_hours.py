"""Opening hours of a source of her medicine: clock changes, weekends, the bank holidays of either nation."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.clock import LONDON
from carecoord.sites.definitions import all_site_definitions
from carecoord.sites.hours import FURTHEST, OpeningHours, read_hours
from tests.rules.story import at

WEEKDAYS = {"mon-fri": "09:00-17:30"}
WITH_SATURDAY = WEEKDAYS | {"sat": "09:00-13:00"}


def hours(
    table: dict[str, str], nation: str = "ENG", *, on_bank_holidays: bool = False, closed_on: tuple[str, ...] = ()
) -> OpeningHours:
    closed = frozenset(date.fromisoformat(day) for day in closed_on)
    return OpeningHours(nation, read_hours(table), on_bank_holidays, closed)


class TestOneDay:
    def test_it_is_open_from_its_opening_until_just_before_its_closing(self) -> None:
        shop = hours(WEEKDAYS)
        assert not shop.is_open(at("2026-11-20 08:59"))
        assert shop.is_open(at("2026-11-20 09:00"))
        assert shop.is_open(at("2026-11-20 17:29"))
        assert not shop.is_open(at("2026-11-20 17:30"))

    def test_a_break_at_noon_is_closed(self) -> None:
        shop = hours({"mon-fri": "09:00-13:00, 14:00-17:30"})
        assert not shop.is_open(at("2026-11-20 13:30"))
        assert shop.next_opening(at("2026-11-20 13:00")) == at("2026-11-20 14:00")
        assert shop.open_hours_later(at("2026-11-20 12:00"), 2) == at("2026-11-20 15:00")

    def test_it_can_end_at_the_closing_time(self) -> None:
        assert hours(WEEKDAYS).open_hours_later(at("2026-11-20 13:30"), 4) == at("2026-11-20 17:30")

    def test_what_never_closes_does_not_open(self) -> None:
        always = hours({"mon-sun": "00:00-24:00"}, on_bank_holidays=True)
        assert always.is_open(at("2026-12-25 03:00"))
        assert always.next_opening(at("2026-12-25 03:00")) is None
        assert always.open_hours_later(at("2026-10-25 00:30"), 4) == at("2026-10-25 00:30") + timedelta(hours=4)

    def test_what_stays_closed_does_not_open_again(self) -> None:
        gone = hours(WEEKDAYS, closed_on=tuple(str(date(2026, 11, 1) + timedelta(days=day)) for day in range(100)))
        assert gone.next_opening(at("2026-11-20 09:00")) is None
        assert gone.open_hours_later(at("2026-11-20 09:00"), 4) is None
        assert len(gone.closed_days_from(date(2026, 11, 20))) == FURTHEST


class TestDays:
    def test_a_weekend_is_closed_without_saturday(self) -> None:
        assert hours(WEEKDAYS).closed_days_from(date(2026, 11, 21)) == [date(2026, 11, 21), date(2026, 11, 22)]
        assert hours(WITH_SATURDAY).closed_days_from(date(2026, 11, 21)) == []
        assert hours(WITH_SATURDAY).next_opening(at("2026-11-20 18:00")) == at("2026-11-21 09:00")

    @pytest.mark.parametrize(
        ("day", "closed_in"),
        [
            (date(2026, 1, 2), "SCO"),  # a Friday
            (date(2026, 11, 30), "SCO"),  # St Andrew's Day, a Monday
            (date(2026, 4, 6), "ENG"),  # Easter Monday
            (date(2026, 8, 3), "SCO"),  # the first Monday of August
            (date(2026, 8, 31), "ENG"),  # the last
            (date(2026, 12, 25), "ENG SCO"),
        ],
        ids=str,
    )
    def test_the_nations_bank_holidays_differ(self, day: date, closed_in: str) -> None:
        assert [nation for nation in ("ENG", "SCO") if not hours(WEEKDAYS, nation).opens_on(day)] == closed_in.split()
        assert hours(WEEKDAYS, "SCO", on_bank_holidays=True).opens_on(day)

    def test_a_friday_before_a_bank_holiday_in_scotland_only(self) -> None:
        friday = at("2026-11-27 17:30")
        assert hours(WEEKDAYS, "ENG").next_opening(friday) == at("2026-11-30 09:00")
        assert hours(WEEKDAYS, "SCO").next_opening(friday) == at("2026-12-01 09:00")
        assert hours(WEEKDAYS, "SCO").open_hours_later(friday - timedelta(hours=1), 4) == at("2026-12-01 12:00")

    def test_dates_of_its_own_are_closed(self) -> None:
        shop = hours(WEEKDAYS, closed_on=("2026-12-24",))
        assert shop.closed_days_from(date(2026, 12, 24)) == [date(2026, 12, day) for day in (24, 25, 26, 27, 28)]


class TestClockChanges:
    def test_the_opening_stays_on_the_wall_clock(self) -> None:
        shop = hours({"mon-sun": "09:00-17:00"})
        assert shop.ranges_on(date(2026, 3, 28))[0][0] == datetime(2026, 3, 28, 9, tzinfo=UTC)
        assert shop.ranges_on(date(2026, 3, 29))[0][0] == datetime(2026, 3, 29, 8, tzinfo=UTC)
        assert shop.ranges_on(date(2026, 10, 25))[0][0] == datetime(2026, 10, 25, 9, tzinfo=UTC)

    def test_open_time_is_elapsed_time(self) -> None:
        night = hours({"mon-sun": "00:00-24:00"})
        assert night.open_hours_later(at("2026-03-29 00:00"), 4) == at("2026-03-29 05:00")
        assert night.open_hours_later(at("2026-10-25 00:00"), 4) == at("2026-10-25 03:00")

    def test_a_skipped_opening_is_one_hour_later_and_a_repeated_one_the_first(self) -> None:
        night = hours({"mon-sun": "01:30-06:00"})
        assert night.ranges_on(date(2026, 3, 29))[0][0] == at("2026-03-29 02:30")
        assert night.ranges_on(date(2026, 10, 25))[0][0] == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({}, "no hours"),
        ({"mon": "9-17"}, "no opening time"),
        ({"mon": "17:00-09:00"}, "no opening time"),
        ({"mon": "09:60-10:00"}, "no opening time"),
        ({"mon": "09:00-12:00, 12:00-17:00"}, "with a break"),
        ({"mon-fri": "09:00-17:00", "fri": "09:00-16:00"}, "fri stands twice"),
        ({"fri-mon": "09:00-17:00"}, "earlier day first"),
    ],
)
def test_hours_that_cannot_be_read_are_refused(table: dict[str, str], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_hours(table)


# -- properties: any week, at any minute of 2020 to 2040, every clock change among them ---------------

RANGES = st.sampled_from(
    [
        "00:00-24:00",
        "00:30-01:30",
        "01:00-02:00",
        "09:00-17:30",
        "09:00-13:00, 14:00-17:30",
        "22:00-24:00",
        "00:00-06:00",
    ]
)
WEEKS = st.dictionaries(st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), RANGES, min_size=1)
CLOCK_CHANGES = [
    at(f"{day} 00:00")
    for year in range(2020, 2040)
    for month in (3, 10)
    for day in [max(date(year, month, number) for number in range(25, 32) if date(year, month, number).weekday() == 6)]
]
SOME_TIME = st.one_of(
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.builds(
        lambda change, minutes: change + timedelta(minutes=minutes),
        st.sampled_from(CLOCK_CHANGES),
        st.integers(-1440, 2880),
    ),
)
SHOPS = st.builds(
    lambda week, nation, holidays: hours(week, nation, on_bank_holidays=holidays),
    WEEKS,
    st.sampled_from(["ENG", "SCO"]),
    st.booleans(),
)


def test_there_are_forty_clock_changes() -> None:
    assert len(CLOCK_CHANGES) == 40


@given(SHOPS, SOME_TIME)
def test_it_opens_at_its_next_opening_and_not_before(shop: OpeningHours, when: datetime) -> None:
    opens = shop.next_opening(when)
    if opens is None:
        assert set(shop.weekly) == {((0, 1440),)}  # open day and night
        return
    assert opens > when
    assert shop.is_open(opens)
    assert not shop.is_open(opens - timedelta(seconds=1))
    if not shop.is_open(when):
        between = (when + number * (opens - when) / 50 for number in range(50))
        assert not any(shop.is_open(instant) for instant in between)


@given(SHOPS, SOME_TIME, st.integers(1, 12))
def test_exactly_so_much_open_time_lies_before_it(shop: OpeningHours, when: datetime, much: int) -> None:
    later = shop.open_hours_later(when, much)
    if later is None:
        assert sum(shop.weekly[day] != () for day in range(7)) == 1  # a few hours a week only
        return
    day, opened = when.astimezone(LONDON).date() - timedelta(days=1), timedelta()
    seen: set[tuple[datetime, datetime]] = set()
    while day <= later.astimezone(LONDON).date():
        seen |= {(max(opens, when), min(closes, later)) for opens, closes in shop.ranges_on(day)}
        day += timedelta(days=1)
    opened = sum((until - since for since, until in seen if since < until), timedelta())
    assert opened == timedelta(hours=much)


@given(SHOPS, st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_closed_days_are_all_closed_and_end_at_an_open_one(shop: OpeningHours, day: date) -> None:
    closed = shop.closed_days_from(day)
    assert closed == [day + timedelta(days=number) for number in range(len(closed))]
    assert not any(shop.opens_on(each) or shop.ranges_on(each) for each in closed)
    assert len(closed) == FURTHEST or shop.opens_on(day + timedelta(days=len(closed)))


# -- what the sites say --------------------------------------------------------------------------------


def test_each_site_has_a_prescriber_and_two_pharmacies_one_of_them_open_on_saturday() -> None:
    for site in all_site_definitions():
        kinds = [source.kind for source in site.sources]
        assert kinds.count("prescriber") == 1, site.code
        saturdays = [source.hours.opens_on(date(2026, 11, 21)) for source in site.sources if source.kind == "pharmacy"]
        assert sorted(saturdays) == [False, True], site.code
        teams = {team.code for team in site.teams if team.kind == "drug_service"}
        assert teams == {source.code for source in site.sources if source.kind == "prescriber"}
