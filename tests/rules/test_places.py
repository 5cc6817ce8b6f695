"""Which place is free, how long a freed one is kept, and what a visit is as contact with her."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord import clock
from referrals.rules.attendance import Answer, Contact, contact_of
from referrals.rules.places import Given, free_seat, free_spans, kept_until

TEN = datetime(2026, 11, 24, 10, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return TEN + timedelta(minutes=minutes)


def london(text: str) -> datetime:
    """``2026-11-24 10:00`` on London's clocks."""
    return clock.from_local(datetime.fromisoformat(text))


def test_the_lowest_free_place_is_given() -> None:
    taken = [Given(1, at(0), at(30)), Given(2, at(15), at(45))]
    assert free_seat(taken, 3, at(0), at(30)) == 3
    assert free_seat(taken, 2, at(0), at(30)) is None
    assert free_seat(taken, 2, at(0), at(15)) == 2
    assert free_seat(taken, 2, at(30), at(60)) == 1, "what ends then is free then"


def test_what_is_free_is_what_is_not_given() -> None:
    assert free_spans(at(0), at(120), [Given(1, at(30), at(60))], 1) == [(at(0), at(30)), (at(60), at(120))]
    assert free_spans(at(0), at(120), [Given(1, at(30), at(60))], 2) == [(at(0), at(120))], "the longest only"
    assert free_spans(at(0), at(30), [Given(1, at(0), at(30))], 1) == []


@st.composite
def sessions(draw: st.DrawFn) -> tuple[int, list[Given]]:
    """A session of two hours, filled place by place as the verb fills it."""
    seats, taken = draw(st.integers(1, 3)), list[Given]()
    for _ in range(draw(st.integers(0, 8))):
        since = draw(st.integers(0, 23)) * 5
        until = min(since + draw(st.integers(1, 12)) * 5, 120)
        if seat := free_seat(taken, seats, at(since), at(until)):
            taken.append(Given(seat, at(since), at(until)))
    return seats, taken


@given(sessions())
def test_a_time_is_free_exactly_if_a_place_is(filled: tuple[int, list[Given]]) -> None:
    seats, taken = filled
    spans = free_spans(at(0), at(120), taken, seats)
    for since in range(0, 120, 5):
        for until in range(since + 5, 125, 5):
            lies_in_one = any(span[0] <= at(since) and at(until) <= span[1] for span in spans)
            assert lies_in_one == (free_seat(taken, seats, at(since), at(until)) is not None)


@pytest.mark.parametrize(
    ("now", "begins", "until"),
    [
        ("2026-11-24 10:00", "2026-12-01 10:00", "2026-11-25 10:00"),  # a day
        ("2026-11-27 18:00", "2026-12-08 10:00", "2026-11-30 18:00"),  # over the weekend
        ("2026-12-24 12:00", "2027-01-12 10:00", "2026-12-29 12:00"),  # Christmas, and Boxing Day kept on the 28th
        ("2026-11-24 10:00", "2026-11-24 16:00", "2026-11-24 14:00"),  # two working hours before
        ("2026-11-23 16:00", "2026-11-24 10:00", None),  # one that day, one the day before: too late
        ("2026-11-24 10:00", "2026-11-24 12:20", None),
    ],
)
def test_how_long_a_freed_place_is_kept(now: str, begins: str, until: str | None) -> None:
    assert kept_until(london(now), london(begins), "ENG") == (london(until) if until else None)


def test_the_nation_counts() -> None:
    """2 January 2027 is a Saturday; Scotland keeps Monday 4th for it as well."""
    kept = kept_until(london("2027-01-01 12:00"), london("2027-01-20 10:00"), "SCO")
    assert kept == london("2027-01-05 12:00")
    assert kept_until(london("2027-01-01 12:00"), london("2027-01-20 10:00"), "ENG") == london("2027-01-04 12:00")


SAID = {
    "came": Answer(True, "yes"),
    "late": Answer(True, "late"),
    "phone": Answer(True, "remote"),
    "not_able": Answer(True, "no"),
    "ours": Answer(False),
    "unsaid": Answer(),
}


@pytest.mark.parametrize(
    ("answers", "contact"),
    [
        ("came", Contact.MADE),
        ("not_able came", Contact.MADE),
        ("unsaid late", Contact.MADE),
        ("ours phone", Contact.MADE),
        ("not_able", Contact.MISSED),
        ("not_able not_able not_able", Contact.MISSED),
        ("ours not_able", Contact.MISSED),
        ("ours", None),
        ("ours ours", None),
        ("not_able unsaid", None),
        ("", None),
    ],
)
def test_one_visit_is_one_contact(answers: str, contact: Contact | None) -> None:
    assert contact_of(SAID[each] for each in answers.split()) is contact
