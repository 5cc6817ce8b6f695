"""What the frame of every page does in a real browser: menu, keys, forms."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.conftest import assert_accessible
from tests.factories import staff

PHONE = {"width": 320, "height": 640}


@pytest.fixture
def caseload(page: Any, live_server: Any, transactional_db: None, sign_in: Any) -> Any:
    """The empty caseload of a midwife."""
    sign_in(staff(name="A. Reid"))
    page.goto(f"{live_server.url}/caseload/")
    return page


def test_the_menu_of_a_narrow_window_opens_and_closes(caseload):
    caseload.set_viewport_size(PHONE)
    pages = caseload.get_by_role("navigation", name="Pages")
    menu = caseload.get_by_role("button", name="Menu")
    assert not pages.is_visible()
    menu.click()
    assert pages.is_visible()
    assert_accessible(caseload)
    caseload.keyboard.press("Escape")
    assert not pages.is_visible()
    assert menu.evaluate("element => element === document.activeElement")


def test_the_menu_opens_without_javascript(browser, caseload):
    context = browser.new_context(
        java_script_enabled=False, viewport=PHONE, storage_state=caseload.context.storage_state()
    )
    page = context.new_page()
    page.goto(caseload.url)
    page.get_by_text("Menu", exact=True).click()
    assert page.get_by_role("navigation", name="Pages").is_visible()
    context.close()


def test_slash_leads_to_the_search_and_is_a_letter_inside_it(caseload):
    caseload.keyboard.press("/")
    caseload.keyboard.type("a/b")
    assert caseload.locator("[data-search]").input_value() == "a/b"


def test_g_c_leads_to_the_caseload(caseload, live_server):
    caseload.goto(f"{live_server.url}/handoffs/")
    caseload.keyboard.press("c")
    assert caseload.url.endswith("/handoffs/")
    caseload.keyboard.press("g")
    caseload.keyboard.press("c")
    caseload.wait_for_url("**/caseload/")


def test_the_skip_link_leads_past_the_bar(caseload):
    caseload.keyboard.press("Tab")
    assert caseload.evaluate("document.activeElement.textContent") == "Skip to main content"
    caseload.keyboard.press("Enter")
    assert caseload.evaluate("document.activeElement.id") == "main"


def test_a_form_is_sent_once_for_a_double_click(caseload):
    sent = []
    caseload.route("**/accounts/logout/", lambda route: (sent.append(1), route.fulfill(status=204)))  # the page stays
    for _ in range(3):
        caseload.evaluate("document.querySelector('.bar__leave').requestSubmit()")
        caseload.wait_for_timeout(150)
    assert sent == [1]


def test_leaving_with_something_unsaved_is_asked_about(caseload, live_server):
    asked = []
    caseload.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    caseload.goto(f"{live_server.url}/women/add/")
    caseload.goto(f"{live_server.url}/caseload/")
    assert asked == []
    caseload.goto(f"{live_server.url}/women/add/")
    caseload.locator("form[data-warn-unsaved] input[type=text]").first.press_sequentially("T")
    caseload.goto(f"{live_server.url}/caseload/")
    assert asked == ["beforeunload"]


def test_the_error_summary_takes_the_focus_and_leads_to_the_field(caseload, live_server):
    caseload.goto(f"{live_server.url}/women/add/")
    caseload.locator("form[data-warn-unsaved] button[type=submit]").first.click()
    summary = caseload.locator(".nhsuk-error-summary")
    expect(summary).to_be_focused()
    assert_accessible(caseload)
    link = summary.get_by_role("link").first
    target = link.get_attribute("href")
    link.click()
    assert caseload.evaluate("document.activeElement.id") == target[1:]
