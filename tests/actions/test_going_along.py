"""A referral goes along with its appointment: made, moved, cancelled, not come about, seen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from carecoord import clock
from carecoord.access.roles import Role
from pathways.models import Journey
from referrals import booking, cancelling, clinics
from referrals.attending import record_attendance
from referrals.booking import Choice
from referrals.looping import Stepping, step
from referrals.models import Appointment, Referral, Session
from referrals.rules.loop import State
from tests.factories import ago, happened, journey, staff
from tests.services import appointment, at_time, clinic, referral, session, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def her() -> Journey:
    made = journey(midwife=staff(name="A. Reid"))
    happened(made, ("first_contact", ago(60)), ("booking_completed", ago(40)))
    return made


@pytest.fixture
def accepted(her: Journey) -> Referral:
    """A referral of hers that the service accepted two days ago."""
    made = referral(her, sent_at=ago(3), since=ago(3))
    step(made, Stepping(State.ACCEPTED, at=ago(2), by_outside="S. Ito, who answers there"), by=her.named_midwife)
    made.refresh_from_db()
    return made


def booked(her: Journey, of: Session, why: Referral) -> Appointment:
    """An appointment for it, through the verb."""
    choice = Choice(of, at_time(of.clinic.on, "10:00"), 45, of.kind, "first talk", referral=why)
    return booking.book(her, choice, by=her.named_midwife)


def steps(of: Referral) -> list[str]:
    """Its steps since it was accepted."""
    return list(of.steps.order_by("pk").values_list("state", flat=True))[2:]


def test_booked_it_is_appointed(her: Journey, accepted: Referral) -> None:
    made = booked(her, session(kind="mental_health"), accepted)
    accepted.refresh_from_db()
    assert (accepted.state, steps(accepted)) == ("appointed", ["appointed"])
    assert accepted.steps.latest("pk").appointment == made


def test_moved_it_is_appointed_anew(her: Journey, accepted: Referral) -> None:
    of = session(kind="mental_health")
    made = booked(her, of, accepted)
    moved = booking.move(made, at_time(of.clinic.on, "11:00"), of, whose="hers", by=her.named_midwife)
    assert steps(accepted) == ["appointed", "appointed"]
    assert accepted.steps.latest("pk").appointment == moved


@pytest.mark.parametrize(
    ("whose", "reason"), [("hers", "her_not_able"), ("ours", "our_cancelled"), ("service", "service_cancelled")]
)
def test_cancelled_it_stands_where_it_stood(her: Journey, accepted: Referral, whose: str, reason: str) -> None:
    made = booked(her, session(kind="mental_health"), accepted)
    booking.cancel(made, whose, "something came up", by=her.named_midwife)
    accepted.refresh_from_db()
    assert (accepted.state, accepted.steps.latest("pk").reason) == ("accepted", reason)


def test_another_appointment_of_it_changes_nothing(her: Journey, accepted: Referral) -> None:
    first = booked(her, session(kind="mental_health"), accepted)
    booked(her, session(clinic(clock.today() + timedelta(days=8)), kind="mental_health"), accepted)
    booking.cancel(first, "hers", by=her.named_midwife)
    accepted.refresh_from_db()
    assert accepted.state == "appointed"


def past(her: Journey, of: Referral) -> Appointment:
    """Yesterday's appointment for it, which was made two days ago."""
    yesterday = session(clinic(clock.today() - timedelta(days=1)), kind="mental_health")
    made = appointment(her, yesterday, "10:00", referral=of)
    step(of, Stepping(State.APPOINTED, at=ago(2), appointment=made), by=her.named_midwife)
    of.refresh_from_db()
    return made


@pytest.mark.parametrize(
    ("answer", "state", "reason"),
    [
        ("yes", "attended", ""),
        ("late", "attended", ""),
        ("no", "accepted", "her_not_able"),
        ("not_held", "accepted", "our_cancelled"),
    ],
)
def test_what_became_of_it(her: Journey, accepted: Referral, answer: str, state: str, reason: str) -> None:
    made = past(her, accepted)
    record_attendance(made.visit, {made.pk: answer}, by=her.named_midwife)
    accepted.refresh_from_db()
    newest = accepted.steps.latest("pk")
    assert (accepted.state, newest.reason) == (state, reason)
    if state == "attended":
        assert newest.at == made.during.lower


def test_a_wrong_answer_that_is_put_right_is_a_further_step(her: Journey, accepted: Referral) -> None:
    made = past(her, accepted)
    for answer in ("no", "yes"):
        record_attendance(made.visit, {made.pk: answer}, by=her.named_midwife)
    assert steps(accepted) == ["appointed", "accepted", "attended"]


def test_a_place_that_was_kept_is_an_appointment_once_it_is_confirmed(her: Journey, accepted: Referral) -> None:
    of = session(kind="mental_health")
    waits = waiting(her, "mental_health", referral=accepted)
    held = appointment(her, of, "10:00", state="held", held_until=ago(-1), referral=accepted)
    waits.appointment = held
    waits.save()
    booking.confirm(held, by=her.named_midwife)
    accepted.refresh_from_db()
    assert accepted.state == "appointed"


def test_a_day_that_a_manager_cancels_gives_it_back_without_showing_her(her: Journey, accepted: Referral) -> None:
    of = session(kind="mental_health")
    booked(her, of, accepted)
    manager = staff(Role.SERVICE_MANAGER, team="office", name="M. Grant")
    clinics.cancel_session(of, "Our room is flooded.", by=manager)

    cancelling.pass_on()

    accepted.refresh_from_db()
    newest = accepted.steps.latest("pk")
    assert (accepted.state, newest.reason, newest.by, newest.by_outside) == (
        "accepted",
        "our_cancelled",
        None,
        "M. Grant",
    )
