"""Signing in, in a real browser."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model

from carecoord.access.models import Membership, Team
from carecoord.access.roles import Role
from tests.conftest import assert_accessible

PASSWORD = "a long enough passphrase"


@pytest.fixture
def midwife(transactional_db: None) -> Any:
    user = get_user_model().objects.create_user("a.reid@demo.example", PASSWORD, name="A. Reid")
    team = Team.objects.filter(kind=Team.Kind.CASELOAD).first()
    Membership.objects.create(user=user, team=team, role=Role.SPECIALIST_MIDWIFE)
    return user


def test_the_page_is_accessible_and_narrow_screens_need_no_sideways_scroll(page: Any, live_server: Any) -> None:
    page.goto(f"{live_server.url}/accounts/login/")
    assert_accessible(page)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_enter_signs_in_and_the_session_ends_with_the_browser(page: Any, live_server: Any, midwife: Any) -> None:
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_label("e-mail").fill("A.Reid@demo.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/accounts/login/" not in url)
    (session,) = [cookie for cookie in page.context.cookies() if cookie["name"] == settings.SESSION_COOKIE_NAME]
    assert session["expires"] == -1
    assert session["httpOnly"]


def test_a_wrong_password_and_an_unknown_address_are_told_alike(page: Any, live_server: Any, midwife: Any) -> None:
    told = []
    for address in ("a.reid@demo.example", "nobody@demo.example"):
        page.goto(f"{live_server.url}/accounts/login/")
        page.get_by_label("e-mail").fill(address)
        page.get_by_label("Password", exact=True).fill("not the passphrase")
        page.keyboard.press("Enter")
        told.append(page.get_by_role("alert").inner_text())
        assert_accessible(page)
    assert told[0] == told[1] != ""


def test_it_works_without_javascript(browser: Any, live_server: Any, midwife: Any) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}/accounts/login/")
    page.fill("input[name=login]", "a.reid@demo.example")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/accounts/login/" not in url)
