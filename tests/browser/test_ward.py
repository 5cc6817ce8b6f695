"""The board of a ward in a real browser: by day and at night, narrow, asking by itself, and honest about its age."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from carecoord import clock
from medications.models import Stay
from tests.conftest import assert_accessible
from tests.factories import ago, happened, journey
from tests.medicine import due_dose, on_ward, plan, statement, ward_midwife

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def nurse(transactional_db: None) -> Any:
    return ward_midwife(name="L. Grant")


@pytest.fixture
def ward(nurse: Any) -> Any:
    """Six women: overdue, due soon, missed days, unconfirmed, away, without a bed; and one who is expected."""
    late = on_ward(bed="11", first_name="Sade")
    due_dose(plan(late), ago(hours=1))
    due_dose(plan(on_ward(bed="3", first_name="Maya")), clock.now() + timedelta(minutes=25))
    long = on_ward(bed="12", first_name="Orla", since=ago(6))
    plan(long, signed_at=ago(6))
    happened(long, ("dose_confirmed", ago(5), {"confirmed_by": "pharmacy"}))
    statement(on_ward(bed="5", first_name="Ewa"), "she_says", words="Thursday morning")
    away = on_ward(bed="7", first_name="Dee", since=ago(3))
    happened(away, ("baby_born", ago(2), {"place": "hospital"}))
    Stay.objects.filter(journey=away).update(location="theatre", back_at=clock.now() + timedelta(hours=1))
    happened(journey(first_name="Bea"), ("admitted", ago(hours=1), {"reason": "labour"}))
    coming = journey(first_name="Nina", edd=clock.today() + timedelta(days=20))
    happened(coming, ("first_contact", ago(60)), ("treatment_started", ago(90)))
    return late


PAGES = ("/ward/maple/", "/ward/maple/wall/", "/ward/maple/tonight/")


@pytest.mark.parametrize("look", ["day", "night"])
@pytest.mark.parametrize("width", [1280, 320])
def test_every_page_is_accessible_and_fits_by_day_and_at_night(
    page: Any, live_server: Any, sign_in: Any, nurse: Any, ward: Any, look: str, width: int
) -> None:
    sign_in(nurse)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{live_server.url}/ward/maple/")
    if look == "night":
        page.get_by_role("button", name="Night").click()
    card = f"/ward/maple/{ward.pk}/"
    for address in (*PAGES, card, f"{card}bed/", f"{card}away/", f"{card}visitors/"):
        page.goto(live_server.url + address)
        assert (page.get_attribute("html", "data-theme") == "night") == (look == "night")
        assert page.evaluate("document.documentElement.scrollWidth") == width, address
        assert_accessible(page)


def test_every_admitted_woman_is_at_most_two_clicks_from_signing_in(
    page: Any, live_server: Any, sign_in: Any, nurse: Any, ward: Any
) -> None:
    sign_in(nurse)
    page.goto(live_server.url)
    page.wait_for_url("**/ward/maple/")
    names = page.locator(".beds__who a").all_inner_texts()
    assert len(names) == 6
    for name in names:
        page.goto(live_server.url)
        page.locator(".beds__who a", has_text=name).click()
        page.wait_for_url(re.compile(r"/ward/maple/\d+/$"))
        for words in ("Allergies", "Naloxone", "Her medicine", "Next due"):
            assert page.get_by_text(words).first.is_visible()


def test_the_board_asks_for_itself_and_keeps_the_focus_and_the_place(
    page: Any, live_server: Any, sign_in: Any, nurse: Any, ward: Any
) -> None:
    sign_in(nurse)
    page.set_viewport_size({"width": 1280, "height": 400})
    page.clock.install()
    page.goto(f"{live_server.url}/ward/maple/")
    link = page.locator(f"#w{ward.pk}")
    link.focus()
    place = page.evaluate("scrollY")
    on_ward(bed="2", first_name="Zadie")
    assert "updated" in page.locator("#board-note").inner_text()
    with page.expect_response("**/ward/maple/") as asked:
        page.clock.run_for(31_000)
    assert asked.value.request.headers["x-background"] == "yes"
    page.get_by_text("Zadie R.").wait_for()
    assert "7 women" in page.locator("#board-note").inner_text()
    assert page.evaluate("document.activeElement.id") == f"w{ward.pk}"
    assert abs(page.evaluate("scrollY") - place) < 2


def test_it_says_how_old_it_is_and_when_the_server_is_silent(
    page: Any, live_server: Any, sign_in: Any, nurse: Any, ward: Any, console_errors: list[str]
) -> None:
    sign_in(nurse)
    page.clock.install()
    page.goto(f"{live_server.url}/ward/maple/")
    page.clock.run_for(20_000)
    assert re.search(r"updated (19|20|21) s ago", page.locator("#board-note").inner_text())
    page.route("**/ward/maple/", lambda route: route.abort())
    page.clock.run_for(15_000)
    page.get_by_text("The server does not answer.").wait_for()
    page.clock.run_for(120_000)
    page.get_by_text("Not up to date since").wait_for()
    assert page.get_by_text("Sade R.").is_visible()
    assert_accessible(page)
    page.unroute("**/ward/maple/")
    with page.expect_response("**/ward/maple/"):
        page.clock.run_for(31_000)
    page.get_by_text("The server does not answer.").wait_for(state="detached")
    page.get_by_text("Not up to date since").wait_for(state="detached")
    console_errors.clear()


def test_a_board_that_cannot_be_seen_asks_nothing(
    page: Any, live_server: Any, sign_in: Any, nurse: Any, ward: Any
) -> None:
    sign_in(nurse)
    page.clock.install()
    page.goto(f"{live_server.url}/ward/maple/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/ward/" in request.url else None)
    page.evaluate("Object.defineProperty(document, 'hidden', {configurable: true, get: () => true})")
    page.clock.run_for(95_000)
    assert asked == []
    page.evaluate(
        "Object.defineProperty(document, 'hidden', {configurable: true, get: () => false});"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    page.get_by_text("updated 0 s ago").wait_for()
    assert len(asked) == 1


def test_a_board_that_asks_by_itself_locks_like_any_other_page(
    page: Any, live_server: Any, sign_in: Any, nurse: Any, ward: Any
) -> None:
    sign_in(nurse)
    page.clock.install()
    page.goto(f"{live_server.url}/ward/maple/")
    for _ in range(31):
        page.clock.run_for(30_000)
    page.wait_for_url("**/accounts/lock/**")
    assert "Sade" not in page.content()


def test_the_wall_leads_to_nobody(page: Any, live_server: Any, sign_in: Any, nurse: Any, ward: Any) -> None:
    sign_in(nurse)
    page.goto(f"{live_server.url}/ward/maple/wall/")
    links = [link.get_attribute("href") for link in page.locator("main a").all()]
    assert links == ["/ward/maple/"]
    text = page.locator("main").inner_text()
    for word in ("Sade", "S.R.", "mg", "methadone", "Methadone"):
        assert word not in text
