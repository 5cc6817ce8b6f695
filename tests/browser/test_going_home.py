"""Going home on a Friday before a bank holiday that one nation has and the other has not; and a look at night."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from playwright.sync_api import expect

from carecoord import clock
from carecoord.access.models import Team, User
from carecoord.access.roles import Role
from medications.models import Observation
from pathways.models import Journey
from tests.conftest import assert_accessible
from tests.factories import ago, happened, staff
from tests.medicine import dose, observed, on_ward, plan

FRIDAY = date(2026, 11, 27)  # Monday the 30th is St Andrew's Day: a bank holiday in Scotland
PHONE = {"width": 320, "height": 640}


def at(time: str) -> datetime:
    return clock.from_local(datetime.fromisoformat(f"{FRIDAY} {time}"))


@pytest.fixture
def friday(transactional_db: None) -> Iterator[None]:
    with time_machine.travel(at("12:00")):
        yield


def going_home(site: str, pharmacy: str) -> tuple[Journey, User]:
    """A woman on the ward of a site who goes home at three, and her ward midwife."""
    made = on_ward(site=site, since=ago(4))
    ward = Team.objects.filter(site=made.site, kind=Team.Kind.WARD).order_by("code")[0]
    midwife = staff(Role.WARD_MIDWIFE, site=site, team=ward.code, name=f"L. Grant of {made.site.name}")
    dose(plan(made, signed_at=ago(3)), given_at=at("09:31"), given_by=midwife, witness=staff(name="K. Moe"))
    happened(
        made,
        ("supply_arranged", ago(3), {"pharmacy": pharmacy}),
        ("mother_discharge_planned", ago(hours=3), {"planned_for": "2026-11-27 15:00"}),
    )
    return made, midwife


def write(page: Any, record: Journey, item: str, answer: str, **more: str) -> None:
    """One point of the list, as somebody writes it down."""
    page.goto(f"/journeys/{record.pk}/leaving/#{item}")
    page.locator(f"#{item}").get_by_role("link").click()
    page.get_by_label(answer, exact=True).check()
    for label, words in more.items():
        page.get_by_label(label.replace("_", " ")).fill(words)
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_text("Written down.")).to_be_visible()


def cover(page: Any, day: str) -> None:
    page.get_by_role("link", name=f"Say who gives it on {day}").click()
    page.get_by_label("Supply on the day before").check()
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_text("Written down.")).to_be_visible()


def agree_next_dose(page: Any, record: Journey, day: date, place: str) -> None:
    page.goto(f"/journeys/{record.pk}/leaving/point/next_dose/")
    page.get_by_label("Agreed", exact=True).check()
    for label, words in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        page.get_by_label(label, exact=True).fill(str(words))
    page.get_by_label(place).check()
    page.get_by_role("button", name="Write it down").click()


def test_going_home_on_a_friday_before_a_bank_holiday_in_scotland_but_not_in_england(
    browser_of: Callable[..., Any], friday: None
) -> None:
    english, at_ashford = going_home("ASHF", "quay-pharmacy")
    scottish, at_glenmore = going_home("GLEN", "glen-pharmacy")
    england, scotland = browser_of(at_ashford), browser_of(at_glenmore)
    england.goto(f"/journeys/{english.pk}/leaving/")
    scotland.goto(f"/journeys/{scottish.pk}/leaving/")
    monday = "Mon 30 Nov 2026"
    expect(england.get_by_role("listitem").filter(has_text=monday)).to_contain_text("Next dose. Quay Pharmacy is open")
    expect(scotland.get_by_role("listitem").filter(has_text=monday)).to_contain_text("bank holiday in Scotland")

    # In Scotland nobody is let believe that Monday will do.
    agree_next_dose(scotland, scottish, date(2026, 11, 30), "Glenmore Pharmacy")
    expect(scotland.get_by_role("alert").or_(scotland.locator(".nhsuk-error-summary")).first).to_contain_text(
        "Glenmore Pharmacy does not open on Mon 30 Nov 2026: bank holiday in Scotland."
    )
    agree_next_dose(scotland, scottish, date(2026, 12, 1), "Glenmore Pharmacy")
    agree_next_dose(england, english, date(2026, 11, 30), "Quay Pharmacy")
    for page, days in (
        (england, ("Sat 28 Nov 2026", "Sun 29 Nov 2026")),
        (scotland, ("Sat 28 Nov 2026", "Sun 29 Nov 2026", monday)),
    ):
        expect(page.get_by_text("No dose arranged", exact=True)).to_be_visible()
        for day in days:
            cover(page, day)
        expect(page.get_by_text("Every day has its dose")).to_be_visible()
        expect(page.get_by_text("No dose arranged", exact=True)).to_have_count(0)

    for page, record in ((england, english), (scotland, scottish)):
        write(page, record, "pharmacy", "They said that they have it", Who_said_so="T. Ford, pharmacist")
        write(page, record, "own_medicine", "Nothing of hers is kept here")
        write(page, record, "naloxone", "Supplied")
        write(page, record, "sleep", "Talked about")
        write(page, record, "copy", "She has it")
        expect(page.get_by_text("1 of 9 points are still missing")).to_be_visible()
        write(page, record, "prescriber", "They said that they have it", Who_said_so="Dr P. Anand")
        expect(page.get_by_text("pharmacy and prescriber have it")).to_be_visible()
        assert_accessible(page)
        page.get_by_role("link", name="Her copy, to print").click()
        expect(page.get_by_role("heading", name="Tara, your next steps")).to_be_visible()
        assert page.title() == "Your next steps · CareCoord"
        assert pages_in(page.pdf(format="A4")) == 1
    expect(scotland.locator(".hercopy__days")).to_contain_text("Mon 30 Nov 2026")
    expect(scotland.locator(".hercopy__big").first).to_have_text("Tue 1 Dec 2026")
    expect(england.locator(".hercopy__big").first).to_have_text(monday)
    for record in (english, scottish):
        assert record.handoffs.get(moment="DISCHARGE_OST_HANDOVER").state == "completed_on_time"


def pages_in(pdf: bytes) -> int:
    return pdf.count(b"/Type /Page\n") or pdf.count(b"/Type /Page") - pdf.count(b"/Type /Pages")


def test_she_leaves_before_anything_is_arranged(browser_of: Callable[..., Any], friday: None) -> None:
    record, midwife = going_home("GLEN", "glen-pharmacy")
    page = browser_of(midwife, viewport=PHONE)
    page.goto(f"/journeys/{record.pk}/leaving/")
    page.get_by_role("link", name="She leaves on her own decision").click()
    expect(page.get_by_text("Nothing here keeps her")).to_be_visible()
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_text("Written down that she left. Still owed: 8 points of going home.")).to_be_visible()
    expect(page.get_by_text("no dose arranged for Sat 28 Nov, Sun 29 Nov, Mon 30 Nov")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_look_at_three_in_the_morning_with_one_thumb(browser_of: Callable[..., Any], transactional_db: None) -> None:
    with time_machine.travel(at("03:12")):
        record, midwife = on_ward(since=ago(2)), staff(Role.WARD_MIDWIFE, team="maple", name="S. Ito")
        happened(record, ("baby_born", ago(1), {"place": "hospital"}, 1))
        observed(record, started_at=ago(0.9))
        page = browser_of(midwife, viewport=PHONE, has_touch=True)
        page.goto(f"/journeys/{record.pk}/baby/1/observation/")
        page.get_by_label("Total or assessment").fill("5")
        for choice in ("With the mother", "Yes", "The mother"):
            box = page.get_by_text(choice, exact=True).last
            assert box.bounding_box()["height"] >= 24
            page.get_by_label(choice, exact=True).last.check()
        page.get_by_role("button", name="Write it down as S. Ito").tap()
        expect(page.get_by_text("Written down.")).to_be_visible()
        expect(page.get_by_text("07:1")).to_be_visible()  # the next, four hours on
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert_accessible(page)
    assert Observation.objects.latest("pk").entry == "5"
