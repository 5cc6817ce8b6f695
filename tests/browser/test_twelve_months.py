"""A booked woman, from her booking to a year after the birth, when her journey ends because its work is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Page, expect

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from pathways.models import Closing, Journey
from pathways.moves.at_the_end import is_urgent
from pathways.projection import differences
from tests.conftest import assert_accessible
from tests.ending import settle
from tests.factories import happened, journey, staff
from tests.roles import as_role

BOOKED = date(2026, 1, 12)
BORN = date(2026, 7, 20)
METHADONE = {"medication": "methadone_oral_1mg_ml"}
PHONE = {"width": 320, "height": 640}


def at(day: date, time: str = "10:00") -> datetime:
    return clock.from_local(datetime.fromisoformat(f"{day} {time}"))


@pytest.fixture
def on_the_day(transactional_db: None) -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(at(BOOKED, "09:00")) as traveller:
        yield traveller


def test_from_booking_to_the_end_of_the_year(
    browser_of: Callable[..., Any], on_the_day: time_machine.Coordinates
) -> None:
    # Given a woman who has just been in touch, and her midwife.
    midwife = staff(name="A. Reid")
    record = journey(midwife=midwife, edd=BORN + timedelta(days=4))
    happened(record, ("first_contact", clock.now()))

    # When she is booked, her handoffs before the birth open.
    on_the_day.move_to(at(BOOKED))
    page = browser_of(midwife)
    write_down(page, record, "record/booking_completed", "Record it")
    assert stage_of(record) == "antenatal"
    assert record.handoffs.filter(moment="BIRTH_MED_PLAN").exists()

    # When she comes in labour in July, the ward's open; she goes home with her baby three days later.
    on_the_day.move_to(at(BORN, "02:10"))
    gives_birth_and_goes_home(browser_of(midwife), record, on_the_day)

    # When her midwife looks at the end in spring, the page says what is missing, and nothing can be closed.
    on_the_day.move_to(at(date(2027, 4, 12)))
    finds_it_too_early(browser_of(midwife, viewport=PHONE), record)

    # When the year is over, was looked back on with her, and nothing urgent is open,
    on_the_day.move_to(at(BORN + timedelta(days=366)))
    page = browser_of(midwife)
    write_down(page, record, "record/contact_made", "Record it")
    look_back_with_her(page, record)
    expect(page.get_by_text("To be done, or ended with its reason")).to_be_visible()
    with as_role("cc_owner"):
        settle(record, *urgent_of(record))

    # then her journey ends, and her page says why, and how it is opened again.
    close_it(page, record)
    expect(page.get_by_text("The year after the pregnancy is over")).to_be_visible()
    expect(page.get_by_role("link", name="Open it again")).to_be_visible()
    assert_accessible(page)
    kept = Closing.objects.get()
    assert (kept.retention, kept.medicine_with) == ("in_treatment", "Dr V. Menon, Harbour")
    assert stage_of(record) == "closed"

    # When she comes back in August, a manager says yes by phone, and her care goes on from where it was.
    on_the_day.move_to(at(BORN + timedelta(days=380)))
    manager = staff(Role.SERVICE_MANAGER, team="office", name="M. Okafor")
    open_it_again(browser_of(midwife), record, manager)
    assert stage_of(record) == "postnatal_community"


def gives_birth_and_goes_home(page: Page, record: Journey, on_the_day: time_machine.Coordinates) -> None:
    write_down(page, record, "labour", "Record it")
    assert stage_of(record) == "intrapartum"
    on_the_day.move_to(at(BORN + timedelta(days=3)))
    with as_role("cc_owner"):  # takes the database's clock along to that day
        happened(
            record,
            ("treatment_started", at(BOOKED), METHADONE),
            ("baby_born", at(BORN, "06:40"), {"place": "hospital"}, 1),
            ("baby_discharged", clock.now(), {}, 1),
            ("mother_discharged", clock.now()),
        )
    assert stage_of(record) == "postnatal_community"


def finds_it_too_early(page: Page, record: Journey) -> None:
    page.goto(f"/journeys/{record.pk}/record/")
    page.get_by_role("link", name="End this journey").click()
    expect(page.get_by_text("A year after the birth is not over yet.")).to_be_visible()
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("link", name="Look at it for “The year is over”").click()
    expect(page.get_by_role("button", name="Close this journey")).to_have_count(0)


def write_down(page: Page, record: Journey, where: str, button: str) -> None:
    """Record on a short page that something happened this minute."""
    page.goto(f"/journeys/{record.pk}/{where}/")
    fill_in_now(page)
    page.get_by_role("button", name=button).click()
    expect(page.get_by_text("Recorded").first).to_be_visible()


def fill_in_now(page: Page) -> None:
    now = clock.now().astimezone(clock.LONDON)
    for label, typed in (("Day", now.day), ("Month", now.month), ("Year", now.year), ("Time", f"{now:%H:%M}")):
        page.get_by_label(label, exact=True).fill(str(typed))


def look_back_with_her(page: Page, record: Journey) -> None:
    page.goto(f"/journeys/{record.pk}/ending/completed/")
    page.get_by_role("link", name="Record the review").click()
    fill_in_now(page)
    page.get_by_label("Is she still in treatment, in her words").fill("Yes, and I am proud of it.")
    page.get_by_label("Yes").check()
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("Recorded").first).to_be_visible()
    page.goto(f"/journeys/{record.pk}/ending/completed/")
    expect(page.get_by_text("The twelve-month review is to be held and recorded.")).to_have_count(0)


def close_it(page: Page, record: Journey) -> None:
    page.goto(f"/journeys/{record.pk}/ending/")
    page.get_by_role("link", name="Go on for “The year is over”").click()
    page.get_by_label("She is in treatment", exact=True).check()
    page.get_by_label("Who has her treatment in hand from now on").fill("Dr V. Menon, Harbour")
    page.get_by_label("How she looks back, or what she said").fill("I did it.")
    page.get_by_role("button", name="Close this journey").click()
    expect(page.get_by_text("Recorded.").first).to_be_visible()


def open_it_again(page: Page, record: Journey, manager: User) -> None:
    page.goto(f"/journeys/{record.pk}/reopen/")
    page.get_by_label("Why is it opened again?").fill("She rang: she wants to talk.")
    page.get_by_label(manager.name).check()
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("Recorded.").first).to_be_visible()


def urgent_of(record: Journey) -> list[str]:
    """The moments of what is open and urgent, as the page of the end counts them."""
    return [each.moment for each in record.handoffs.with_live_state() if is_urgent(each)]


def stage_of(record: Journey) -> str:
    now = Journey.objects.get(pk=record.pk)
    assert differences(now, clock.now()) == []
    return now.stage
