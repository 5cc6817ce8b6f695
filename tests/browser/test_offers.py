"""A handoff between two browsers: offered in one, accepted in the other; two who accept at once; without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import expect

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from pathways import offering
from pathways.actions import AlreadyAnswered
from pathways.models import Journey, Offer, Owner
from tests.conftest import assert_accessible
from tests.factories import ago, happened, journey, offer_of, staff
from tests.roles import as_role


@pytest.fixture
def midwife(transactional_db: None) -> User:
    return staff(name="A. Reid")


@pytest.fixture
def visitor(transactional_db: None) -> User:
    return staff(Role.HEALTH_VISITOR, team="hv", name="O. Bright")


@pytest.fixture
def record(midwife: User, visitor: User) -> Journey:
    made = journey(midwife=midwife, edd=clock.today(ago(-25)), first_name="Hannah")
    happened(made, ("first_contact", ago(150)), ("booking_completed", ago(140)), ("contact_made", ago(2)))
    return made


def test_offered_in_one_browser_and_accepted_in_the_other(
    browser_of: Callable[..., Any], record: Journey, midwife: User, visitor: User
) -> None:
    handoff = record.handoffs.get(moment="HV_ANTENATAL")
    hers, theirs = browser_of(midwife), browser_of(visitor, viewport={"width": 320, "height": 640})
    hers.goto(f"/handoffs/{handoff.pk}/offer/")
    hers.get_by_label("Ashford health visiting (usual)").check()
    hers.get_by_label("Yes", exact=True).check()
    hers.get_by_label("What she was told, or why not yet").fill("O. Bright will visit")
    hers.get_by_role("button", name="Offer it").click()
    expect(hers.get_by_text("You stay responsible until somebody accepts.")).to_be_visible()

    theirs.goto("/handoffs/")
    expect(theirs.get_by_text("“O. Bright will visit”, told by A. Reid")).to_be_visible()
    assert_accessible(theirs)
    theirs.get_by_role("button", name="Accept").click()
    expect(theirs.get_by_text("You have it now.")).to_be_visible()
    assert theirs.evaluate("document.documentElement.scrollWidth") <= 320

    hers.goto("/handoffs/")
    expect(hers.get_by_text("Ashford health visiting · accepted")).to_be_visible()
    assert Owner.objects.get(until=None).user == visitor


def test_declining_in_place_works_without_javascript(
    browser_of: Callable[..., Any], record: Journey, midwife: User, visitor: User
) -> None:
    made = offer_of(record)
    theirs = browser_of(visitor, java_script_enabled=False)
    theirs.goto("/handoffs/")
    theirs.locator("summary", has_text="Decline…").click()
    theirs.get_by_label("We need something first").check()
    theirs.get_by_label("What is missing, or why").fill("Which day suits her")
    theirs.get_by_role("button", name="Send back").click()
    expect(theirs.get_by_text("Sent back. The sender has it.")).to_be_visible()
    made.refresh_from_db()
    assert (made.state, made.decline) == ("declined", "missing")
    hers = browser_of(midwife)
    hers.goto("/handoffs/")
    expect(hers.get_by_text("Came back")).to_be_visible()
    assert_accessible(hers)


def test_of_two_who_accept_at_once_one_has_it(record: Journey, visitor: User) -> None:
    others = [visitor, *(staff(Role.HEALTH_VISITOR, team="hv") for _ in range(3))]
    made, start = offer_of(record), Barrier(len(others))

    def accept(user: User) -> str:
        with as_role("cc_owner"):
            try:
                start.wait()
                offering.accept(made, by=User.objects.get(pk=user.pk))
            except AlreadyAnswered as faster:
                return faster.sentence
            finally:
                connections.close_all()
        return "has it"

    with ThreadPoolExecutor(len(others)) as pool:
        said = sorted(pool.map(accept, others))
    assert said.count("has it") == 1
    assert all("accepted this on" in sentence for sentence in said if sentence != "has it")
    assert Owner.objects.filter(until=None).count() == 1
    assert Offer.objects.get().state == "accepted"
