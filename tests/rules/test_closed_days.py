"""Which days on her way home need cover: by the pharmacy's hours and its nation's bank holidays."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from carecoord.sites.calendars import bank_holidays
from carecoord.sites.definitions import all_site_definitions
from carecoord.sites.hours import OpeningHours, read_hours
from medications.rules.closed_days import Kind, uncovered, way_home, why_closed

WEEK = read_hours({"mon-fri": "09:00-17:30"})
ENGLAND, SCOTLAND = OpeningHours("ENG", WEEK), OpeningHours("SCO", WEEK)
WITH_SATURDAY = OpeningHours("ENG", read_hours({"mon-fri": "09:00-17:30", "sat": "09:00-13:00"}))
FRIDAY, MONDAY, TUESDAY = date(2026, 11, 27), date(2026, 11, 30), date(2026, 12, 1)  # 30 Nov: St Andrew's Day
ONE_DAY = timedelta(days=1)

opened = st.fixed_dictionaries(
    {}, optional={day: st.just("09:00-17:00") for day in ("mon", "wed", "fri", "sat")}
).filter(bool)
pharmacies = st.builds(
    OpeningHours,
    st.sampled_from(["ENG", "SCO"]),
    opened.map(read_hours),
    st.booleans(),
    st.frozensets(st.dates(date(2026, 1, 1), date(2028, 12, 31)), max_size=4),
)
leaving_days = st.dates(date(2026, 1, 1), date(2028, 10, 1))


def kinds(hours: OpeningHours, leaving_on: date, **more: object) -> list[tuple[int, str]]:
    return [(day.on.day, day.kind.value) for day in way_home(hours, leaving_on, **more)]  # type: ignore[arg-type]


def test_a_friday_before_a_bank_holiday_in_scotland_alone() -> None:
    assert kinds(ENGLAND, FRIDAY) == [(27, "ward"), (28, "closed"), (29, "closed"), (30, "next")]
    assert kinds(SCOTLAND, FRIDAY) == [(27, "ward"), (28, "closed"), (29, "closed"), (30, "closed"), (1, "next")]
    assert uncovered(way_home(ENGLAND, FRIDAY)) == [FRIDAY + ONE_DAY, FRIDAY + 2 * ONE_DAY]
    assert uncovered(way_home(SCOTLAND, FRIDAY)) == [*uncovered(way_home(ENGLAND, FRIDAY)), MONDAY]
    assert why_closed(SCOTLAND, MONDAY) == "bank holiday in Scotland"
    assert why_closed(ENGLAND, MONDAY) == ""
    assert why_closed(SCOTLAND, FRIDAY + ONE_DAY) == "closed on Saturdays"


def test_a_next_dose_written_down_for_a_closed_day_needs_cover_itself() -> None:
    days = way_home(SCOTLAND, FRIDAY, next_dose_on=MONDAY)
    assert days[-1].kind is Kind.NEXT_CLOSED
    assert uncovered(days)[-1] == MONDAY
    assert not way_home(ENGLAND, FRIDAY, next_dose_on=MONDAY)[-1].needs_cover


def test_the_second_of_january_and_the_august_holidays_differ() -> None:
    # 2 January 2026 is a Friday: a holiday in Scotland alone.
    new_year = date(2026, 1, 1)
    assert uncovered(way_home(ENGLAND, new_year)) == []
    assert uncovered(way_home(SCOTLAND, new_year)) == [date(2026, 1, 2), date(2026, 1, 3), date(2026, 1, 4)]
    # August 2027: Scotland's is the first Monday (2nd), England's the last (30th).
    assert date(2027, 8, 2) in uncovered(way_home(SCOTLAND, date(2027, 7, 30)))
    assert date(2027, 8, 2) not in uncovered(way_home(ENGLAND, date(2027, 7, 30)))
    assert date(2027, 8, 30) in uncovered(way_home(ENGLAND, date(2027, 8, 27)))
    assert date(2027, 8, 30) not in uncovered(way_home(SCOTLAND, date(2027, 8, 27)))


def test_a_day_without_a_dose_on_which_the_pharmacy_is_open_is_not_forgotten() -> None:
    days = way_home(ENGLAND, MONDAY, next_dose_on=MONDAY + 3 * ONE_DAY)
    assert [day.kind for day in days] == [Kind.WARD, Kind.SKIPPED, Kind.SKIPPED, Kind.NEXT]
    assert uncovered(days, {TUESDAY}) == [TUESDAY + ONE_DAY]


def test_an_open_saturday_needs_nothing() -> None:
    assert kinds(WITH_SATURDAY, FRIDAY) == [(27, "ward"), (28, "next")]


def test_between_two_injections_no_day_needs_cover_but_the_injection_s_own() -> None:
    last = date(2026, 11, 24)
    days = way_home(SCOTLAND, FRIDAY, last_dose_on=last, every_days=7)
    assert (days[-1].on, days[-1].kind) == (date(2026, 12, 1), Kind.NEXT)
    assert uncovered(days) == []
    closed = way_home(SCOTLAND, FRIDAY, last_dose_on=date(2026, 11, 23), every_days=7)  # the next is on 30 November
    assert uncovered(closed) == [MONDAY]
    late = way_home(SCOTLAND, FRIDAY, last_dose_on=date(2026, 11, 23), every_days=7, next_dose_on=date(2026, 12, 2))
    assert uncovered(late) == [MONDAY]


def test_no_next_dose_before_leaving_and_none_beyond_reach() -> None:
    assert way_home(ENGLAND, FRIDAY, next_dose_on=FRIDAY) == []
    assert way_home(ENGLAND, FRIDAY, next_dose_on=FRIDAY - ONE_DAY) == []
    assert way_home(ENGLAND, FRIDAY, next_dose_on=FRIDAY + 90 * ONE_DAY) == []


@given(pharmacies, leaving_days)
def test_every_date_stands_once_and_every_closed_one_needs_cover(hours: OpeningHours, leaving_on: date) -> None:
    days = way_home(hours, leaving_on)
    assert [day.on for day in days] == [leaving_on + ahead * ONE_DAY for ahead in range(len(days))]
    assert days[-1].kind is Kind.NEXT
    assert hours.opens_on(days[-1].on)
    between = days[1:-1]
    assert not any(hours.opens_on(day.on) for day in between)
    assert uncovered(days) == [day.on for day in between]
    assert all(day.because for day in between)


@given(pharmacies, leaving_days, st.integers(1, 30))
def test_whatever_is_arranged_no_day_with_a_dose_is_left_out(hours: OpeningHours, leaving_on: date, after: int) -> None:
    next_dose_on = leaving_on + after * ONE_DAY
    days = way_home(hours, leaving_on, next_dose_on=next_dose_on)
    asked = set(uncovered(days))
    assert asked == {day.on for day in days[1:-1]} | ({next_dose_on} if not hours.opens_on(next_dose_on) else set())


@given(leaving_days, st.integers(1, 14))
def test_nations_differ_on_their_own_bank_holidays_alone(leaving_on: date, after: int) -> None:
    ends = leaving_on + after * ONE_DAY

    def closed(hours: OpeningHours) -> set[date]:
        return {day.on for day in way_home(hours, leaving_on, next_dose_on=ends) if not day.hours}

    differing = closed(ENGLAND) ^ closed(SCOTLAND)
    for day in differing:
        assert (day in bank_holidays("ENG", day.year)) != (day in bank_holidays("SCO", day.year))


def test_every_pharmacy_of_the_sites_has_a_way_home_on_each_day_of_three_years() -> None:
    for definition in all_site_definitions():
        for source in definition.sources:
            for ahead in range(3 * 365):
                assert way_home(source.hours, date(2026, 1, 1) + ahead * ONE_DAY), (source.code, ahead)
