"""She moves from England to Scotland: refused at first, then accepted; at no instant is she without a midwife."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from pathways.models import Handoff, Journey
from pathways.projection import differences
from tests.conftest import assert_accessible
from tests.factories import ago, happened, journey, staff

METHADONE = {"medication": "methadone_oral_1mg_ml"}
PHONE = {"width": 320, "height": 640}
GLENMORE = "Glenmore special needs in pregnancy team"


@pytest.fixture
def english(transactional_db: None) -> User:
    return staff(name="A. Reid", site="ASHF")


@pytest.fixture
def scottish(transactional_db: None) -> User:
    return staff(name="I. Munro", site="GLEN")


@pytest.fixture
def record(english: User) -> Journey:
    """Given a woman in Ashford Bridge, 28 weeks pregnant and in treatment."""
    made = journey(midwife=english, edd=clock.today(ago(-84)), nhs_number="9990000018")
    happened(
        made,
        ("first_contact", ago(140)),
        ("booking_completed", ago(130)),
        ("named_midwife_assigned", ago(129)),
        ("treatment_started", ago(120), METHADONE),
        ("contact_made", ago(2)),
    )
    return made


def test_england_to_scotland_refused_and_then_accepted(
    browser_of: Callable[..., Any], record: Journey, english: User, scottish: User
) -> None:
    prescriber = staff(Role.OST_PRESCRIBER, site="GLEN", team="bridgeend", name="Dr E. Baird")
    managers = [staff(Role.SERVICE_MANAGER, site=site, team="office") for site in ("ASHF", "GLEN")]
    hers, theirs = browser_of(english), browser_of(scottish, viewport=PHONE)
    due = due_times(record)

    # When she says that she moves, Glenmore is asked; and Glenmore has no place.
    ask_for_the_move(hers, record)
    assert_accessible(hers)
    hand_back(theirs, "Her family lives in Taymouth: ask them first")

    # Then she stays where she is, with her midwife, and those who run both sites are told to talk.
    hers.goto(f"/journeys/{record.pk}/")
    expect(hers.get_by_text("named midwife").first).to_be_visible()
    assert stands(record) == ("ASHF", english)
    for manager in managers:
        page = browser_of(manager)
        page.goto("/handoffs/")
        expect(page.get_by_text("Ashford Bridge to Glenmore")).to_be_visible()
        expect(page.locator("main")).not_to_contain_text(record.woman.first_name)

    # When she is asked for again, and prescriber and midwife there say yes,
    ask_for_the_move(hers, record)
    accept(browser_of(prescriber))
    assert stands(record) == ("ASHF", english), "one yes is not enough"
    accept(theirs)

    # then she is theirs, with everything that was open and its first due times; her numbers go along.
    assert stands(record) == ("GLEN", scottish)
    assert {key: time for key, time in due_times(record).items() if key in due} == due
    theirs.goto(f"/journeys/{record.pk}/")
    expect(theirs.get_by_text("Glenmore special needs in pregnancy team").first).to_be_attached()
    assert theirs.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    add_her_chi_number(theirs, record)
    hers.goto(f"/journeys/{record.pk}/")
    expect(hers.get_by_role("heading", name="Her journey")).to_be_attached()  # the old team reads on for four weeks
    assert differences(Journey.objects.get(pk=record.pk), clock.now()) == []


def ask_for_the_move(page: Page, record: Journey) -> None:
    page.goto(f"/journeys/{record.pk}/move/")
    page.get_by_label(GLENMORE).check()
    page.get_by_label("Yes", exact=True).check()
    page.get_by_label("What she was told, or why not yet").fill("I. Munro would be her midwife")
    page.get_by_role("button", name="Ask them").click()
    expect(page.get_by_text("She stays here until they have said yes.")).to_be_visible()


def hand_back(page: Page, words: str) -> None:
    page.goto("/handoffs/")
    page.locator("summary", has_text="Decline…").first.click()
    page.get_by_label("Another reason").first.check()
    page.get_by_label("What is missing, or why").first.fill(words)
    page.get_by_role("button", name="Send back").first.click()
    expect(page.get_by_text("Sent back. The sender has it.")).to_be_visible()


def accept(page: Page) -> None:
    page.goto("/handoffs/")
    page.get_by_role("button", name="Accept").first.click()
    expect(page.get_by_text("You have it now.")).to_be_visible()


def add_her_chi_number(page: Page, record: Journey) -> None:
    """In Scotland she is known by another number; the English one stays."""
    page.goto(f"/women/{record.woman_id}/details/")
    page.get_by_label("CHI number").fill("3102980007")
    page.get_by_role("button", name="Save her details").click()
    expect(page.get_by_text("Her details are saved.")).to_be_visible()
    assert sorted(record.woman.identifiers.values_list("kind", flat=True)) == ["chi", "nhs"]


def stands(record: Journey) -> tuple[str, User | None]:
    now = Journey.objects.select_related("site", "named_midwife").get(pk=record.pk)
    return now.site.code, now.named_midwife


def due_times(record: Journey) -> dict[str, Any]:
    """Her open handoffs with their due times, without those of the move itself."""
    owed = Handoff.objects.filter(journey=record).open().exclude(subject="transfer")
    return {each.key: each.due_at for each in owed}
