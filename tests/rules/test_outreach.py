"""Trying again: inside what she agreed to, another way, another time of day, and never without an end or a decision."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord import clock
from pathways.rules.outreach import (
    COUNTED,
    PARTS_OF_A_DAY,
    REACHED_HER,
    Agreed,
    Choice,
    Decided,
    Limit,
    Result,
    State,
    Tried,
    Way,
    is_inside,
    next_try,
    standing,
    ways_open,
)

LIMIT = Limit(tries=6, days=14)
TEXTS = Agreed(Way.TEXT)
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
HOURS = st.tuples(st.none() | st.times(), st.none() | st.times()).filter(
    lambda pair: (pair[0] or PARTS_OF_A_DAY[0][0]) < (pair[1] or PARTS_OF_A_DAY[-1][1])
)
RESULTS = st.sampled_from(sorted(set(Result) - REACHED_HER))
AGREED = st.builds(
    lambda way, days, hours, visited: Agreed(way, tuple(days), *hours, may_be_visited=visited),
    st.sampled_from(["", *Way]),
    st.lists(st.integers(1, 7), unique=True),
    HOURS,
    st.booleans(),
)


def at(text: str) -> datetime:
    """An instant by its London time."""
    return clock.parse_instant(text)[0]


def tries(*times: str, way: str = Way.TEXT, result: str = Result.NO_ANSWER) -> list[Tried]:
    return [Tried(at(each), way, result) for each in times]


def stands(tried: list[Tried], decided: Decided | None = None, *, overdue: bool = False, now: str):
    return standing(tried, decided, TEXTS, LIMIT, overdue=overdue, now=at(now))


def local(instant: datetime | None) -> str:
    assert instant is not None
    return instant.astimezone(clock.LONDON).strftime("%a %d %b %H:%M")


# -- which way --


def test_the_way_she_named_comes_first_and_one_that_sends_nothing_is_always_open() -> None:
    assert ways_open(Agreed(Way.CALL, may_be_visited=True)) == (Way.CALL, Way.VISIT, Way.WHERE_SHE_COMES)
    assert ways_open(Agreed(Way.VISIT, may_be_visited=True)) == (Way.VISIT, Way.WHERE_SHE_COMES)
    assert ways_open(Agreed()) == (Way.WHERE_SHE_COMES,)


def test_the_next_try_goes_another_way_than_the_last() -> None:
    found = next_try(tries("2026-11-17 10:00"), TEXTS, LIMIT, after=at("2026-11-17 10:00"))
    assert found.way is Way.WHERE_SHE_COMES
    once_each = [*tries("2026-11-17 10:00"), *tries("2026-11-19 13:00", way=Way.WHERE_SHE_COMES)]
    assert next_try(once_each, TEXTS, LIMIT, after=once_each[-1].at).way is Way.TEXT


def test_a_number_that_is_not_hers_is_not_tried_again() -> None:
    tried = [
        *tries("2026-11-17 10:00", result=Result.NOT_HERS),
        *tries("2026-11-19 13:00", way=Way.WHERE_SHE_COMES),
    ]
    assert next_try(tried, TEXTS, LIMIT, after=tried[-1].at).way is Way.WHERE_SHE_COMES


# -- when --


def test_the_first_try_is_as_soon_as_her_hours_allow_and_the_next_are_spread() -> None:
    soon = next_try([], TEXTS, LIMIT, after=at("2026-11-17 10:00"), at_once=True)
    assert local(soon.at) == "Tue 17 Nov 12:00"
    tomorrow = next_try([], TEXTS, LIMIT, after=at("2026-11-17 19:30"), at_once=True)
    assert local(tomorrow.at) == "Wed 18 Nov 09:00"
    tried = tries("2026-11-17 10:00")
    assert local(next_try(tried, TEXTS, LIMIT, after=tried[-1].at).at) == "Thu 19 Nov 12:00"


def test_each_try_is_at_another_time_of_day() -> None:
    tried = tries("2026-11-17 10:00", "2026-11-19 12:30")
    assert local(next_try(tried, TEXTS, LIMIT, after=tried[-1].at).at) == "Sat 21 Nov 16:00"


def test_her_days_and_hours_are_kept_even_where_they_are_few() -> None:
    hers = Agreed(Way.CALL, days=(1,), begins=time(20), ends=time(20, 30))
    found = next_try(tries("2026-11-16 20:10", way=Way.CALL), hers, LIMIT, after=at("2026-11-16 20:10"))
    assert local(found.at) == "Mon 23 Nov 20:00"


def test_hours_in_her_words_are_read_by_a_person() -> None:
    hers = Agreed(Way.CALL, in_her_words=True)
    assert next_try([], hers, LIMIT, after=at("2026-11-17 10:00")).at is None


def test_what_a_person_said_holds_until_it_is_outside_what_she_agreed_to() -> None:
    said = Tried(at("2026-11-17 10:00"), Way.CALL, Result.NO_ANSWER, at("2026-11-18 18:00"), Way.TEXT)
    found = next_try([said], TEXTS, LIMIT, after=said.at)
    assert (found.way, local(found.at), found.said) == (Way.TEXT, "Wed 18 Nov 18:00", True)
    not_in_the_evening = Agreed(Way.TEXT, ends=time(14))
    assert not next_try([said], not_in_the_evening, LIMIT, after=said.at).said
    not_on_wednesdays = Agreed(Way.TEXT, days=(1, 2, 4))
    assert not next_try([said], not_on_wednesdays, LIMIT, after=said.at).said
    assert not next_try([said], Agreed(), LIMIT, after=said.at).said


@given(AGREED, INSTANTS, st.lists(st.tuples(st.sampled_from(list(Way)), RESULTS), max_size=8))
def test_whatever_is_proposed_lies_inside_what_she_agreed_to(
    agreed: Agreed, now: datetime, told: list[tuple[Way, Result]]
) -> None:
    tried = [Tried(now - timedelta(days=len(told) - place), way, result) for place, (way, result) in enumerate(told)]
    found = next_try(tried, agreed, LIMIT, after=now)
    assert found.way in ways_open(agreed)
    if found.at is not None:
        assert found.at > now
        assert is_inside(agreed, found.at)


# -- until when --


def test_in_touch_while_nothing_was_tried_and_nothing_is_owed() -> None:
    assert stands([], now="2026-11-17 10:00").state is State.IN_TOUCH
    first = stands([], overdue=True, now="2026-11-17 10:00")
    assert (first.state, first.tries) == (State.TRY, 0)


@pytest.mark.parametrize("result", sorted(set(Result) - REACHED_HER - COUNTED))
def test_what_was_put_off_is_no_try(result: Result) -> None:
    found = stands(tries(*(f"2026-11-{day} 10:00" for day in range(10, 17)), result=result), now="2026-11-17 10:00")
    assert (found.state, found.tries) == (State.TRY, 0)


def test_with_the_sixth_try_a_person_decides() -> None:
    six = tries(*(f"2026-11-{day} 10:00" for day in range(10, 16)))
    assert stands(six[:5], now="2026-11-15 11:00").state is State.TRY
    found = stands(six, now="2026-11-15 11:00")
    assert (found.state, found.tries, found.next, found.decide_since) == (State.DECIDE, 6, None, six[-1].at)


def test_after_fourteen_days_of_trying_a_person_decides_however_few_the_tries() -> None:
    one = tries("2026-11-01 10:00")
    assert stands(one, now="2026-11-15 09:59").state is State.TRY
    assert stands(one, now="2026-11-15 10:00").state is State.DECIDE


def test_going_on_counts_from_the_decision() -> None:
    six = tries(*(f"2026-11-{day} 10:00" for day in range(10, 16)))
    on = Decided(at("2026-11-16 09:00"), Choice.GO_ON)
    found = stands(six, on, now="2026-11-16 10:00")
    assert (found.state, found.tries) == (State.TRY, 0)
    assert found.next is not None
    assert (found.next.way, local(found.next.at)) == (Way.WHERE_SHE_COMES, "Mon 16 Nov 12:00")


def test_a_pause_ends_by_itself_on_its_day_and_asks_again() -> None:
    six = tries(*(f"2026-11-{day} 10:00" for day in range(10, 16)))
    pause = Decided(at("2026-11-16 09:00"), Choice.PAUSE, date(2026, 11, 23))
    assert stands(six, pause, now="2026-11-22 23:59").state is State.PAUSED
    found = stands(six, pause, now="2026-11-23 00:00")
    assert (found.state, found.decide_since) == (State.DECIDE, at("2026-11-23 00:00"))


def test_while_partners_are_asked_trying_goes_on_and_the_day_of_review_asks_again() -> None:
    asked = Decided(at("2026-11-16 09:00"), Choice.ASK_PARTNERS, date(2026, 11, 20))
    before = stands([], asked, overdue=True, now="2026-11-17 10:00")
    assert (before.state, before.until) == (State.TRY, date(2026, 11, 20))
    assert stands([], asked, overdue=True, now="2026-11-20 08:00").state is State.DECIDE
    assert stands([], asked, now="2026-11-20 08:00").state is State.IN_TOUCH


@given(
    st.lists(st.tuples(st.integers(0, 60), RESULTS), max_size=20),
    st.none() | st.tuples(st.integers(0, 60), st.sampled_from(list(Choice)), st.integers(1, 30)),
    st.integers(60, 120),
)
def test_somebody_always_has_something_to_do_once_she_is_out_of_contact(
    told: list[tuple[int, Result]], chosen: tuple[int, Choice, int] | None, later: int
) -> None:
    """Nothing that was tried or decided leads to silence: the next try, a decision, or a pause that ends."""
    start = at("2026-11-01 10:00")
    tried = [Tried(start + timedelta(days=day), Way.TEXT, result) for day, result in told]
    decided = None
    if chosen:
        day, choice, lasts = chosen
        when = start + timedelta(days=day)
        until = None if choice is Choice.GO_ON else clock.today(when) + timedelta(days=lasts)
        decided = Decided(when, choice, until)
    now = start + timedelta(days=later)
    found = standing(tried, decided, TEXTS, LIMIT, overdue=True, now=now)
    assert found.state is not State.IN_TOUCH
    assert (found.next is not None) == (found.state is State.TRY)
    assert (found.decide_since is not None) == (found.state is State.DECIDE)
    assert (found.until is not None) >= (found.state is State.PAUSED)
