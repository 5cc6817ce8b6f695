"""The waiting list: a place that is given back is kept for the first whom it fits, then for the next."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from carecoord import clock
from carecoord.access.models import Conflict, User
from carecoord.delivery.models import Message
from carecoord.refused import Refused
from pathways.actions import AlreadyAnswered
from referrals import booking, waiting
from referrals.models import Appointment, HerDay, Session, Waiting
from referrals.waiting import Wish
from tests.factories import ago, happened, journey, staff
from tests.roles import as_role
from tests.services import appointment, at_time, clinic, room, session
from tests.services import waiting as waits_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def midwife() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def full(midwife: User) -> Session:
    """A scan list in a fortnight with one place, which is taken."""
    of = session(clinic(clock.today() + timedelta(days=14)), kind="scan", begins="10:00", ends="10:30")
    appointment(journey(midwife=midwife, first_name="Amina"), of, "10:00")
    return of


def give_back(of: Session, by: User) -> Appointment:
    """Whoever has the place gives it back."""
    theirs = Appointment.objects.get(session=of, state="booked")
    return booking.cancel(theirs, "hers", by=by)


def worker(at: datetime | None = None) -> tuple[int, int]:
    """What the worker does each minute, as its own role: how many lapsed, how many were kept."""
    with as_role("cc_worker"):
        return waiting.keep_places(at)


def held(of: Session) -> list[str]:
    """For whom a place of a session is kept."""
    rows = Appointment.objects.filter(session=of, state="held").select_related("woman")
    return [each.woman.called for each in rows]


def test_a_freed_place_is_kept_for_who_waited_longest(midwife: User, full: Session) -> None:
    waits_for(journey(midwife=midwife, first_name="Megan"), "scan", since=ago(2))
    leila = waits_for(journey(midwife=midwife, first_name="Leila"), "scan", since=ago(5))
    assert worker() == (0, 0), "nothing is free"
    give_back(full, midwife)
    assert worker() == (0, 1)
    assert held(full) == ["Leila"]
    leila.refresh_from_db()
    assert (leila.ended, leila.appointment.state, leila.appointment.booked_by) == ("", "held", None)
    assert worker() == (0, 0), "once"


def test_her_midwife_is_told_and_the_message_says_nothing(midwife: User, full: Session) -> None:
    waits_for(journey(midwife=midwife), "scan", since=ago(2))
    give_back(full, midwife)
    worker()
    message = Message.objects.get()
    assert (message.to_user, message.template, message.number) == (midwife, "urgent", 1)


def test_nobody_in_conflict_is_told(midwife: User, full: Session) -> None:
    hers = journey(midwife=midwife)
    waits_for(hers, "scan", since=ago(2))
    give_back(full, midwife)
    Conflict.objects.create(woman=hers.woman, user=midwife, reason="privately", made_by=midwife)
    worker()
    assert held(full) == ["Tara"]
    assert not Message.objects.exists()


def test_confirmed_it_is_hers(midwife: User, full: Session) -> None:
    waits = waits_for(journey(midwife=midwife), "scan", since=ago(2))
    give_back(full, midwife)
    worker()
    waits.refresh_from_db()
    visit = booking.confirm(waits.appointment, by=midwife)
    waits.refresh_from_db()
    assert (waits.ended, waits.appointment.state, waits.appointment.held_until) == ("placed", "booked", None)
    assert visit.confirmed_by == midwife


def test_unconfirmed_it_lapses_to_the_next(midwife: User, full: Session) -> None:
    leila = waits_for(journey(midwife=midwife, first_name="Leila"), "scan", since=ago(5))
    waits_for(journey(midwife=midwife, first_name="Megan"), "scan", since=ago(2))
    give_back(full, midwife)
    worker()
    kept_until = Appointment.objects.get(state="held").held_until
    assert worker(kept_until - timedelta(minutes=1)) == (0, 0)
    assert worker(kept_until) == (1, 1)
    assert held(full) == ["Megan"]
    leila.refresh_from_db()
    assert (leila.ended, leila.appointment, leila.passed_over_at) == ("", None, kept_until)
    last = Appointment.objects.get(state="held").held_until
    assert worker(last) == (1, 0), "both have had it: it is free for anybody"


def test_what_was_free_before_she_waited_is_not_kept(midwife: User, full: Session) -> None:
    give_back(full, midwife)
    waits_for(journey(midwife=midwife), "scan")
    assert worker() == (0, 0)


def test_who_gave_it_back_is_not_given_it_again(midwife: User, full: Session) -> None:
    theirs = Appointment.objects.get()
    booking.cancel(theirs, "hers", waits=True, by=midwife)
    assert worker() == (0, 0)


@pytest.mark.parametrize(
    "unfit",
    [
        {"minutes": 45},
        {"kind": "midwifery"},
        pytest.param({"until": clock.today() + timedelta(days=13)}, id="only until then"),
        pytest.param({"not_before": clock.today() + timedelta(days=15)}, id="not before then"),
    ],
    ids=str,
)
def test_who_is_first_but_whom_it_does_not_fit_keeps_waiting(
    midwife: User, full: Session, unfit: dict[str, Any]
) -> None:
    waits_for(journey(midwife=midwife, first_name="Leila"), **{"kind": "scan", "since": ago(5), **unfit})
    waits_for(journey(midwife=midwife, first_name="Megan"), "scan", since=ago(2))
    give_back(full, midwife)
    worker()
    assert held(full) == ["Megan"]


def test_it_fits_round_her_day(midwife: User, full: Session) -> None:
    leila, megan = (journey(midwife=midwife, first_name=name) for name in ("Leila", "Megan"))
    for each, days in ((leila, 5), (megan, 2)):
        waits_for(each, "scan", since=ago(days))
    HerDay.objects.create(journey=leila, leaves_after=time(9, 30), travel_minutes=45, by=midwife)
    give_back(full, midwife)
    worker()
    assert held(full) == ["Megan"], "Leila would be there at 10:15"


def test_who_is_busy_then_is_passed_by(midwife: User, full: Session) -> None:
    leila = journey(midwife=midwife, first_name="Leila")
    waits_for(leila, "scan", since=ago(5))
    other = session(full.clinic, kind="midwifery", begins="10:15", ends="11:00", room=room("Room 2"))
    appointment(leila, other, "10:15")
    give_back(full, midwife)
    assert worker() == (0, 0)


def test_it_comes_too_late_to_ask_anybody(midwife: User, full: Session) -> None:
    waits_for(journey(midwife=midwife), "scan", since=ago(5))
    give_back(full, midwife)
    assert worker(at_time(full.clinic.on, "09:00")) == (0, 0)


def test_a_closed_journey_waits_for_nothing(midwife: User, full: Session) -> None:
    hers = journey(midwife=midwife)
    waits_for(hers, "scan", since=ago(5))
    happened(hers, ("first_contact", ago(30)), ("closed", ago(1), {"reason": "completed"}))
    give_back(full, midwife)
    assert worker() == (0, 0)


def test_she_does_not_want_to_wait_any_more(midwife: User, full: Session) -> None:
    waits = waits_for(journey(midwife=midwife), "scan", since=ago(2))
    waits_for(journey(midwife=midwife, first_name="Megan"), "scan", since=ago(1))
    give_back(full, midwife)
    worker()
    ended = waiting.end_waiting(waits, "her_choice", by=midwife)
    assert (ended.ended, ended.appointment) == ("her_choice", None)
    worker()
    assert held(full) == ["Megan"]
    with pytest.raises(AlreadyAnswered):
        waiting.end_waiting(waits, "not_needed", by=midwife)


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (Wish("nothing", "scan"), "Choose what she waits for"),
        (Wish("scan", " "), "Say what it is for"),
        (Wish("scan", "scan", until=clock.today() - timedelta(days=1)), "The last day that suits her has passed"),
    ],
)
def test_what_cannot_be_waited_for(midwife: User, wish: Wish, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        waiting.wait(journey(midwife=midwife), wish, by=midwife)


def test_the_same_is_waited_for_once(midwife: User) -> None:
    hers = journey(midwife=midwife)
    waiting.wait(hers, Wish("scan", "growth scan"), by=midwife)
    with pytest.raises(Refused, match="She waits for this already"):
        waiting.wait(hers, Wish("scan", "growth scan"), by=midwife)
    waiting.wait(hers, Wish("scan", "another"), by=midwife)
    assert Waiting.objects.count() == 2


def test_whom_a_place_of_a_cancelled_session_was_kept_for_waits_on(midwife: User, full: Session) -> None:
    waits = waits_for(journey(midwife=midwife, first_name="Leila"), "scan", since=ago(5))
    give_back(full, midwife)
    worker()
    Appointment.objects.filter(state="held").update(
        state="cancelled", held_until=None, cancelled_at=clock.now(), cancelled_whose="ours"
    )
    Session.objects.update(cancelled_at=clock.now(), cancelled_why="the scanner is broken")
    assert worker() == (0, 0)
    waits.refresh_from_db()
    assert (waits.ended, waits.appointment) == ("", None)
    other = session(clinic(clock.today() + timedelta(days=15)), kind="scan", begins="10:00", ends="10:30")
    appointment(journey(midwife=midwife, first_name="Amina"), other, "10:00")
    give_back(other, midwife)
    worker()
    assert held(other) == ["Leila"]


def test_what_is_free_beside_it_is_not_what_was_given_back(midwife: User) -> None:
    of = session(clinic(clock.today() + timedelta(days=14)), kind="scan", begins="09:00", ends="11:00")
    theirs = appointment(journey(midwife=midwife, first_name="Amina"), of, "10:00")
    waits_for(journey(midwife=midwife, first_name="Leila"), "scan", since=ago(5), minutes=45)
    booking.cancel(theirs, "hers", by=midwife)
    worker()
    kept = Appointment.objects.get(state="held")
    assert kept.during.lower == theirs.during.lower, "it begins where somebody gave it back, and goes on after it"
