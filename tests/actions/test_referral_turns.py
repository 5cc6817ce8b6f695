"""Whose turn it is with a referral, by message: once each, a number of women and nothing else."""

from __future__ import annotations

import pytest

from carecoord import clock
from carecoord.access.models import Conflict, Membership, User
from carecoord.access.roles import Role
from carecoord.delivery.models import Message
from pathways.models import Journey
from referrals import looping
from referrals.models import Referral
from referrals.rules.loop import State
from referrals.tasks import whose_turn
from referrals.telling import tell_whose_turn_it_is
from tests.actions.test_looping import fresh, sent, stepped
from tests.factories import ago, journey, staff, stand_at
from tests.roles import as_role
from tests.services import referral, service

pytestmark = pytest.mark.django_db


@pytest.fixture
def midwife() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def lead() -> User:
    return staff(Role.BEREAVEMENT_LEAD, team="bereavement", name="L. Hope")


@pytest.fixture
def record(midwife: User) -> Journey:
    return journey(midwife=midwife)


@pytest.fixture
def made(record: Journey, midwife: User, lead: User) -> Referral:
    return sent(record, service("loss_support", team="bereavement"), midwife)


def told() -> list[tuple[str, int, str]]:
    return list(Message.objects.order_by("pk").values_list("to_user__name", "number", "template"))


def test_the_team_is_told_once_of_what_was_sent(made: Referral) -> None:
    assert tell_whose_turn_it_is() == 1
    assert tell_whose_turn_it_is() == 0
    assert told() == [("L. Hope", 1, "digest")]


def test_a_service_without_accounts_gets_no_message(record: Journey, midwife: User) -> None:
    sent(record, service("housing"), midwife)
    assert tell_whose_turn_it_is() == 1
    assert told() == []  # who sent it rings them


def test_what_came_back_is_told_at_once(made: Referral, lead: User) -> None:
    tell_whose_turn_it_is()
    stepped(made, State.DECLINED, lead, reason="service_full")
    tell_whose_turn_it_is()
    assert told()[1:] == [("A. Reid", 1, "urgent")]


def test_who_is_reminded_is_told_again(made: Referral, midwife: User) -> None:
    tell_whose_turn_it_is()
    looping.remind(made, by=fresh(midwife))
    tell_whose_turn_it_is()
    assert [name for name, _, _ in told()] == ["L. Hope"]
    assert told()[0][1] == 2  # counted up in the same digest


def test_past_its_time_whoever_has_it_in_hand_is_told_once(made: Referral) -> None:
    tell_whose_turn_it_is(ago(0.1))
    Referral.objects.update(flag_at=ago(0.05))
    assert tell_whose_turn_it_is() == 1
    assert tell_whose_turn_it_is() == 0
    assert ("A. Reid", 1, "digest") in told()


def test_of_a_leaver_the_team_is_told(record: Journey, midwife: User) -> None:
    leaver, colleague = staff(name="L. Gone"), staff(name="B. Vale")
    made = referral(record, service("housing"), sent_by=leaver, flag_at=ago(1), messaged_at=ago(2))
    for user in (leaver, midwife):
        Membership.objects.filter(user=user).update(ends_on=clock.today(ago(1)))
    assert tell_whose_turn_it_is() == 1
    assert told() == [(colleague.name, 1, "digest")]
    made.refresh_from_db()
    assert made.messaged_at


def test_nobody_in_conflict_with_her_is_told(made: Referral, lead: User) -> None:
    Conflict.objects.create(woman=made.journey.woman, user=lead)
    tell_whose_turn_it_is()
    assert told() == [("A. Reid", 1, "digest")]


def test_once_her_journey_is_closed_nobody_is_called(made: Referral) -> None:
    stand_at(made.journey, "closed")
    assert tell_whose_turn_it_is() == 1
    assert told() == []


def test_the_worker_may_do_all_of_it(made: Referral, midwife: User) -> None:
    """As its own role, behind the wall."""
    type(made.service).objects.filter(pk=made.service_id).update(ended_on=clock.today(), ended_why="Its money ended")
    with as_role("cc_worker"):
        whose_turn()
    made.refresh_from_db()
    assert (made.state, made.messaged_at is None) == ("declined", False)
    assert told() == [("A. Reid", 1, "urgent")]
