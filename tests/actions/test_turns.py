"""Whose turn it is, by message: the team asked, whoever it came back to, whoever is reminded; once each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from carecoord import clock
from carecoord.access.models import Conflict, Cover, Team, User
from carecoord.access.roles import Role
from carecoord.delivery.models import Message
from pathways import offering
from pathways.alerting.turns import tell_whose_turn_it_is
from pathways.models import Handoff, Journey, Offer
from pathways.offering import Proposal
from tests.factories import ago, happened, journey, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def midwife() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def visitor() -> User:
    return staff(Role.HEALTH_VISITOR, team="hv", name="O. Bright")


@pytest.fixture
def record(midwife: User) -> Journey:
    made = journey(midwife=midwife, edd=clock.today(ago(-60)))
    happened(made, ("first_contact", ago(150)), ("booking_completed", ago(140)), ("contact_made", ago(2)))
    return made


@pytest.fixture
def offered(record: Journey, midwife: User, visitor: User) -> Offer:
    handoff = record.handoffs.get(moment="HV_ANTENATAL")
    return offering.offer(handoff, Proposal(Team.objects.get(site__code="ASHF", code="hv")), by=midwife)


def told() -> list[tuple[str, int, str]]:
    return list(Message.objects.order_by("pk").values_list("to_user__name", "number", "template"))


def test_the_team_that_is_asked_is_told_once(offered: Offer) -> None:
    assert tell_whose_turn_it_is() == 1
    assert told() == [("O. Bright", 1, "digest")]
    assert tell_whose_turn_it_is() == 0
    assert len(told()) == 1


def test_what_cannot_wait_for_tomorrow_is_told_at_once(record: Journey, midwife: User) -> None:
    staff(Role.NEONATAL_TEAM, team="neonatal", name="Dr Y. Chen")
    plan = record.handoffs.get(moment="FEEDING_PLAN")
    offering.offer(plan, Proposal(Team.objects.get(site__code="ASHF", code="neonatal")), by=midwife)
    tell_whose_turn_it_is()
    assert told() == [("Dr Y. Chen", 1, "urgent")]


def test_what_comes_back_is_told_to_the_sender(offered: Offer, visitor: User) -> None:
    tell_whose_turn_it_is()
    offering.decline(offered, Offer.Decline.MISSING, "Where she lives now.", by=visitor)
    assert tell_whose_turn_it_is() == 1
    assert told()[-1] == ("A. Reid", 1, "digest")


def test_what_is_accepted_tells_nobody(offered: Offer, visitor: User) -> None:
    tell_whose_turn_it_is()
    offering.accept(offered, by=visitor)
    assert tell_whose_turn_it_is() == 0


def test_a_reminder_is_a_message_too(offered: Offer, midwife: User) -> None:
    tell_whose_turn_it_is()
    offering.remind(offered, by=midwife)
    assert tell_whose_turn_it_is() == 1
    assert told() == [("O. Bright", 2, "digest")], "the digest that still waits counts up"


def test_whoever_is_meant_is_told_alone(offered: Offer, visitor: User) -> None:
    other = staff(Role.HEALTH_VISITOR, team="hv", name="M. Other")
    offering.pass_on(offered, other, by=visitor)
    tell_whose_turn_it_is()
    assert [name for name, *_ in told()] == ["M. Other"]


def in_conflict(offered: Offer, visitor: User) -> None:
    Conflict.objects.create(woman=offered.journey.woman, user=visitor)


def gone(offered: Offer, visitor: User) -> None:
    User.objects.filter(pk=visitor.pk).update(is_active=False)


def ended(offered: Offer, visitor: User) -> None:
    Handoff.objects.filter(pk=offered.handoff_id).update(state="superseded", ended_at=clock.now())


@pytest.mark.parametrize("change", [in_conflict, gone, ended])
def test_nobody_is_told_who_must_not_or_need_not_know(
    offered: Offer, visitor: User, change: Callable[[Offer, User], None]
) -> None:
    change(offered, visitor)
    tell_whose_turn_it_is()
    assert told() == []


def test_somebody_on_leave_is_told_only_where_everybody_is(offered: Offer, visitor: User) -> None:
    other = staff(Role.HEALTH_VISITOR, team="hv", name="M. Other")
    today = clock.today()
    Cover.objects.create(midwife=visitor, covered_by=other, starts_on=today, ends_on=today)
    tell_whose_turn_it_is()
    assert [name for name, *_ in told()] == ["M. Other"]


def test_an_outside_receiver_has_no_message(record: Journey, midwife: User) -> None:
    handoff = record.handoffs.get(moment="HV_ANTENATAL")
    offering.offer(handoff, Proposal(to_outside="GP: Elm practice"), by=midwife)
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        tell_whose_turn_it_is()
    assert told() == []
