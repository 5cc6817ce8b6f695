"""A referral that a service declines: the same day it is its sender's again, who sends it to another one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections, transaction
from django.urls import reverse
from playwright.sync_api import expect

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from pathways.actions import AlreadyAnswered
from pathways.covering import write_grants_of
from pathways.models import Journey
from referrals import looping
from referrals.looping import State, Stepping
from referrals.models import Referral, Service
from tests.browser.test_every_page import look_at
from tests.factories import ago, happened, journey, staff
from tests.roles import as_role
from tests.services import referral, service


@pytest.fixture
def midwife(transactional_db: None) -> User:
    return staff(name="A. Reid")


@pytest.fixture
def keyworker(transactional_db: None) -> User:
    return staff(Role.DRUG_SERVICE_KEYWORKER, team="harbour", name="K. Moss")


@pytest.fixture
def harbour(transactional_db: None) -> Service:
    return service("drug_service", team="harbour", name="Harbour drug service")


@pytest.fixture
def record(midwife: User, keyworker: User) -> Journey:
    made = journey(midwife=midwife, edd=clock.today(ago(-100)), first_name="Hannah")
    disclosed = ("drug_use_disclosed", ago(1), {"in_treatment": "no"})
    happened(made, ("first_contact", ago(20)), ("booking_completed", ago(10)), disclosed)
    return made


def fill(page: Any, asks: str) -> None:
    page.get_by_label("What do you ask them for?").fill(asks)
    for question in ("May they read", "May they get in touch", "May they tell us"):
        page.get_by_role("group", name=question).get_by_label("Yes, she agrees").check()
    page.get_by_role("button", name="Send the referral").click()


def test_what_is_declined_comes_back_the_same_day_and_goes_to_another(
    browser_of: Callable[..., Any], record: Journey, midwife: User, keyworker: User, harbour: Service
) -> None:
    service("drug_service", site="CALD", name="Weir Street drug service", takes_from_elsewhere="yes")
    hers, theirs = browser_of(midwife), browser_of(keyworker, viewport={"width": 320, "height": 640})

    hers.goto(reverse("journey", args=[record.pk]))
    hers.get_by_role("link", name="Refer her").click()
    hers.get_by_role("link", name="Refer her to Harbour drug service").click()
    expect(hers.get_by_text("Hannah Reid, born 3 Apr 1991")).to_be_visible()
    fill(hers, "A first appointment soon; she comes with the bus.")
    expect(hers.get_by_role("heading", name="Sent, not yet acknowledged")).to_be_visible()

    theirs.goto("/referrals/")
    theirs.get_by_role("button", name="Acknowledge").click()
    expect(theirs.get_by_text("The sender can see that it has arrived.")).to_be_visible()
    theirs.get_by_role("link", name="Decline").click()
    theirs.get_by_label("They do not take women who booked late").check()
    theirs.get_by_label("In a few words").fill("From week 20 we cannot start.")
    theirs.get_by_role("button", name="Decline").click()
    expect(theirs.get_by_text("Sent back. The sender has it again and has been told.")).to_be_visible()
    assert theirs.evaluate("document.documentElement.scrollWidth") <= 320

    hers.goto("/referrals/")
    expect(hers.get_by_text("you decide what instead")).to_be_visible()
    hers.get_by_role("link", name="Open the referral").click()
    expect(hers.get_by_text("“From week 20 we cannot start.”")).to_be_visible()
    hers.get_by_role("link", name="Send it to another service").click()
    expect(hers.get_by_text("Instead of Harbour drug service")).to_be_visible()
    hers.get_by_role("link", name="Refer her to Weir Street drug service").click()
    expect(hers.get_by_text("Sending this settles that one.")).to_be_visible()
    fill(hers, "Would you see her on a Tuesday?")
    expect(hers.get_by_role("heading", name="Referral to Weir Street drug service")).to_be_visible()
    hers.goto("/referrals/?show=closed")
    expect(hers.get_by_text("Settled")).to_be_visible()
    assert list(Referral.objects.order_by("pk").values_list("state", flat=True)) == ["settled", "sent"]
    assert Referral.objects.filter(since__date=clock.today()).count() == 2


def test_every_page_of_referrals_is_accessible_and_fits(
    page: Any, live_server: Any, sign_in: Any, record: Journey, midwife: User, harbour: Service
) -> None:
    made = [
        referral(record, harbour, state=state, flag_at=None if state == "ended" else ago(-1))
        for state in ("sent", "accepted", "declined", "appointed", "ended")
    ]
    sign_in(midwife)
    pages = {f"/referrals/?show={part}": part for part in ("back", "answer", "waiting", "open", "closed")}
    pages |= {reverse("referral", args=[each.pk]): each.state for each in made}
    ways = (("decline", 1), ("wait", 1), ("appointment", 1), ("attended", 3), ("not-seen", 3), ("end", 1))
    for way, which in (*ways, ("withdraw", 0), ("settle", 2)):
        pages[reverse("referral_step", args=[made[which].pk, way])] = way
    pages[reverse("referral_take_back", args=[made[0].pk])] = "take back"
    pages[reverse("refer_to", args=[record.pk, harbour.pk])] = "refer to"
    for address, name in pages.items():
        look_at(page, live_server.url + address, name)


def test_of_two_who_answer_at_once_one_counts(record: Journey, keyworker: User, harbour: Service) -> None:
    others = [keyworker, *(staff(Role.DRUG_SERVICE_KEYWORKER, team="harbour") for _ in range(3))]
    made, start = referral(record, harbour), Barrier(len(others))
    with transaction.atomic():
        write_grants_of(record)

    def accept(user: User) -> str:
        with as_role("cc_owner"):
            try:
                start.wait()
                looping.step(made, Stepping(State.ACCEPTED), by=User.objects.get(pk=user.pk))
            except AlreadyAnswered as faster:
                return faster.sentence
            finally:
                connections.close_all()
        return "counts"

    with ThreadPoolExecutor(len(others)) as pool:
        said = list(pool.map(accept, others))
    assert said.count("counts") == 1
    assert all("accepted, no appointment yet" in sentence for sentence in said if sentence != "counts")
    assert made.steps.filter(state="accepted").count() == 1
