"""How the day of a room is filled."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from referrals.rules.day_plan import Box, Stretch, Taken, What, column, free_time, hours_of

MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)
# No deadline: the machine may be busy. No stored examples: a test run leaves nothing behind.
tried = settings(max_examples=80, deadline=None, database=None)


def at(hour: int, minute: int = 0) -> datetime:
    return MIDNIGHT + timedelta(hours=hour, minutes=minute)


def taken(since: datetime, until: datetime, seat: int = 1) -> Taken:
    return Taken(seat, since, until)


def test_the_scan_room_of_a_morning() -> None:
    scans = Stretch(2, at(10), at(13), 30, taken=(taken(at(10), at(10, 30)), taken(at(10, 45), at(11, 15))))
    boxes = column([scans], at(9, 30), at(13, 30))
    assert [(box.what, box.since, box.until) for box in boxes] == [
        (What.CLOSED, at(9, 30), at(10)),
        (What.TAKEN, at(10), at(10, 30)),
        (What.GAP, at(10, 30), at(10, 45)),  # a quarter of an hour: no scan is so short
        (What.TAKEN, at(10, 45), at(11, 15)),
        (What.FREE, at(11, 15), at(13)),
        (What.CLOSED, at(13), at(13, 30)),
    ]
    assert free_time(boxes) == timedelta(hours=1, minutes=45)


def test_a_group_says_how_many_places_are_left_at_each_time() -> None:
    group = Stretch(
        7,
        at(10),
        at(12),
        60,
        seats=3,
        taken=(taken(at(10), at(12), 2), taken(at(10), at(11), 1), taken(at(11), at(12), 1)),
    )
    boxes = column([group], at(10), at(12))
    assert [(box.since, box.free, [each.seat for each in box.taken]) for box in boxes] == [
        (at(10), 1, [1, 2]),
        (at(11), 1, [1, 2]),
    ]
    assert free_time(boxes) == timedelta()


def test_a_room_with_two_sessions_is_closed_between_them() -> None:
    boxes = column([Stretch(1, at(13), at(14), 30), Stretch(2, at(9), at(12), 30)], at(9), at(14))
    assert [(box.what, box.session) for box in boxes] == [(What.FREE, 2), (What.CLOSED, None), (What.FREE, 1)]


def test_the_day_begins_and_ends_on_a_half_hour() -> None:
    assert hours_of([]) is None
    assert hours_of([Stretch(1, at(9, 40), at(11), 20), Stretch(2, at(10), at(13, 15), 30)]) == (at(9, 30), at(13, 30))


@st.composite
def stretches(draw: st.DrawFn) -> list[Stretch]:
    """Sessions of one room that do not overlap, with appointments that do not either."""
    found, hour = [], 8
    for key in range(draw(st.integers(0, 3))):
        since = at(hour, 5 * draw(st.integers(0, 11)))
        lasts = draw(st.integers(6, 24))
        edges = sorted(draw(st.sets(st.integers(0, lasts), max_size=8)))
        pairs = zip(edges[::2], edges[1::2], strict=False)
        booked = tuple(taken(since + timedelta(minutes=5 * a), since + timedelta(minutes=5 * b)) for a, b in pairs)
        found.append(Stretch(key, since, since + timedelta(minutes=5 * lasts), 30, draw(st.integers(1, 2)), booked))
        hour += 4
    return found


@tried
@given(stretches())
def test_the_boxes_follow_each_other_and_lose_nothing(sessions: list[Stretch]) -> None:
    opens, closes = at(8), at(22)
    boxes = column(sessions, opens, closes)
    assert boxes[0].since == opens
    assert boxes[-1].until == closes
    assert all(before.until == after.since for before, after in itertools.pairwise(boxes))
    assert all(box.lasts > timedelta() for box in boxes)
    shown = {(box.session, each) for box in boxes for each in box.taken}
    assert shown == {(session.key, each) for session in sessions for each in session.taken}
    assert [box for box in boxes if box.what is What.TAKEN and box.free] == []
    assert all(_is_long_enough(box) for box in boxes if box.what is What.FREE)


def _is_long_enough(box: Box) -> bool:
    return box.lasts >= timedelta(minutes=30)
