"""Twins: two births, two places, and one of them placed away while the other stays with her."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from pathways.engine import Stage
from pathways.models import Journey
from pathways.projection import differences
from tests.browser.births import choose, fill_when, fits, open_page
from tests.conftest import assert_accessible
from tests.factories import ago, happened, journey, staff


@pytest.fixture
def coordinator(transactional_db: None) -> User:
    return staff(Role.LABOUR_WARD_COORDINATOR, team="maple", name="L. Grant")


@pytest.fixture
def record(coordinator: User) -> Journey:
    """Booked, exposed to opioids, in labour."""
    made = journey(edd=clock.today(), first_name="Tara")
    happened(
        made,
        ("first_contact", ago(150)),
        ("booking_completed", ago(140)),
        ("drug_use_disclosed", ago(140), {"opioid": "yes"}),
        ("admitted", ago(hours=9), {"reason": "labour"}),
    )
    return made


def born(page: Any, record: Journey, *babies: tuple[str, str]) -> None:
    """Both births in one form: how each went, and where each baby is."""
    open_page(page, record, "A baby is born")
    page.get_by_role("link", name="Two", exact=True).click()
    for number, (outcome, now) in enumerate(babies, start=1):
        fill_when(page, ago(hours=5 - number), f"at_{number}")
        choose(page, f"outcome_{number}", outcome)
        if now:
            choose(page, f"now_{number}", now)
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("Recorded.", exact=False).first).to_be_visible()


def test_one_is_placed_away_and_the_other_stays_with_her(
    browser_of: Callable[..., Any], coordinator: User, record: Journey
) -> None:
    page = browser_of(coordinator)

    # Given: twins, the second in the neonatal unit.
    born(page, record, ("hospital", "with_mother"), ("hospital", "neonatal_unit"))
    expect(page.get_by_text("Baby 1, with her")).to_be_visible()
    expect(page.get_by_text("Baby 2, in the neonatal unit")).to_be_visible()
    for number in (1, 2):
        assert record.handoffs.open().filter(moment="NOWS_START", subject_number=number).exists()

    # When: the second is placed away from her.
    open_page(page, record, re.compile("placed away"))
    page.get_by_label("Baby 2", exact=True).check()
    fill_when(page, ago(hours=2))
    page.locator("main .buttons button[type=submit]").click()
    expect(page.get_by_text("Baby 2, placed away from her")).to_be_visible()

    # Then: she stays where she is with the other, and her own care after a separation opens beside it.
    record.refresh_from_db()
    assert record.stage == Stage.POSTNATAL_INPATIENT
    owed = set(record.handoffs.open().values_list("moment", flat=True))
    assert {"SEP_CONTACT", "SEP_EXPLAIN"} <= owed

    # And the ward reads of the baby who is with her, and nothing of a placement.
    page.goto("/ward/maple/")
    row = page.get_by_role("row").filter(has_text="Tara R.")
    expect(row).to_contain_text("Baby 1: ")
    expect(row).not_to_contain_text("Baby 2")
    expect(row).not_to_contain_text("placed")

    # When: she goes to transitional care with the first, and both leave hospital one after the other.
    open_page(page, record, "Where each baby is")
    assert page.locator("[name=place_2]").count() == 0
    choose(page, "place_1", "transitional_care")
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("Her babies")).to_be_visible()
    expect(page.get_by_text("Baby 1, in transitional care, with her")).to_be_visible()
    happened(record, ("mother_discharged", clock.now()))
    open_page(page, record, "A baby goes home from hospital")
    page.get_by_label("Baby 1", exact=True).check()
    choose(page, "to", "with_mother")
    fill_when(page, clock.now())
    assert_accessible(page)
    page.get_by_role("button", name="Record it").click()

    # Then: she is at home with the first, and nothing of the second's care is lost.
    expect(page.get_by_text("Baby 1, with her")).to_be_visible()
    record.refresh_from_db()
    assert record.stage == Stage.POSTNATAL_COMMUNITY
    assert record.handoffs.filter(moment="NOWS_START", subject_number=2).exists()
    assert differences(record, clock.now()) == []


def test_one_is_stillborn_and_one_lives(browser_of: Callable[..., Any], coordinator: User, record: Journey) -> None:
    page = browser_of(coordinator, viewport={"width": 320, "height": 640})

    # When: the first is stillborn and the second lives.
    born(page, record, ("stillborn", ""), ("hospital", "with_mother"))

    # Then: she has her living baby, and somebody is there for the one who died.
    record.refresh_from_db()
    assert record.stage == Stage.POSTNATAL_INPATIENT
    owed = set(record.handoffs.open().values_list("moment", flat=True))
    assert {"LOSS_BEREAVEMENT", "NOWS_START"} <= owed
    expect(page.get_by_text("Her baby, with her")).to_be_visible()
    assert fits(page)
    assert differences(record, clock.now()) == []


def test_a_form_of_twins_is_accessible_and_says_what_is_wrong_beside_each(
    browser_of: Callable[..., Any], coordinator: User, record: Journey
) -> None:
    page = browser_of(coordinator)
    page.goto(f"/journeys/{record.pk}/birth/?babies=2")
    assert_accessible(page)
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_role("link", name="Choose an answer: how did it go? (baby 2).")).to_be_visible()
    assert_accessible(page)
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert fits(page)
