"""CE-8 without a database: the words, the score, the times at which it is offered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from pathways.gaps.rules.engagement.items import ITEMS, LABEL, OTHER_RESPONSES, RESPONSES, WARD_ITEMS
from pathways.gaps.rules.engagement.scoring import score, whole
from pathways.gaps.rules.engagement.windows import (
    ABOUT_32_WEEKS,
    AFTER_BOOKING,
    BEFORE_DISCHARGE,
    SIX_MONTHS,
    SIX_WEEKS,
    Known,
    Window,
    open_window,
)

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
TODAY = NOW.date()
DAY = timedelta(days=1)
NOTHING = Known(booked_at=None, edd=None, born_at=None, in_hospital=False)


def test_the_words_are_those_of_the_pathway() -> None:
    assert LABEL == (
        "CE-8 (own items, not validated). For service learning only. Not for decisions about any woman or worker."
    )
    assert [(item.key, item.text) for item in ITEMS + WARD_ITEMS] == [
        ("CE1", "They are on my side."),
        ("CE2", "They speak up for me when it matters."),
        ("CE3", "We decide the next steps together."),
        ("CE4", "They can help with the things I actually need."),
        ("CE5", "When they can't help, they connect me to someone who does."),
        ("CE6", "They see me as a mother, not only as a patient."),
        ("CE7", "They notice the changes I am making."),
        ("CE8", "I can be honest with them without being judged."),
        ("W1", "During this stay my medicine was given when I expected it."),
        ("W2", "During this stay staff treated me with respect."),
    ]
    assert list(RESPONSES.values()) == ["Not at all", "A little", "Somewhat", "A lot", "Completely"]
    assert list(OTHER_RESPONSES.values()) == ["Doesn't apply", "Rather not say"]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([4] * 8, 100),
        ([0] * 8, 0),
        ([3, 3, 3, 3, 3, 3, 3, 0], 65.625),
        ([4, 3, 2, 1, 0, 4, -1, -2], 58 + 1 / 3),  # six answered
        ([4, 3, 2, 1, 0, -3, -1, -2], None),  # five
        ([-2] * 8, None),
    ],
)
def test_the_score_is_the_mean_of_six_answers_or_more_times_25(answers: list[int], expected: float | None) -> None:
    assert score(answers) == (None if expected is None else pytest.approx(expected))


def test_a_half_rounds_up() -> None:
    assert (whole(62.5), whole(62.49), whole(100)) == (63, 62, 100)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (replace(NOTHING, booked_at=NOW - 28 * DAY + timedelta(seconds=1)), AFTER_BOOKING),
        (replace(NOTHING, booked_at=NOW - 28 * DAY), None),
        (replace(NOTHING, edd=TODAY + (280 - 31 * 7) * DAY), ABOUT_32_WEEKS),
        (replace(NOTHING, edd=TODAY + (280 - 34 * 7 + 1) * DAY), ABOUT_32_WEEKS),
        (replace(NOTHING, edd=TODAY + (280 - 31 * 7 + 1) * DAY), None),
        (replace(NOTHING, edd=TODAY + (280 - 34 * 7) * DAY), None),
        (replace(NOTHING, edd=TODAY + 60 * DAY, booked_at=NOW - DAY), ABOUT_32_WEEKS),  # came late: the later of two
        (replace(NOTHING, born_at=NOW - 2 * DAY, in_hospital=True), BEFORE_DISCHARGE),
        (replace(NOTHING, born_at=NOW - 2 * DAY, booked_at=NOW - 3 * DAY), None),
        (replace(NOTHING, born_at=NOW - 34 * DAY), None),
        (replace(NOTHING, born_at=NOW - 35 * DAY), SIX_WEEKS),
        (replace(NOTHING, born_at=NOW - 55 * DAY), SIX_WEEKS),
        (replace(NOTHING, born_at=NOW - 56 * DAY), None),
        (replace(NOTHING, born_at=NOW - 168 * DAY), SIX_MONTHS),
        (replace(NOTHING, born_at=NOW - 209 * DAY), SIX_MONTHS),
        (replace(NOTHING, born_at=NOW - 210 * DAY), None),
        (NOTHING, None),
    ],
)
def test_when_she_is_offered_it(known: Known, expected: Window | None) -> None:
    assert open_window(known, NOW) == expected


def test_never_within_72_hours_of_a_separation_or_a_loss() -> None:
    known = replace(NOTHING, born_at=NOW - 40 * DAY)
    assert open_window(replace(known, apart_or_lost_at=NOW - timedelta(hours=72, seconds=-1)), NOW) is None
    assert open_window(replace(known, apart_or_lost_at=NOW - timedelta(hours=72)), NOW) == SIX_WEEKS


def test_a_day_is_one_of_london() -> None:
    """At 23:30 UTC in May it is the next day in London."""
    late = datetime(2026, 5, 19, 23, 30, tzinfo=UTC)
    assert open_window(replace(NOTHING, edd=date(2026, 5, 20) + (280 - 31 * 7) * DAY), late) == ABOUT_32_WEEKS
