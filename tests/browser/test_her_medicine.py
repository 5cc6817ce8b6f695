"""Her medicine from an admission at night to confirmed by both, in two browsers, by the sources' real opening hours."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from playwright.sync_api import expect

from carecoord import clock
from carecoord.access.roles import Role
from medications.models import Statement
from pathways.models import Journey
from tests.conftest import assert_accessible
from tests.factories import ago, claimed, staff
from tests.medicine import on_ward, ward_midwife

NIGHT = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)  # Saturday
PHARMACY_OPENS = datetime(2026, 11, 21, 9, 10, tzinfo=UTC)  # Saturday; the drug service stays closed
MONDAY = datetime(2026, 11, 23, 9, 20, tzinfo=UTC)


def fill_time(page: Any, group: str, at: datetime) -> None:
    local = at.astimezone(clock.LONDON)
    boxes = page.get_by_role("group", name=group)
    for label, typed in (
        ("Day", str(local.day)),
        ("Month", str(local.month)),
        ("Year", str(local.year)),
        ("Time", f"{local:%H:%M}"),
    ):
        boxes.get_by_label(label).fill(typed)


def say(page: Any, source: str, place: str, amount: str = "45") -> None:
    """Write down what a source says, as somebody does who has it on the phone."""
    page.get_by_role("link", name="Write down what a source says").click()
    page.get_by_role("link", name=source).click()
    page.get_by_label(place).check()
    page.get_by_label("Who said it?").fill("J. Ross")
    fill_time(page, "When did they say it?", clock.now() - timedelta(minutes=1))
    page.get_by_label("What they said, word for word").fill(f"methadone 1 mg/ml, {amount} mg once a day")
    page.get_by_label("Methadone oral solution 1 mg/ml").check()
    page.get_by_label("Strength").fill("1 mg/ml")
    page.get_by_label("Amount, in digits as they said it").fill(amount)
    page.get_by_label("mg", exact=True).check()
    page.get_by_label("Once a day").check()
    page.get_by_label("Usual time, if they said one").fill("09:30")
    fill_time(page, "When did she have it last?", datetime(2026, 11, 20, 9, 40, tzinfo=UTC))
    page.get_by_role("button", name="Write it down").click()


def test_an_admission_at_night_is_confirmed_by_both_when_they_open(
    transactional_db: None, browser_of: Callable[..., Any]
) -> None:
    with time_machine.travel(NIGHT) as at:
        nurse = ward_midwife(name="L. Grant")
        record: Journey = on_ward(since=ago(minutes=30))
        doctor = staff(Role.OBSTETRIC_DOCTOR, team="hospital", name="P. Roy")
        claimed(record, doctor)
        address = f"/journeys/{record.pk}/medicine/"

        hers, theirs = browser_of(nurse), browser_of(doctor, viewport={"width": 320, "height": 640})
        hers.goto(address)
        expect(hers.get_by_role("heading", name="Nobody can confirm it now")).to_be_visible()
        expect(hers.get_by_text("the ward prescriber decides and writes down why")).to_be_visible()
        expect(hers.get_by_text("closed, opens Mon 23 Nov 2026, 09:00").first).to_be_visible()
        expect(hers.get_by_text("closed, opens Sat 21 Nov 2026, 09:00").first).to_be_visible()
        assert_accessible(hers)
        hers.get_by_role("link", name="Somebody was asked").click()
        hers.get_by_label("Pharmacy").check()
        hers.get_by_label("Who, or which number?").fill("01632 960121")
        hers.get_by_label("Closed").check()
        fill_time(hers, "When did you ask?", clock.now())
        hers.get_by_role("button", name="Write it down").click()
        expect(hers.get_by_text("It opens Sat 21 Nov 2026, 09:00.")).to_be_visible()

        at.move_to(PHARMACY_OPENS)
        hers = browser_of(nurse)
        hers.goto(address)
        expect(hers.get_by_role("heading", name="Asked, no answer yet")).to_be_visible()
        expect(hers.get_by_text("open now, until 13:00").first).to_be_visible()
        say(hers, "The pharmacy", "Bridge Street Pharmacy")
        expect(
            hers.get_by_role("heading", name="Nobody can confirm it now")
        ).to_be_visible()  # the prescriber is closed
        theirs = browser_of(doctor, viewport={"width": 320, "height": 640})
        theirs.goto(address)
        expect(theirs.get_by_role("heading", name="Prescriber: not yet")).to_be_visible()
        assert theirs.evaluate("document.documentElement.scrollWidth") <= 320

        at.move_to(MONDAY)
        hers = browser_of(nurse)
        claimed(record, doctor)
        theirs = browser_of(doctor, viewport={"width": 320, "height": 640})
        hers.goto(address)
        say(hers, "The prescriber", "Harbour drug service", amount="54")
        theirs.goto(address)
        expect(theirs.get_by_role("heading", name="They do not say the same")).to_be_visible()
        expect(theirs.get_by_text("not the same")).to_have_count(2)
        assert_accessible(theirs)
        assert theirs.evaluate("document.documentElement.scrollWidth") <= 320
        assert not record.events.filter(kind="ost_verified").exists()

        theirs.get_by_role("link", name=re.compile("This is wrong.*Prescriber")).click()
        theirs.get_by_label("What was wrong with it?").fill("Heard 54 for 45.")
        theirs.get_by_role("button", name="Strike it through").click()
        say(theirs, "The prescriber", "Harbour drug service")
        expect(theirs.get_by_role("heading", name="Confirmed by both")).to_be_visible()
        hers.goto(address)
        expect(hers.get_by_role("heading", name="Confirmed by both")).to_be_visible()
        expect(hers.get_by_text("Struck through by P. Roy")).to_be_visible()
        assert_accessible(hers)
        assert Statement.objects.count() == 3
        assert record.events.filter(kind="ost_verified").count() == 1
        assert record.handoffs.get(moment="OST_VERIFY").ended_at is not None
