"""M05 asks who was named at the time of a contact. In real time: grants end by the clock of the database."""

from __future__ import annotations

import pytest

from carecoord import clock
from carecoord.access.models import User
from pathways.actions import assign_named_midwife, record_event
from pathways.gaps.counting import cases_of
from pathways.recording import Draft
from tests.factories import ago, claimed, happened, journey, staff

pytestmark = pytest.mark.django_db


def test_m05_whoever_was_named_at_the_time() -> None:
    midwife, other = staff(name="A. Reid"), staff(name="C. Mbeki")
    record = journey(midwife=midwife)
    happened(record, ("first_contact", ago(150)), ("contact_made", ago(140)))

    def seen(by: User) -> None:
        record_event(record, Draft("contact_made", clock.now()), by=by)

    seen(midwife)
    assign_named_midwife(record, other, by=midwife)
    seen(other)
    claimed(record, midwife)
    seen(midwife)
    seen(other)
    record_event(record, Draft("booking_completed", clock.now()), by=other)

    contacts = cases_of([record.pk])[record.pk].contacts
    assert [each.by_named for each in contacts] == [False, True, True, False, True, True]
