"""Three services in one visit, round her day; a place that somebody takes meanwhile; a visit that is too much."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from playwright.sync_api import expect

from carecoord.access.models import User
from pathways.models import Journey
from referrals.models import Appointment, Session, Visit
from tests.conftest import assert_accessible
from tests.factories import ago, journey, owed, staff
from tests.services import appointment, at_time, clinic, referral, service, session, waiting

MONDAY, TUESDAY = date(2026, 11, 16), date(2026, 11, 24)
PHONE = {"width": 320, "height": 640}


@pytest.fixture
def monday(transactional_db: None) -> Iterator[None]:
    with time_machine.travel(at_time(MONDAY, "09:00")):
        yield


@pytest.fixture
def midwife(monday: None) -> User:
    return staff(name="A. Reid")


@pytest.fixture
def her(midwife: User) -> Journey:
    """A plan is owed to her, a referral was accepted, she waits for a scan; the hub has it all on two Tuesdays."""
    made = journey(midwife=midwife, edd=date(2027, 1, 10))
    owed(made, "BIRTH_MED_PLAN", "final_and_acknowledged", due=ago(-20))
    team = service("mental_health", name="Perinatal team")
    referral(made, team, state="accepted")
    waiting(made, "scan", words="Growth scan")
    for on in (TUESDAY, TUESDAY + timedelta(days=7)):
        day = clinic(on, creche_places=4)
        session(day, "midwifery", "09:00", "13:00", clinician=midwife)
        session(day, "scan", "09:00", "13:00", clinician_name="Scan team")
        session(day, "mental_health", "09:00", "13:00", service=team)
    return made


def fits_narrow(page: Any) -> None:
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.set_viewport_size({"width": 1280, "height": 900})


def test_three_services_become_one_visit(browser_of: Callable[..., Any], midwife: User, her: Journey) -> None:
    page = browser_of(midwife)
    page.goto(f"/journeys/{her.pk}/plan-a-trip/")
    expect(page.get_by_text("3 things in 1 trip instead of 3")).to_be_visible()
    page.get_by_role("link", name="Change what her days allow").click()
    expect(page.get_by_role("heading", name="What her days allow")).to_be_visible()
    for label, words in (("How does she travel?", "bus 7"), ("Minutes, one way", "25"), ("be back?", "14:30")):
        page.get_by_label(label).fill(words)
    page.get_by_label("At the pharmacy from").fill("9:00")
    page.get_by_label("At the pharmacy until").fill("9:15")
    page.get_by_label("How many children come with her?").fill("1")
    assert_accessible(page)
    page.get_by_role("button", name="Write it down").click()

    expect(page.get_by_role("heading", name="Tue 24 Nov 2026, 09:40 to 11:25")).to_be_visible()
    expect(page.get_by_text("pharmacy first, 09:00")).to_be_visible()
    assert_accessible(page)
    fits_narrow(page)
    page.get_by_role("button", name="Book this trip").click()

    expect(page.get_by_role("heading", name="One visit: Tue 24 Nov 2026, 09:40 to 11:25")).to_be_visible()
    expect(page.get_by_text("33+2 on that day · 3 things in 1 trip instead of 3")).to_be_visible()
    expect(page.get_by_text("held, 1 child")).to_be_visible()
    assert_accessible(page)
    fits_narrow(page)
    page.get_by_role("button", name="Confirm with her").click()
    expect(page.get_by_text("Agreed with her Mon 16 Nov")).to_be_visible()
    page.get_by_role("link", name="Print her copy").click()
    expect(page.get_by_role("heading", name="Tara, your appointments")).to_be_visible()
    expect(page.get_by_text("Perinatal")).to_have_count(0)
    assert_accessible(page)
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1
    page.get_by_role("link", name="Small, A6").click()
    expect(page.get_by_role("link", name="Large print, A4")).to_be_visible()
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1
    assert Visit.objects.get().appointments.count() == 3


def test_what_somebody_takes_meanwhile_is_planned_anew(
    browser_of: Callable[..., Any], midwife: User, her: Journey
) -> None:
    page = browser_of(midwife)
    page.goto(f"/journeys/{her.pk}/plan-a-trip/")
    expect(page.get_by_role("heading", name="Tue 24 Nov 2026")).to_be_visible()
    scans = Session.objects.get(kind="scan", clinic__on=TUESDAY)
    appointment(journey(site="CALD"), scans, "09:00", minutes=240)
    page.get_by_role("button", name="Book this trip").click()
    expect(page.get_by_text("Somebody else has").first).to_be_visible()
    expect(page.get_by_role("heading", name="Tue 1 Dec 2026")).to_be_visible()
    expect(page.get_by_text("3 things in 1 trip instead of 3")).to_be_visible()
    assert not Appointment.objects.filter(journey=her).exists()
    page.get_by_role("button", name="Book this trip").click()
    expect(page.get_by_role("heading", name="One visit: Tue 1 Dec 2026")).to_be_visible()


def test_she_would_rather_split_it(browser_of: Callable[..., Any], midwife: User, her: Journey) -> None:
    page = browser_of(midwife)
    page.goto(f"/journeys/{her.pk}/plan-a-trip/")
    page.get_by_role("button", name="Leave out Growth scan").click()
    expect(page.get_by_text("2 things in 1 trip instead of 2")).to_be_visible()
    page.get_by_role("button", name="Book this trip").click()
    expect(page.get_by_role("heading", name="One visit: Tue 24 Nov 2026")).to_be_visible()
    expect(page.get_by_text("Growth scan: not booked yet")).to_be_visible()
    page.get_by_role("link", name="She would rather split it").click()
    expect(page.get_by_role("heading", name="Split the visit of Tue 24 Nov 2026")).to_be_visible()
    page.get_by_label("Perinatal mental health").check()
    page.get_by_role("button", name="Plan again").last.click()
    expect(page.get_by_role("heading", name="Tue 1 Dec 2026")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Move it to this day").click()
    expect(page.get_by_role("heading", name="One visit: Tue 1 Dec 2026")).to_be_visible()
    standing = Appointment.objects.exclude(state="cancelled").order_by("during")
    assert list(standing.values_list("kind", "visit__on")) == [
        ("midwifery", TUESDAY),
        ("mental_health", TUESDAY + timedelta(days=7)),
    ]
