"""One dose in real browsers: two nurses at it at once, the second signature, five minutes, back button, two clicks."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from playwright.sync_api import expect

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from medications.models import Dose, DueDose, Signing
from medications.planning import sign_plan
from pathways.models import Journey
from tests.conftest import assert_accessible
from tests.factories import staff
from tests.medicine import on_ward, prescribed, statement, ward_midwife
from tests.signin import PASSWORD

SIGN = re.compile("^Sign — ")


@pytest.fixture
def nurses(transactional_db: None) -> list[User]:
    hashed = make_password(PASSWORD)
    return [ward_midwife(name=name, password=hashed) for name in ("L. Grant", "K. Moe", "S. Ito")]


@pytest.fixture
def doctor(transactional_db: None) -> User:
    return staff(Role.OBSTETRIC_DOCTOR, team="hospital", name="P. Anand", password=make_password(PASSWORD))


@pytest.fixture
def due(doctor: User) -> DueDose:
    record = on_ward()
    for source in ("prescriber", "pharmacy"):
        statement(record, source)
    found = sign_plan(record, prescribed(), by=doctor).due_doses.order_by("due_at").first()
    assert found
    return found


def page_of(due: DueDose) -> str:
    return f"/journeys/{due.journey_id}/medicine/dose/{due.pk}/"


def fill(page: Any) -> None:
    """What happened, as it is entered: given now, in the side room."""
    page.get_by_label("Given, all of it", exact=True).check()
    page.get_by_label("When did she take it?").fill(f"{clock.now().astimezone(clock.LONDON):%H:%M}")
    page.get_by_label("Side room").check()
    page.get_by_label("Register page").fill("B 214")
    page.get_by_label(re.compile("^Password of")).fill(PASSWORD)


def sign_first(page: Any, due: DueDose) -> None:
    page.goto(page_of(due))
    fill(page)
    page.get_by_role("button", name=SIGN).click()
    expect(page.get_by_text("within 5 minutes:")).to_be_visible()


def sign_second(page: Any, name: str) -> None:
    page.get_by_label("Name", exact=True).select_option(label=f"{name}, ward midwife")
    page.get_by_label("Password", exact=False).last.fill(PASSWORD)
    page.get_by_role("button", name="Sign", exact=True).click()


def test_two_nurses_at_one_dose_and_the_second_reads_who_gave_it(
    browser_of: Callable[..., Any], due: DueDose, nurses: list[User]
) -> None:
    giver, second, other = nurses
    hers, theirs = browser_of(giver), browser_of(other, viewport={"width": 320, "height": 640})
    hers.goto(page_of(due))
    assert_accessible(hers)
    sign_first(hers, due)
    sign_first(theirs, due)
    assert_accessible(hers)
    sign_second(hers, second.name)
    expect(hers.get_by_text("Stored once: Given, all of it")).to_be_visible()

    sign_second(theirs, second.name)
    expect(theirs.get_by_role("heading", name="This dose has already been given")).to_be_visible()
    expect(theirs.get_by_text("Do not give it again.")).to_be_visible()
    expect(theirs.locator(".side--recorded")).to_contain_text("L. Grant")
    expect(theirs.locator(".side--recorded")).to_contain_text("K. Moe")
    expect(theirs.locator(".side--yours")).to_contain_text("S. Ito")
    assert theirs.evaluate("document.documentElement.scrollWidth") <= 320
    assert_accessible(theirs)
    assert Dose.objects.count() == 1


def test_the_second_signs_in_the_browser_of_the_first_who_stays_signed_in(
    browser_of: Callable[..., Any], due: DueDose, nurses: list[User]
) -> None:
    giver, second, _ = nurses
    page = browser_of(giver)
    sign_first(page, due)
    sign_second(page, second.name)
    expect(page.get_by_text("Stored once: Given, all of it")).to_be_visible()
    expect(page.locator(".bar")).to_contain_text("L. Grant")
    made = Dose.objects.get()
    assert (made.given_by, made.witness) == (giver, second)


def test_when_five_minutes_have_run_out_what_was_entered_stays(
    browser_of: Callable[..., Any], due: DueDose, nurses: list[User]
) -> None:
    giver, second, _ = nurses
    page = browser_of(giver)
    page.clock.install()
    sign_first(page, due)
    signing = Signing.objects.get()
    # what the clock of the server would do
    past = signing.first_at - timedelta(minutes=6)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE medications_signing DISABLE TRIGGER kept_as_written")
        Signing.objects.update(first_at=past)
        cursor.execute("ALTER TABLE medications_signing ENABLE TRIGGER kept_as_written")
    page.wait_for_load_state("load")  # what counts down is there
    page.clock.fast_forward("05:01")
    expect(page.get_by_text("Five minutes have passed")).to_be_visible()
    page.get_by_role("link", name="Sign it again").click()
    expect(page.get_by_label("Given, all of it", exact=True)).to_be_checked()
    expect(page.get_by_label("Register page")).to_have_value("B 214")
    assert not Dose.objects.exists()
    page.get_by_label(re.compile("^Password of")).fill(PASSWORD)
    page.get_by_role("button", name=SIGN).click()
    sign_second(page, second.name)
    expect(page.get_by_text("Stored once")).to_be_visible()
    assert Dose.objects.count() == 1


def test_the_back_button_and_a_double_click_store_nothing_twice(
    browser_of: Callable[..., Any], due: DueDose, nurses: list[User]
) -> None:
    giver, second, _ = nurses
    page = browser_of(giver)
    page.goto(page_of(due))
    fill(page)
    page.get_by_role("button", name=SIGN).dblclick()
    expect(page.get_by_text("within 5 minutes:")).to_be_visible()
    assert Signing.objects.count() == 1
    page.get_by_label("Name", exact=True).select_option(label=f"{second.name}, ward midwife")
    page.get_by_label("Password", exact=False).last.fill(PASSWORD)
    page.get_by_role("button", name="Sign", exact=True).dblclick()
    expect(page.get_by_text("Stored once")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="This dose has already been given")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="This dose has already been given")).to_be_visible()
    assert Dose.objects.count() == 1


def test_signing_works_without_javascript(browser_of: Callable[..., Any], due: DueDose, nurses: list[User]) -> None:
    giver, second, _ = nurses
    page = browser_of(giver, java_script_enabled=False)
    sign_first(page, due)
    sign_second(page, second.name)
    expect(page.get_by_text("Stored once")).to_be_visible()


def test_the_pages_around_a_dose_are_accessible_and_fit(
    browser_of: Callable[..., Any], due: DueDose, nurses: list[User], doctor: User
) -> None:
    giver, second, _ = nurses
    page = browser_of(giver)
    sign_first(page, due)
    sign_second(page, second.name)
    expect(page.get_by_text("Stored once")).to_be_visible()
    made = Dose.objects.get()
    record = Journey.objects.get(pk=due.journey_id)
    base = f"/journeys/{record.pk}/medicine/"
    looks = [
        (page, f"{base}dose/"),
        (page, f"{base}dose/{due.pk}/"),
        (page, f"{base}given/{made.pk}/wrong/"),
        (page, f"{base}given/{made.pk}/too/"),
        (page, f"{base}decide/"),
    ]
    prescribing = browser_of(doctor)
    looks += [(prescribing, f"{base}plan/"), (prescribing, f"{base}plan/{due.plan_id}/end/")]
    for each, address in looks:
        for width in (1280, 320):
            each.set_viewport_size({"width": width, "height": 900})
            assert each.goto(address).status == 200
            assert_accessible(each)
            assert each.evaluate("document.documentElement.scrollWidth") <= width, address
