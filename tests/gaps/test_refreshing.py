"""The cells are what is counted: after an import, a change, a correction, and as time passes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from carecoord import clock
from pathways.actions import correct_event
from pathways.gaps.models import Cell, ToCount
from pathways.gaps.refreshing import differences, refresh
from pathways.models import Event
from tests.factories import ago, happened, journey, staff
from tests.importing import DATA, run_import

pytestmark = pytest.mark.django_db


def cells(table: str) -> dict[int, int]:
    """How many are in each part."""
    return dict(Cell.objects.filter(of_table=table, count__gt=0).values_list("part", "count"))


def test_what_happened_is_counted_once() -> None:
    record = journey(edd=clock.today(ago(-185)))
    happened(record, ("first_contact", ago(30)), ("booking_completed", ago(20)))

    refresh()
    refresh()

    assert cells("M01.booked") == {1: 1}
    assert not ToCount.objects.exists()


def test_an_entry_in_error_leaves_the_sums() -> None:
    record = journey(edd=clock.today(ago(-185)))
    (_, booked) = happened(record, ("first_contact", ago(30)), ("booking_completed", ago(20)))
    refresh()

    correct_event(booked, reason="another woman", by=staff())
    refresh()

    assert cells("M01.booked") == {}


def test_the_month_in_which_she_is_counted_may_move() -> None:
    record = journey()
    (first, _) = happened(record, ("contact_made", ago(80)), ("contact_made", ago(20)))
    refresh()

    correct_event(first, reason="another woman", by=staff())
    happened(record, ("drug_use_disclosed", ago(10), {"opioid": "yes"}))
    refresh()

    assert list(Cell.objects.filter(of_table="M24.answered", count__gt=0).values_list("count", "women")) == [(1, 1)]
    assert differences(clock.now()) == []


def test_it_counts_when_it_has_been_followed_up() -> None:
    record = journey(edd=clock.today(ago(-100)))
    happened(record, ("first_contact", ago(5)))
    refresh()
    assert cells("M02.late") == {}

    refresh(clock.now() + timedelta(days=10))

    assert cells("M02.late") == {1: 1}


def test_the_cells_of_the_sample_are_those_of_a_count_from_the_beginning() -> None:
    run_import(DATA / "caseload" / "women.csv", DATA / "caseload" / "events.csv")
    at = clock.now()

    done = refresh(at)

    assert done.counted == Event.objects.values("journey").distinct().count() >= 100
    assert Cell.objects.filter(count__gt=0).count() > 500
    assert differences(at) == []
