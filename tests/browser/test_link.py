"""A service without an account is sent a link, reads what was shared on a small screen, and answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from carecoord import clock
from carecoord.access.models import User
from pathways.models import Journey, Woman
from referrals.models import Referral, ReferralLink, Shared
from tests.browser.test_every_page import look_at, look_at_this
from tests.factories import ago, happened, journey, staff
from tests.links import linked
from tests.services import referral, service


@pytest.fixture
def midwife(transactional_db: None) -> User:
    return staff(name="A. Reid")


@pytest.fixture
def record(midwife: User) -> Journey:
    made = journey(midwife=midwife, edd=clock.today(ago(-100)), first_name="Hannah", last_name="Pell")
    happened(made, ("first_contact", ago(20)), ("booking_completed", ago(10)))
    Woman.objects.update(what_matters="My own door, and nobody shouting.")
    return made


@pytest.fixture
def sent(record: Journey) -> Referral:
    to = service("housing", name="Open Door housing", email="intake@housing.example")
    return referral(record, to, shared=Shared.values, asks="A first talk about a place of her own.")


def test_a_service_without_an_account_reads_and_answers(
    browser: Any, browser_of: Callable[..., Any], live_server: Any, sent: Referral, midwife: User
) -> None:
    hers = browser_of(midwife)
    hers.goto(reverse("referral", args=[sent.pk]))
    hers.get_by_role("link", name="A link by which they answer").click()
    expect(hers.get_by_role("heading", name="This is what they read")).to_be_visible()
    hers.get_by_label("Who is it for?").fill("C. Mbeki, intake")
    hers.get_by_label("I send it, or hand it over on paper").check()
    hers.get_by_role("button", name="Make the link").click()
    expect(hers.get_by_role("heading", name="The link is made")).to_be_visible()
    address = re.search(r"/r/[\w-]+/", hers.locator(".made__address").inner_text())
    code = hers.locator(".made__code").inner_text()
    assert address

    theirs = browser.new_context(base_url=live_server.url, viewport={"width": 320, "height": 640}).new_page()
    theirs.goto(address[0])
    assert "Hannah" not in theirs.content()
    theirs.get_by_label("Six digits").fill("000 000" if code != "000 000" else "111 111")
    theirs.get_by_role("button", name="Open the request").click()
    expect(theirs.get_by_text("This did not open anything.")).to_be_visible()
    theirs.get_by_label("Six digits").fill(code)
    theirs.get_by_role("button", name="Open the request").click()
    expect(theirs.get_by_text("Hannah Pell, born 3 Apr 1991")).to_be_visible()
    assert theirs.evaluate("document.documentElement.scrollWidth") <= 320
    theirs.get_by_role("button", name="We have it").click()
    expect(theirs.get_by_text("They know that you have it.")).to_be_visible()
    theirs.get_by_label("No, we cannot take her on").check()
    theirs.get_by_role("button", name="Send the decision").click()
    expect(theirs.get_by_text("Choose why").first).to_be_visible()
    theirs.get_by_label("We have no place now").check()
    theirs.get_by_label("Your name, and what you are").fill("D. Ross, housing worker")
    theirs.get_by_role("button", name="Send the decision").click()
    expect(theirs.get_by_role("heading", name="Thank you")).to_be_visible()
    assert "Hannah" not in theirs.content()
    assert theirs.context.cookies() == []
    theirs.context.close()

    hers.goto(reverse("referral", args=[sent.pk]))
    expect(hers.get_by_text("D. Ross, housing worker").first).to_be_visible()
    hers.goto(reverse("link", args=[sent.pk]))
    expect(hers.get_by_text("Answered on")).to_be_visible()


def test_the_pages_of_a_link_are_accessible_and_fit(
    page: Any, live_server: Any, sign_in: Any, sent: Referral, midwife: User
) -> None:
    made = linked(sent)
    look_at(page, live_server.url + reverse("answer_link", args=[made.key.token]), "link")
    page.get_by_role("button", name="Open the request").click()
    expect(page.get_by_text("This did not open anything.")).to_be_visible()
    look_at_this(page, "link with an error")
    page.get_by_label("Six digits").fill(made.key.code)
    page.get_by_role("button", name="Open the request").click()
    expect(page.get_by_role("heading", name="Your decision")).to_be_visible()
    look_at_this(page, "an opened link")
    page.get_by_role("button", name="Send the decision").click()
    expect(page.get_by_text("There is something to put right")).to_be_visible()
    look_at_this(page, "a decision with an error")
    look_at(page, live_server.url + reverse("link_answered"), "link_answered")
    sign_in(midwife)
    look_at(page, live_server.url + reverse("link", args=[sent.pk]), "making a link")
    page.get_by_label("Who is it for?").fill("C. Mbeki, intake")
    page.get_by_label("By e-mail to intake@housing.example").check()
    page.get_by_role("button", name="Make the link").click()
    expect(page.get_by_role("heading", name="The link is made")).to_be_visible()
    look_at_this(page, "a link that is made")
    assert ReferralLink.objects.count() == 2
