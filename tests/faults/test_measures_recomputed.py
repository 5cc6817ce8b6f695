"""The fault measures-recomputed: every cell of every measure, beside a slow and obvious count of the same women."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pathways.gaps.refreshing import differences, refresh
from tests.faults.conftest import Fault
from tests.gaps.comparing import compare
from tests.gaps.populations import KINDS, Kind, Population
from tests.gaps.times import NOW
from tests.importing import DATA, run_import

pytestmark = pytest.mark.django_db


def check(fault: Fault, at: datetime, when: str) -> None:
    """Refresh, and hold every cell against the slow count."""
    assert refresh(at).finished
    compared, wrong = compare(at)
    fault.tried += compared
    for what in [*wrong, *differences(at)]:
        fault.found(f"{when}: {what}")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_cell_is_what_a_slow_count_finds(kind: Kind, fault: Fault) -> None:
    women = fault.size(full=400, small=20)
    population = Population(kind, fault.chance)
    population.make(women)
    check(fault, NOW, "at first")

    population.live_on(women // 4)
    later = NOW + fault.chance.random() * timedelta(days=90)
    check(fault, later.replace(microsecond=0), "after a day, and as time passed")


def test_each_cell_is_so_in_the_corners_of_the_definitions(fault: Fault) -> None:
    population = Population(KINDS[0], fault.chance)
    population.make_corners()
    check(fault, NOW, "in a corner")
    check(fault, NOW + timedelta(days=9), "in a corner, as time passed")

    population.change_corners()
    check(fault, NOW + timedelta(days=9), "in a corner, after a change")


def test_each_cell_of_the_sample_is_what_a_slow_count_finds(fault: Fault) -> None:
    run_import(DATA / "caseload" / "women.csv", DATA / "caseload" / "events.csv")

    check(fault, datetime(2026, 11, 21, 12, tzinfo=UTC), "the sample")
