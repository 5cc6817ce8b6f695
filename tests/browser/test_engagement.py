"""She answers on a small phone, without a script; what comes on paper is typed in by somebody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from pathways.gaps.models.engagement import Analysis, CallWanted, Response
from pathways.gaps.rules.engagement.items import ITEMS
from pathways.models import Journey
from tests.browser.test_every_page import look_at, look_at_this
from tests.factories import staff
from tests.gaps.engagement import asked, booked


@pytest.fixture
def midwife(transactional_db: None) -> User:
    return staff(name="A. Reid")


@pytest.fixture
def record(midwife: User) -> Journey:
    return booked(midwife)


def test_she_answers_on_a_small_phone_without_a_script(
    browser: Any, browser_of: Callable[..., Any], live_server: Any, record: Journey, midwife: User
) -> None:
    theirs = browser_of(midwife)
    theirs.goto(reverse("journey", args=[record.pk]))
    theirs.get_by_role("link", name="You can offer CE-8 now").click()
    theirs.get_by_label("On her own phone, tablet or computer").check()
    theirs.get_by_role("button", name="Make it").click()
    expect(theirs.get_by_role("heading", name="The address is made")).to_be_visible()
    address = re.search(r"/w/[\w-]+/", theirs.locator(".made__address").inner_text())
    assert address

    phone = {"viewport": {"width": 320, "height": 568}, "java_script_enabled": False, "has_touch": True}
    hers = browser.new_context(base_url=live_server.url, **phone).new_page()
    hers.goto(address[0])
    assert hers.title() == "Questions"
    expect(hers.get_by_role("link", name="Leave this page")).to_be_in_viewport()
    hers.get_by_role("group", name="whom do you think of").get_by_label("all services").check()
    for item in ITEMS:
        one = hers.get_by_role("group", name=item.text)
        one.get_by_label("A lot").check()
        target = one.locator(".nhsuk-radios__item").first.bounding_box()
        assert target
        assert target["height"] >= 44
    expect(hers.get_by_role("link", name="Leave this page")).to_be_in_viewport()  # also far down
    hers.get_by_label("I want someone to call me").check()
    hers.get_by_role("button", name="Send").click()
    expect(hers.get_by_role("heading", name="Thank you")).to_be_visible()
    assert hers.context.cookies() == []
    hers.goto(address[0])
    expect(hers.get_by_role("heading", name="Nothing to answer here")).to_be_visible()
    hers.context.close()

    assert Response.objects.get().answers == [3] * 8
    assert CallWanted.objects.get().journey == record
    theirs.goto(reverse("journey", args=[record.pk]))
    theirs.get_by_role("link", name="Somebody has talked with her").click()
    theirs.get_by_role("button", name="Somebody has talked with her").click()
    expect(theirs.get_by_text("Written down: somebody has talked with her.")).to_be_visible()


def test_what_comes_on_paper_is_typed_in_by_somebody_else(
    browser_of: Callable[..., Any], record: Journey, midwife: User
) -> None:
    theirs = browser_of(midwife)
    theirs.goto(reverse("engagement_offer", args=[record.pk]))
    theirs.get_by_label("On paper").check()
    theirs.get_by_role("button", name="Make it").click()
    expect(theirs.get_by_role("heading", name="Print this sheet")).to_be_visible()
    code = theirs.locator(".questions-paper__code").inner_text()
    theirs.emulate_media(media="print")
    height = theirs.locator(".questions-paper").bounding_box()
    assert height
    assert height["height"] < 1000  # one side of A4
    theirs.emulate_media(media="screen")
    theirs.goto(reverse("engagement_enter"))
    theirs.get_by_label("The code in the corner of the paper").fill(code)
    theirs.get_by_role("button", name="Go on").click()
    expect(theirs.get_by_text("Give the paper, closed, to a colleague").first).to_be_visible()

    office = browser_of(staff(Role.SITE_ADMINISTRATOR, team="office"))
    office.goto(reverse("engagement_enter"))
    office.get_by_label("The code in the corner of the paper").fill(code)
    office.get_by_role("button", name="Go on").click()
    expect(office.get_by_role("button", name="Save")).to_be_visible()
    look_at_this(office, "answers on paper")
    today = clock.today()
    for label, part in (("Day", today.day), ("Month", today.month), ("Year", today.year)):
        office.get_by_label(label, exact=True).fill(str(part))
    for item in ITEMS[:6]:
        office.get_by_role("group", name=item.text).get_by_label("Completely").check()
    office.get_by_role("button", name="Save").click()
    expect(office.get_by_text("Nobody can open these answers again.")).to_be_visible()
    assert Response.objects.get().answers == [4] * 6 + [-3] * 2


def test_its_pages_are_accessible_and_fit(
    page: Any, live_server: Any, sign_in: Any, record: Journey, midwife: User, settings: Any
) -> None:
    made = asked(record, ward=True)
    look_at(page, live_server.url + reverse("questions", args=[made.key]), "questions")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Nothing is chosen yet.")).to_be_visible()
    look_at_this(page, "questions, nothing chosen")
    look_at(page, live_server.url + reverse("questions_thanks"), "questions_thanks")
    look_at(page, live_server.url + reverse("questions", args=["2222-2222-2222"]), "questions closed")
    sign_in(midwife)
    for way, heading in (("On paper", "Print this sheet"), ("On her own phone", "The address is made")):
        look_at(page, live_server.url + reverse("engagement_offer", args=[record.pk]), "offering")
        page.get_by_label(way).check()
        page.get_by_role("button", name="Make it").click()
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        look_at_this(page, heading)


def test_the_analysis_is_accessible_and_fits(
    page: Any, live_server: Any, sign_in: Any, midwife: User, settings: Any
) -> None:
    sign_in(staff(Role.SERVICE_MANAGER, team="office"))
    look_at(page, live_server.url + reverse("engagement"), "engagement, switched off")
    settings.ENGAGEMENT_ANALYSIS = True
    row = {"women": 20, "m6": 60, "m12": 50}
    curve = {"steps": [[0, 100, 100, 100], [90, 60, 40, 75]], "at_risk": [20, 10, 10, 10, 10]}
    shown = {"told": "quintiles", "rows": [row] * 5, "others": None, "curves": [curve] * 5, "after": 0.2}
    Analysis.objects.create(year=2024, told_at=clock.now(), shown=shown)
    look_at(page, live_server.url + reverse("engagement"), "engagement")
