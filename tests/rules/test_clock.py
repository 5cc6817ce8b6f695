"""Times as people write and read them."""

from datetime import UTC, date, datetime

import pytest

from carecoord import clock

NOW = clock.parse_instant("2026-11-20 09:05")[0]


def london(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=clock.LONDON)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-08-01 09:30", datetime(2026, 8, 1, 8, 30, tzinfo=UTC)),
        ("01/09/2026 10:00", datetime(2026, 9, 1, 9, 0, tzinfo=UTC)),
        ("2026-08-05T10:00:00+01:00", datetime(2026, 8, 5, 9, 0, tzinfo=UTC)),
        ("2026-12-05T10:00:00Z", datetime(2026, 12, 5, 10, 0, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_in_each_form(text, expected):
    assert clock.parse_instant(text) == (expected, False)


def test_a_local_time_that_the_spring_change_skips_is_refused():
    with pytest.raises(clock.SkippedTime):
        clock.parse_instant("2026-03-29 01:30")


def test_a_local_time_that_the_autumn_change_repeats_is_the_first_of_the_two():
    assert clock.parse_instant("2026-10-25 01:30") == (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), True)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-13-01 10:00", "2026-08-05T10:00:00.5", "0001-01-01T00:00+14:00"]
)
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError, match="not a time"):
        clock.parse_instant(text)


@pytest.mark.parametrize(("text", "expected"), [("1994-02-03", date(1994, 2, 3)), ("03/04/1991", date(1991, 4, 3))])
def test_a_date_is_read_day_first(text, expected):
    assert clock.parse_date(text) == expected


@pytest.mark.parametrize("text", ["1991-13-02", "31/02/1991", "03-04-1991", "٠٣/٠٤/١٩٩١", "1991-2-3 "])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError, match="not a date"):
        clock.parse_date(text)


@pytest.mark.parametrize(
    ("due", "shown", "distance"),
    [
        (london(2026, 11, 18), "Tue 17 Nov", "3 days late"),
        (london(2026, 11, 20), "Thu 19 Nov", "1 day late"),
        (london(2026, 11, 21), "Fri 20 Nov", "today"),
        (london(2026, 11, 20, 10), "Fri 20 Nov, 10:00", "in 55 minutes"),
        (london(2026, 11, 20, 8), "Fri 20 Nov, 08:00", "1 hour late"),
        (london(2026, 11, 19, 10), "Thu 19 Nov, 10:00", "23 hours late"),
        (london(2026, 11, 22), "Sat 21 Nov", "tomorrow"),
        (london(2026, 11, 21, 2), "Sat 21 Nov, 02:00", "tomorrow"),
        (london(2026, 11, 20, 20), "Fri 20 Nov, 20:00", "in 10 hours"),
        (london(2026, 11, 21, 22), "Sat 21 Nov, 22:00", "tomorrow"),
        (london(2026, 11, 30), "Sun 29 Nov", "in 9 days"),
        (NOW, "Fri 20 Nov, 09:05", "1 minute late"),
    ],
)
def test_a_due_time_is_said_as_people_say_it(due, shown, distance):
    assert clock.due_in_words(due) == shown
    assert clock.distance_in_words(due, NOW) == distance


def test_a_day_is_unambiguous():
    assert clock.day_in_words(date(2026, 3, 4)) == "Wed 4 Mar 2026"
