"""A change of shift, medicine that she brought, and one agreed message: two people each, in real browsers."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from medications.models import FeedingPlan, OwnMedicine, ShiftHandover
from pathways.models import Journey
from tests.conftest import assert_accessible
from tests.factories import ago, happened, staff
from tests.medicine import due_dose, on_ward, plan, ward_midwife

SECRET = "a long and quiet sentence"
NAMES = ("Ife", "Maya", "Ewa", "Dee", "Rhian", "Sade", "Nina", "Esme", "Farah", "Tara", "Jade", "Shan")


@pytest.fixture
def ito(transactional_db: None) -> User:
    return ward_midwife(name="S. Ito")


@pytest.fixture
def moe(transactional_db: None) -> User:
    made = ward_midwife(name="K. Moe")
    made.set_password(SECRET)
    made.save()
    return made


def full_ward(number: int) -> list[Journey]:
    """So many women in beds, each with a plan and a dose to come."""
    made = []
    for bed in range(1, number + 1):
        record = on_ward(bed=str(bed), first_name=NAMES[bed % len(NAMES)], last_name=f"Okonkwo-Reid{bed}")
        due_dose(plan(record), ago(-0.4))
        made.append(record)
    return made


def pages_of(printed: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", printed))


def fill_time(page: Any, at: Any) -> None:
    local = at.astimezone(clock.LONDON)
    for label, typed in (
        ("Day", str(local.day)),
        ("Month", str(local.month)),
        ("Year", str(local.year)),
        ("Time", f"{local:%H:%M}"),
    ):
        page.get_by_label(label, exact=True).fill(typed)


# -- her own medicine --------------------------------------------------------------------------------


def asked_and_stored(page: Any) -> None:
    """Explained and asked; then measured with K. Moe, whose first password is not hers."""
    page.get_by_role("link", name="Record what she answered").click()
    page.get_by_role("group", name="Have you explained").get_by_label("Yes", exact=True).check()
    page.get_by_label("Yes, she agrees").check()
    page.get_by_label("In her words").fill("As long as I know when I get mine")
    page.get_by_role("button", name="Record what she answered").click()

    page.get_by_role("link", name="Record it, and sign").click()
    page.get_by_label("What did you two measure?").fill("210 ml")
    page.get_by_label("Register page").fill("OWN 12")
    page.get_by_label("Where is it kept?").fill("Cupboard, shelf 2")
    page.get_by_label("Who measured it with you?").select_option(label="K. Moe, ward midwife")
    page.get_by_label(re.compile("^Password")).fill("not hers")
    page.get_by_role("button", name="Sign and store", exact=True).click()
    expect(page.get_by_text("This is not your password").first).to_be_visible()
    assert page.get_by_label("What did you two measure?").input_value() == "210 ml"  # nothing typed is lost
    page.get_by_label(re.compile("^Password")).fill(SECRET)
    page.get_by_role("button", name="Sign and store", exact=True).click()
    expect(page.get_by_text("Stored, signed by both.")).to_be_visible()
    expect(page.get_by_text("S. Ito and K. Moe").first).to_be_visible()


def test_her_own_medicine_from_her_hands_to_the_receipt_with_two_people(
    browser_of: Callable[..., Any], ito: User, moe: User
) -> None:
    record = on_ward(bed="3", first_name="Maya")
    due_dose(plan(record), ago(-0.5))
    page = browser_of(ito)
    page.goto(f"/journeys/{record.pk}/medicine/")
    page.get_by_role("link", name="She has brought medicine of her own").click()
    page.get_by_label("What is it, as it is labelled?").fill("Methadone 1 mg/ml, Bell pharmacy")
    fill_time(page, clock.now() - timedelta(minutes=5))
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_text("It is her property").first).to_be_visible()
    assert_accessible(page)
    expect(page.get_by_role("link", name="Record it, and sign")).to_have_count(0)  # not before she is asked

    asked_and_stored(page)
    page.get_by_role("link", name="She has the receipt").click()
    expect(page.get_by_text("Your next dose is due")).to_be_visible()
    page.get_by_role("link", name="Print her receipt").click()
    expect(page.get_by_text("This medicine is yours.")).to_be_visible()
    assert_accessible(page)
    assert pages_of(page.pdf(format="A4")) == 1
    page.go_back()
    page.get_by_label("She has the receipt in her hands").check()
    page.get_by_label("She was shown when her next dose is due").check()
    page.get_by_role("button", name="She has the receipt").click()
    expect(page.get_by_text("Done: she has her receipt")).to_be_visible()
    assert record.handoffs.get(moment="POCD_RECEIPT").state == "completed_on_time"
    row = OwnMedicine.objects.get()
    assert row.steps.get(kind="stored").second == moe
    assert row.steps.get(kind="receipt").next_dose_at is not None
    page.goto("/accounts/lock/")  # the first is still the one who is signed in
    expect(page.get_by_text("S. Ito").first).to_be_visible()


def test_where_she_says_no_the_policy_stands_there_and_it_stays_hers(browser_of: Callable[..., Any], ito: User) -> None:
    from medications import receiving

    record = on_ward(bed="3")
    row = receiving.identify(record, "Methadone", at=ago(hours=0.2), by=ito)
    page = browser_of(ito, viewport={"width": 320, "height": 640})
    page.goto(f"/journeys/{record.pk}/medicine/own/{row.pk}/asked/")
    page.get_by_role("group", name="Have you explained").get_by_label("Yes", exact=True).check()
    page.get_by_label("No, she does not agree").check()
    page.get_by_role("button", name="Record what she answered").click()
    text = record.site.definition.policy("own_medicine_declined").text
    expect(page.get_by_text(text)).to_be_visible()
    expect(page.get_by_role("link", name="Record it, and sign")).to_have_count(0)
    assert_accessible(page)
    page.get_by_role("link", name="Record what was agreed").click()
    page.get_by_label("What was agreed with her, and with whom?").fill("Locked drawer, her key; J. Ross agrees")
    page.get_by_role("button", name="Record what was agreed").click()
    expect(page.get_by_text("It is hers, and it stays with her.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


# -- the change of shift -----------------------------------------------------------------------------


def test_two_nurses_at_one_handover_read_who_signed_and_another_takes_over(
    browser_of: Callable[..., Any], ito: User, moe: User
) -> None:
    full_ward(3)
    third = ward_midwife(name="L. Grant")
    first, second, coming = browser_of(ito), browser_of(moe), browser_of(third, viewport={"width": 320, "height": 640})
    for page in (first, second):
        page.goto("/ward/maple/handover/sign/")
    first.get_by_text("A note for a woman, where one is needed").click()
    first.get_by_label("Bed 2, E.O.: a note").fill("Likes to be asked first")
    for page in (first, second):
        page.get_by_label("Day", exact=True).check()
        page.get_by_role("button", name="Sign handover").click()
    expect(first.get_by_text("Signed. You can go home")).to_be_visible()
    expect(second.get_by_text("S. Ito has signed this handover")).to_be_visible()
    assert ShiftHandover.objects.count() == 1
    assert_accessible(first)

    coming.goto("/ward/maple/handover/")
    expect(coming.get_by_text("Likes to be asked first")).to_be_visible()
    assert coming.evaluate("document.documentElement.scrollWidth") <= 320
    coming.get_by_role("link", name="I take over").click()
    coming.get_by_role("button", name="I take over").click()
    expect(coming.get_by_text("Taken over by L. Grant").first).to_be_visible()
    assert_accessible(coming)
    second.goto("/ward/maple/handover/")
    expect(second.get_by_text("Taken over by L. Grant").first).to_be_visible()
    assert ShiftHandover.objects.get().accepted_by == third


def test_who_comes_takes_over_beside_who_goes_with_their_own_password(
    browser_of: Callable[..., Any], ito: User, moe: User
) -> None:
    full_ward(1)
    page = browser_of(ito)
    page.goto("/ward/maple/handover/sign/")
    page.get_by_label("Day", exact=True).check()
    page.get_by_role("button", name="Sign handover").click()
    page.get_by_role("link", name="Somebody takes over here").click()
    page.get_by_label("Who takes over?").select_option(label="K. Moe, ward midwife")
    page.get_by_label(re.compile("^Password")).fill("wrong")
    page.get_by_role("button", name="Take over", exact=True).click()
    expect(page.get_by_text("This is not your password").first).to_be_visible()
    assert ShiftHandover.objects.get().accepted_by is None
    page.get_by_label(re.compile("^Password")).fill(SECRET)
    page.get_by_role("button", name="Take over", exact=True).click()
    expect(page.get_by_text("Taken over by K. Moe").first).to_be_visible()


@pytest.mark.parametrize(("women", "pages"), [(1, 1), (6, 1), (12, 1), (40, None)])
def test_the_sheet_is_one_page_of_a4_for_twelve_women_and_several_for_forty(
    browser_of: Callable[..., Any], ito: User, women: int, pages: int | None, tmp_path: Path
) -> None:
    full_ward(women)
    page = browser_of(ito)
    page.goto("/ward/maple/handover/")
    expect(page.get_by_text("Destroy after shift")).to_be_visible()
    expect(page.get_by_text(re.compile(r"Printed \d\d:\d\d \w{3} \d+ \w{3} by S. Ito"))).to_be_visible()
    assert page.get_by_text("Okonkwo").count() == 0  # initials and beds alone
    printed = page.pdf(prefer_css_page_size=True)
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)
    assert box
    assert float(box[1]) > float(box[2])  # landscape
    found = pages_of(printed)
    assert found == pages if pages else 3 <= found <= 6
    page.emulate_media(media="print")
    assert page.get_by_role("link", name="Print", exact=True).count() == 0  # nothing but the sheet
    for row in page.locator(".sheet__row").all()[:2]:
        assert row.evaluate("row => getComputedStyle(row).breakInside") == "avoid"


def test_names_come_only_by_a_choice(browser_of: Callable[..., Any], ito: User) -> None:
    full_ward(2)
    page = browser_of(ito)
    page.goto("/ward/maple/handover/")
    page.get_by_role("link", name="Show names").click()
    expect(page.get_by_text("With names: this look is written down")).to_be_visible()
    assert page.locator(".sheet__who").first.inner_text().startswith("Maya")
    assert_accessible(page)


# -- one agreed message --------------------------------------------------------------------------------


def test_a_plan_signed_by_two_and_advice_that_differed_settled(browser_of: Callable[..., Any], ito: User) -> None:
    record = on_ward(bed="3", edd=clock.today())
    happened(record, ("baby_born", ago(hours=12)))
    consultant = staff(Role.OBSTETRIC_DOCTOR, team="hospital", name="Dr P. Shah")
    hers, theirs = browser_of(ito), browser_of(consultant, viewport={"width": 320, "height": 640})
    here = f"/journeys/{record.pk}/feeding/"
    hers.goto(here)
    assert_accessible(hers)
    hers.get_by_role("link", name="Write the first version").click()
    hers.get_by_label("What everybody tells her").fill("Feed as you planned. Ring us if the baby is very sleepy.")
    hers.get_by_role("button", name="Write it, and sign").click()
    theirs.goto(here)
    theirs.get_by_role("link", name="Sign it").click()
    theirs.get_by_role("button", name="Sign it", exact=True).click()
    expect(theirs.get_by_text("Agreed: both have signed. Tell her.")).to_be_visible()
    assert theirs.evaluate("document.documentElement.scrollWidth") <= 320

    theirs.get_by_role("link", name="I advised differently").click()
    theirs.get_by_label("What was said?").fill("You cannot while you take that")
    theirs.get_by_label("Who said it?").fill("night doctor")
    theirs.get_by_label("To whom?").fill("to her")
    fill_time(theirs, clock.now() - timedelta(minutes=2))
    theirs.get_by_role("button", name="Write it down").click()
    expect(theirs.get_by_text("Advice differs")).to_be_visible()
    assert_accessible(theirs)
    assert record.handoffs.get(moment="FEEDING_CONFLICT").state in ("pending", "due_soon")

    hers.goto(here)
    hers.get_by_role("link", name="Write the next version").click()
    hers.get_by_label("What everybody tells her").fill("Feed as you planned; both of us say so.")
    hers.get_by_role("button", name="Write it, and sign").click()
    theirs.goto(here)
    theirs.get_by_role("link", name="Sign it").click()
    theirs.get_by_role("button", name="Sign it", exact=True).click()
    theirs.get_by_role("link", name="She has been told").click()
    fill_time(theirs, clock.now())
    theirs.get_by_role("button", name="Record it").click()
    expect(theirs.get_by_text("everybody reads the same")).to_be_visible()
    assert record.handoffs.get(moment="FEEDING_CONFLICT").state == "completed_on_time"
    assert FeedingPlan.objects.get(version=2).shared_by == "Dr P. Shah"


def test_the_policies_of_a_site_stand_with_their_owner_and_date(browser_of: Callable[..., Any], ito: User) -> None:
    page = browser_of(ito)
    page.goto("/policies/")
    expect(page.get_by_text("version 1 · review by").first).to_be_visible()
    assert_accessible(page)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
