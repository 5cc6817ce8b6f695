"""A manager sets an aim and notes a change, and finds both on the chart; in a real browser."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from pathways.gaps.aiming import soonest
from pathways.gaps.measures import TABLES
from pathways.gaps.models import Aim, ChangeNote
from pathways.gaps.report.quarters import close_quarters
from tests.conftest import assert_accessible
from tests.factories import staff
from tests.gaps.telling import a_picture


@pytest.fixture
def manager(transactional_db: None) -> User:
    return staff(Role.SERVICE_MANAGER, team="office", name="J. Okafor")


def fits(page: Any) -> None:
    """Nothing to scroll sideways, on a small screen too, and nothing that axe finds."""
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), width
        assert_accessible(page)
    page.set_viewport_size({"width": 1280, "height": 900})


def enter_day(page: Any, day: Any) -> None:
    for label, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        page.get_by_label(label, exact=True).fill(str(value))


def test_an_aim_and_a_change_are_marked_on_the_chart(page: Any, live_server: Any, sign_in: Any, manager: User) -> None:
    a_picture()
    sign_in(manager)
    page.goto(f"{live_server.url}/gaps/M08/")
    expect(page.get_by_text("No aim yet.")).to_be_visible()

    page.get_by_role("link", name="Set an aim").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Set an aim"))
    fits(page)
    page.get_by_role("button", name="Save it").click()
    expect(page.get_by_text("Choose who sees to it: somebody of this site, or a group.").first).to_be_visible()
    page.get_by_label("What is it to reach?").fill("8")
    enter_day(page, soonest(TABLES["M08.doses"], clock.today()) + timedelta(days=90))
    page.get_by_label("Who sees to it?").select_option(label="A group")
    page.get_by_label("The group").fill("the ward forum")
    page.get_by_role("button", name="Save it").click()
    expect(page.get_by_text("The aim is set.")).to_be_visible()
    expect(page.locator(".aims")).to_contain_text("8 or fewer per 100 by")
    expect(page.locator(".aims")).to_contain_text("Not there yet.")

    page.get_by_role("link", name="Note what was changed").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Note a change"))
    fits(page)
    page.get_by_label("What was changed?").fill("since Mrs Reid complained")
    enter_day(page, clock.today() - timedelta(days=400))
    page.get_by_role("button", name="Save it").click()
    expect(page.get_by_text("This looks like a person").first).to_be_visible()
    page.get_by_label("What was changed?").fill("the cupboard stands nearer now")
    page.get_by_role("button", name="Save it").click()
    expect(page.get_by_text("Noted.")).to_be_visible()

    chart = page.locator(".chart__wide").first
    expect(chart.locator("desc")).to_contain_text("8 or fewer per 100 by")
    expect(chart.locator("desc")).to_contain_text("the cupboard stands nearer now")
    fits(page)
    page.emulate_media(media="print")
    expect(page.locator(".aims")).to_be_visible()
    page.emulate_media(media="screen")

    page.get_by_role("link", name="All aims of my site").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Aims")
    fits(page)
    page.get_by_role("link", name="End it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("End an aim"))
    fits(page)
    page.get_by_label("Why does it end?").fill("another one comes first")
    page.get_by_role("button", name="End it").click()
    expect(page.get_by_text("The aim has ended.")).to_be_visible()
    page.get_by_role("link", name="Entered in error").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This note was entered in error")
    fits(page)
    page.get_by_role("button", name="Take it off the charts").click()
    expect(page.get_by_text("Taken off the charts.")).to_be_visible()
    assert Aim.objects.get().ended_why == "another one comes first"
    assert ChangeNote.objects.get().struck_by == manager


def test_the_reports_are_listed_and_taken(page: Any, live_server: Any, sign_in: Any, manager: User) -> None:
    a_picture()
    close_quarters()
    sign_in(manager)
    page.goto(f"{live_server.url}/gaps/report/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Quarterly reports")
    fits(page)
