"""Where care breaks, in a real browser: from the overview to one measure, another site's chart, and onto paper."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from carecoord.access.models import User
from carecoord.access.roles import Role
from tests.conftest import assert_accessible
from tests.factories import staff
from tests.gaps.telling import a_picture, tell
from tests.routes import OF_GAPS, named_views

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = {
    "overview": "/gaps/",
    "measure": "/gaps/M08/",
    "measure-too-few": "/gaps/M08/?site=TAYM",
    "hours": "/gaps/M07/?line=hours.hours",
    "separated": "/gaps/M18/?line=invited_apart.invited",
    "engagement": "/gaps/M24/",
    "deaths": "/gaps/M23/",
    "missed": "/gaps/missed/",
    "late-entry": "/gaps/late-entry/",
    "after-separation": "/gaps/after-separation/",
    "definitions": "/gaps/definitions/",
}


@pytest.fixture
def manager(transactional_db: None) -> User:
    a_picture()
    return staff(Role.SERVICE_MANAGER, team="office", name="J. Okafor")


def look_at(page: Any, name: str, width: int) -> None:
    """Accessible, nothing to scroll sideways, and a picture of it where a folder for them is named."""
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/gaps-{name}-{width}.png", full_page=True)


@pytest.mark.parametrize("width", [1280, 320])
def test_every_page_is_accessible_and_fits(browser_of: Callable[..., Any], manager: User, width: int) -> None:
    page = browser_of(manager, viewport={"width": width, "height": 900})
    for name, address in PAGES.items():
        assert page.goto(address).ok
        look_at(page, name, width)


@pytest.mark.parametrize("width", [1280, 320])
def test_forty_sites_fit_and_a_few_of_them_may_be_chosen(
    browser_of: Callable[..., Any], manager: User, more_sites: Any, width: int
) -> None:
    for site in more_sites(36):
        tell("M08.doses", site.code, [(90, 10, 5, 0), (95, 10, 0, 0)] * 6)
        tell("M25.NAMED_MIDWIFE", site.code, [(80, 15, 10, 10)] * 4, months=3)
    page = browser_of(manager, viewport={"width": width, "height": 900})
    for name, address in (("overview-40", "/gaps/"), ("missed-40", "/gaps/missed/"), ("measure-40", "/gaps/M08/")):
        page.goto(address)
        look_at(page, name, width)

    page.get_by_label("Site", exact=True).select_option(label="Town 007")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="Town 007, month by month")).to_be_visible()

    page.goto("/gaps/")
    first = page.get_by_role("rowheader", name="Booked by 10+0")
    page.get_by_role("region", name="Measures by site").evaluate("region => region.scrollLeft = 4000")
    expect(first).to_be_in_viewport(ratio=0.9)  # the first column stays
    page.get_by_text("Choose among 40 sites").click()
    for site in ("Calder Vale", "Town 007"):
        page.get_by_label(site, exact=True).check()
    page.get_by_role("button", name="Show these").click()
    expect(page.get_by_text("2 of 40 sites chosen")).to_be_visible()
    look_at(page, "overview-chosen", width)


def test_a_manager_goes_from_the_overview_to_a_chart_of_another_site_and_to_the_missed_handoffs(
    browser_of: Callable[..., Any], manager: User
) -> None:
    page = browser_of(manager, viewport={"width": 1280, "height": 900})
    page.goto("/gaps/")

    page.get_by_role("link", name="Ward doses late or left out for our reasons").click()
    expect(page.get_by_role("heading", name="Ashford Bridge, month by month")).to_be_visible()
    expect(page.get_by_text("signal: worse since Oct 2025")).to_be_visible()

    page.get_by_role("link", name="Calder Vale, by quarter").click()
    expect(page.get_by_role("heading", name="Calder Vale, quarter by quarter")).to_be_visible()
    table = page.get_by_role("region", name="The numbers over time")
    expect(table).to_be_hidden()
    page.get_by_text("The same numbers in a table").first.click()
    expect(table.get_by_role("row")).to_have_count(13)

    page.get_by_role("link", name="← Where care breaks").click()
    page.get_by_role("navigation", name="More about where care breaks").get_by_role(
        "link", name="Missed handoffs"
    ).click()
    expect(page.get_by_role("heading", name="Missed handoffs", level=1)).to_be_visible()
    page.get_by_role("link", name="First ward medicine").click()
    expect(page.get_by_role("heading", name="Missed handoffs: First ward medicine")).to_be_visible()


def test_on_paper_charts_and_tables_are_whole_and_what_is_pressed_is_left_out(
    browser_of: Callable[..., Any], manager: User, tmp_path: Path
) -> None:
    page = browser_of(manager, viewport={"width": 794, "height": 1123})
    page.goto("/gaps/M08/")
    page.emulate_media(media="print")

    expect(page.get_by_role("region", name="The numbers over time")).to_be_visible()  # opened, as nobody can press it
    expect(page.get_by_role("region", name="The numbers of each site")).to_be_visible()
    expect(page.get_by_role("navigation", name="Whose chart")).to_be_hidden()
    expect(page.locator(".chart svg:visible")).to_have_count(2)
    folder = Path(os.environ.get("SHOTS") or tmp_path)
    for name in ("measure", "missed", "overview", "after-separation"):
        page.goto(PAGES[name])
        paper = folder / f"gaps-{name}.pdf"
        paper.write_bytes(page.pdf(format="A4"))
        assert paper.stat().st_size > 10_000
        if os.environ.get("SHOTS"):
            page.screenshot(path=folder / f"gaps-{name}-print.png", full_page=True)


def test_every_route_of_these_is_looked_at_here() -> None:
    mine = ("gaps", "gaps_missed", "gaps_late_entry", "gaps_apart", "gaps_definitions")
    assert {reverse(name) for name in mine} <= set(PAGES.values())
    assert {"gap", *mine} <= named_views(*OF_GAPS)
