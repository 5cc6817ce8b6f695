"""A mother goes home before her baby: the offer of a place comes first, then how it goes while they are apart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from playwright.sync_api import expect

from carecoord import clock
from carecoord.access.roles import Role
from pathways.models import Journey, StayOffer
from tests.conftest import assert_accessible
from tests.factories import happened, staff
from tests.medicine import observed
from tests.together import on_ward_with_babies

PHONE = {"width": 320, "height": 640}


def plan_home_for_tomorrow(page: Any, record: Journey) -> None:
    page.goto(f"/journeys/{record.pk}/record/")
    page.get_by_role("link", name="Her going home is planned").click()
    tomorrow = clock.now().astimezone(clock.LONDON) + timedelta(days=1)
    when = page.get_by_role("group", name="When is she expected to leave?")
    for label, words in (("Day", tomorrow.day), ("Month", tomorrow.month), ("Year", tomorrow.year), ("Time", "14:00")):
        when.get_by_label(label).fill(str(words))
    page.get_by_label("No, the baby stays in hospital").check()
    page.get_by_role("button", name="Record it").click()


def write_no_bed(page: Any) -> None:
    page.get_by_label("Nothing was available").check()
    page.get_by_label("No bed or room was free").check()
    page.get_by_label("She wanted to stay; there was no place").check()
    page.get_by_label("how and when does she visit?").fill("10:00 to 16:00 each day, by taxi")
    page.get_by_label("How is the baby fed while she is away?").fill("Her own milk, brought twice a day")
    page.get_by_role("button", name="Write it down").click()


def test_she_goes_home_before_her_baby(browser_of: Callable[..., Any], transactional_db: None) -> None:
    # Given a mother on the ward who is well, whose baby is still observed
    record = on_ward_with_babies(midwife=staff(name="A. Reid"))
    observed(record)
    nurse = staff(Role.WARD_COORDINATOR, team="maple", name="L. Grant")
    page = browser_of(nurse, viewport=PHONE)

    # When her going home is planned, the place with her baby is asked next
    plan_home_for_tomorrow(page, record)
    expect(page.get_by_role("heading", name="A place with her baby")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert_accessible(page)

    # And she cannot be discharged before it is answered
    page.goto(f"/journeys/{record.pk}/leaving/left/")
    assert_accessible(page)
    page.get_by_label("No, the baby stays in hospital").check()
    page.get_by_label("Home, or where she is staying").check()
    page.get_by_label("Why does she go home before it is arranged?").fill("The drug service rings her at three.")
    page.get_by_role("button", name="Write it down").click()
    refusal = page.locator(".nhsuk-error-summary")
    expect(refusal).to_contain_text("Before she goes home without her baby: offer her a place with her baby")

    # When no bed is free, and she says how she wants it meanwhile; her medicine is asked for too
    page.get_by_role("link", name="Write down what was offered, and what she chose").click()
    write_no_bed(page)
    expect(page.locator(".nhsuk-error-summary")).to_contain_text("Write where she gets her medicine on the days")
    page.get_by_label("Where does she get her medicine").fill("Quay Pharmacy, before she comes")
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_text("Recorded.", exact=True)).to_be_visible()
    assert StayOffer.objects.get().because == "no_bed"
    assert record.handoffs.get(moment="MOTHER_STAYS").state == "completed_on_time"

    # Then she can go home
    page.goto(f"/journeys/{record.pk}/leaving/left/")
    page.get_by_label("No, the baby stays in hospital").check()
    page.get_by_label("Home, or where she is staying").check()
    page.get_by_label("Why does she go home before it is arranged?").fill("The drug service rings her at three.")
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_text("Written down that she left.")).to_be_visible()

    # And her page and the ward's board say that they are apart, and how it goes
    expect(page.get_by_text("She has gone home and her baby is in hospital.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert_accessible(page)
    page.goto("/ward/maple/")
    visits = page.get_by_role("region", name="Expected visits")
    expect(visits).to_contain_text("10:00 to 16:00 each day, by taxi")
    expect(visits).to_contain_text("Quay Pharmacy, before she comes")
    assert_accessible(page)

    # And that there was no bed is counted for who runs the ward
    page.goto("/staying-together/")
    expect(page.get_by_role("term").filter(has_text="no bed or room was free")).to_be_visible()
    assert_accessible(page)

    # When the baby goes home too, nobody is expected any more
    happened(record, ("observation_ended", clock.now(), {}, 1), ("baby_discharged", clock.now(), {}, 1))
    record.refresh_from_db()
    assert record.stage == "postnatal_community"
    page.goto("/ward/maple/")
    expect(page.get_by_role("region", name="Expected visits")).to_have_count(0)


def test_she_leaves_on_her_own_decision_and_is_not_kept(browser_of: Callable[..., Any], transactional_db: None) -> None:
    # Given a mother whose baby stays, with nothing arranged
    record = on_ward_with_babies()
    page = browser_of(staff(Role.WARD_MIDWIFE, team="maple", name="L. Grant"), viewport=PHONE)

    # When she leaves on her own decision
    page.goto(f"/journeys/{record.pk}/leaving/left/")
    page.get_by_role("link", name="She leaves on her own decision").click()
    expect(page.get_by_role("heading", name="Nothing here keeps her")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("No, the baby stays in hospital").check()
    page.get_by_role("group", name="Naloxone to take with her").get_by_label("Arranged before she left").check()
    page.get_by_role("button", name="Write it down").click()

    # Then it is written down, and what is due today stands on her page
    expect(page.get_by_text("Written down that she left.")).to_be_visible()
    expect(page.get_by_role("link", name="Due today: ring her prescriber")).to_be_visible()
    expect(page.get_by_text("No place with the baby is written down as offered.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert_accessible(page)
