"""A baby is placed away at the birth, and comes back: her care goes on all the way. Given, when, then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from pathways.models import Journey
from tests.conftest import assert_accessible
from tests.factories import ago, happened, journey, staff

PHONE = {"width": 320, "height": 640}
COURT = "the family court"


@pytest.fixture
def midwife(transactional_db: None) -> User:
    return staff(name="A. Reid")


@pytest.fixture
def ward(midwife: User) -> User:
    return staff(Role.WARD_MIDWIFE, team="maple", name="L. Grant")


@pytest.fixture
def record(midwife: User) -> Journey:
    """Booked, in treatment, 37 weeks."""
    made = journey(midwife=midwife, edd=clock.today(ago(-21)))
    happened(
        made,
        ("first_contact", ago(150)),
        ("booking_completed", ago(140)),
        ("treatment_started", ago(130), {"medication": "methadone_oral_1mg_ml"}),
    )
    return made


def fill_day(page: Any, day: datetime, group: Any = None) -> None:
    local, here = day.astimezone(clock.LONDON), group or page
    for label, words in (("Day", local.day), ("Month", local.month), ("Year", local.year)):
        here.get_by_label(label, exact=True).fill(str(words))


def fill_time(page: Any, at: datetime, group: Any = None) -> None:
    fill_day(page, at, group)
    (group or page).get_by_label("Time", exact=True).fill(f"{at.astimezone(clock.LONDON):%H:%M}")


def boxes(page: Any, legend: str) -> Any:
    return page.get_by_role("group", name=legend)


def record_it(page: Any, record: Journey, link: str) -> None:
    """From her page to the page of what happened."""
    page.goto(f"/journeys/{record.pk}/")
    page.get_by_role("link", name="Record what happened").click()
    page.get_by_role("link", name=link, exact=True).click()


def test_separation_at_birth_then_reunification(
    browser_of: Callable[..., Any], record: Journey, midwife: User, ward: User
) -> None:
    hers, here = browser_of(midwife), browser_of(ward, viewport=PHONE)
    # Given a plan that includes possible separation: she hears of it in person, before labour, somebody beside her.
    arranged_how_she_hears(hers, record)
    told_of_the_plan(hers)
    # When she has given birth and a court decides, the ward records it: her own care stands first from then on.
    labour, birth = (
        ("admitted", ago(hours=40), {"reason": "labour"}),
        ("baby_born", ago(hours=30), {"place": "hospital"}, 1),
    )
    happened(record, labour, birth)
    placed_away_as_the_ward_says_it(here, record)
    # Then her midwife writes what is known, under its label, and explains it to her; she has it in writing.
    known_under_its_label(hers, record)
    explained_and_in_writing(hers, record)
    # Then she stands on the list of support, and whoever stays with her after midwifery has a name.
    on_the_list_of_support(hers)
    a_name_that_stays(hers)
    # When her son is back with her, the health visitor's care for him begins again, and her own year goes on.
    back_with_her(hers, record)
    record.refresh_from_db()
    assert record.stage == "postnatal_community"
    assert record.handoffs.filter(moment="SEP_FOLLOWUP", state="pending").count() == 5
    assert record.handoffs.get(moment="HV_NEW_BABY").state in ("pending", "due_soon")
    assert not record.events.filter(kind="closed").exists()


def arranged_how_she_hears(page: Any, record: Journey) -> None:
    record_it(page, record, "A plan includes possible separation")
    fill_time(page, ago(5))
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("It is not arranged yet how she hears of it.")).to_be_visible()
    page.get_by_role("link", name="Arrange how she hears of it").click()
    page.get_by_label("Who tells her?").fill("M. Shaw, social worker")
    page.get_by_label("Where?").fill("at home")
    page.get_by_label("Who is beside her?").fill("her sister")
    fill_day(page, ago(-7))
    page.get_by_role("button", name="Arrange it").click()
    expect(page.get_by_text("her sister")).to_be_visible()


def told_of_the_plan(page: Any) -> None:
    """By phone it would not be written down without who answers for that; in person it is."""
    page.get_by_role("link", name="She has been told").click()
    fill_time(page, ago(hours=50), boxes(page, "When was she told?"))
    page.get_by_label("Who told her?").fill("M. Shaw, social worker")
    page.get_by_label("By phone").check()
    page.get_by_label("What was she told?").fill("That social care worries, and what can still change it.")
    fill_day(page, ago(hours=50), boxes(page, "When was she given it in writing?"))
    page.get_by_label("Yes", exact=True).check()
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_text("signs for that first").first).to_be_visible()
    page.get_by_label("In person").check()
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_text("done on time")).to_be_visible()


def placed_away_as_the_ward_says_it(page: Any, record: Journey) -> None:
    record_it(page, record, "A baby is placed away from her")
    expect(page.get_by_text("Legal basis")).to_have_count(0)
    fill_time(page, ago(hours=3))
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("She is a mother.")).to_be_visible()
    for title in ("Somebody with her", "Her medicine", "Naloxone", "How she is", "Six weeks to twelve months"):
        expect(page.locator("#her-care").get_by_text(title, exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="What was decided, and how she was told")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert_accessible(page)


def known_under_its_label(page: Any, record: Journey) -> None:
    page.goto(f"/journeys/{record.pk}/")
    expect(page.get_by_text("Mother, separated since")).to_be_visible()
    page.get_by_role("link", name="What was decided, and how she was told").click()
    page.get_by_role("link", name="Write what is known now").click()
    page.get_by_label("Foster carers").check()
    page.get_by_label("On a ward").check()
    page.get_by_label("Interim care order: section 38, Children Act 1989").check()
    page.get_by_label("Who decided it?").fill(COURT)
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_text(COURT)).to_be_visible()


def explained_and_in_writing(page: Any, record: Journey) -> None:
    page.get_by_role("link", name="It was explained to her").click()
    fill_time(page, ago(hours=2), boxes(page, "When was she told?"))
    page.get_by_label("Who told her?").fill("M. Shaw, social worker")
    page.get_by_label("In person").check()
    page.get_by_label("What was she told?").fill("Your son is with carers. You see him on Tuesdays.")
    fill_day(page, ago(hours=2), boxes(page, "When was she given it in writing?"))
    page.get_by_label("When do they meet?").fill("Tuesdays at ten, at the family centre")
    for yes in page.get_by_label("Yes", exact=True).all():
        yes.check()
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_text("it was explained to her, and she has it in writing")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Her copy, to print").click()
    expect(page.get_by_text("You are a mother.")).to_be_visible()
    expect(page.get_by_text(COURT)).to_have_count(0)
    assert record.handoffs.get(moment="SEP_EXPLAIN").state == "completed_on_time"


def on_the_list_of_support(page: Any) -> None:
    page.goto("/caseload/")
    page.get_by_role("link", name="Support after a separation").click()
    expect(page.get_by_role("row", name="Tara R.")).to_contain_text("Contact by someone she knows")
    expect(page.get_by_text(COURT)).to_have_count(0)
    page.get_by_role("link", name="Tara R.").click()


def a_name_that_stays(page: Any) -> None:
    page.get_by_role("link", name="Name somebody").click()
    page.get_by_label("Name", exact=True).fill("C. Mbeki")
    page.get_by_label("Where they work, and as what").fill("keyworker, Harbour drug service")
    fill_day(page, clock.now() + timedelta(days=28))
    page.get_by_label("Yes, she knows them by name").check()
    page.get_by_role("button", name="Write it down").click()
    expect(page.locator("#her-care").get_by_text("C. Mbeki, keyworker, Harbour drug service")).to_be_visible()


def back_with_her(page: Any, record: Journey) -> None:
    record_it(page, record, "A baby is back with her")
    fill_time(page, ago(hours=1))
    page.get_by_label("At her home").check()
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("She and her baby are together again.")).to_be_visible()
    expect(page.locator("#her-care").get_by_text("Six weeks to twelve months", exact=True)).to_be_visible()
