"""What follows when we cancel: her midwife hears of it once, and she stays on the list until somebody told her."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from carecoord import clock
from carecoord.access.models import Grant, User
from carecoord.access.roles import Role
from carecoord.delivery.models import Message, Template
from pathways.actions import AlreadyAnswered
from pathways.covering import write_grants_of
from pathways.models import Journey
from referrals import cancelling, clinics
from referrals.models import Appointment
from referrals.tasks import pass_on_cancelled
from tests.factories import ago, happened, journey, staff
from tests.roles import as_role
from tests.services import appointment, clinic, session

pytestmark = pytest.mark.django_db


@pytest.fixture
def midwife() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def manager() -> User:
    return staff(Role.SERVICE_MANAGER, name="M. Lowe")


@pytest.fixture
def cancelled(midwife: User, manager: User) -> Callable[..., Appointment]:
    """An appointment of a woman of the midwife's, so many days ahead, that a manager cancelled."""

    def cancel(
        days: int = 1, hers: Journey | None = None, kind: str = "midwifery", by: User | None = None
    ) -> Appointment:
        made = session(clinic(clock.today() + timedelta(days=days)), kind)
        booked = appointment(hers or journey(midwife=midwife), made)
        clinics.cancel_session(made, "Our midwife is ill.", by=by or manager)
        booked.refresh_from_db()
        return booked

    return cancel


def messages() -> list[tuple[int, str, int]]:
    sent = Message.objects.filter(channel="email").order_by("pk")
    return [(each.to_user_id, each.template, each.number) for each in sent]


def test_her_midwife_hears_of_it_once_and_at_once_where_it_is_soon(
    midwife: User, cancelled: Callable[..., Appointment]
) -> None:
    soon, later = cancelled(1), cancelled(20)
    with as_role("cc_worker"):
        pass_on_cancelled()
        pass_on_cancelled()
    assert sorted(messages()) == sorted([(midwife.pk, Template.URGENT, 1), (midwife.pk, Template.DIGEST, 1)])
    for each in (soon, later):
        each.refresh_from_db()
        assert each.passed_on_at is not None


def test_two_things_of_one_woman_are_one_message(midwife: User, cancelled: Callable[..., Appointment]) -> None:
    first = cancelled(1)
    cancelled(1, hers=first.journey, kind="scan")
    assert cancelling.pass_on() == 2
    assert messages() == [(midwife.pk, Template.URGENT, 1)]


def test_who_cancelled_it_herself_is_not_told(midwife: User, cancelled: Callable[..., Appointment]) -> None:
    cancelled(1, by=midwife)
    assert cancelling.pass_on() == 1
    assert messages() == []
    assert cancelling.to_be_told().count() == 1


def test_where_nobody_is_named_her_team_hears_of_it(manager: User) -> None:
    colleague = staff()
    made = session(clinic())
    appointment(journey(), made)
    clinics.cancel_session(made, "ill", by=manager)
    cancelling.pass_on()
    assert colleague.pk in {user for user, _, _ in messages()}


def test_whoever_expected_her_sees_her_no_more(midwife: User, manager: User) -> None:
    keyworker = staff(Role.DRUG_SERVICE_KEYWORKER)
    made = session(clinic(), "drug_service", clinician=keyworker)
    hers = appointment(journey(midwife=midwife), made)
    write_grants_of(hers.journey)
    assert Grant.objects.of(keyworker).filter(woman=hers.woman).exists()
    clinics.cancel_session(made, "ill", by=manager)
    with as_role("cc_worker"):
        pass_on_cancelled()
    assert not Grant.objects.of(keyworker).filter(woman=hers.woman).exists()


def test_she_is_on_the_list_until_somebody_told_her(midwife: User, cancelled: Callable[..., Appointment]) -> None:
    hers = cancelled()
    assert list(cancelling.to_be_told()) == [hers]
    cancelling.told(hers, by=midwife)
    assert not cancelling.to_be_told().exists()
    assert (hers.told_by, hers.told_at is not None) == (midwife, True)
    with pytest.raises(AlreadyAnswered, match="told already"):
        cancelling.told(hers, by=midwife)


def test_only_who_may_open_her_record_writes_down_that_she_knows(cancelled: Callable[..., Appointment]) -> None:
    hers = cancelled()
    for by in (staff(site="CALD"), staff(Role.SERVICE_MANAGER)):
        with pytest.raises(PermissionDenied):
            cancelling.told(hers, by=by)


def test_what_she_cancelled_herself_is_on_no_list(midwife: User) -> None:
    hers = appointment(journey(midwife=midwife), session(clinic()))
    Appointment.objects.filter(pk=hers.pk).update(state="cancelled", cancelled_at=clock.now(), cancelled_whose="hers")
    assert cancelling.pass_on() == 0
    assert not cancelling.to_be_told().exists()


def test_nobody_is_sent_to_a_woman_whose_journey_has_closed(cancelled: Callable[..., Appointment]) -> None:
    hers = cancelled()
    happened(hers.journey, ("closed", ago(hours=1), {"reason": "opened_in_error"}))
    assert cancelling.pass_on() == 0
    assert messages() == []
    assert not cancelling.to_be_told().exists()
