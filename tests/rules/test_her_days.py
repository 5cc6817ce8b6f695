"""What her days allow: hours that she can be away, her time at the pharmacy, how a visit lies round them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from pathways.moments import by_key
from referrals.rules import kinds
from referrals.rules.her_days import HerDays, at_on, fits
from referrals.rules.seen_for import SEEN_FOR

LONDON = ZoneInfo("Europe/London")
TUESDAY, WEDNESDAY = date(2026, 11, 24), date(2026, 11, 25)
BUSY = HerDays(
    leaves_after=time(9, 15),
    home_by=time(14, 30),
    dose=(time(9), time(9, 15)),
    travel=timedelta(minutes=25),
    not_on=frozenset({3}),
)


def at(on: date, wall: str) -> datetime:
    return datetime.combine(on, time.fromisoformat(wall), LONDON)


class TestWhenSheCanBeAway:
    def test_between_her_hours_and_not_on_her_days(self) -> None:
        assert BUSY.away(TUESDAY, WEDNESDAY) == ((at(TUESDAY, "09:15"), at(TUESDAY, "14:30")),)

    def test_within_her_safe_hours_and_days(self) -> None:
        safe = HerDays(home_by=time(15), safe_days=frozenset({3}), safe_from=time(10), safe_until=time(16))
        assert safe.away(TUESDAY, WEDNESDAY) == ((at(WEDNESDAY, "10:00"), at(WEDNESDAY, "15:00")),)

    def test_nobody_asked_her_any_time_will_do(self) -> None:
        (since, until), *_ = HerDays().away(TUESDAY, TUESDAY)
        assert (since, until) == (at(TUESDAY, "00:00"), at(TUESDAY, "23:59:59.999999"))

    def test_hours_that_leave_nothing(self) -> None:
        assert HerDays(leaves_after=time(15), safe_until=time(12)).away(TUESDAY, WEDNESDAY) == ()

    def test_her_dose_keeps_its_time_with_the_way_there_and_back(self) -> None:
        assert BUSY.doses(TUESDAY, TUESDAY) == ((at(TUESDAY, "08:35"), at(TUESDAY, "09:40")),)

    @pytest.mark.parametrize(
        ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)]
    )
    def test_a_day_on_which_the_clocks_change_is_as_long_as_it_is(self, day: date, hours: int) -> None:
        since, until = HerDays().away(day, day)[0]
        assert round((until - since) / timedelta(hours=1)) == hours
        assert at_on(day, time(10)).astimezone(LONDON).time() == time(10)


class TestFits:
    def words(self, begins: str, ends: str, hers: HerDays = BUSY) -> dict[str, bool]:
        found = fits(hers, TUESDAY, at(TUESDAY, begins), at(TUESDAY, ends))
        return {fit.words: fit.kept for fit in found}

    def test_a_visit_that_keeps_to_all_of_it(self) -> None:
        assert self.words("10:00", "12:30") == {
            "pharmacy first, 09:00": True,
            "leaves after 09:15": True,
            "back by 14:30": True,
        }

    def test_the_way_counts(self) -> None:
        assert self.words("09:30", "14:20") == {
            "her pharmacy time, 09:00": False,
            "leaves after 09:15": False,
            "back by 14:30": False,
        }

    def test_home_before_an_afternoon_dose(self) -> None:
        assert self.words("10:00", "12:00", HerDays(dose=(time(15), time(15, 30)))) == {
            "pharmacy after it, 15:00": True
        }

    def test_outside_her_safe_hours_and_on_another_day(self) -> None:
        hers = HerDays(safe_days=frozenset({1}), safe_from=time(11))
        assert self.words("10:00", "12:00", hers) == {
            "one of the days on which she can come": False,
            "inside her safe hours": False,
        }


@pytest.mark.parametrize(("step", "kind"), SEEN_FOR.items())
def test_what_she_is_seen_for_is_declared(step: kinds.Step, kind: str) -> None:
    moment, key = step
    assert by_key[moment].step(key)
    assert kind in kinds.BY_KEY
