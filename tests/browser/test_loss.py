"""A loss at 24 weeks: what a midwife writes down, what stops that minute, and whose words stand on every page since."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from carecoord import clock
from carecoord.access.models import User
from pathways.contact import Agreed, agree_contact
from pathways.engine import Stage
from pathways.models import Journey, MessageToHer
from pathways.projection import differences
from pathways.reaching import reach
from tests.conftest import assert_accessible
from tests.factories import ago, happened, journey, staff

PHONE = {"width": 320, "height": 640}
HER_WORDS = "our daughter Ada"


@pytest.fixture
def midwife(transactional_db: None) -> User:
    return staff(name="A. Reid")


@pytest.fixture
def record(midwife: User) -> Journey:
    """A woman at 24 weeks, in treatment, who agreed to text messages."""
    made = journey(midwife=midwife, edd=clock.today() + timedelta(weeks=16))
    happened(
        made,
        ("first_contact", ago(90)),
        ("booking_completed", ago(80)),
        ("drug_use_disclosed", ago(80), {"opioid": "yes", "in_treatment": "yes"}),
        ("admitted", ago(1), {"reason": "antenatal"}),
    )
    agree_contact(made.woman, Agreed("text"), {}, seen=None, by=midwife)
    return made


def at_ten() -> datetime:
    """Ten in the morning in London: a time at which she may be sent a message."""
    return datetime.combine(clock.today(), datetime.min.time(), clock.LONDON).replace(hour=10).astimezone(UTC)


def write(page: Any, words: dict[str, str]) -> None:
    for label, typed in words.items():
        page.get_by_label(label).fill(typed)


def when(page: Any, at: datetime) -> None:
    local = at.astimezone(clock.LONDON)
    write(page, {"Day": str(local.day), "Month": str(local.month), "Year": str(local.year), "Time": f"{local:%H:%M}"})


def test_a_loss_at_24_weeks(browser_of: Callable[..., Any], record: Journey, midwife: User) -> None:
    # Given a reminder of her scan and one of her own appointment, both waiting to be sent,
    scan = reach(record.woman, "tomorrow", at_ten(), by=midwife)
    own = reach(record.woman, "this_week", at_ten(), own_care=True, by=midwife)
    page = browser_of(midwife)
    page.goto(f"/journeys/{record.pk}/")
    expect(page.get_by_text("24+0").first).to_be_visible()

    # when her midwife writes down what happened, in her words,
    page.get_by_role("link", name="Record what happened").click()
    page.get_by_role("link", name="She has lost the pregnancy").click()
    assert_accessible(page)
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("Choose an answer: what happened.").first).to_be_visible()
    page.get_by_label("Stillbirth").check()
    when(page, ago(hours=2))
    page.get_by_label("Yes, as a bereavement").check()
    write(page, {"What she calls it": HER_WORDS})
    page.get_by_role("button", name="Record it").click()

    # then what is about a baby stops that minute, and what is about her own care does not;
    expect(page.get_by_role("heading", name="After her loss")).to_be_visible()
    waiting = MessageToHer.objects.filter(recalled_at=None)
    assert [message.pk for message in waiting] == [own.pk]
    assert MessageToHer.objects.get(pk=scan.pk).sent_at is None
    expect(page.get_by_text("Nothing about a baby is sent to her. 1 that waited was called back.")).to_be_visible()
    expect(page.get_by_text(f"“{HER_WORDS}”")).to_be_visible()
    assert_accessible(page)

    # no page counts weeks any more, or asks anybody for a plan of the birth,
    for address in (f"/journeys/{record.pk}/", "/caseload/?of=all", "/ward/maple/"):
        page.goto(address)
        expect(page.get_by_text("24+0", exact=True)).to_have_count(0)
        expect(page.get_by_text("Birth and ward plan")).to_have_count(0)
    page.goto(f"/journeys/{record.pk}/record/")
    expect(page.get_by_role("link", name="Baby born")).to_have_count(0)

    # her own care is owed, and somebody leads by name.
    page.goto(f"/journeys/{record.pk}/")
    page.get_by_role("link", name="Name who leads").click()
    assert_accessible(page)
    write(page, {"Who leads from now on": "J. Bell"})
    write(page, {"Her next dose: when, where, confirmed by whom": "tomorrow 9:00, Quay Pharmacy, they said so"})
    when(page, ago(hours=1))
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_text("J. Bell").first).to_be_visible()
    record.refresh_from_db()
    assert record.stage == Stage.BEREAVEMENT
    owed = set(record.handoffs.open().values_list("moment", flat=True))
    assert {"GP_6_8W", "MH_4_6W", "CLOSE_12M"} <= owed
    assert "LOSS_BEREAVEMENT" not in owed
    assert differences(record, clock.now()) == []

    # On a phone nothing has to be scrolled sideways.
    page.set_viewport_size(PHONE)
    page.goto(f"/journeys/{record.pk}/")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert_accessible(page)


def test_her_death_is_reported_by_one_and_confirmed_by_another(
    browser_of: Callable[..., Any], record: Journey, midwife: User
) -> None:
    # Given a message that waits, and two midwives who know her,
    buddy = staff(name="R. Ali")
    Journey.objects.filter(pk=record.pk).update(buddy=buddy)
    record.refresh_from_db()
    happened(record, ("contact_made", ago(hours=6)))
    reach(record.woman, "this_week", at_ten(), own_care=True, by=midwife)
    first, second = browser_of(midwife), browser_of(buddy)

    # when the first reports it,
    first.goto(f"/journeys/{record.pk}/her-death/")
    when(first, ago(hours=4))
    write(first, {"How do you know?": "The hospital rang: Dr Shah."})
    first.get_by_role("button", name="Report it").click()

    # then everything to her stops, and the first cannot confirm it;
    expect(first.get_by_text("You reported it.")).to_be_visible()
    assert not MessageToHer.objects.filter(recalled_at=None).exists()
    expect(first.get_by_role("button", name="Confirm that she has died")).to_have_count(0)
    assert_accessible(first)

    # when the second confirms it,
    second.goto(f"/journeys/{record.pk}/")
    second.get_by_role("link", name="Confirm it, or say that it is not so").click()
    assert_accessible(second)
    second.get_by_label("How do you know?").fill("I was there.")
    second.get_by_role("button", name="Confirm that she has died").click()

    # then people are told by people, and the page thinks of the staff too.
    expect(second.get_by_role("heading", name="People who have to know")).to_be_visible()
    expect(second.get_by_role("heading", name="You, and those who knew her")).to_be_visible()
    assert_accessible(second)
    second.get_by_role("link", name=re.compile("Write down.*Her GP")).click()
    second.get_by_label("Yes", exact=True).check()
    second.get_by_label("Whom you spoke to").fill("Dr Shah")
    when(second, ago(minutes=10))
    second.get_by_role("button", name="Write it down").click()
    expect(second.get_by_text("Dr Shah").first).to_be_visible()
    record.refresh_from_db()
    assert record.stage == Stage.CLOSED
    second.set_viewport_size(PHONE)
    assert second.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
