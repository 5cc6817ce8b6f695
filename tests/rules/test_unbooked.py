"""Who came in labour without having been booked, and whether her first record is owed."""

from __future__ import annotations

from datetime import date

from pathways.engine import Fact, gestation_on
from pathways.rules.unbooked import edd_from_weeks, first_record_owed
from tests.rules.story import fact

LABOUR = fact("admitted", "2027-02-20 01:00", reason="labour")


def answer(kind: str = "handoff_completed", step: str = "minimum_dataset", admission: str = "1") -> Fact:
    return fact(kind, "2027-02-20 03:00", moment="UNBOOKED_LABOUR", step=step, admission=admission)


def test_it_is_owed_from_her_coming_until_somebody_answered_for_it() -> None:
    assert first_record_owed([LABOUR]) == 1
    assert first_record_owed([LABOUR, answer(step="senior_review")]) == 1
    for kind in ("handoff_completed", "handoff_declined", "handoff_unable"):
        assert first_record_owed([LABOUR, answer(kind)]) is None


def test_it_is_owed_for_the_admission_in_labour_alone() -> None:
    before = fact("admitted", "2027-02-01 01:00", reason="antenatal")
    assert first_record_owed([before]) is None
    assert first_record_owed([before, LABOUR]) == 2
    assert first_record_owed([before, LABOUR, answer()]) == 2
    assert first_record_owed([before, LABOUR, answer(admission="2")]) is None


def test_a_booked_woman_is_not_asked() -> None:
    assert first_record_owed([fact("booking_completed", "2026-11-20 01:00"), LABOUR]) is None


def test_the_edd_of_about_so_many_weeks() -> None:
    assert gestation_on(edd_from_weeks(36, date(2027, 2, 20)), date(2027, 2, 20)) == (36, 0)
