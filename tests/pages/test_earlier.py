"""A further pregnancy: what happened before is read with it only where she agrees."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.urls import reverse

from carecoord.access.models import User
from carecoord.access.roles import Role
from pathways.actions import Refused
from pathways.carrying import carries_earlier, carry_history
from pathways.models import Journey
from pathways.visibility import journeys_visible_to
from tests.factories import ago, claimed, happened, journey, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def before() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def now() -> User:
    return staff(name="P. Lowe")


@pytest.fixture
def earlier(before: User) -> Journey:
    """Her first journey, with the midwife whom she had then."""
    made = journey(midwife=before)
    happened(made, ("booking_completed", ago(800)), ("baby_born", ago(600), {"place": "home"}, 1))
    return made


@pytest.fixture
def further(earlier: Journey, now: User) -> Journey:
    return journey(woman=earlier.woman, midwife=now)


def reads(user: User, which: Journey) -> bool:
    return journeys_visible_to(User.objects.get(pk=user.pk)).filter(pk=which.pk).exists()


def test_without_her_yes_what_was_before_stays_with_who_cared_for_her_then(
    earlier: Journey, further: Journey, before: User, now: User
) -> None:
    carry_history(further, False, "", by=now)
    assert reads(now, further)
    assert not reads(now, earlier)
    assert reads(before, earlier)


def test_what_she_said_last_holds(earlier: Journey, further: Journey, now: User) -> None:
    for agreed in (False, True, False, True):
        carry_history(further, agreed, "As I said.", by=now)
        assert (reads(now, earlier), carries_earlier(further)) == (agreed, agreed)


def test_a_yes_opens_nothing_to_who_may_not_see_child_protection(earlier: Journey, further: Journey, now: User) -> None:
    on_ward = staff(Role.WARD_MIDWIFE, team="maple")
    claimed(further, on_ward)
    carry_history(further, True, "", by=now)
    assert not reads(on_ward, earlier)


def test_where_nobody_asked_it_is_as_it_was(earlier: Journey, further: Journey, now: User) -> None:
    assert reads(now, earlier)


def test_of_a_first_journey_nothing_comes_along(earlier: Journey, before: User) -> None:
    with pytest.raises(Refused, match="her first journey"):
        carry_history(earlier, True, "", by=before)


def test_the_form_of_a_further_pregnancy_carries_nothing_unasked(client: Any, earlier: Journey, before: User) -> None:
    client.force_login(before)
    address = reverse("add_pregnancy", args=[earlier.woman_id])
    assert client.get(address).context["form"]["carries_earlier"].value() in (None, False)
    client.post(address, {"team": earlier.team_id, "number": "2"})
    assert not carries_earlier(earlier.woman.journeys.get(number=2))


def test_she_is_asked_again_on_a_page_of_its_own(client: Any, earlier: Journey, further: Journey, now: User) -> None:
    client.force_login(now)
    address = reverse("earlier", args=[further.pk])
    assert address in client.get(reverse("journey", args=[further.pk])).content.decode()
    client.post(address, {"carries_earlier": "on", "carried_words": "Yes.", "submission": str(uuid.uuid4())})
    assert carries_earlier(further)
    client.post(address, {"carried_words": "No.", "submission": str(uuid.uuid4())})
    assert client.get(reverse("journey", args=[earlier.pk])).status_code == 404
