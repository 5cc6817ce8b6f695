"""Which levels of a ladder are reached by when: each once, none lost, whatever the gaps between sweeps."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathways.alerting.levels import instants, reached
from pathways.moments.ladders import LADDERS, Post
from tests.rules.story import at, site

DUE = at("2026-11-13 15:30")  # a Friday


def ladder(key, due=DUE, nation="ENG"):
    return instants(LADDERS[key], due, site(nation))


def everybody(rung):
    return ((rung + 1, Post.OWNER),)


def nobody(rung):
    return ()


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("E-WARD", ["2026-11-13 15:30", "2026-11-13 16:30", "2026-11-13 17:30", "2026-11-13 19:30"]),
        ("E-OST", ["2026-11-13 15:30", "2026-11-13 19:30", "2026-11-13 23:30", "2026-11-14 15:30"]),
        ("E-CASE", ["2026-11-13 15:30", "2026-11-17 00:00", "2026-11-19 00:00"]),
        ("E-SAFE", ["2026-11-13 15:30", "2026-11-17 00:00", "2026-11-19 00:00"]),
        ("E-SEP", ["2026-11-13 15:30", "2026-11-14 03:30", "2026-11-14 15:30", "2026-11-16 15:30"]),
        ("E-INFO", []),
    ],
)
def test_levels_count_from_the_due_time(key, expected):
    assert ladder(key) == [at(text) for text in expected]


def test_working_days_are_those_of_the_nation():
    due = at("2026-11-27 12:00")  # St Andrew's Day, Monday 30 November, is a holiday in Scotland alone
    assert ladder("E-CASE", due)[1] == at("2026-12-01 00:00")
    assert ladder("E-CASE", due, "SCO")[1] == at("2026-12-02 00:00")


def test_days_survive_a_clock_change():
    assert ladder("E-SEP", at("2026-10-23 09:00"))[-1] == at("2026-10-26 09:00")


def test_a_level_is_reached_at_its_very_instant():
    due = ladder("E-WARD")
    levels, following = reached(due, None, due[1] - timedelta(microseconds=1), everybody, tuple)
    assert [level.rung for level in levels] == [0]
    assert following == due[1]
    levels, following = reached(due, 0, due[1], everybody, tuple)
    assert [(level.rung, level.reached_at) for level in levels] == [(1, due[1])]
    assert following == due[2]


def test_after_three_days_every_missed_level_comes_once():
    due = ladder("E-OST")
    levels, following = reached(due, 0, DUE + timedelta(days=3), everybody, tuple)
    assert [(level.rung, level.reached_at) for level in levels] == [(1, due[1]), (2, due[2]), (3, due[3])]
    assert following is None
    assert reached(due, 3, DUE + timedelta(days=9), everybody, tuple) == ([], None)


def test_an_empty_level_passes_to_the_next_at_once():
    due = ladder("E-WARD")
    levels, following = reached(due, None, due[0], lambda rung: () if rung < 2 else everybody(rung), tuple)
    assert [(level.rung, level.reached_at, level.nobody_on_duty) for level in levels] == [
        (0, due[0], True),
        (1, due[0], True),
        (2, due[0], False),
    ]
    assert following == due[3]


def test_after_the_last_empty_level_comes_the_last_resort():
    due = ladder("E-WARD")
    levels, following = reached(due, None, due[0], nobody, lambda: ((7, Post.DUTY_MANAGER),))
    assert [level.people for level in levels] == [(), (), (), ((7, Post.DUTY_MANAGER),)]
    assert all(level.nobody_on_duty for level in levels)
    assert following is None


def test_with_nobody_at_all_the_levels_stand_empty():
    levels, _ = reached(ladder("E-CASE"), None, DUE, nobody, tuple)
    assert [(level.people, level.nobody_on_duty) for level in levels] == [((), True)] * 3


def test_what_a_hold_kept_back_counts_from_its_end():
    due = ladder("E-WARD")
    ends = due[1] + timedelta(hours=4)
    levels, _ = reached(due, 0, ends, everybody, tuple, held_until=ends)
    assert [(level.rung, level.reached_at) for level in levels] == [(1, ends), (2, ends), (3, ends)]


def test_before_the_due_time_nothing_is_reached():
    assert reached(ladder("E-WARD"), None, DUE - timedelta(minutes=1), everybody, tuple) == ([], DUE)


def test_what_is_held_comes_again_at_the_end_of_the_hold():
    ends = DUE + timedelta(hours=3)
    assert reached(ladder("E-WARD"), 0, DUE + timedelta(hours=2), everybody, tuple, held_until=ends) == ([], ends)


@given(
    key=st.sampled_from([key for key in LADDERS if LADDERS[key].rungs]),
    sweeps=st.lists(st.integers(min_value=-60, max_value=15_000), min_size=1, max_size=30),
    empty=st.frozensets(st.integers(min_value=0, max_value=3)),
)
def test_whenever_sweeps_run_each_level_comes_once_and_in_order(key, sweeps, empty):
    """In minutes around the due time, in any rhythm, with any levels empty."""
    due = ladder(key)
    told: int | None = None
    seen: list[int] = []
    following = due[0]
    for minutes in sorted(sweeps):
        now = DUE + timedelta(minutes=minutes)
        if following is None or following > now:
            assert reached(due, told, now, lambda rung: () if rung in empty else everybody(rung), tuple)[0] == []
            continue
        levels, following = reached(due, told, now, lambda rung: () if rung in empty else everybody(rung), tuple)
        seen += [level.rung for level in levels]
        told = seen[-1] if seen else None
        assert all(level.reached_at <= now for level in levels)
        assert following is None or following > now
    assert seen == list(range(len(seen)))
    last = DUE + timedelta(minutes=max(sweeps))
    assert {rung for rung, when in enumerate(due) if when <= last} <= set(seen)
    # Never further than the clock, or past the first level on duty behind empty ones.
    for rung in seen:
        assert due[rung] <= last or (rung - 1) in empty
