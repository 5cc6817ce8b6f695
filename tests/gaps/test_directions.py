"""What is better is said of a line, not of its measure alone: more women lost from sight is not better."""

from __future__ import annotations

import pytest

from pathways.gaps.measures import TABLES
from pathways.gaps.rules.spc import Direction
from pathways.gaps.standing import direction_of


@pytest.mark.parametrize(
    ("table", "line", "better"),
    [
        ("M16.m6", "6m", Direction.HIGHER),
        ("M16.m6", "lost_6m", Direction.LOWER),
        ("M02.late", "unbooked", Direction.LOWER),
        ("M14.seen", "declined", Direction.NEITHER),
        ("M07.hours", "hours", Direction.LOWER),
        ("M10.home", "offered", Direction.HIGHER),
        ("M08.doses", "stock", Direction.LOWER),
    ],
)
def test_a_line_may_go_another_way_than_its_measure(table: str, line: str, better: Direction) -> None:
    found = TABLES[table]

    assert direction_of(found, next(each for each in found.lines if each.key == line)) is better
