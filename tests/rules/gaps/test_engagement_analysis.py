"""The analysis of engagement and staying in treatment: what is told at each limit, and what never is."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest

from pathways.gaps.engagement.shown import cohort
from pathways.gaps.engagement.survival import left_by
from pathways.gaps.rules.engagement.analysis import (
    AT_RISK_ON,
    CAPTION,
    STEPS,
    Group,
    Outcome,
    Woman,
    analyse,
    curve,
)

NO_OTHERS = Group(Outcome(0, 0), Outcome(0, 0))


def flat(days: Sequence[float], left: Sequence[bool], at: Sequence[int]) -> list[tuple[float, float, float]]:
    """In place of the library, where only the numbers of women matter."""
    gone = [day for day, has_left in zip(days, left, strict=True) if has_left]
    shares = [1 - sum(day <= each for day in gone) / len(days) for each in at]
    return [(share, share, share) for share in shares]


def woman(score: float, stayed: bool = True, **fields: Any) -> Woman:
    known = {"after": None, "kept_6": stayed, "kept_12": stayed, "days": 365 if stayed else 100, "left": not stayed}
    return Woman(score=score, **{**known, **fields})


def group(score: float, women: int = 20, left: int = 8) -> list[Woman]:
    return [woman(score, number >= left) for number in range(women)]


def told(women: list[Woman], others: Group = NO_OTHERS) -> dict[str, Any]:
    return analyse(women, others, flat)


def groups(number: int, **sizes: int) -> list[Woman]:
    return [each for place in range(number) for each in group(place * 100 / (number - 1), **sizes)]


# -- the ladder ------------------------------------------------------------------------------------


def test_a_hundred_women_twenty_in_each_fifth_and_eight_in_each_cell_are_told_by_fifths() -> None:
    shown = told(groups(5))
    assert shown["told"] == "quintiles"
    assert [row["women"] for row in shown["rows"]] == [20] * 5


def test_one_woman_fewer_goes_one_rung_down() -> None:
    women = groups(5)
    assert told(women[1:])["told"] != "quintiles"


def test_a_cell_of_seven_in_one_fifth_goes_one_rung_down_for_all() -> None:
    women = group(0, 20, 7) + [each for place in range(1, 5) for each in group(place * 25)]
    assert told(women)["told"] == "tertiles"
    assert told(group(0, 20, 13) + women[20:])["told"] == "tertiles"  # seven who stayed


def test_a_cell_of_seven_by_six_months_alone_counts_too() -> None:
    women = groups(5)
    first = [woman(0, number >= 8, kept_6=number >= 7) for number in range(20)]
    assert told(first + women[20:])["told"] == "tertiles"


def test_sixty_women_are_told_by_thirds_and_fifty_nine_are_not() -> None:
    assert told(groups(3))["told"] == "tertiles"
    assert told(groups(3)[1:])["told"] == "correlation"


def test_a_third_of_nineteen_is_not_told() -> None:
    women = group(0, 19) + group(50, 22) + group(100, 22)
    assert told(women)["told"] == "correlation"


def test_thirty_women_are_one_correlation_and_twenty_nine_are_nothing() -> None:
    women = group(0, 15, 11) + group(100, 15, 4)
    assert told(women) == {"told": "correlation", "correlation": 0.5, "after": None}
    assert told(women[1:]) == {"told": "nothing", "correlation": None, "after": None}


@pytest.mark.parametrize("left", [7, 33])
def test_a_correlation_needs_eight_who_stayed_and_eight_who_did_not(left: int) -> None:
    assert told(group(10, 20, min(left, 20)) + group(90, 20, max(left - 20, 0)))["told"] == "nothing"


def test_where_all_have_one_score_nothing_is_told() -> None:
    assert told(group(50, 40))["told"] == "nothing"


def test_who_died_counts_in_no_number() -> None:
    women = groups(5)
    died = woman(0, kept_12=None, days=200, left=False)
    assert told([*women[1:], died])["told"] != "quintiles"
    assert told([*women, died])["rows"] == told(women)["rows"]


# -- what a row says -------------------------------------------------------------------------------


def test_numbers_are_rounded_to_10_and_percentages_to_5() -> None:
    for row in told(groups(3, women=27, left=9))["rows"]:
        assert row == {"women": 30, "m6": 65, "m12": 65}  # 20 of 30, from rounded counts
    for women in range(20, 40):
        for row in told(groups(3, women=women, left=9))["rows"]:
            assert row["women"] % 10 == row["m6"] % 5 == row["m12"] % 5 == 0


@pytest.mark.parametrize(
    ("six", "twelve", "expected"),
    [
        ((12, 8), (12, 8), {"women": 20, "m6": 50, "m12": 50}),
        ((12, 7), (12, 8), None),
        ((12, 8), (7, 13), None),
        ((11, 8), (11, 8), None),  # nineteen
    ],
)
def test_who_did_not_answer_is_a_row_of_its_own(
    six: tuple[int, int], twelve: tuple[int, int], expected: dict[str, int] | None
) -> None:
    assert told(groups(3), Group(Outcome(*six), Outcome(*twelve)))["others"] == expected
    said = cohort(2024, told(groups(3), Group(Outcome(*six), Outcome(*twelve))))
    assert said.rows[-1].women == ("[c]" if expected is None else "about 20")


def test_the_score_after_birth_is_one_correlation_and_no_rows() -> None:
    women = [woman(50, number >= 8, after=100.0 * (number >= 8)) for number in range(30)]
    assert told(women)["after"] == 1.0
    assert told(women[1:])["after"] is None


def test_women_who_answered_only_after_are_in_no_row() -> None:
    after_only = [Woman(None, 30.0, True, True, 365, False) for _ in range(9)]
    assert told(groups(5) + after_only)["rows"] == told(groups(5))["rows"]


def test_the_caption_is_fixed() -> None:
    assert CAPTION == (
        "Association only. Whether collaborative engagement improves retention is an open question "
        "(Peacock-Chambers 2021)"
    )


# -- curves ----------------------------------------------------------------------------------------


def leaving(*days: float, stay: int = 20) -> list[Woman]:
    return [woman(50, False, days=day) for day in days] + [woman(50) for _ in range(stay)]


def test_a_curve_moves_only_once_eight_women_have_left() -> None:
    assert [step[0] for step in curve(leaving(*[40] * 7), flat)["steps"]] == [0]
    assert [step[0] for step in curve(leaving(*[40] * 8), flat)["steps"]] == [0, 60]
    assert [step[0] for step in curve(leaving(*[40] * 7, 70, 100, *[200] * 7), flat)["steps"]] == [0, 90, 210]


def test_no_woman_moves_a_step_by_herself() -> None:
    """Whoever leaves one day earlier or later, or stays: a step that appears or moves stands for eight or more."""
    chance = random.Random(8)
    for _ in range(200):
        women = leaving(*(chance.uniform(1, 364) for _ in range(chance.randrange(8, 60))))
        days = [step[0] for step in curve(women, flat)["steps"]]
        for earlier, later in pairwise(days):
            assert sum(earlier < each.days <= later and each.left for each in women) >= 8
        assert set(days) <= {0, *STEPS}


def test_a_curve_ends_while_eight_are_followed() -> None:
    shown = curve(leaving(*[40] * 20, *[100] * 20, stay=7), flat)
    assert [step[0] for step in shown["steps"]] == [0, 60]
    assert shown["at_risk"] == [50, 30, None, None, None]


def test_how_many_are_followed_moves_with_the_curve_alone() -> None:
    shown = curve(leaving(*[40] * 7, 100, 100, stay=30), flat)
    assert [step[0] for step in shown["steps"]] == [0, 120]
    assert dict(zip(AT_RISK_ON, shown["at_risk"], strict=True)) == {0: 40, 90: 40, 180: 30, 270: 30, 360: 30}


def test_the_library_equals_kaplan_and_meier_by_hand() -> None:
    """Ten women; left on days 10, 20, 20, 40; lost from sight on days 15 and 30; the others stay.

    After 10: 9/10. After 20 (8 at risk, 2 leave): 9/10 · 6/8. After 40 (5 at risk, 1 leaves): 9/10 · 6/8 · 4/5.
    """
    days = [10, 15, 20, 20, 30, 40, 365, 365, 365, 365]
    left = [True, False, True, True, False, True, False, False, False, False]
    shares = [share for share, _, _ in left_by(days, left, (5, 10, 19, 20, 39, 40, 360))]
    assert shares == pytest.approx([1, 0.9, 0.9, 0.675, 0.675, 0.54, 0.54])
    for share, low, high in left_by(days, left, (10, 20, 40)):
        assert 0 <= low <= share <= high <= 1


def test_neither_web_nor_worker_loads_the_library_when_it_starts() -> None:
    starts = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'carecoord.settings'; import carecoord.wsgi; "
        "from carecoord.celery import app; app.loader.import_default_modules(); import carecoord.urls; "
        "assert 'pathways.gaps.engagement.cohorts' in sys.modules; "
        "print([name for name in ('lifelines', 'pandas', 'scipy', 'matplotlib') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", starts], capture_output=True, text=True, check=False)
    assert done.stdout.strip().endswith("[]"), done.stderr[-2000:]
