"""A month of ordinary work with snoopers planted in it: nearly all are found, and the rest is quiet enough to be read.

``tried`` counts the accesses; wrong is every snooper missed beyond one in twenty, and every site and day with more
than five alerts that were none.
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from carecoord import clock
from carecoord.audit.models import Unusual
from carecoord.audit.unusual import find_on
from tests.faults.ordinary_month import PATTERNS, Planted, plant, populated, store, worked

pytestmark = pytest.mark.django_db

MOST_FALSE = 5  # a site and day
RECALL = 0.95
VERDICT_SECONDS = 60  # for one day's looks


def is_of(row: Unusual, planted: Planted) -> bool:
    """Whether the alert is about this snooper: the person, the woman where it names one, and the day.

    Who looks again and again is told of once, perhaps before the last of their days.
    """
    if row.actor_id != planted.actor or not timedelta(0) <= planted.on - row.on <= timedelta(days=3):
        return False
    return planted.woman is None or row.woman_id is None or row.woman_id == planted.woman


def test_snoopers_are_found_and_ordinary_work_is_left_alone(fault: Any) -> None:
    full = fault.full
    sites = ("ASHF", "CALD", "GLEN", "TAYM") if full else ("ASHF",)
    asked = fault.size(full=100_000, small=5_000)
    month = populated(fault.chance, clock.today(), sites, women=220 if full else 160, share=1.1 if full else 0.25)
    worked(month)
    plant(month, 50 if full else 2 * len(PATTERNS))
    store(month)
    assert len(month.reads) >= asked

    slowest = 0.0
    for day in month.days:
        began = time.monotonic()
        find_on(day)
        slowest = max(slowest, time.monotonic() - began)
    fault.tried = len(month.reads)
    assert slowest < VERDICT_SECONDS

    rows = list(Unusual.objects.all())
    missed = [planted for planted in month.planted if not any(is_of(row, planted) for row in rows)]
    for planted in missed[int(len(month.planted) * (1 - RECALL)) :]:
        fault.found(f"missed: {planted}")
    false = Counter((row.site_id, row.on) for row in rows if not any(is_of(row, planted) for planted in month.planted))
    a_day = sum(false.values()) / (len(sites) * len(month.days))
    if a_day > MOST_FALSE:
        kinds = Counter(row.rule for row in rows)
        fault.found(f"{a_day:.1f} false alerts a site and day: {kinds}")
    print(f"{len(missed)} of {len(month.planted)} missed, {a_day:.2f} false a site and day, slowest {slowest:.1f} s")
