"""Reaching her in a real browser: asked in one press, opened once, closed, and gone with the back button."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect

from pathways.contact import Agreed, Place, agree_contact, record_address
from pathways.models import Journey, Opening
from pathways.models.contact import newest_contact
from tests.conftest import assert_accessible
from tests.factories import ago, happened, journey, staff

NUMBER = "07700 900987"


@pytest.fixture
def record(transactional_db: None) -> Journey:
    """A woman who is reached by text before two, with a protected place."""
    midwife = staff(name="A. Reid")
    made = journey(midwife=midwife)
    happened(made, ("first_contact", ago(20)), ("booking_completed", ago(10)))
    agreed = Agreed("text", days=(1, 2, 3), safe_until=time(14), voicemail=False)
    agree_contact(made.woman, agreed, {"number": NUMBER, "say": "x " * 120}, seen=None, by=midwife)
    record_address(made.woman, Place("refuge", "The Limes", "ZX1 4CD", safe_to_visit=True), by=midwife)
    return made


@pytest.mark.parametrize("width", [1280, 320])
def test_it_opens_once_for_a_purpose_and_is_closed(
    page: Any, live_server: Any, sign_in: Any, record: Journey, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(record.named_midwife)
    page.goto(f"{live_server.url}/journeys/{record.pk}/")
    page.get_by_role("link", name="Open her number or address").click()
    page.get_by_label("To call or text her now").check()
    page.get_by_role("button", name="Open it").click()
    expect(page.get_by_text(NUMBER)).to_be_visible()
    expect(page.get_by_text("The Limes")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert_accessible(page)
    assert Opening.objects.count() == 1
    page.get_by_role("link", name="Close this").click()
    with pytest.raises(PlaywrightError, match="ERR_CACHE_MISS"):
        page.go_back()  # it would have to send the form again
    expect(page.get_by_text(NUMBER)).to_have_count(0)  # the browser kept nothing of it
    assert Opening.objects.count() == 1


@pytest.mark.parametrize("width", [1280, 320])
def test_after_a_contact_one_press_confirms(
    page: Any, live_server: Any, sign_in: Any, record: Journey, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(record.named_midwife)
    page.goto(f"{live_server.url}/journeys/{record.pk}/?ask=contact")
    expect(page.get_by_role("heading", name="Is this still the safe way to reach her?")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert_accessible(page)
    page.get_by_role("button", name="Still right").click()
    expect(page.get_by_text("she confirmed today")).to_be_visible()
    assert record.woman.safe_contacts.count() == 2


def test_what_she_says_is_written_down_with_the_keyboard_alone(
    page: Any, live_server: Any, sign_in: Any, record: Journey
) -> None:
    sign_in(record.named_midwife)
    page.goto(f"{live_server.url}/women/{record.woman_id}/safe-contact/")
    page.get_by_label("Text message").focus()
    page.keyboard.press("ArrowDown")
    page.get_by_label("Not before").focus()
    page.keyboard.type("9.30")
    page.get_by_role("button", name="Save how she is reached").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("phone call only, Mon to Wed, 09:30 to 14:00, no voicemail")).to_be_visible()
    newest = newest_contact(record.woman_id)
    assert newest
    assert newest.days == [1, 2, 3]
