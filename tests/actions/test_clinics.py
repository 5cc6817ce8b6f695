"""Days and sessions of clinics: set up, changed and cancelled, with everybody who had a place in them."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from time_machine import travel

from carecoord import clock
from carecoord.access.acting import acting_as
from carecoord.access.models import User
from carecoord.access.roles import Role
from carecoord.refused import Refused
from referrals import clinics
from referrals.clinics import Creche, SessionPlan
from referrals.models import Appointment, Clinic, Room, Session, Waiting
from referrals.taken import taken_in
from tests.factories import journey, staff
from tests.roles import WEB, as_role
from tests.services import appointment, at_time, clinic, place, room, service, session, waiting

pytestmark = pytest.mark.django_db

TOMORROW = timedelta(days=1)


@pytest.fixture
def midwife() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def manager() -> User:
    return staff(Role.SERVICE_MANAGER, name="M. Lowe")


@pytest.fixture
def day() -> Clinic:
    return clinic()


def plan(
    of: Room | None = None, kind: str = "scan", starts: str = "10:00", ends: str = "12:00", **more: Any
) -> SessionPlan:
    return SessionPlan(kind, of or room(), time.fromisoformat(starts), time.fromisoformat(ends), **more)


# -- days ------------------------------------------------------------------------------------------


def test_a_day_is_there_once(manager: User) -> None:
    on = clock.today() + TOMORROW
    made = clinics.add_day(place(), on, Creche(time(9), time(13), 6), by=manager)
    assert (made.creche_from, made.creche_until, made.creche_places) == (time(9), time(13), 6)
    with pytest.raises(Refused, match="There is a clinic at this place that day"):
        clinics.add_day(place(), on, by=manager)
    assert clinics.add_day(place("Elm Road"), on, by=manager).pk != made.pk


def test_a_day_of_yesterday_is_refused(manager: User) -> None:
    with pytest.raises(Refused, match="has passed"):
        clinics.add_day(place(), clock.today() - TOMORROW, by=manager)


def test_a_cancelled_day_opens_again_and_what_was_on_it_stays_cancelled(manager: User, day: Clinic) -> None:
    held = session(day)
    clinics.cancel_day(day, "The boiler is broken.", by=manager)
    again = clinics.add_day(day.place, day.on, by=manager)
    held.refresh_from_db()
    assert (again.pk, again.cancelled_at, again.cancelled_why) == (day.pk, None, "")
    assert held.cancelled_why == "The boiler is broken."


@pytest.mark.parametrize(
    ("creche", "sentence"),
    [
        (Creche(time(9), time(12), 0), "for how many children"),
        (Creche(None, time(12), 4), "From when|from when"),
        (Creche(time(12), time(9), 4), "from when until when"),
    ],
)
def test_a_creche_is_whole_or_not_there(manager: User, creche: Creche, sentence: str, day: Clinic) -> None:
    with pytest.raises(Refused, match=sentence):
        clinics.change_creche(day, creche, by=manager)


def test_who_sets_up_nothing_here_is_refused(day: Clinic) -> None:
    for by in (staff(Role.HEALTH_VISITOR), staff(Role.SERVICE_MANAGER, site="CALD")):
        with pytest.raises(PermissionDenied):
            clinics.add_day(place(), day.on, by=by)
        with pytest.raises(PermissionDenied):
            clinics.add_session(day, plan(), by=by)
        with pytest.raises(PermissionDenied):
            clinics.cancel_session(session(day, begins="16:00", ends="17:00"), "why", by=by)
        Session.objects.all().delete()


# -- sessions --------------------------------------------------------------------------------------


@pytest.mark.parametrize("on", [date(2026, 12, 1), date(2027, 3, 28), date(2027, 7, 6), date(2027, 10, 31)])
def test_a_session_is_at_its_london_time_also_on_the_day_of_a_clock_change(manager: User, on: date) -> None:
    made = clinics.add_session(clinic(on), plan(starts="09:30", ends="12:00"), by=manager)
    made.refresh_from_db()
    local = [at.astimezone(clock.LONDON) for at in (made.during.lower, made.during.upper)]
    assert [(at.date(), at.time()) for at in local] == [(on, time(9, 30)), (on, time(12))]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "magic"}, "kind"),
        ({"starts": "05:30"}, "ends"),
        ({"ends": "22:30"}, "ends"),
        ({"starts": "12:00", "ends": "10:00"}, "ends"),
        ({"minutes": 150}, "minutes"),
        ({"minutes": 0}, "minutes"),
        ({"seats": 0}, "seats"),
        ({"seats": 61}, "seats"),
    ],
)
def test_what_cannot_be_planned(manager: User, day: Clinic, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        clinics.add_session(day, plan(**wrong), by=manager)
    assert refused.value.field == field
    assert not Session.objects.exists()


def test_rooms_services_and_people_are_of_this_place_and_site(manager: User, day: Clinic) -> None:
    cases = {
        "room": plan(room("Room 1", of=place("Elm Road"))),
        "service": plan(service=service("dental")),
        "clinician": plan(clinician=staff(site="CALD")),
    }
    for field, wrong in cases.items():
        with pytest.raises(Refused) as refused:
            clinics.add_session(day, wrong, by=manager)
        assert refused.value.field == field


def test_a_room_is_given_once_and_the_refusal_says_who_has_it(manager: User, day: Clinic) -> None:
    clinics.add_session(day, plan(clinician_name="A. Bell"), by=manager)
    with pytest.raises(Refused, match=r"Room 1 is taken on .*: Scan, 10:00–12:00, A. Bell") as refused:
        clinics.add_session(day, plan(kind="midwifery", starts="11:00", ends="13:00"), by=manager)
    assert refused.value.field == "room"
    clinics.add_session(day, plan(kind="midwifery", starts="12:00", ends="13:00"), by=manager)


def test_somebody_is_in_one_session_at_a_time_also_at_another_place(manager: User, day: Clinic) -> None:
    sonographer = staff(name="S. Ito")
    clinics.add_session(day, plan(clinician=sonographer), by=manager)
    elsewhere = clinic(day.on, at=place("Elm Road"))
    with pytest.raises(Refused, match=r"S. Ito is elsewhere on .*: Mill Lane hub, Scan, 10:00–12:00") as refused:
        clinics.add_session(elsewhere, plan(room("A", of=elsewhere.place), clinician=sonographer), by=manager)
    assert refused.value.field == "clinician"


def test_a_session_changes_and_the_room_of_itself_is_no_obstacle(manager: User, day: Clinic) -> None:
    made = clinics.add_session(day, plan(), by=manager)
    changed = clinics.change_session(made, plan(kind="midwifery", starts="10:30", ends="13:00", seats=4), by=manager)
    assert (changed.pk, changed.kind, changed.seats) == (made.pk, "midwifery", 4)
    clinics.add_session(day, plan(starts="14:00", ends="15:00"), by=manager)
    with pytest.raises(Refused, match="Room 1 is taken"):
        clinics.change_session(changed, plan(starts="13:30", ends="14:30"), by=manager)


def test_a_change_leaves_nobody_without_her_place(manager: User, day: Clinic) -> None:
    made = session(day, seats=3)
    appointment(journey(), made, "11:30", seat=2)
    here = made.room
    with pytest.raises(Refused, match=r"a place at 11:30–12:00. Move her first"):
        clinics.change_session(made, plan(here, "midwifery", ends="11:45", seats=3), by=manager)
    with pytest.raises(Refused, match="Women have places"):
        clinics.change_session(made, plan(here, "scan", seats=3), by=manager)
    with pytest.raises(Refused, match="More women than that"):
        clinics.change_session(made, plan(here, "midwifery", seats=1), by=manager)
    changed = clinics.change_session(made, plan(here, "midwifery", starts="11:00", ends="13:00", seats=2), by=manager)
    assert changed.seats == 2


def test_what_has_begun_is_neither_changed_nor_cancelled(manager: User, day: Clinic) -> None:
    made = session(day)
    with travel(made.during.lower, tick=False):
        with pytest.raises(Refused, match="has begun"):
            clinics.change_session(made, plan(), by=manager)
        with pytest.raises(Refused, match="has begun"):
            clinics.cancel_session(made, "ill", by=manager)


# -- cancelling ------------------------------------------------------------------------------------


def test_a_cancelled_session_cancels_every_place_in_it_and_she_stands_in_line_from_when_she_had_it(
    midwife: User, manager: User, day: Clinic
) -> None:
    made = session(day, "mental_health", seats=2)
    hers = appointment(journey(midwife=midwife), made, need_key="handoff:x", words="first talk")
    others = appointment(journey(site="ASHF"), made, seat=2)
    elsewhere = appointment(hers.journey, session(day, "scan"), "11:00")
    assert clinics.cancel_session(made, "  Our psychologist is ill.  ", by=manager) == 2
    for each in (hers, others):
        each.refresh_from_db()
        assert (each.state, each.cancelled_whose, each.cancelled_by) == ("cancelled", "ours", manager)
        assert each.cancelled_why == "Our psychologist is ill."
        assert each.told_at is None
    made.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (made.cancelled_why, made.cancelled_by) == ("Our psychologist is ill.", manager)
    assert elsewhere.state == "booked"
    line = Waiting.objects.get(journey=hers.journey)
    assert (line.since, line.kind, line.minutes) == (hers.booked_at, "mental_health", 30)
    assert (line.words, line.need_key, line.by) == ("first talk", "handoff:x", manager)
    assert Waiting.objects.filter(ended="").count() == 2


def test_what_was_only_kept_for_somebody_is_free_and_she_waits_on_as_before(manager: User, day: Clinic) -> None:
    made = session(day)
    kept = appointment(journey(), made, state="held", held_until=clock.now() + timedelta(hours=3))
    line = waiting(kept.journey, "midwifery", appointment=kept)
    clinics.cancel_session(made, "ill", by=manager)
    kept.refresh_from_db()
    line.refresh_from_db()
    assert (kept.state, kept.held_until) == ("cancelled", None)
    assert kept.told_at is not None
    assert (line.appointment, line.ended) == (None, "")
    assert Waiting.objects.count() == 1


def test_who_waits_for_the_same_already_is_not_in_line_twice(manager: User, day: Clinic) -> None:
    made = session(day)
    hers = appointment(journey(), made)
    waiting(hers.journey, "midwifery")
    clinics.cancel_session(made, "ill", by=manager)
    assert Waiting.objects.count() == 1


def test_a_manager_who_sees_nobody_cancels_for_everybody(midwife: User, manager: User, day: Clinic) -> None:
    made = session(day)
    hers = appointment(journey(midwife=midwife), made)
    with as_role(WEB), acting_as(manager):
        assert not Appointment.objects.exists()
        assert clinics.cancel_session(made, "ill", by=manager) == 1
        assert not Waiting.objects.exists()
    hers.refresh_from_db()
    assert (hers.state, hers.cancelled_by) == ("cancelled", manager)
    assert Waiting.objects.get().by == manager


def test_the_function_refuses_a_session_of_another_site(day: Clinic) -> None:
    made = session(day)
    stranger = staff(Role.SERVICE_MANAGER, site="CALD")
    with as_role(WEB), acting_as(stranger), pytest.raises(DatabaseError, match="another site"), transaction.atomic():
        clinics._cancel([made], "ill", stranger)
    made.refresh_from_db()
    assert made.cancelled_at is None


def test_a_day_is_cancelled_with_all_that_is_to_come(manager: User, day: Clinic) -> None:
    first, second = session(day), session(day, "scan")
    appointment(journey(), first)
    appointment(journey(), second)
    assert clinics.cancel_day(day, "The building is closed.", by=manager) == 2
    day.refresh_from_db()
    assert (day.cancelled_why, day.cancelled_by) == ("The building is closed.", manager)
    assert not Session.objects.filter(cancelled_at=None).exists()
    with pytest.raises(Refused, match="was cancelled: The building is closed"):
        clinics.add_session(day, plan(), by=manager)


def test_of_a_day_that_has_begun_the_rest_is_cancelled_and_the_day_stays(manager: User, day: Clinic) -> None:
    early, late = session(day, begins="09:00", ends="10:00"), session(day, "scan", begins="11:00")
    with travel(at_time(day.on, "10:30"), tick=False):
        clinics.cancel_day(day, "ill", by=manager)
    for each in (day, early, late):
        each.refresh_from_db()
    assert (day.cancelled_at, early.cancelled_at) == (None, None)
    assert late.cancelled_at is not None
    with travel(at_time(day.on, "11:30"), tick=False), pytest.raises(Refused, match="This day is over"):
        clinics.cancel_day(day, "ill", by=manager)


def test_nothing_is_cancelled_without_a_word(manager: User, day: Clinic) -> None:
    made = session(day)
    with pytest.raises(Refused, match="Say why"):
        clinics.cancel_session(made, " ", by=manager)
    with pytest.raises(Refused, match="Say why"):
        clinics.cancel_day(day, "", by=manager)


# -- what is taken ---------------------------------------------------------------------------------


def test_who_sees_nobody_is_told_times_and_seats_of_their_own_sites(midwife: User, day: Clinic) -> None:
    made = session(day, seats=2)
    hers = appointment(journey(midwife=midwife), made, "10:30", seat=2)
    gone = appointment(journey(midwife=midwife), made, "11:00")
    Appointment.objects.filter(pk=gone.pk).update(state="cancelled", cancelled_at=clock.now(), cancelled_whose="hers")
    expected = [(made.pk, 2, hers.during.lower, hers.during.upper)]
    for by, told in ((staff(Role.SERVICE_MANAGER), expected), (staff(Role.SERVICE_MANAGER, site="CALD"), [])):
        with as_role(WEB), acting_as(by):
            assert taken_in([made.pk]) == told
            assert not Appointment.objects.exists()
    assert taken_in([]) == []
