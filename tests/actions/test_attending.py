"""What became of a visit: it happened or not, she came or not, and all of it is one contact."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from carecoord import clock
from carecoord.access.models import User
from carecoord.refused import Refused
from pathways.models import Correction, Event, Journey
from referrals.attending import record_attendance
from referrals.models import Appointment, Session, Visit
from tests.factories import ago, happened, journey, staff
from tests.services import appointment, clinic, session

pytestmark = pytest.mark.django_db


@pytest.fixture
def midwife() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def her(midwife: User) -> Journey:
    made = journey(midwife=midwife)
    happened(made, ("first_contact", ago(60)), ("booking_completed", ago(40)))
    return made


@pytest.fixture
def visit(her: Journey) -> Visit:
    """Yesterday she had three things in one place."""
    day = clinic(clock.today() - timedelta(days=1))
    appointment(her, session(day, "midwifery"), "10:00")
    appointment(her, session(day, "scan"), "10:45")
    return appointment(her, session(day, "mental_health"), "11:15").visit


def written(visit: Visit, *answers: str, by: User, interpreter: bool = False) -> None:
    """Write down an answer for each appointment in its order; a blank leaves one open."""
    rows = visit.appointments.order_by("during")
    said = {row.pk: answer for row, answer in zip(rows, answers, strict=True) if answer}
    record_attendance(visit, said, interpreter=interpreter, by=by)


def contacts(her: Journey) -> list[str]:
    """The contacts that count of this visit."""
    events = Event.objects.filter(journey=her, kind__in=("contact_made", "contact_missed"), correction=None)
    return list(events.order_by("pk").values_list("kind", flat=True))


def test_whoever_came_to_anything_was_in_touch_once(her: Journey, visit: Visit, midwife: User) -> None:
    written(visit, "yes", "late", "left", by=midwife)
    visit.refresh_from_db()
    her.refresh_from_db()
    assert contacts(her) == ["contact_made"]
    assert visit.counted.occurred_at == her.last_contact_at == visit.appointments.earliest("during").during.lower


def test_a_visit_that_she_could_not_come_to_is_one_missed_contact(her: Journey, visit: Visit, midwife: User) -> None:
    written(visit, "no", "no", "", by=midwife)
    assert contacts(her) == [], "the third is not said yet"
    written(visit, "no", "no", "no", by=midwife)
    assert contacts(her) == ["contact_missed"]
    assert visit.appointments.filter(took_place=True, attended="no").count() == 3
    assert her.tries.get().result == "did_not_come"


def test_what_we_cancelled_is_no_missed_contact(her: Journey, visit: Visit, midwife: User) -> None:
    written(visit, "not_held", "not_held", "not_held", by=midwife)
    assert contacts(her) == []
    assert set(visit.appointments.values_list("took_place", "attended")) == {(False, "")}


def test_a_cancelled_appointment_is_not_asked_about(her: Journey, visit: Visit, midwife: User) -> None:
    rows = list(visit.appointments.order_by("during"))
    Appointment.objects.filter(pk=rows[2].pk).update(
        state="cancelled", cancelled_at=clock.now(), cancelled_whose="ours"
    )
    record_attendance(visit, {rows[0].pk: "no", rows[1].pk: "no"}, by=midwife)
    assert contacts(her) == ["contact_missed"]
    with pytest.raises(Refused, match="One of these was cancelled meanwhile"):
        record_attendance(visit, {rows[2].pk: "yes"}, by=midwife)


def test_said_again_it_counts_once(her: Journey, visit: Visit, midwife: User) -> None:
    for _ in range(2):
        written(visit, "yes", "yes", "no", by=midwife)
    assert contacts(her) == ["contact_made"]
    assert not Correction.objects.exists()


def test_a_wrong_answer_is_corrected_and_stays_readable(her: Journey, visit: Visit, midwife: User) -> None:
    written(visit, "no", "no", "no", by=midwife)
    written(visit, "no", "no", "yes", by=midwife)
    assert contacts(her) == ["contact_made"]
    assert Correction.objects.get().event.kind == "contact_missed"
    written(visit, "not_held", "not_held", "not_held", by=midwife)
    visit.refresh_from_db()
    assert (contacts(her), visit.counted) == ([], None)


def test_what_has_not_begun_has_no_answer(her: Journey, midwife: User) -> None:
    made = appointment(her, session(), "10:00")
    with pytest.raises(Refused, match="It has not begun yet"):
        record_attendance(made.visit, {made.pk: "yes"}, by=midwife)


def test_without_her_interpreter_she_was_not_spoken_to(her: Journey, visit: Visit, midwife: User) -> None:
    her.woman.interpreter = "Polish"
    her.woman.save()
    visit.appointments.update(needs_interpreter=True)
    with pytest.raises(Refused, match=r"through an interpreter \(Polish\)"):
        written(visit, "yes", "yes", "yes", by=midwife)
    assert contacts(her) == []
    written(visit, "no", "no", "no", by=midwife)
    written(visit, "yes", "yes", "yes", interpreter=True, by=midwife)
    visit.refresh_from_db()
    assert (contacts(her), visit.interpreter_booked) == (["contact_made"], True)


def test_an_interpreter_of_the_session_will_do(her: Journey, visit: Visit, midwife: User) -> None:
    visit.appointments.update(needs_interpreter=True)
    Session.objects.update(has_interpreter=True)
    written(visit, "yes", "", "", by=midwife)
    assert contacts(her) == ["contact_made"]


def test_after_the_journey_closed_nothing_is_counted(her: Journey, visit: Visit, midwife: User) -> None:
    happened(her, ("closed", ago(hours=1), {"reason": "completed"}))
    written(visit, "yes", "yes", "yes", by=midwife)
    assert contacts(her) == []


def test_the_session_took_place(her: Journey, visit: Visit, midwife: User) -> None:
    written(visit, "yes", "not_held", "", by=midwife)
    assert list(Session.objects.order_by("pk").values_list("took_place", flat=True)) == [True, None, None]


def test_only_who_may_see_her_writes_it_down(visit: Visit) -> None:
    with pytest.raises(PermissionDenied):
        written(visit, "yes", "yes", "yes", by=staff(site="CALD"))
