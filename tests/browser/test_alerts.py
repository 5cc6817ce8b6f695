"""Taking an alert in one browser and seeing it in another; pressed twice, gone back, put off."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from carecoord.access.models import User
from pathways.models import Hold, Owner
from tests.alerting import told
from tests.factories import ago, claimed, journey, owed, staff

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def team(transactional_db: None) -> tuple[User, User]:
    """Two midwives who were told of the same woman."""
    reid, ali = staff(name="A. Reid"), staff(name="R. Ali")
    record = journey(midwife=reid)
    claimed(record, ali)
    told(owed(record, due=ago(1)), reid, ali)
    return reid, ali


def another(browser: Any, live_server: Any, user: User) -> Any:
    """A browser of somebody else's."""
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context = browser.new_context()
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return context.new_page()


def test_taken_in_one_browser_it_is_seen_in_the_other(
    page: Any, browser: Any, live_server: Any, sign_in: Any, team: tuple[User, User]
) -> None:
    reid, ali = team
    address = f"{live_server.url}/alerts/"
    theirs = another(browser, live_server, ali)
    theirs.goto(address)
    sign_in(reid)
    page.goto(address)
    page.get_by_role("button", name="I have this").click()
    page.get_by_text("Nobody further is told before then.").wait_for()
    theirs.get_by_role("button", name="I have this").click()  # its page is from before
    theirs.get_by_text("Speak with them.").wait_for()
    assert "A. Reid has this until" in theirs.locator("main").inner_text()
    assert theirs.get_by_role("button", name="I have this").count() == 0
    assert list(Owner.objects.values_list("user", "until")) == [(reid.pk, None)]
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Taken back.").wait_for()
    theirs.reload()
    theirs.get_by_role("button", name="I have this").click()
    theirs.get_by_text("Nobody further is told before then.").wait_for()
    assert Hold.objects.get(undone_at=None).by == ali
    theirs.context.close()


def test_pressed_twice_it_counts_once(page: Any, live_server: Any, sign_in: Any, team: tuple[User, User]) -> None:
    sign_in(team[0])
    page.goto(f"{live_server.url}/alerts/")
    page.get_by_role("button", name="I have this").dblclick()
    page.get_by_text("Nobody further is told before then.").wait_for()
    assert Hold.objects.count() == 1


def test_gone_back_and_pressed_again_it_counts_once(
    page: Any, live_server: Any, sign_in: Any, team: tuple[User, User]
) -> None:
    sign_in(team[0])
    page.goto(f"{live_server.url}/alerts/")
    page.get_by_role("button", name="I have this").click()
    page.get_by_text("Nobody further is told before then.").wait_for()
    page.go_back()
    page.wait_for_load_state()
    button = page.get_by_role("button", name="I have this", exact=False)
    if button.count():  # as it was, or as it is now: neither takes it from somebody else
        button.first.click()
        page.wait_for_load_state()
    assert Hold.objects.filter(undone_at=None).values("by").distinct().count() == 1
    assert Owner.objects.filter(until=None).count() == 1


def test_put_off_with_a_reason_and_back_in_the_list(
    page: Any, live_server: Any, sign_in: Any, team: tuple[User, User]
) -> None:
    sign_in(team[0])
    page.goto(f"{live_server.url}/alerts/")
    page.get_by_role("link", name="Put off…").click()
    page.get_by_role("button", name="Put it off").click()
    expect(page.locator(".nhsuk-error-message")).to_have_count(2)
    page.locator("input[name=until]").first.check()
    page.get_by_label("She cannot be reached before then").check()
    page.get_by_role("button", name="Put it off").click()
    page.get_by_text("Put off by you until").wait_for()
    expect(page.get_by_role("button", name="Undo")).to_have_count(1)
