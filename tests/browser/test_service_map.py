"""A service manager reads what exists at each site, and what became of referrals: wide, narrow, and on paper."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from carecoord.access.roles import Role
from carecoord.sites.models import Site
from pathways.gaps.models import Standing
from tests.conftest import assert_accessible
from tests.factories import staff
from tests.services import service

pytestmark = pytest.mark.browser
SAID = date(2026, 11, 10)


@pytest.fixture
def told(transactional_db: None) -> None:
    """Four sites that differ, and what was told of three of them."""
    service("mother_and_baby", name="Ferry House", free_places=0, takes_late_bookers="no", confirmed_on=SAID)
    service("mother_and_baby", site="CALD", exists="not_commissioned", confirmed_on=SAID)
    service("mother_and_baby", site="TAYM", exists="elsewhere", where="87 miles; travel is paid.", confirmed_on=SAID)
    months = {"since": date(2025, 1, 1), "until": date(2026, 1, 1)}
    lines = {
        "ASHF": {"seen": {"some": 20, "whole": 50}, "no_place": {"some": 30, "whole": 50}},
        "CALD": {"seen": {"some": None, "whole": None}},
        "GLEN": {"seen": {"some": 5, "whole": 15}},
    }
    for code, said in lines.items():
        site = Site.objects.get(code=code)
        Standing.objects.create(of_table="S.mother_and_baby", site=site, lines=said, **months)


def fits(page: Any) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert_accessible(page)


def test_from_the_overview_to_the_map_and_its_file(
    page: Any, live_server: Any, sign_in: Any, told: None, tmp_path: Path
) -> None:
    sign_in(staff(Role.SERVICE_MANAGER, team="office"))
    page.goto(f"{live_server.url}/gaps/")
    after_birth = page.get_by_role("table", name="What exists after birth, by site")
    expect(after_birth.get_by_role("row", name="Mother-and-baby treatment")).to_contain_text("Yes, no place now")
    fits(page)

    page.get_by_role("link", name="All services, and what became of referrals to them").click()
    expect(page.get_by_role("heading", name="What exists, and what became of it")).to_be_visible()
    cells = page.get_by_role("row", name="Mother-and-baby treatment").get_by_role("cell")
    expect(cells.nth(0)).to_contain_text("Does not take women who booked late")
    expect(cells.nth(0)).to_contain_text("40 % of 50 referrals")
    expect(cells.nth(0)).to_contain_text("no place 30")
    expect(cells.nth(1)).to_contain_text("Does not exist here")
    expect(cells.nth(1)).to_contain_text("[c] too few to show")
    expect(cells.nth(2)).to_contain_text("Nobody has written it down")
    expect(cells.nth(2)).to_contain_text("[low] fewer than 20")
    expect(cells.nth(3)).to_contain_text("Out of area, 87 miles")
    fits(page)

    with page.expect_download() as started:
        page.get_by_role("link", name="CSV").click()
    kept = tmp_path / "services.csv"
    started.value.save_as(kept)
    rows = list(csv.DictReader(kept.open(encoding="utf-8")))
    assert (rows[0]["what there is"], rows[0]["number"]) == ("Yes, no place now", "40 %")


def test_narrow_it_is_a_list_by_service_and_on_paper_it_is_whole(
    page: Any, live_server: Any, sign_in: Any, told: None
) -> None:
    sign_in(staff(Role.SERVICE_MANAGER, team="office"))
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{live_server.url}/gaps/services/")
    card = page.locator("tr", has=page.get_by_text("Mother-and-baby treatment", exact=True)).first
    expect(card.get_by_text("Taymouth")).to_be_visible()
    fits(page)

    page.set_viewport_size({"width": 720, "height": 1000})
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="CSV")).to_be_hidden()
    heads = page.locator(".service-map thead th")
    expect(heads).to_have_text(["Service", *sorted(site.name for site in Site.objects.all())])
    assert page.evaluate("document.documentElement.scrollWidth") <= 720
