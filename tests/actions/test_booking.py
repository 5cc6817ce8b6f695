"""Booking: a place and her time are given once, all of a visit or none of it, and whoever loses reads what is free."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from carecoord import clock
from carecoord.refused import Refused
from pathways.actions import AlreadyAnswered
from pathways.models import Journey
from referrals import booking
from referrals.booking import Choice, TakenMeanwhile
from referrals.models import Appointment, Session, Visit, Waiting
from tests.factories import ago, happened, journey, staff
from tests.services import appointment, at_time, clinic, session, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def her() -> Journey:
    return journey(midwife=staff(name="A. Reid"))


def choose(of: Session, begins: str = "10:00", minutes: int = 30, **fields: Any) -> Choice:
    """A time in a session of tomorrow."""
    known = {"kind": of.kind, "words": "check, 31 weeks", **fields}
    return Choice(of, at_time(of.clinic.on, begins), minutes, **known)


def standing() -> list[str]:
    """What is not cancelled, by its times."""
    rows = Appointment.objects.exclude(state="cancelled").order_by("during", "pk")
    return [f"{each.during.lower.astimezone(clock.LONDON):%H:%M}" for each in rows]


# -- one -----------------------------------------------------------------------------------------


def test_a_time_is_booked_and_becomes_a_visit(her: Journey) -> None:
    of = session()
    made = booking.book(her, choose(of), by=her.named_midwife)
    assert (made.state, made.seat, made.woman_id, made.booked_by) == ("booked", 1, her.woman_id, her.named_midwife)
    assert (made.visit.on, made.visit.place, made.visit.confirmed_at) == (of.clinic.on, of.clinic.place, None)


def test_what_she_does_on_one_day_at_one_place_is_one_visit(her: Journey) -> None:
    by = her.named_midwife
    first = booking.book(her, choose(session()), by=by)
    booking.confirm(first.visit, by=by)
    scan = session(kind="scan", begins="10:00", ends="12:00")
    second = booking.book(her, choose(scan, "10:30"), by=by)
    assert first.visit == second.visit
    assert Visit.objects.get().confirmed_at is None, "what is new is agreed with her anew"


def test_one_form_sent_twice_books_once(her: Journey) -> None:
    of, once = session(), uuid4()
    first = booking.book(her, choose(of), submission=once, by=her.named_midwife)
    assert booking.book(her, choose(of), submission=once, by=her.named_midwife) == first
    assert standing() == ["10:00"]


def test_whoever_comes_second_reads_who_has_it_and_what_is_free(her: Journey) -> None:
    of = session()
    appointment(her, of, "10:00")
    other = journey(midwife=her.named_midwife, first_name="Leila")
    with pytest.raises(TakenMeanwhile) as lost:
        booking.book(other, choose(of, "10:15"), by=her.named_midwife)
    assert lost.value.sentence == (
        "Tara R. has 10:15–10:45 in Room for midwifery by now. Still free there: 10:30–12:00."
    )


def test_a_woman_who_is_not_open_to_the_reader_stays_unnamed(her: Journey) -> None:
    of = session(begins="10:00", ends="10:30")
    appointment(journey(site="CALD"), of, "10:00")
    with pytest.raises(TakenMeanwhile, match=r"Somebody else has .* Nothing is free there any more"):
        booking.book(her, choose(of), by=her.named_midwife)


def test_a_group_has_as_many_places_as_it_has(her: Journey) -> None:
    of = session(seats=3)
    women = [journey(midwife=her.named_midwife) for _ in range(4)]
    seats = [booking.book(each, choose(of), by=her.named_midwife).seat for each in women[:3]]
    assert seats == [1, 2, 3]
    with pytest.raises(TakenMeanwhile):
        booking.book(women[3], choose(of), by=her.named_midwife)


def test_she_is_in_one_place_at_a_time(her: Journey) -> None:
    booking.book(her, choose(session(), "10:00"), by=her.named_midwife)
    with pytest.raises(Refused, match="She has something at that time: 10:00–10:30, check, 31 weeks"):
        booking.book(her, choose(session(kind="scan"), "10:15"), by=her.named_midwife)


@pytest.mark.parametrize(
    ("begins", "minutes", "fields", "sentence"),
    [
        ("09:45", 30, {}, "The session is from 10:00 to 12:00"),
        ("11:45", 30, {}, "The session is from 10:00 to 12:00"),
        ("10:00", 0, {}, "five minutes or more"),
        ("10:00", 30, {"words": "  "}, "Say what it is for"),
        ("10:00", 30, {"kind": "scan"}, "This session is for something else: Midwife"),
    ],
)
def test_what_cannot_be_is_refused(
    her: Journey, begins: str, minutes: int, fields: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        booking.book(her, choose(session(), begins, minutes, **fields), by=her.named_midwife)
    assert not Appointment.objects.exists()


def test_what_is_over_or_cancelled_takes_nobody(her: Journey) -> None:
    over = session(clinic(clock.today() - timedelta(days=1)))
    with pytest.raises(Refused, match="This time has passed"):
        booking.book(her, choose(over), by=her.named_midwife)
    of = session()
    Session.objects.filter(pk=of.pk).update(cancelled_at=clock.now(), cancelled_why="the midwife is ill")
    with pytest.raises(Refused, match="This session was cancelled"):
        booking.book(her, choose(of), by=her.named_midwife)


def test_nobody_books_for_a_closed_journey(her: Journey) -> None:
    happened(her, ("first_contact", ago(30)), ("closed", ago(1), {"reason": "completed"}))
    with pytest.raises(Refused, match="Her journey is closed"):
        booking.book(her, choose(session()), by=her.named_midwife)


def test_only_who_may_see_her_books(her: Journey) -> None:
    with pytest.raises(PermissionDenied):
        booking.book(her, choose(session()), by=staff(site="CALD"))


def test_somewhere_else_is_booked_too(her: Journey) -> None:
    at = clock.now() + timedelta(days=3)
    made = booking.book(her, Choice(None, at, 20, "dental", "dentist", elsewhere="Green Street"), by=her.named_midwife)
    assert (made.session, made.seat, made.visit.elsewhere, made.visit.place) == (None, None, "Green Street", None)
    with pytest.raises(Refused, match="Say where it is"):
        booking.book(her, Choice(None, at, 20, "dental", "dentist"), by=her.named_midwife)


def test_an_interpreter_goes_along(her: Journey) -> None:
    her.woman.interpreter = "Polish"
    her.woman.save()
    of, other = session(), journey(midwife=her.named_midwife)
    assert booking.book(her, choose(of), by=her.named_midwife).needs_interpreter
    assert not booking.book(other, choose(of, "11:00"), by=her.named_midwife).needs_interpreter


# -- several -------------------------------------------------------------------------------------


def test_all_of_a_visit_is_booked_or_none_of_it(her: Journey) -> None:
    day, by = clinic(), her.named_midwife
    midwifery, scan, talk = session(day), session(day, "scan"), session(day, "mental_health")
    appointment(journey(midwife=by), talk, "11:00")
    wanted = [choose(midwifery, "10:00"), choose(scan, "10:30"), choose(talk, "11:00")]
    with pytest.raises(TakenMeanwhile) as lost:
        booking.book_visit(her, wanted, by=by)
    assert lost.value.choice.session == talk
    assert not her.appointments.exists()
    visit = booking.book_visit(her, [*wanted[:2], choose(talk, "11:30")], instead_of=4, by=by)
    assert (visit.planned, visit.instead_of, visit.appointments.count()) == (True, 4, 3)


def test_one_form_books_one_visit(her: Journey) -> None:
    of, once = session(), uuid4()
    wanted = [choose(of, "10:00"), choose(of, "10:30")]
    first = booking.book_visit(her, wanted, submission=once, by=her.named_midwife)
    assert booking.book_visit(her, wanted, submission=once, by=her.named_midwife) == first
    assert standing() == ["10:00", "10:30"]


def test_a_visit_is_one_day_at_one_place(her: Journey) -> None:
    later = clinic(clock.today() + timedelta(days=8))
    with pytest.raises(Refused, match="One visit is one day at one place"):
        booking.book_visit(her, [choose(session()), choose(session(later))], by=her.named_midwife)
    with pytest.raises(Refused, match="Choose what she comes for"):
        booking.book_visit(her, [], by=her.named_midwife)


def test_the_creche_has_so_many_places(her: Journey) -> None:
    day, by = clinic(creche_places=2), her.named_midwife
    of = session(day)
    booking.book(journey(midwife=by), choose(of, "10:00"), children=1, by=by)
    with pytest.raises(Refused, match="1 is free in the crèche that day"):
        booking.book(her, choose(of, "10:30"), children=2, by=by)
    made = booking.book(her, choose(of, "10:30"), children=1, by=by)
    with pytest.raises(Refused, match="None is free in the crèche that day"):
        booking.book(journey(midwife=by), choose(of, "11:00"), children=1, by=by)
    booking.cancel(made, "hers", by=by)
    booking.book(journey(midwife=by), choose(of, "11:00"), children=1, by=by)


# -- agreed, cancelled, moved --------------------------------------------------------------------


def test_what_was_cancelled_is_free_again_and_was_somebodys(her: Journey) -> None:
    of, by = session(), her.named_midwife
    made = booking.book(her, choose(of), by=by)
    gone = booking.cancel(made, "service", "the scanner is broken", by=by)
    assert (gone.state, gone.cancelled_whose, gone.cancelled_by) == ("cancelled", "service", by)
    booking.book(journey(midwife=by), choose(of), by=by)
    with pytest.raises(AlreadyAnswered, match="It was cancelled meanwhile"):
        booking.cancel(made, "hers", by=by)


@pytest.mark.parametrize(
    ("whose", "why", "sentence"),
    [("lapsed", "", "Choose on whose side"), ("", "", "Choose on whose"), ("ours", " ", "Say why, in a few words")],
)
def test_a_cancellation_says_whose_it_is(her: Journey, whose: str, why: str, sentence: str) -> None:
    made = booking.book(her, choose(session()), by=her.named_midwife)
    with pytest.raises(Refused, match=sentence):
        booking.cancel(made, whose, why, by=her.named_midwife)


def test_she_waits_again_once(her: Journey) -> None:
    of, by = session(), her.named_midwife
    for begins in ("10:00", "10:30"):
        made = booking.book(her, choose(of, begins), by=by)
        booking.cancel(made, "ours", "ill", waits=True, by=by)
    assert Waiting.objects.get().since == Appointment.objects.earliest("pk").booked_at


def test_what_is_written_down_is_not_cancelled(her: Journey) -> None:
    made = appointment(
        her,
        session(clinic(clock.today() - timedelta(days=1))),
        took_place=True,
        attended="yes",
        recorded_at=clock.now(),
        recorded_by=her.named_midwife,
    )
    with pytest.raises(Refused, match="What became of it is written down already"):
        booking.cancel(made, "hers", by=her.named_midwife)


def test_moved_or_as_it_was(her: Journey) -> None:
    of, by = session(), her.named_midwife
    other = journey(midwife=by)
    made = booking.book(her, choose(of, "10:00", her_words="bring the red book"), by=by)
    appointment(other, of, "11:00")
    with pytest.raises(TakenMeanwhile):
        booking.move(made, at_time(of.clinic.on, "11:00"), of, whose="hers", by=by)
    made.refresh_from_db()
    assert made.state == "booked"
    moved = booking.move(made, at_time(of.clinic.on, "10:15"), of, whose="hers", by=by)
    assert (moved.words, moved.her_words) == (made.words, made.her_words)
    assert standing() == ["10:15", "11:00"]


def test_a_visit_is_agreed_with_her(her: Journey) -> None:
    made = booking.book(her, choose(session()), by=her.named_midwife)
    visit = booking.confirm(made.visit, by=her.named_midwife)
    assert visit.confirmed_by == her.named_midwife
    booking.cancel(made, "hers", by=her.named_midwife)
    with pytest.raises(Refused, match="Nothing of it stands any more"):
        booking.confirm(visit, by=her.named_midwife)


def test_what_she_waits_for_has_its_place(her: Journey) -> None:
    waits = waiting(her, "midwifery")
    made = booking.book(her, choose(session(), need_key=f"waiting:{waits.pk}"), by=her.named_midwife)
    waits.refresh_from_db()
    assert (waits.ended, waits.appointment) == ("placed", made)


def test_another_womans_waiting_is_not_ended(her: Journey) -> None:
    waits = waiting(journey(midwife=her.named_midwife), "midwifery")
    booking.book(her, choose(session(), need_key=f"waiting:{waits.pk}"), by=her.named_midwife)
    waits.refresh_from_db()
    assert waits.ended == ""
