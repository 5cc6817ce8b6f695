"""A full clinic: she waits, a place is given back, it is kept for her, and she has it. And every page on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from carecoord import clock
from carecoord.access.models import User
from pathways.models import Journey
from referrals import waiting
from referrals.models import Appointment, Session
from tests.browser.test_every_page import look_at
from tests.conftest import assert_accessible
from tests.factories import ago, happened, journey, staff
from tests.roles import as_role
from tests.routes import named_views
from tests.services import appointment, clinic, session
from tests.services import waiting as waits_for

BOOKING = tuple(f"referrals.views.{module}" for module in ("booking", "waiting", "for_whom", "attendance"))
ONLY_TAKES = {"interpreter_arranged"}


@pytest.fixture
def midwife(transactional_db: None) -> User:
    return staff(name="A. Reid")


@pytest.fixture
def leila(midwife: User) -> Journey:
    made = journey(midwife=midwife, first_name="Leila", last_name="Hassan", edd=clock.today(ago(-60)))
    happened(made, ("first_contact", ago(150)), ("booking_completed", ago(140)), ("contact_made", ago(2)))
    return made


@pytest.fixture
def full(midwife: User) -> Session:
    """A scan list in a fortnight with one place, and Amina has it."""
    of = session(clinic(clock.today() + timedelta(days=14)), kind="scan", begins="10:00", ends="10:30")
    appointment(journey(midwife=midwife, first_name="Amina", last_name="Yusuf"), of, "10:00", words="first scan")
    return of


def test_from_a_full_clinic_to_the_waiting_list_to_a_freed_place(
    browser_of: Callable[..., Any], midwife: User, leila: Journey, full: Session
) -> None:
    hers = browser_of(midwife)
    hers.goto(f"/journeys/{leila.pk}/")
    hers.get_by_role("link", name="All her appointments").click()
    hers.get_by_role("link", name="Find a time").click()
    hers.get_by_label("With which service?").select_option("scan")
    hers.get_by_role("button", name="Show what is free").click()
    expect(hers.get_by_text("Nothing is free in the next eight weeks")).to_be_visible()
    assert_accessible(hers)

    hers.get_by_role("link", name="Put her on the waiting list").click()
    hers.get_by_label("What is it for, in a few words").fill("growth scan")
    hers.get_by_role("button", name="Put her on the list").click()
    expect(hers.get_by_text("She is on the waiting list.")).to_be_visible()

    amina = Appointment.objects.get(words="first scan")
    hers.goto(reverse("cancel_appointment", args=[amina.journey_id, amina.pk]))
    hers.get_by_label("She asked for another time").check()
    hers.get_by_label("No", exact=True).check()
    hers.get_by_role("button", name="Cancel it").click()
    expect(hers.get_by_text("Cancelled.", exact=True)).to_be_visible()

    with as_role("cc_worker"):
        assert waiting.keep_places() == (0, 1)
    hers.goto(reverse("waiting"))
    expect(hers.get_by_text("Kept: ask her")).to_be_visible()
    assert_accessible(hers)
    hers.get_by_role("link", name="Leila H.").click()
    hers.get_by_label("It suits her", exact=True).check()
    hers.get_by_role("button", name="Write it down").click()
    expect(hers.get_by_text("It is hers: ")).to_be_visible()
    made = Appointment.objects.get(state="booked")
    assert (made.journey, made.session, made.words) == (leila, full, "growth scan")


def addresses(midwife: User, leila: Journey, full: Session) -> dict[str, str]:
    """One address for each page of booking, with something on it."""
    yesterday = session(clinic(clock.today() - timedelta(days=1)), kind="midwifery", seats=3)
    appointment(leila, yesterday, "10:00", words="check, 31 weeks", needs_interpreter=True)
    leila.woman.interpreter = "Polish"
    leila.woman.save()
    free = session(full.clinic, kind="midwifery", begins="10:00", ends="12:00")
    made = appointment(leila, free, "11:00", words="birth and ward plan", her_words="Nothing. She gets a paper copy.")
    kept = appointment(leila, free, "11:30", words="feeding plan", state="held", held_until=ago(-1), seat=1)
    line = waits_for(leila, "midwifery", words="somebody who speaks Polish and has time for the birth plan")
    her, one = [leila.pk], [leila.pk, made.pk]
    given = {
        **{name: her for name in ("appointments", "find_time", "book_elsewhere", "wait")},
        **{name: one for name in ("appointment", "cancel_appointment", "move_appointment")},
        "kept": [leila.pk, kept.pk],
        "book_time": [leila.pk, free.pk],
        "end_waiting": [leila.pk, line.pk],
        "waiting": [],
        "book_session": [free.pk],
        "attendance": [yesterday.clinic_id],
    }
    found = {name: reverse(name, args=arguments) for name, arguments in given.items()}
    return {**found, "find_time": f"{found['find_time']}?kind=midwifery"}


def test_every_page_of_booking_is_accessible_and_fits(
    page: Any, live_server: Any, sign_in: Any, midwife: User, leila: Journey, full: Session
) -> None:
    sign_in(midwife)
    seen = addresses(midwife, leila, full)
    assert seen.keys() == named_views(*BOOKING) - ONLY_TAKES
    for name, address in seen.items():
        look_at(page, live_server.url + address, name)


def test_who_came_is_written_down_for_all_on_one_page(
    browser_of: Callable[..., Any], midwife: User, leila: Journey, full: Session
) -> None:
    theirs = browser_of(midwife, viewport={"width": 320, "height": 640})
    theirs.goto(addresses(midwife, leila, full)["attendance"])
    theirs.get_by_label("10:00–10:30, check, 31 weeks").select_option("yes")
    theirs.get_by_role("button", name="Save the list").click()
    expect(theirs.get_by_text("She is spoken to through an interpreter (Polish).").first).to_be_visible()
    assert_accessible(theirs)
    theirs.get_by_label("An interpreter was with her (Polish)").check()
    theirs.get_by_role("button", name="Save the list").click()
    expect(theirs.get_by_text("Saved.", exact=True)).to_be_visible()
    leila.refresh_from_db()
    assert clock.today(leila.last_contact_at) == clock.today() - timedelta(days=1)
