"""Before a dose is recorded its pages say who confirmed the medicine, and what she took elsewhere on the same day."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from carecoord import clock
from carecoord.access.roles import Role
from medications.models import DueDose
from medications.planning import sign_plan
from pathways.models import Journey
from tests.factories import ago, happened, staff
from tests.medications.test_dose_pages import text, with_password
from tests.medicine import on_ward, prescribed, statement

pytestmark = pytest.mark.django_db
FIELDS = "What happened?"
BOTH = "Doses from two places on one day"
COMMUNITY = "She has had a dose in the community today"


@pytest.fixture
def record() -> Journey:
    return on_ward()


@pytest.fixture
def due(record: Journey) -> DueDose:
    doctor = staff(Role.OBSTETRIC_DOCTOR, team="hospital", name="P. Anand")
    found = sign_plan(record, prescribed(), by=doctor).due_doses.order_by("due_at").first()
    assert found
    return found


@pytest.fixture
def page(client: Any, record: Journey, due: DueDose) -> Any:
    client.force_login(with_password(name="L. Grant"))
    return lambda: text(client.get(reverse("medicine_dose", args=[record.pk, due.pk])))


def took(record: Journey, by: str, at: Any = None) -> None:
    happened(record, ("dose_confirmed", at or clock.now(), {"admission": "1", "confirmed_by": by}))


def test_doses_of_both_settings_stand_before_the_fields_with_the_sites_policy(page: Any, record: Journey) -> None:
    took(record, "pharmacy")
    took(record, "ward")
    words = page()
    policy = record.site.definition.policy("double_dose")
    assert policy is not None
    assert BOTH in words
    assert words.index(BOTH) < words.index(policy.title) < words.index(FIELDS)


def test_a_dose_in_the_community_today_is_said_before_another_is_recorded(page: Any, record: Journey) -> None:
    took(record, "pharmacy")
    words = page()
    assert BOTH not in words
    assert words.index(COMMUNITY) < words.index("the pharmacy says") < words.index(FIELDS)


def test_nothing_is_said_of_a_dose_of_the_ward_alone_or_of_another_day(page: Any, record: Journey) -> None:
    took(record, "ward")
    took(record, "pharmacy", ago(2))
    words = page()
    assert BOTH not in words
    assert COMMUNITY not in words


def test_the_banner_says_who_confirmed_it_and_when(page: Any, record: Journey) -> None:
    last = ago(1)
    prescriber = statement(record, "prescriber", last_dose_at=last)
    assert "not confirmed: pharmacy" in page()
    statement(record, "pharmacy", last_dose_at=last)
    on = clock.day_in_words(clock.today(prescriber.said_at), weekday=False, year=False)
    assert f"Confirmed by confirmed by prescriber {on} confirmed by pharmacy {on}" in page()


def test_the_banner_says_that_nobody_has_or_that_they_differ(page: Any, record: Journey) -> None:
    assert "not confirmed: nobody yet" in page()
    last = ago(1)
    statement(record, "prescriber", last_dose_at=last)
    statement(record, "pharmacy", last_dose_at=last, amount="30", words="30 mg once a day")
    assert "not confirmed: sources differ" in page()
