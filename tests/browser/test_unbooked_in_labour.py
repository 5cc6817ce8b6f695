"""A woman comes in labour whom nobody knows: she is on the ward in one form, and nobody blames her for it."""

from __future__ import annotations

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

BLAME = ("failed", "late booker", "non-attend", "did not attend", "concealed", "should have")


@pytest.fixture
def coordinator(transactional_db: None) -> User:
    return staff(Role.LABOUR_WARD_COORDINATOR, team="maple", name="L. Grant")


def looked_at(page: Any) -> None:
    """The page can be read by everybody, wide and narrow, and holds none of the words of blame."""
    assert_accessible(page)
    words = page.locator("main").inner_text().lower()
    assert not [each for each in BLAME if each in words]
    page.set_viewport_size({"width": 320, "height": 640})
    assert fits(page), page.url
    page.set_viewport_size({"width": 1280, "height": 900})


def come_in(page: Any, name: str) -> Journey:
    """From the board of the ward to her page, by one form."""
    page.goto("/ward/maple/")
    page.get_by_role("link", name="She is in labour and nobody knows her").click()
    looked_at(page)
    page.get_by_label("What she wants to be called").fill(name)
    for label, words in (("Day", "4"), ("Month", "3"), ("Year", "1994")):
        page.get_by_label(label, exact=True).first.fill(words)
    choose(page, "used", "yes")
    choose(page, "in_treatment", "yes")
    page.get_by_role("button", name="Put her on the record and on the ward").click()
    expect(page.get_by_text("She is on the record and on the ward.")).to_be_visible()
    return Journey.objects.latest("pk")


def test_nobody_knows_her_and_she_is_cared_for_at_once(browser_of: Callable[..., Any], coordinator: User) -> None:
    # Given: nobody has heard of her. When: she comes in labour.
    page = browser_of(coordinator)
    record = come_in(page, "Kim")

    # Then: the ward has her, and what she and her baby need is asked for from this hour on.
    assert (record.stage, record.in_hospital) == (Stage.INTRAPARTUM, True)
    owed = set(record.handoffs.open().values_list("moment", flat=True))
    assert {"UNBOOKED_LABOUR", "NEONATAL_ALERT", "OST_VERIFY"} <= owed
    assert not record.handoffs.filter(moment__startswith="BOOK_").open().exists()
    looked_at(page)
    assert page.locator(".later__row > :nth-child(2)").first.bounding_box()["width"] > 200  # beside long names

    # When: she can answer, her first record is written, at her pace.
    page.get_by_role("link", name="write her first record").click()
    looked_at(page)
    page.get_by_label("Allergies").fill("none known")
    page.get_by_label("Or about how many weeks").fill("37")
    choose(page, "bloods", "yes")
    today = clock.today()
    for number, part in enumerate((today.day, today.month, today.year)):
        page.locator(f"[name=midwife_told_on_{number}]").fill(str(part))
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("Recorded.", exact=False).first).to_be_visible()

    # Then: what was owed of it is done, and her page counts the weeks.
    assert record.handoffs.get(moment="UNBOOKED_LABOUR", step="minimum_dataset").state == "completed_on_time"
    expect(page.get_by_text("37+0").first).to_be_visible()

    # When: her baby is born.
    open_page(page, record, "A baby is born")
    looked_at(page)
    fill_when(page, clock.now(), "at_1")
    choose(page, "outcome_1", "hospital")
    choose(page, "now_1", "with_mother")
    page.get_by_role("button", name="Record it").click()

    # Then: they are together on the ward, and the baby's first look is owed.
    expect(page.get_by_text("Her baby, with her")).to_be_visible()
    record.refresh_from_db()
    assert record.stage == Stage.POSTNATAL_INPATIENT
    assert record.handoffs.open().filter(moment="NOWS_START", subject_number=1).exists()
    assert differences(record, clock.now()) == []


def test_a_known_woman_who_was_not_booked_goes_home_undelivered_and_comes_again(
    browser_of: Callable[..., Any], coordinator: User
) -> None:
    # Given: a woman whom a service has heard of, not booked, in labour.
    record = journey(edd=clock.today(ago(-14)), first_name="Ada")
    happened(record, ("first_contact", ago(3)), ("admitted", ago(hours=5), {"reason": "labour"}))
    page = browser_of(coordinator)

    # When: labour has not started after all, and she goes home.
    open_page(page, record, "Labour has not started: she goes home")
    looked_at(page)
    fill_when(page, ago(hours=1))
    choose(page, "own_decision", "no")
    page.get_by_role("button", name="Record it").click()

    # Then: she is known as before, her journey goes on, and nothing was closed.
    expect(page.get_by_text("Recorded.", exact=False).first).to_be_visible()
    record.refresh_from_db()
    assert (record.stage, record.in_hospital) == (Stage.ANTENATAL, False)

    # When: she comes back in labour. Then: everything is asked for anew.
    open_page(page, record, "She is in labour")
    fill_when(page, clock.now())
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_role("link", name="write her first record")).to_be_visible()
    record.refresh_from_db()
    assert record.stage == Stage.INTRAPARTUM
    assert record.handoffs.open().filter(moment="UNBOOKED_LABOUR", subject_number=2).exists()
