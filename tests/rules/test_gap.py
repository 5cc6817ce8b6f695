"""The hours since her last confirmed dose, and which text of the site they ask for."""

# ruff: noqa: DTZ001 - times on the wall, which the clock's own functions place
from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.clock import LONDON, from_local
from carecoord.sites.definitions import POLICY_KEYS
from medications.rules.gap import Gap, gap, in_words
from medications.rules.products import WARD_PRODUCTS

METHADONE = "methadone_oral_1mg_ml"
NOW = datetime(2026, 11, 20, 9, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)

instants = st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31)).map(lambda naive: naive.replace(tzinfo=UTC))
spans = st.timedeltas(timedelta(0), timedelta(days=60))
oral = st.sampled_from([key for key, each in WARD_PRODUCTS.items() if not each.is_injection and each.two_sign])


def after(hours: float, product: str = METHADONE, *, scheduled: bool = True, **known: object) -> Gap:
    last = NOW - timedelta(hours=hours)
    return gap(last, product=product, next_due_at=None, scheduled=scheduled, now=NOW, **known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("hours", "level", "key", "decides"),
    [
        (23.99, "", "", False),
        (47.99, "", "", False),
        (48, "S1", "gap_48h", False),
        (71.999, "S1", "gap_48h", False),
        (72, "S1", "gap_72h", True),
        (119.999, "S1", "gap_72h", True),
        (120, "S1", "gap_120h", True),
        (24 * 40, "S1", "gap_120h", True),
    ],
)
def test_the_levels_begin_on_the_hour(hours: float, level: str, key: str, decides: bool) -> None:
    found = after(hours)
    assert (found.level, found.policy_key, found.needs_decision) == (level, key, decides)


@pytest.mark.parametrize(("hours", "level"), [(23.999, ""), (24, "S2"), (47.9, "S2")])
def test_a_day_without_a_dose_planned_is_asked_about(hours: float, level: str) -> None:
    found = after(hours, scheduled=False)
    assert found.level == level
    assert found.policy_key == ("no_dose_scheduled" if level else "")
    assert after(hours).level == ""  # with a dose planned there is nothing to ask


def test_a_dose_two_hours_late_is_urgent_and_has_no_text_of_ours() -> None:
    for late, level in ((timedelta(hours=2), "S1"), (timedelta(hours=1, minutes=59), "")):
        found = gap(NOW - 20 * HOUR, product=METHADONE, next_due_at=NOW - late, scheduled=True, now=NOW)
        assert (found.level, found.policy_key) == (level, "")
    assert "not recorded" in gap(None, product=METHADONE, next_due_at=NOW - 3 * HOUR, scheduled=True, now=NOW).words


def test_nothing_confirmed_is_no_number() -> None:
    found = gap(None, product=METHADONE, next_due_at=None, scheduled=False, now=NOW)
    assert found == Gap(None, "", "", "No dose confirmed yet")


def test_who_is_not_in_treatment_has_no_gap() -> None:
    assert after(500, "none_illicit_or_rx_opioid") == Gap(None, "", "", "")


@pytest.mark.parametrize(
    ("evening", "morning", "hours"),
    [
        (datetime(2026, 3, 28, 20), datetime(2026, 3, 29, 20), 23),  # the short night
        (datetime(2026, 10, 24, 20), datetime(2026, 10, 25, 20), 25),  # the long one
        (datetime(2026, 3, 27, 9), datetime(2026, 3, 30, 9), 71),
        (datetime(2026, 10, 23, 9), datetime(2026, 10, 26, 9), 73),
    ],
)
def test_hours_are_real_hours_when_the_clocks_change(evening: datetime, morning: datetime, hours: int) -> None:
    for zone in (UTC, LONDON):
        found = gap(
            from_local(evening).astimezone(zone),
            product=METHADONE,
            next_due_at=None,
            scheduled=True,
            now=from_local(morning).astimezone(zone),
        )
        assert found.hours == hours
        assert found.needs_decision == (hours >= 72)


@pytest.mark.parametrize(("product", "every", "window"), [("laib_weekly", 7, 2), ("laib_monthly", 28, 7)])
def test_an_injection_is_overdue_after_its_window(product: str, every: int, window: int) -> None:
    for known in (None, NOW - timedelta(days=window)):
        last = NOW - timedelta(days=every + window)
        on_time = gap(last, product=product, next_due_at=known, scheduled=True, now=NOW)
        late = gap(last, product=product, next_due_at=known, scheduled=True, now=NOW + timedelta(seconds=1))
        assert (on_time.level, on_time.policy_key, on_time.needs_decision) == ("", "", False)
        assert (late.level, late.policy_key, late.needs_decision) == ("S1", "laib_overdue", True)


def test_a_site_may_have_a_shorter_window() -> None:
    last = NOW - timedelta(days=8, hours=1)
    assert gap(last, product="laib_weekly", next_due_at=None, scheduled=True, now=NOW).level == ""
    strict = gap(last, product="laib_weekly", next_due_at=None, scheduled=True, now=NOW, window=timedelta(days=1))
    assert strict.level == "S1"


def test_a_weekly_injection_is_no_gap_of_days() -> None:
    assert after(24 * 6, "laib_weekly").level == ""
    assert after(24 * 30, "laib_monthly").level == ""


@given(last=instants, first=spans, more=spans, product=oral, scheduled=st.booleans())
def test_a_gap_never_shrinks_as_time_goes_on(
    last: datetime, first: timedelta, more: timedelta, product: str, scheduled: bool
) -> None:
    def at(span: timedelta) -> Gap:
        return gap(last, product=product, next_due_at=None, scheduled=scheduled, now=last + span)

    early, late = at(first), at(first + more)
    assert (early.hours or 0) <= (late.hours or 0)
    assert ("", "S2", "S1").index(early.level) <= ("", "S2", "S1").index(late.level)
    assert early.needs_decision <= late.needs_decision
    assert late.needs_decision == (first + more >= timedelta(hours=72))
    assert not late.policy_key or late.policy_key in POLICY_KEYS


@given(last=instants, span=spans, product=oral)
def test_the_zone_in_which_times_are_written_changes_nothing(last: datetime, span: timedelta, product: str) -> None:
    known = {"product": product, "next_due_at": None, "scheduled": False}
    utc = gap(last, now=last + span, **known)  # type: ignore[arg-type]
    assert utc == gap(last.astimezone(LONDON), now=(last + span).astimezone(LONDON), **known)  # type: ignore[arg-type]
    assert utc.hours == span // HOUR


def test_words_are_of_time_alone() -> None:
    assert in_words(timedelta(days=3, hours=2, minutes=59)) == "3 days 2 hours"
    assert in_words(timedelta(hours=1, minutes=5)) == "1 hour 5 minutes"
    assert in_words(timedelta(seconds=20)) == "less than a minute"
