"""The caseload and the pages about a woman, in a real browser."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pathways.engine import Stage
from pathways.models import Journey, Woman
from pathways.pages.caseload import PAGE_SIZE
from pathways.sweep import sweep
from tests.conftest import assert_accessible
from tests.factories import ago, journey, owed, staff, stand_at

pytestmark = pytest.mark.django_db(transaction=True)

MOMENTS = ("BOOK_10W", "HV_ANTENATAL", "FEEDING_PLAN", "NEONATAL_ANAES_REVIEW", "BIRTH_MED_PLAN", "GP_6_8W")


@pytest.fixture
def midwife(transactional_db: None) -> Any:
    return staff(name="A. Reid")


@pytest.fixture
def caseload(midwife: Any) -> list[Journey]:
    """Fourteen women who need something and two who are on track: 3 missed, 4 overdue, 7 due soon."""
    days = [8, 7, 6, 2.5, 2, 1.5, 1, -0.4, -1, -2, -3, -4, -5, -6, -20, -30]
    found = []
    for number, day in enumerate(days):
        record = journey(midwife=midwife, first_name=f"Woman{number}", last_name="O’Connor", edd=date(2027, 3, 1))
        stage = Stage.POSTNATAL_INPATIENT if number % 5 == 4 else Stage.ANTENATAL
        stand_at(record, stage)
        Journey.objects.filter(pk=record.pk).update(last_contact_at=ago(number))
        owed(record, MOMENTS[number % len(MOMENTS)], due=ago(day), late_entry=number == 9)
        found.append(record)
    return found


def test_fourteen_women_and_the_first_on_track_are_seen_at_once(
    page: Any, live_server: Any, sign_in: Any, midwife: Any, caseload: list[Journey]
) -> None:
    sweep()  # as every minute: no band says that flags are old
    sign_in(midwife)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{live_server.url}/caseload/")
    assert_accessible(page)
    fifteenth = page.locator("a.row").nth(14)
    assert "On track" in fifteenth.inner_text()
    box = fifteenth.bounding_box()
    assert box["y"] + box["height"] <= 900
    assert {round(row.bounding_box()["height"]) for row in page.locator("a.row").all()[:15]} == {46}


def test_narrow_windows_show_cards_without_sideways_scroll(
    page: Any, live_server: Any, sign_in: Any, midwife: Any, caseload: list[Journey]
) -> None:
    sign_in(midwife)
    page.set_viewport_size({"width": 320, "height": 900})
    page.goto(f"{live_server.url}/caseload/")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert_accessible(page)
    words = page.locator("a.row").first.inner_text()
    for word in ("Missed", "Woman0 O’C.", "Booking appointment", "days late", "With:", "Last contact"):
        assert word in words


def test_keys_lead_to_the_search_and_along_the_rows(
    page: Any, live_server: Any, sign_in: Any, midwife: Any, caseload: list[Journey]
) -> None:
    sign_in(midwife)
    page.goto(f"{live_server.url}/caseload/")
    page.keyboard.press("/")
    page.keyboard.type("woman3 oconnor")
    page.keyboard.press("Enter")
    page.wait_for_url("**/caseload/?found=1")
    assert "Woman3 O’C." in page.locator("a.row").first.inner_text()
    assert_accessible(page)
    page.get_by_role("link", name="Clear the search").click()
    page.wait_for_url("**/caseload/")
    page.locator("a.row").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.id") == f"w{caseload[2].pk}"


@pytest.mark.parametrize("way", ["the browser's back", "the link"])
def test_the_way_back_leads_to_the_same_filter_page_and_row(
    page: Any, live_server: Any, sign_in: Any, midwife: Any, comes_true: Any, way: str
) -> None:
    for number in range(PAGE_SIZE + 30):
        owed(journey(first_name=f"Woman{number}"), due=ago(-20 - number))
    for each in Journey.objects.all():
        stand_at(each, Stage.ANTENATAL)
    sign_in(midwife)
    page.set_viewport_size({"width": 1280, "height": 700})
    page.goto(f"{live_server.url}/caseload/?of=all&show=antenatal&page=2")
    row = page.locator("a.row").nth(27)
    name, anchor = row.locator(".row__woman").inner_text(), row.get_attribute("id")
    row.click()
    page.wait_for_url("**/journeys/*/")
    if way == "the link":
        page.get_by_role("link", name="Back to caseload").click()
    else:
        page.go_back()
    page.wait_for_url("**/caseload/?of=all&show=antenatal&page=2*")
    row = page.locator(f"#{anchor}")
    assert row.locator(".row__woman").inner_text() == name
    comes_true(
        page,
        "id => { const box = document.getElementById(id).getBoundingClientRect();"
        " return box.top >= 0 && box.bottom <= innerHeight }",
        anchor,
    )


def test_adding_a_woman(page: Any, live_server: Any, sign_in: Any, midwife: Any) -> None:
    twin = journey(first_name="Shan", last_name="O’Connor", date_of_birth=date(1994, 3, 4))
    sign_in(midwife)
    page.goto(f"{live_server.url}/women/add/")
    assert_accessible(page)
    page.get_by_role("button", name="Add her").click()
    summary = page.locator(".nhsuk-error-summary")
    assert_accessible(page)
    summary.get_by_role("link", name="Enter her date of birth").click()
    assert page.evaluate("document.activeElement.name") == "date_of_birth_0"
    page.get_by_label("Name she uses").fill("Shan")
    page.get_by_label("Last name").fill("OConnor")
    for box, part in (("Day", "4"), ("Month", "3"), ("Year", "1994")):
        page.get_by_role("group", name="Date of birth").get_by_label(box).fill(part)
    page.get_by_label("Pronouns").fill("they/them")
    page.get_by_role("button", name="Add her").dblclick()
    page.get_by_role("heading", name="Is she here already?").wait_for()
    assert_accessible(page)
    assert page.get_by_label("Pronouns").input_value() == "they/them"
    assert page.get_by_role("link", name="Open her record").get_attribute("href") == f"/journeys/{twin.pk}/"
    page.get_by_role("button", name="This is somebody else: save").dblclick()
    page.wait_for_url("**/journeys/*/")
    assert Woman.objects.filter(pronouns="they/them").count() == 1


def test_adding_and_searching_work_without_javascript(browser: Any, live_server: Any, midwife: Any) -> None:
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(midwife)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/women/add/")
    page.fill("[name=preferred_name]", "Róisín")
    page.fill("[name=last_name]", "Ní Bhriain")
    page.fill("[name=date_of_birth_0]", "4/3/1994")  # pasted as a whole
    page.click("button:has-text('Add her')")
    page.wait_for_url("**/journeys/*/")
    page.goto(f"{live_server.url}/caseload/")
    page.fill("[name=q]", "roisin")
    page.press("[name=q]", "Enter")
    page.wait_for_url("**/caseload/?found=1")
    page.click("a.row")
    page.wait_for_url(f"**/journeys/{Journey.objects.get().pk}/")
    context.close()


@pytest.mark.parametrize("place", ["details", "pregnancies/add"])
def test_the_pages_about_her_are_accessible(
    page: Any, live_server: Any, sign_in: Any, midwife: Any, place: str
) -> None:
    her = journey(first_name="Siân", preferred_name="Shan").woman
    sign_in(midwife)
    page.goto(f"{live_server.url}/women/{her.pk}/{place}/")
    assert_accessible(page)
    page.set_viewport_size({"width": 320, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_empty_lists_are_accessible(page: Any, live_server: Any, sign_in: Any, midwife: Any) -> None:
    sign_in(midwife)
    for query in ("", "?of=nobody", "?show=closed", "?found=1"):
        page.goto(f"{live_server.url}/caseload/{query}")
        assert_accessible(page)
