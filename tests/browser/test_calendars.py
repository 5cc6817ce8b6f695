"""A midwife subscribes to her calendar: the address is shown once, and a calendar program reads what was booked."""

from __future__ import annotations

import os
from typing import Any

import icalendar
import pytest
from django.test import Client
from playwright.sync_api import expect

from referrals.models import Feed
from tests.browser.test_every_page import look_at, look_at_this
from tests.factories import journey, staff
from tests.services import appointment, place, session

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_address_is_made_renewed_and_ended(page: Any, live_server: Any, sign_in: Any) -> None:
    midwife = staff(name="A. Reid")
    booked = appointment(journey(midwife=midwife), session(clinician=midwife))
    place("A place with a rather long name, beside the old children’s library")
    sign_in(midwife)
    look_at(page, f"{live_server.url}/calendar/", "calendars")
    page.get_by_role("button", name="Make an address").first.click()
    expect(page.get_by_role("heading", name="Your new address: my own appointments")).to_be_visible()
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        if folder := os.environ.get("SHOTS"):
            page.screenshot(path=f"{folder}/calendars-{width}.png", full_page=True)
        look_at_this(page, "an address")
    first = page.get_by_label("Address", exact=True).input_value()
    assert told(first, live_server) == {("Appointment", booked.during.lower), ("Clinic", booked.session.during.lower)}
    page.goto(f"{live_server.url}/calendar/")
    expect(page.get_by_text("last read by a calendar about")).to_be_visible()
    expect(page.get_by_label("Address", exact=True)).to_have_count(0)
    page.get_by_role("button", name="New address").first.click()
    expect(page.get_by_role("heading", name="Your new address: my own appointments")).to_be_visible()
    assert told(first, live_server) is None
    second = page.get_by_label("Address", exact=True).input_value()
    page.get_by_role("button", name="End").click()
    expect(page.get_by_text("Ended. Calendars that read this address get nothing more.")).to_be_visible()
    assert told(second, live_server) is None
    assert Feed.objects.filter(ended_at=None).count() == 0


def test_the_list_of_a_day_is_accessible_and_fits(page: Any, live_server: Any, sign_in: Any) -> None:
    midwife = staff(name="A. Reid")
    held = session(clinician_name="E. Marlowe", has_interpreter=True)
    appointment(journey(midwife=midwife), held, needs_interpreter=True)
    appointment(journey(midwife=staff()), held, "10:30")
    sign_in(midwife)
    look_at(page, f"{live_server.url}/clinics/{held.clinic_id}/list/", "list of a day")
    expect(page.get_by_text("Destroy after the clinic")).to_be_visible()
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/list-320.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})
        page.screenshot(path=f"{folder}/list-1280.png", full_page=True)
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Print")).to_be_hidden()


def told(address: str, live_server: Any) -> set[tuple[str, Any]] | None:
    """What a calendar program reads there, which has no cookie of ours; None for nothing."""
    answer = Client().get(address.removeprefix(live_server.url))
    if answer.status_code != 200:
        return None
    found = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    return {(str(event["SUMMARY"]), event["DTSTART"].dt) for event in found}
