"""The timeline without a browser: scales, ticks, lanes, and labels that never overlap."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.timeline.drawing import Drawing, Placed, draw
from pathways.timeline.lettering import text_width
from pathways.timeline.marks import LANES, Mark, in_order, items_of
from pathways.timeline.scales import LEFT, RIGHT, Around, Story, Unit, scales_of

NOW = datetime(2026, 11, 20, 9, 5, tzinfo=UTC)
EDD = date(2026, 11, 13)
BORN = datetime(2026, 11, 8, 3, 10, tzinfo=UTC)
NAMES = ["Contact", "Booked, 11+3", "First mental-health contact", "Home", "Options after birth explored", "“I want…”"]


def day(days: float) -> datetime:
    return NOW + timedelta(days=days)


def mark(key: str, at: datetime, label: str = "Contact", lane: str = "maternity", **more: object) -> Mark:
    return Mark(key=key, lane=lane, at=at, title=label, label=label, url=f"/entries/{key}/", **more)  # type: ignore[arg-type]


def story(*marks: Mark, edd: date | None = EDD, birth: datetime | None = BORN, loss: datetime | None = None) -> Story:
    times = [each.at for each in marks] or [NOW]
    return Story(NOW, min(times), max(times), edd=edd, birth=birth, loss=loss)


def drawn(*marks: Mark, around: Around = Around.TODAY, **more: object) -> Drawing:
    return draw(marks, story(*marks, **more), around, together_url="?timeline=list")  # type: ignore[arg-type]


def placed(drawing: Drawing) -> list[Placed]:
    return [each for lane in drawing.lanes for each in lane.marks]


def label_box(each: Placed) -> tuple[float, float, float]:
    """Left and right end and row of a label."""
    bold = any(mark.bold for mark in each.marks)
    width = text_width(each.label, bold=bold)
    return (each.label_x if each.anchor == "start" else each.label_x - width), width, each.y


def shape_box(each: Placed) -> tuple[float, float]:
    return (each.x, each.x + each.width) if each.width else (each.x - 7, each.x + 7)


def assert_nothing_overlaps(drawing: Drawing) -> None:
    lines = [scale.end_x for scale in drawing.scales[:-1]] + ([drawing.today.x] if drawing.today else [])
    spots = placed(drawing)
    for each in spots:
        assert shape_box(each)[0] >= LEFT
        assert shape_box(each)[1] <= RIGHT
        if each.label:
            left, width, _ = label_box(each)
            assert left >= LEFT
            assert left + width <= RIGHT
            assert not any(left < line < left + width for line in lines), each.label
    for one, other in combinations(spots, 2):
        if one.y != other.y:
            continue
        if not (one.width or other.width):
            assert abs(one.x - other.x) >= 24, (one.name, other.name)
        for first, second in ((one, other), (other, one)):
            if first.label:
                left, width, _ = label_box(first)
                start, end = shape_box(second)
                assert left + width <= start or left >= end, (first.label, second.name)
        if one.label and other.label:
            (a, a_width, _), (b, b_width, _) = label_box(one), label_box(other)
            assert a + a_width <= b or b + b_width <= a, (one.label, other.label)


# -- scales --


def test_the_three_scales_after_a_birth_are_named_with_their_units() -> None:
    scales, _ = scales_of(story(mark("a", day(-200))), Around.TODAY)
    assert [scale.name for scale in scales] == [
        "Pregnancy, by week", "Birth and since, by day", "Year after, by month",
    ]  # fmt: skip


def test_before_the_birth_the_last_scale_reaches_a_year_beyond_it() -> None:
    waiting = story(mark("a", day(-100)), edd=date(2027, 1, 10), birth=None)
    scales, _ = scales_of(waiting, Around.TODAY)
    assert [scale.name for scale in scales] == [
        "Pregnancy, by week", "Around today, by day", "To a year after the birth, by month",
    ]  # fmt: skip
    assert scales[2].end >= datetime(2028, 1, 10, tzinfo=UTC)


def test_after_a_loss_no_scale_speaks_of_a_birth() -> None:
    lost = story(mark("a", day(-100)), birth=None, loss=day(-3))
    for around in Around:
        scales, _ = scales_of(lost, around)
        words = " ".join([*(scale.name for scale in scales), *(tick.top for scale in scales for tick in scale.ticks)])
        assert "birth" not in words.lower()
        assert "EDD" not in words


def test_no_week_of_pregnancy_is_named_after_a_loss() -> None:
    lost = story(mark("a", day(-60)), birth=None, loss=day(-3), edd=date(2027, 6, 24))
    scales, _ = scales_of(lost, Around.YEAR)
    assert not [tick for tick in scales[2].ticks if "+" in tick.top]


@pytest.mark.parametrize(("around", "wide"), [(Around.PREGNANCY, 0), (Around.TODAY, 1), (Around.YEAR, 2)])
def test_the_part_that_was_chosen_is_the_widest(around: Around, wide: int) -> None:
    scales, _ = scales_of(story(mark("a", day(-200))), around)
    widths = [scale.width for scale in scales]
    assert widths.index(max(widths)) == wide
    assert [scale.wide for scale in scales] == [place == wide for place in range(3)]


def test_the_scales_follow_each_other_without_a_gap() -> None:
    scales, _ = scales_of(story(mark("a", day(-200))), Around.TODAY)
    for one, other in pairwise(scales):
        assert one.end == other.start
        assert one.end_x == other.x
    assert (scales[0].x, scales[-1].end_x) == (LEFT, RIGHT)


def test_a_time_that_lies_later_stands_further_right() -> None:
    scales, _ = scales_of(story(mark("a", day(-200))), Around.TODAY)
    near = scales[1]
    assert near.x_at(day(-5)) < near.x_at(day(0)) < near.x_at(day(5))


def test_today_says_the_day_after_the_birth() -> None:
    _, today = scales_of(story(mark("a", day(-200))), Around.TODAY)
    assert today is not None
    assert (today.top, today.bottom) == ("Today", "Fri, day 12")


def test_today_says_the_gestation_before_the_birth() -> None:
    _, today = scales_of(story(mark("a", day(-100)), edd=date(2027, 1, 10), birth=None), Around.TODAY)
    assert today is not None
    assert today.bottom == "Fri, 32+5"


def test_a_journey_long_over_has_no_line_of_today_in_its_year() -> None:
    long_ago = NOW - timedelta(days=700)
    told = Story(NOW, long_ago - timedelta(days=200), long_ago, edd=None, birth=long_ago)
    _, today = scales_of(told, Around.YEAR)
    assert today is None


def test_days_after_a_birth_are_counted_from_day_0() -> None:
    scales, _ = scales_of(story(mark("a", day(-200))), Around.TODAY)
    tops = [tick.top for tick in scales[1].ticks]
    assert tops[:2] == ["birth", "day 4"]
    assert set(tops[1:]) <= {
        f"day {number}" for number in range(4, 30, 4)
    }  # those under the label of today are left out
    assert scales[1].ticks[0].bottom == "8 Nov"


def test_weeks_of_pregnancy_are_those_of_the_edd() -> None:
    scales, _ = scales_of(story(mark("a", day(-200))), Around.PREGNANCY)
    ticks = {tick.top: tick.bottom for tick in scales[0].ticks}
    assert ticks["20+0"] == "26 Jun"  # EDD 13 Nov, 140 days before it


def test_a_first_scale_longer_than_a_pregnancy_counts_months() -> None:
    born = NOW - timedelta(days=200)
    told = Story(NOW, born - timedelta(days=250), NOW, edd=None, birth=born)
    scales, _ = scales_of(told, Around.TODAY)
    assert scales[0].unit is Unit.MONTH
    assert scales[0].name == "Pregnancy and since, by month"


@given(
    first=st.integers(-700, 0),
    last=st.integers(0, 700),
    edd=st.none() | st.integers(-600, 300),
    birth=st.none() | st.integers(-600, 0),
    loss=st.none() | st.integers(-600, 0),
    around=st.sampled_from(Around),
)
@settings(max_examples=200, deadline=None)
def test_ticks_never_overlap_each_other_or_today(
    first: int, last: int, edd: int | None, birth: int | None, loss: int | None, around: Around
) -> None:
    told = Story(
        NOW,
        day(first),
        day(last),
        edd=None if edd is None else (NOW + timedelta(days=edd)).date(),
        birth=None if birth is None else day(birth),
        loss=None if loss is None else day(loss),
    )
    scales, today = scales_of(told, around)
    boxes = [(tick.x - tick.half_width, tick.x + tick.half_width) for scale in scales for tick in scale.ticks]
    if today:
        assert today.box_x >= LEFT
        assert today.box_x + today.box_width <= RIGHT
        boxes.append((today.box_x, today.box_x + today.box_width))
    for scale in scales:
        assert scale.start < scale.end
        assert all(scale.x <= tick.x - tick.half_width for tick in scale.ticks)
        assert all(tick.x + tick.half_width <= scale.end_x for tick in scale.ticks)
    for (a, a_end), (b, b_end) in combinations(boxes, 2):
        assert a_end <= b or b_end <= a


# -- marks --


def test_there_are_seven_lanes_also_when_nothing_has_happened() -> None:
    drawing = drawn()
    assert [lane.name for lane in drawing.lanes] == [
        "Her own entries", "Maternity", "Ward and medicine", "Drug service", "Babies", "Social care", "Handoffs",
    ]  # fmt: skip
    assert placed(drawing) == []


def test_a_label_stands_right_of_its_mark_where_it_has_room() -> None:
    (each,) = placed(drawn(mark("a", day(5), "Home visit")))
    assert (each.label, each.anchor) == ("Home visit", "start")
    assert each.label_x > each.x


def test_a_label_stands_left_where_it_would_meet_today() -> None:
    (each,) = placed(drawn(mark("a", day(-1), "Home visit")))
    assert (each.label, each.anchor) == ("Home visit", "end")
    assert each.label_x < each.x


def test_where_neither_side_fits_the_label_is_left_out_and_the_name_kept() -> None:
    words = "A label that is longer than any scale of this drawing could ever take, on whichever side it stood " * 2
    (each,) = placed(drawn(mark("a", day(-1), words)))
    assert each.label == ""
    assert each.name == f"Thu 19 Nov, maternity, {words}"


def test_a_shorter_label_is_taken_before_none() -> None:
    words = "Missed: something with so many words in its title that there is no room for all of them, not even nearly"
    (each,) = placed(drawn(mark("a", day(-1), words, state="missed", short_label="Missed")))
    assert each.label == "Missed"


def test_what_is_missed_keeps_its_label_before_the_others() -> None:
    crowd = [mark(f"h{n}", day(-4 + n / 3), "Something done", lane="handoffs") for n in range(10)]
    late = mark("late", day(-3), "Missed: contact", lane="handoffs", state="missed", prefix="missed")
    (urgent,) = [each for each in placed(drawn(*crowd, late)) if each.state == "missed"]
    assert urgent.label == "Missed: contact"


def test_a_past_mark_stands_left_of_today_and_a_future_one_right_of_it() -> None:
    drawing = drawn(mark("a", NOW - timedelta(minutes=1)), mark("b", NOW + timedelta(minutes=1), lane="babies"))
    past, future = placed(drawing)
    assert drawing.today is not None
    assert past.x < drawing.today.x < future.x


def test_a_stretch_reaches_from_its_beginning_to_its_end() -> None:
    stay = mark("a", day(-12), "In hospital, 4 nights", lane="ward", kind="stretch", until=day(-8))
    drawing = drawn(stay)
    (each,) = placed(drawing)
    near = drawing.scales[1]
    assert each.width is not None
    assert each.x == pytest.approx(near.x_at(day(-12)), abs=0.1)
    assert each.x + each.width == pytest.approx(near.x_at(day(-8)), abs=0.1)


def test_marks_too_close_to_press_become_one_that_names_them_all() -> None:
    crowd = [mark(f"c{n}", day(-60 - n / 50), "Contact") for n in range(12)]
    drawing = drawn(*crowd)
    everything = [each for spot in placed(drawing) for each in spot.marks]
    assert sorted(each.key for each in everything) == sorted(each.key for each in crowd)
    biggest = max(placed(drawing), key=lambda spot: len(spot.marks))
    assert len(biggest.marks) > 1
    assert biggest.name.startswith(f"{len(biggest.marks)} close together: ")
    assert biggest.url == f"?timeline=list#mark-{biggest.marks[0].key}"
    assert biggest.label == f"{len(biggest.marks)} × contact"


def test_what_happened_long_before_stands_at_the_left_edge() -> None:
    (each,) = placed(drawn(mark("a", day(-4000), "In treatment", lane="drug_service")))
    assert each.x == LEFT + 14


def test_the_name_of_a_mark_says_when_which_lane_and_how_it_stands() -> None:
    late = mark("a", day(-3), "First mental-health contact", lane="handoffs", state="missed", prefix="missed")
    assert late.name(2026) == "Tue 17 Nov, handoffs, missed: first mental-health contact"
    assert late.name(2027) == "Tue 17 Nov 2026, handoffs, missed: first mental-health contact"


def test_the_list_has_every_mark_once_in_order_of_time() -> None:
    marks = [mark("b", day(2)), mark("a", day(-2)), mark("c", day(-2), lane="handoffs")]
    assert [item.key for item in items_of(in_order(marks), NOW)] == ["a", "c", "b"]


ONE_MARK = st.builds(
    lambda number, days, label, lane, state, routine: mark(
        f"m{number}", day(days), label, lane=lane, state=state, routine=routine, short_label="short"
    ),
    number=st.integers(0, 10**6),
    days=st.floats(-260, 370),
    label=st.sampled_from(NAMES),
    lane=st.sampled_from([key for key, _ in LANES]),
    state=st.sampled_from(["", "", "", "missed", "overdue", "due_soon"]),
    routine=st.booleans(),
)
ONE_STRETCH = st.builds(
    lambda number, days, length: mark(
        f"s{number}", day(days), "In hospital, 4 nights", kind="stretch", until=day(days + length)
    ),
    number=st.integers(0, 10**6),
    days=st.floats(-260, 400),
    length=st.floats(0.01, 60),
)


@given(
    marks=st.lists(ONE_MARK | ONE_STRETCH, max_size=60, unique_by=lambda each: each.key),
    around=st.sampled_from(Around),
    born=st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_nothing_overlaps_and_no_mark_is_lost(marks: list[Mark], around: Around, born: bool) -> None:
    drawing = drawn(*marks, around=around, birth=BORN if born else None)
    assert_nothing_overlaps(drawing)
    kept = [each.key for spot in placed(drawing) for each in spot.marks]
    assert sorted(kept) == sorted(each.key for each in marks)


# -- letters --


def test_a_bold_text_is_wider() -> None:
    assert text_width("Missed: contact", bold=True) > text_width("Missed: contact")


def test_an_accent_adds_no_width_and_an_unknown_letter_is_taken_for_a_wide_one() -> None:
    assert text_width("Zoë") == text_width("Zoe")
    assert text_width("漢") >= 13
