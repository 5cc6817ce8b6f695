"""She booked late: one site's service does not take her, another site's does. In a real browser."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from carecoord import clock
from carecoord.access.models import User
from pathways.models import Journey
from referrals.looping import Sending, Stepping, send, step
from referrals.models import Referral, TreatmentOption
from referrals.rules.loop import State
from tests.conftest import assert_accessible
from tests.factories import ago, happened, journey, staff
from tests.services import service

TAKES = {"takes_babies": "yes", "takes_after_removal": "yes", "needs_earlier_engagement": "no"}


@pytest.fixture
def midwife(transactional_db: None) -> User:
    return staff(name="A. Reid")


@pytest.fixture
def record(midwife: User) -> Journey:
    made = journey(midwife=midwife, edd=clock.today(ago(-70)))
    happened(made, ("first_contact", ago(3)), ("booking_completed", ago(2)))
    return made


def declined_for_lateness(record: Journey, midwife: User) -> Referral:
    """Ferry House was asked, and rang back: they do not take women who booked late."""
    ferry = service("mother_and_baby", name="Ferry House", takes_late_bookers="ask", capacity=12, **TAKES)
    agreed = dict.fromkeys(("share", "contact", "report"), ("agreed", ""))
    sent = send(record, Sending(ferry, "A place for both of them", ["name"], agreed), by=midwife)
    said = Stepping(State.DECLINED, reason="service_late", by_outside="M. Kerr, Ferry House")
    step(sent, said, by=midwife)
    return sent


def test_a_late_booker_is_refused_by_one_sites_service_and_offered_anothers(
    page: Any, live_server: Any, sign_in: Any, record: Journey, midwife: User
) -> None:
    declined = declined_for_lateness(record, midwife)
    ferry = declined.service
    rowan = service(
        "mother_and_baby",
        site="GLEN",
        name="Rowan House",
        takes_late_bookers="yes",
        takes_from_elsewhere="yes",
        capacity=6,
        free_places=2,
        **TAKES,
    )
    sign_in(midwife)
    what_they_said_is_kept_in_the_directory(page, live_server.url, ferry.pk)

    # Nothing at her own site takes her: the directory looks elsewhere.
    for_her = f"{live_server.url}{reverse('services_for_her', args=[record.pk])}?instead_of={declined.pk}"
    page.goto(for_her)
    expect(page.get_by_label("She booked late")).to_be_checked()
    page.get_by_label("What does she need?").select_option(label="A place for her and her baby together")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile("need=together"))
    expect(page.locator("article", has_text="Ferry House")).to_contain_text("Does not take women who booked late")
    elsewhere = page.locator("section", has=page.get_by_role("heading", name="Out of area"))
    expect(elsewhere).to_contain_text("2 of 6 places free")
    assert_accessible(page)

    # She is asked whether she would move, and both answers are written down.
    the_option_is_written_down(page, f"{live_server.url}{reverse('options', args=[record.pk])}")
    assert [(row.service, row.status, row.would_move) for row in TreatmentOption.objects.order_by("pk")] == [
        (ferry, "criteria_not_met", "not_asked"),
        (rowan, "offered", "yes"),
    ]

    # And she is referred there instead; the declined referral is settled.
    page.goto(f"{for_her}&need=together")
    page.get_by_role("link", name="Refer her to Rowan House").click()
    expect(page.get_by_role("heading", name="Refer her to Rowan House")).to_be_visible()
    expect(page.get_by_text("Instead of Ferry House")).to_be_visible()
    page.get_by_label("What do you ask them for?").fill("A place for both of them, from March.")
    for agrees in page.get_by_label("Yes, she agrees").all():
        agrees.check()
    page.get_by_role("button", name="Send the referral").click()
    expect(page.get_by_role("heading", name="Referral to Rowan House")).to_be_visible()
    declined.refresh_from_db()
    assert declined.state == "settled"


def what_they_said_is_kept_in_the_directory(page: Any, site: str, ferry: int) -> None:
    page.goto(f"{site}{reverse('service_change', args=[ferry])}")
    page.get_by_label("Does it take women who booked late?").select_option(label="No")
    page.get_by_role("button", name="Save it").click()
    expect(page.get_by_text("Does not take women who booked late")).to_be_visible()


def the_option_is_written_down(page: Any, options: str) -> None:
    page.goto(options)
    card = page.locator("article", has_text="Mother-and-baby treatment")
    card.get_by_role("link", name="Write down what came of it").click()
    expect(page.get_by_label("She does not fit its conditions")).to_be_checked()  # as the directory says
    page.get_by_role("button", name="Write it down").click()
    card.get_by_role("link", name="Something changed").click()
    page.get_by_label("Rowan House, out of area: Glenmore").check()
    page.get_by_label("Offered", exact=True).check()
    page.get_by_label("Yes", exact=True).check()
    page.get_by_label("In a few words").fill("“I’ll move. I’ll do anything.”")
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_text("Would she move? Yes")).to_be_visible()
    page.get_by_label("Mother-and-baby treatment: Offered").check()
    page.get_by_role("button", name="We went through them").click()
    expect(page.get_by_text("Offered, Rowan House")).to_be_visible()
