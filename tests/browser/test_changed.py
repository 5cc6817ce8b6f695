"""Two people at one woman's details in a real browser: both texts side by side, and what is chosen is saved."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from carecoord.access.acting import acting_as
from carecoord.access.models import User
from pathways.actions import update_woman
from pathways.models import Journey, Woman
from tests.conftest import assert_accessible
from tests.factories import ago, claimed, happened, journey, staff


@pytest.fixture
def record(transactional_db: None) -> Journey:
    made = journey(midwife=staff(name="A. Reid"))
    happened(made, ("first_contact", ago(20)), ("booking_completed", ago(10)))
    return made


@pytest.fixture
def farquhar(record: Journey) -> User:
    person = staff(name="M. Farquhar")
    claimed(record, person)
    return person


def meanwhile(record: Journey, person: User, **changes: str) -> None:
    with acting_as(person):
        update_woman(Woman.objects.get(pk=record.woman_id), changes, by=person)


@pytest.mark.parametrize("width", [1280, 320])
def test_both_texts_stand_side_by_side_and_what_is_chosen_is_saved(
    page: Any, live_server: Any, sign_in: Any, console_errors: list[str], record: Journey, farquhar: User, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(record.named_midwife)
    page.goto(f"{live_server.url}/women/{record.woman_id}/details/")
    page.get_by_label("Allergies").fill("penicillin")
    page.get_by_label("What matters to her, in her own words").fill("My sister\ncomes along")
    page.get_by_label("Pronouns").fill("she/her")
    meanwhile(record, farquhar, allergies="latex", pronouns="they/them", interpreter="Welsh")
    page.get_by_role("button", name="Save her details").click()
    expect(page.get_by_role("heading", name="Somebody else changed this too")).to_be_visible()
    expect(page.get_by_text("M. Farquhar, just now")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert_accessible(page)
    page.get_by_role("button", name="Save what I chose").click()
    expect(page.get_by_role("link", name="Choose what stays of: Allergies")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("group", name="Which stays? Pronouns").get_by_label("What stands now").check()
    page.get_by_role("group", name="Which stays? Allergies").get_by_label("Mine, as it is written here").check()
    page.locator("#id_allergies").fill("latex and penicillin")
    page.get_by_role("button", name="Save what I chose").click()
    expect(page.get_by_text("What somebody else changed meanwhile is kept too.")).to_be_visible()
    her = Woman.objects.get()
    assert (her.allergies, her.pronouns, her.interpreter) == ("latex and penicillin", "they/them", "Welsh")
    assert her.what_matters.split() == ["My", "sister", "comes", "along"]
    console_errors.clear()  # an answer with 409 is an error there


def test_a_text_that_was_kept_comes_back_with_what_its_writer_had_seen(
    page: Any, live_server: Any, sign_in: Any, console_errors: list[str], record: Journey, farquhar: User
) -> None:
    sign_in(record.named_midwife)
    url = f"{live_server.url}/women/{record.woman_id}/details/"
    page.goto(url)
    page.get_by_label("Pronouns").fill("she/her")
    with page.expect_response("**/accounts/draft/"):
        page.evaluate("import('/static/js/drafts.js').then((drafts) => drafts.saveDrafts())")
    page.once("dialog", lambda dialog: dialog.accept())
    meanwhile(record, farquhar, allergies="latex")
    page.goto(url)
    expect(page.get_by_text("What you typed before is back")).to_be_visible()
    expect(page.get_by_label("Allergies")).to_have_value("")  # as it stood then
    page.get_by_role("button", name="Save her details").click()
    expect(page.get_by_text("Her details are saved.")).to_be_visible()
    her = Woman.objects.get()
    assert (her.allergies, her.pronouns) == ("latex", "she/her")
