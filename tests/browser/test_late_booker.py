"""A woman who comes at thirty weeks; and, once nobody reaches her any more, the search for her."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from playwright.sync_api import expect

from carecoord import clock
from pathways.contact import Agreed, agree_contact
from pathways.models import Journey, OutreachDecision
from pathways.moves.outreach import Attempt, try_to_reach
from pathways.rules.outreach import Way
from tests.conftest import assert_accessible
from tests.factories import ago, happened, journey, staff

TUESDAY = date(2026, 11, 17)
PHONE = {"width": 320, "height": 640}


@pytest.fixture
def tuesday(transactional_db: None) -> Iterator[None]:
    with time_machine.travel(clock.from_local(datetime(2026, 11, 17, 14, 0))):  # noqa: DTZ001 London
        yield


def fits(page: Any) -> None:
    """Nothing to scroll sideways, nothing that a screen reader stumbles over."""
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert_accessible(page)


def fill_in(page: Any, day: date, time: str = "") -> None:
    """The boxes of a date, and of a time."""
    for label, words in (("Day", day.day), ("Month", day.month), ("Year", day.year), ("Time", time)):
        if words:
            page.get_by_label(label, exact=True).first.fill(str(words))


def left_out(page: Any) -> None:
    """No word of blame, and nothing missed, on the page."""
    for word in ("Missed", "Overdue", "DNA", "failed", "non-compliant"):
        expect(page.locator("main").get_by_text(word, exact=True)).to_have_count(0)


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, PHONE])
def test_a_late_booker_at_thirty_weeks_is_given_a_plan_and_no_blame(
    browser_of: Callable[..., Any], tuesday: None, viewport: dict[str, int]
) -> None:
    # Given a woman who came to a service for the first time yesterday, at thirty weeks
    midwife = staff(name="A. Reid")
    her = journey(midwife=midwife, edd=TUESDAY + timedelta(weeks=10))
    happened(her, ("first_contact", ago(1)))
    page = browser_of(midwife, viewport=viewport)

    # When her midwife records that the booking was held, and what she says made it later
    page.goto(f"/journeys/{her.pk}/record/booking_completed/")
    fill_in(page, TUESDAY, "10:00")
    page.get_by_label("She was afraid").check()
    page.get_by_role("button", name="Record it").click()

    # Then the first page is her plan from here: in order, with what others do earlier beside what is next
    expect(page.get_by_role("heading", name="Her plan from here")).to_be_visible()
    expect(page.get_by_text("She came at 29+6, on Mon 16 Nov 2026.")).to_be_visible()
    expect(page.get_by_text("What made it later, as she says: She was afraid.")).to_be_visible()
    expect(page.get_by_text("Catch-up: usually by").first).to_be_visible()
    expect(page.get_by_text("One visit can hold several")).to_be_visible()
    left_out(page)
    fits(page)

    # And when the time of catching up has passed as well, her page has no wall of red, and nothing is called missed
    with time_machine.travel(clock.now() + timedelta(days=8)):
        happened(her, ("contact_made", ago(0.5)))
        page = browser_of(midwife, viewport=viewport)
        page.goto(f"/journeys/{her.pk}/plan-from-here/")
        expect(page.get_by_text("agree a new day with her").first).to_be_visible()
        left_out(page)
        page.goto(f"/journeys/{her.pk}/")
        expect(page.get_by_role("link", name="her plan from here")).to_be_visible()
        fits(page)
    assert not Journey.objects.get(pk=her.pk).is_closed


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, PHONE])
def test_when_nobody_reaches_her_somebody_looks_for_her_and_a_person_decides(
    browser_of: Callable[..., Any], tuesday: None, viewport: dict[str, int]
) -> None:
    # Given a woman who agreed to texts before noon, and whom nobody has reached for three weeks
    midwife = staff(name="A. Reid")
    her = journey(midwife=midwife, edd=TUESDAY + timedelta(weeks=10))
    happened(her, ("first_contact", ago(60)), ("booking_completed", ago(40)), ("contact_made", ago(21)))
    agreed = Agreed("text", safe_until=datetime.min.time().replace(hour=12))
    agree_contact(her.woman, agreed, {}, seen=None, by=midwife)
    for day in (11, 9, 7, 5, 3):
        try_to_reach(her, Attempt(ago(day), Way.TEXT, "no_answer"), by=midwife)
    page = browser_of(midwife, viewport=viewport)

    # When her midwife writes down the sixth try
    page.goto("/caseload/?show=contact")
    expect(page.get_by_text("next try")).to_be_visible()
    page.goto(f"/journeys/{her.pk}/outreach/")
    fits(page)
    page.get_by_role("link", name="Write down a try").click()
    fits(page)
    fill_in(page, TUESDAY, "11:30")
    page.get_by_role("group", name="By which way?").get_by_label("Text message").check()
    page.get_by_label("Nobody answered, or nobody was there").check()
    page.get_by_role("button", name="Record it").click()

    # Then no seventh is proposed: a person decides, by name, and nothing of hers is closed
    expect(page.get_by_text("Not in touch: decide how to go on")).to_be_visible()
    page.goto(f"/journeys/{her.pk}/outreach/")
    expect(page.get_by_text("6 tries since did not reach her.")).to_be_visible()
    page.get_by_role("link", name="Decide how to go on").click()
    fits(page)
    page.get_by_label("Ask those who know her, and go on trying").check()
    page.get_by_label("Her pharmacy").check()
    fill_in(page, TUESDAY + timedelta(days=3))
    page.get_by_label("Why?").fill("Her mother has not heard from her either.")
    page.get_by_role("button", name="Record it").click()
    page.goto(f"/journeys/{her.pk}/outreach/")
    expect(page.get_by_text("Still to be asked: Her pharmacy")).to_be_visible()
    assert OutreachDecision.objects.get().decided_by == midwife

    # And when the pharmacy has seen her and she comes to the phone, she is in touch again
    page.get_by_role("link", name="Somebody was asked about her").click()
    fits(page)
    fill_in(page, TUESDAY, "13:00")
    page.get_by_label("Her pharmacy").check()
    page.get_by_label("They saw her, or spoke to her").check()
    page.get_by_role("button", name="Record it").click()
    page.goto(f"/journeys/{her.pk}/outreach/try/")
    fill_in(page, TUESDAY, "13:30")
    page.get_by_role("group", name="By which way?").get_by_label("Where she comes").check()
    page.get_by_label("She was reached", exact=True).check()
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_role("heading", name="Is this still the safe way to reach her?")).to_be_visible()
    page.goto(f"/journeys/{her.pk}/outreach/")
    expect(page.get_by_text("She is in touch")).to_be_visible()
    left_out(page)
    fits(page)
    assert Journey.objects.get(pk=her.pk).stage == "antenatal"
