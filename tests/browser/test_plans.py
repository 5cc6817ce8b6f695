"""A birth and ward plan from the first word to the ward that has it; her goals before her needs; every page, narrow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from pathways.models import CarePlan, Journey, PlanCopy, PlanSent
from pathways.needs import SeesTo, note_need, write_her_words
from pathways.plans import copies, writing
from pathways.plans.birth_and_ward import BIRTH_AND_WARD
from pathways.plans.copies import Given
from tests.conftest import assert_accessible
from tests.factories import ago, happened, journey, staff
from tests.plans import TEXTS, agreed, doctor_for, sent_to_ward

NARROW = {"width": 320, "height": 640}


@pytest.fixture
def midwife(transactional_db: None) -> User:
    return staff(name="A. Reid")


@pytest.fixture
def record(midwife: User) -> Journey:
    made = journey(midwife=midwife, edd=clock.today(ago(-50)), first_name="Nina")
    happened(made, ("first_contact", ago(200)), ("booking_completed", ago(190)))
    return made


@pytest.fixture
def doctor(record: Journey) -> User:
    return doctor_for(record)


@pytest.fixture
def nurse(transactional_db: None) -> User:
    return staff(Role.WARD_MIDWIFE, team="maple", name="S. Ito")


def test_a_plan_is_written_with_her_signed_by_both_and_reaches_the_ward(
    browser_of: Callable[..., Any], record: Journey, midwife: User, doctor: User, nurse: User
) -> None:
    # given a woman at 32 weeks without a plan
    hers = browser_of(midwife)
    hers.goto(f"/journeys/{record.pk}/")
    hers.get_by_role("link", name="Her plans").click()
    hers.get_by_role("link", name="Open the birth and ward plan").click()

    # when her midwife writes it with her and signs, and her doctor signs
    hers.get_by_role("link", name="Write the first version").click()
    for section in BIRTH_AND_WARD.sections:
        hers.get_by_label(section.title).fill(TEXTS[section.key])
    hers.get_by_role("button", name="Write this version").click()
    hers.get_by_role("link", name="Read and sign it").click()
    hers.get_by_role("button", name="Sign it").click()
    theirs = browser_of(doctor)
    theirs.goto(f"/journeys/{record.pk}/plans/birth_and_ward/")
    theirs.get_by_role("link", name="Read and sign it").click()
    theirs.get_by_role("button", name="Sign it").click()
    expect(theirs.get_by_text("Both have signed: this version counts.")).to_be_visible()

    # and it is sent to the ward, which reads it at the bedside and says that it has it
    hers.goto(f"/journeys/{record.pk}/plans/birth_and_ward/")
    hers.get_by_role("link", name="Send it to the ward").click()
    hers.get_by_label("Maple ward").check()
    hers.get_by_role("button", name="Send it").click()
    ward = browser_of(nurse, viewport=NARROW)
    ward.goto("/handoffs/")
    ward.get_by_role("link", name="Plans sent to you (1)").click()
    ward.get_by_role("link", name="Birth and ward plan of Nina").click()
    ward.get_by_role("link", name="We have it").click()
    ward.get_by_role("button", name="We have it").click()
    expect(ward.get_by_text("You have it. Whoever wrote it reads your name.")).to_be_visible()

    # then her midwife reads who has it, and the draft is done
    hers.reload()
    expect(hers.get_by_text("S. Ito, Maple ward")).to_be_visible()
    assert PlanSent.objects.get().acknowledged_by == nurse
    assert record.handoffs.get(moment="BIRTH_MED_PLAN", step="draft").ended_at


def test_on_paper_nothing_but_the_plan_is_left(
    browser_of: Callable[..., Any], record: Journey, midwife: User, doctor: User
) -> None:
    agreed(record, midwife, doctor)
    page = browser_of(midwife)
    for name, paper in (("her_plan", ".hercopy"), ("plan_print", ".planpaper")):
        page.goto(reverse(name, args=[record.pk, "birth_and_ward", 1]))
        page.emulate_media(media="print")
        expect(page.locator(paper)).to_be_visible()
        for hidden in (".bar", ".hercopy__tools", ".foot"):
            expect(page.locator(hidden)).to_be_hidden()
        page.emulate_media(media="screen")


def test_what_she_says_stands_before_what_she_needs(
    browser_of: Callable[..., Any], record: Journey, midwife: User
) -> None:
    page = browser_of(midwife, viewport=NARROW)
    page.goto(f"/journeys/{record.pk}/needs/")
    page.get_by_role("link", name="Write down her words").click()
    page.get_by_label("What I want").check()
    page.get_by_label("In her words").fill("I want to go home with my baby.")
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_text("“I want to go home with my baby.”")).to_be_visible()
    page.get_by_role("link", name="Add a need").click()
    page.get_by_label("What does she need?").fill("Somewhere to live")
    page.get_by_label("What is it about?").select_option("housing")
    page.get_by_label("Who sees to it?").select_option("me")
    page.get_by_role("button", name="Write it down").click()
    page.get_by_role("link", name="Write down what came of it (Somewhere to live)").click()
    page.get_by_label("Not met").check()
    page.get_by_label("It does not exist here").check()
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_text("Not met: it does not exist here")).to_be_visible()
    said = page.get_by_text("“I want to go home with my baby.”").bounding_box()
    need = page.get_by_role("heading", name="What she needs").bounding_box()
    assert said["y"] < need["y"]


def addresses(record: Journey, midwife: User, doctor: User) -> list[str]:
    """Every page of plans, needs and goals, with something on each of them."""
    plan = agreed(record, midwife, doctor)
    row = sent_to_ward(plan, midwife)
    copies.give_copy(plan, Given(PlanCopy.How.PAPER, clock.now(), her_words="Yes."), by=midwife)
    writing.write(record, BIRTH_AND_WARD, {**TEXTS, "birth": "In water."}, by=midwife)
    need = note_need(record, "travel", "The fare", SeesTo(user=midwife), by=midwife)
    said = write_her_words(record, "goal", "My own door.", by=midwife)
    found = {
        **dict.fromkeys(("plan", "plan_write", "plan_given"), ("birth_and_ward",)),
        **dict.fromkeys(("plan_version", "plan_print", "her_plan"), ("birth_and_ward", 1)),
        "plan_sign": ("birth_and_ward", 2),
        "plan_send": ("birth_and_ward", "pharmacy"),
        **dict.fromkeys(("plan_have_it", "plan_take_back", "plan_send_again"), ("birth_and_ward", row.pk)),
        **dict.fromkeys(("plans", "needs", "needs_say", "need_add"), ()),
        "needs_end": (said.pk,),
        "need_step": (need.pk,),
    }
    beside = f"{reverse('plan_sign', args=[record.pk, 'birth_and_ward', 2])}?beside=1"
    hers = [reverse(name, args=[record.pk, *more]) for name, more in found.items()]
    return [*hers, beside, reverse("sent_plans"), reverse("unmet_needs")]


@pytest.mark.parametrize("width", [1280, 320])
def test_every_page_is_accessible_and_fits(
    browser_of: Callable[..., Any], record: Journey, midwife: User, doctor: User, nurse: User, width: int
) -> None:
    page = browser_of(midwife, viewport={"width": width, "height": 900})
    for address in addresses(record, midwife, doctor):
        assert page.goto(address).status == 200, address
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
    assert CarePlan.objects.count() == 2
