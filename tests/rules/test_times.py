"""Rules, section 4: the arithmetic of windows, with clock changes, midnight, leap days and both calendars."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from carecoord.clock import LONDON
from pathways.engine import Offset, date_at_gestation, gestation_on, parse_offset
from pathways.engine.due import shift
from pathways.engine.times import days_later, local_date, midnight_after, working_days_later
from tests.rules.story import at, site

ENGLAND, SCOTLAND = site("ENG"), site("SCO")


def working_days(when: str, days: int, nation: str = "ENG") -> object:
    rules = site(nation)
    return working_days_later(at(when), days, LONDON, rules.is_working_day)


class TestGestation:
    def test_date_is_edd_less_280_days_plus_the_gestation(self) -> None:
        assert date_at_gestation(date(2027, 3, 1), 0) == date(2026, 5, 25)
        assert date_at_gestation(date(2027, 3, 1), 34 * 7) == date(2027, 1, 18)
        assert date_at_gestation(date(2027, 3, 1), 280) == date(2027, 3, 1)

    def test_over_a_leap_day(self) -> None:
        assert date_at_gestation(date(2028, 3, 1), 39 * 7 + 6) == date(2028, 2, 29)

    def test_is_read_in_weeks_and_days(self) -> None:
        assert gestation_on(date(2027, 3, 1), date(2027, 1, 1)) == (31, 4)

    def test_day_ends_at_24_00_local(self) -> None:
        assert midnight_after(date(2027, 1, 18), LONDON) == at("2027-01-19T00:00:00+00:00")
        assert midnight_after(date(2026, 7, 18), LONDON) == at("2026-07-18T23:00:00+00:00")


class TestDays:
    def test_keep_the_wall_clock_when_clocks_go_forward(self) -> None:
        assert days_later(at("2027-03-14 10:00"), 14, LONDON) == at("2027-03-28 10:00")
        assert days_later(at("2027-03-14 10:00"), 14, LONDON) - at("2027-03-14 10:00") == timedelta(days=14, hours=-1)

    def test_keep_the_wall_clock_when_clocks_go_back(self) -> None:
        assert days_later(at("2026-10-24 10:00"), 1, LONDON) - at("2026-10-24 10:00") == timedelta(hours=25)

    def test_a_skipped_time_is_one_hour_later(self) -> None:
        assert days_later(at("2027-03-27 01:30"), 1, LONDON) == at("2027-03-28 02:30")

    def test_a_repeated_time_is_the_first(self) -> None:
        assert days_later(at("2026-10-24 01:30"), 1, LONDON) == at("2026-10-25T01:30:00+01:00")

    def test_counted_from_the_second_of_a_repeated_time(self) -> None:
        assert days_later(at("2026-10-25T01:30:00+00:00"), 1, LONDON) == at("2026-10-26 01:30")

    def test_count_back(self) -> None:
        assert days_later(at("2027-03-30 01:30"), -2, LONDON) == at("2027-03-28 02:30")

    def test_over_a_leap_day(self) -> None:
        assert days_later(at("2028-02-28 09:00"), 1, LONDON) == at("2028-02-29 09:00")
        assert days_later(at("2028-02-29 09:00"), 365, LONDON) == at("2029-02-28 09:00")


class TestHours:
    def test_are_elapsed_hours(self) -> None:
        assert shift(at("2027-03-28 00:30"), parse_offset("PT2H"), ENGLAND) == at("2027-03-28 03:30")
        assert shift(at("2026-10-25 00:30"), parse_offset("PT2H"), ENGLAND) == at("2026-10-25T01:30:00+00:00")

    def test_count_back(self) -> None:
        assert shift(at("2027-03-28 03:30"), parse_offset("-PT2H"), ENGLAND) == at("2027-03-28 00:30")


class TestWorkingDays:
    def test_end_at_24_00_local_on_the_nth_working_day(self) -> None:
        assert working_days("2026-11-18 10:00", 2) == at("2026-11-21 00:00")  # Wed: Thu, Fri

    def test_leave_out_the_weekend(self) -> None:
        assert working_days("2026-11-20 10:00", 1) == at("2026-11-24 00:00")  # Fri: Mon

    def test_start_after_the_anchors_local_date_even_at_weekends(self) -> None:
        assert working_days("2026-11-21 10:00", 1) == at("2026-11-24 00:00")  # Sat: Mon

    def test_use_the_local_date(self) -> None:
        # 23:30 UTC on a Thursday in summer is Friday, local.
        assert working_days("2026-07-16T23:30:00+00:00", 1) == at("2026-07-21 00:00")

    def test_count_back(self) -> None:
        assert working_days("2026-11-23 10:00", -1) == at("2026-11-21 00:00")  # Mon: Fri

    def test_midnight_belongs_to_the_day_that_it_ends(self) -> None:
        assert working_days("2026-11-21 00:00", -1) == at("2026-11-20 00:00")  # 24:00 Fri: Thu
        assert working_days("2026-11-21 00:00", 1) == at("2026-11-24 00:00")  # 24:00 Fri: Mon

    def test_bank_holidays_differ_between_the_nations(self) -> None:
        # 1 Jan 2027 is a Friday; Scotland's second January holiday falls on Monday 4 January.
        assert working_days("2026-12-31 10:00", 1, "ENG") == at("2027-01-05 00:00")
        assert working_days("2026-12-31 10:00", 1, "SCO") == at("2027-01-06 00:00")
        # Easter Monday, 29 March 2027, is a holiday in England only.
        assert working_days("2027-03-25 10:00", 1, "ENG") == at("2027-03-31 00:00")
        assert working_days("2027-03-25 10:00", 1, "SCO") == at("2027-03-30 00:00")


class TestOffsets:
    @pytest.mark.parametrize("text", ["P14D", "-P7D", "PT36H", "-PT12H", "P2WD", "-P1WD", "34+0", "9+6", "24:00"])
    def test_are_read_and_written_alike(self, text: str) -> None:
        assert str(parse_offset(text)) == text

    @pytest.mark.parametrize(
        "text", ["", "P", "14", "P1W", "P1DT2H", "34+7", "PT1.5H", "P٣D", "P99999D", "34", "-34+0"]
    )
    def test_others_are_refused_with_what_to_write(self, text: str) -> None:
        with pytest.raises(ValueError, match="write days P14D"):
            parse_offset(text)

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("P1D", "1 day"),
            ("-P7D", "7 days"),
            ("P1WD", "1 working day"),
            ("PT36H", "36 hours"),
            ("31+4", "31+4"),
            ("24:00", "the end of the day"),
        ],
    )
    def test_in_words(self, text: str, words: str) -> None:
        assert parse_offset(text).in_words == words

    def test_nothing_is_the_same_instant(self) -> None:
        for text in ("P0D", "PT0H"):
            assert shift(at("2026-10-25T01:30:00+00:00"), parse_offset(text), SCOTLAND) == at(
                "2026-10-25T01:30:00+00:00"
            )

    def test_end_of_day(self) -> None:
        end = parse_offset("24:00")
        assert isinstance(end, Offset)
        assert shift(at("2026-07-28 10:00"), end, ENGLAND) == at("2026-07-29 00:00")
        assert local_date(shift(at("2026-07-28 00:00"), end, ENGLAND), LONDON) == date(2026, 7, 29)
