"""The database refuses what must never be of services, referrals and clinics: that constraint, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from django.apps import apps
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from carecoord import clock
from referrals.models import (
    Appointment,
    Clinic,
    Feed,
    HerDay,
    LinkLetter,
    Place,
    Referral,
    ReferralConsent,
    ReferralLink,
    ReferralStep,
    Room,
    Series,
    SeriesSession,
    Service,
    Session,
    TreatmentOption,
    Visit,
    Waiting,
)
from tests.constraints import refused, taken_away, without
from tests.factories import UserFactory, journey
from tests.services import appointment, at_time, clinic, place, referral, room, service, session, visit, waiting

pytestmark = pytest.mark.django_db

NOW = clock.now()
DAY = date(2026, 12, 1)
Forbidden = Callable[[], object]


def changed(make: Callable[[], models.Model], **fields: object) -> Forbidden:
    """Make a row that is allowed, then change it to one that is not."""

    def forbidden() -> None:
        made = make()
        type(made)._default_manager.filter(pk=made.pk).update(**fields)

    return forbidden


def a_series(**fields: object) -> Series:
    return Series.objects.create(place=place(), first_on=DAY, **fields)


def a_series_session(**fields: object) -> SeriesSession:
    known = {"kind": "midwifery", "starts": time(10), "ends": time(12), **fields}
    return SeriesSession.objects.create(series=a_series(), room=room(), **known)


def a_session(**fields: object) -> Session:
    return session(clinic(DAY), **fields)


def twice_in_a_room() -> None:
    session(clinic(DAY), "midwifery", "10:00", "12:00", room=room())
    session(clinic(DAY), "scan", "11:00", "13:00", room=room())


def a_clinician_twice() -> None:
    who = UserFactory()
    session(clinic(DAY), "midwifery", "10:00", "12:00", clinician=who)
    session(clinic(DAY, at=place("Elsewhere")), "scan", "11:00", "13:00", clinician=who)


def a_woman_twice() -> None:
    her = journey()
    appointment(her, session(clinic(DAY), "midwifery"), "10:00")
    appointment(her, session(clinic(DAY, at=place("Elsewhere")), "scan"), "10:15")


def a_place_twice() -> None:
    found = a_session()
    appointment(journey(), found, "10:00")
    appointment(journey(), found, "10:15")


def an_appointment(**fields: object) -> Appointment:
    return appointment(journey(), a_session(), **fields)


def a_step(state: str = "acknowledged", **fields: object) -> ReferralStep:
    known = {"by": UserFactory(), **fields}
    return ReferralStep.objects.create(referral=referral(journey()), state=state, at=NOW, **known)


def a_link(of: Referral, token: bytes = b"a") -> ReferralLink:
    return ReferralLink.objects.create(
        referral=of,
        token_hash=token,
        code_hash=b"c",
        to_whom="the office",
        made_by=UserFactory(),
        expires_at=NOW + timedelta(days=7),
    )


def a_letter(**fields: object) -> LinkLetter:
    known = {"sealed": "a token", "to_address": "office@service.example", **fields}
    return LinkLetter.objects.create(link=a_link(referral(journey())), **known)


def two_links() -> None:
    of = referral(journey())
    a_link(of, b"a")
    a_link(of, b"b")


def two_feeds() -> None:
    user = UserFactory()
    Feed.objects.create(user=user, token_hash=b"a")
    Feed.objects.create(user=user, token_hash=b"b")


def an_option(**fields: object) -> TreatmentOption:
    known = {"kind": "mother_and_baby", "by": UserFactory(), **fields}
    return TreatmentOption.objects.create(journey=journey(), **known)


def two_visits() -> None:
    her = journey()
    for _ in range(2):
        Visit.objects.create(journey=her, on=DAY, place=place())


def twice(make: Callable[[], object]) -> Forbidden:
    def forbidden() -> None:
        make()
        make()

    return forbidden


def the_same_clinic() -> Clinic:
    return Clinic.objects.create(place=place(), on=DAY)


BACKWARDS = DateTimeTZRange(at_time(DAY, "10:00"), at_time(DAY, "10:00"))  # empty
CASES: dict[str, tuple[type[models.Model], Forbidden]] = {
    "place_once_per_site": (
        Place,
        twice(lambda: Place.objects.create(site=place("A").site, name="B", neutral_name="B")),
    ),
    "room_once_per_place": (Room, twice(lambda: Room.objects.create(place=place(), name="Room 1"))),
    "service_once_per_site": (Service, twice(service)),
    "a_service_has_a_name": (Service, lambda: service(name="")),
    "no_more_free_than_there_are": (Service, lambda: service(capacity=3, free_places=4)),
    "what_does_not_exist_has_no_place": (Service, lambda: service(exists="not_commissioned", capacity=3)),
    "a_service_ended_with_reason": (Service, lambda: service(ended_on=DAY)),
    "a_series_comes_again": (Series, lambda: a_series(every_weeks=0)),
    "a_series_ends_after_it_began": (Series, lambda: a_series(until=DAY - timedelta(days=1))),
    "a_series_session_lasts": (SeriesSession, lambda: a_series_session(ends=time(10))),
    "a_series_session_has_room": (SeriesSession, lambda: a_series_session(seats=0)),
    "one_clinic_a_day": (Clinic, twice(the_same_clinic)),
    "a_clinic_cancelled_with_reason": (Clinic, lambda: clinic(DAY, cancelled_at=NOW)),
    "one_session_in_a_room": (Session, twice_in_a_room),
    "a_clinician_is_in_one_place": (Session, a_clinician_twice),
    "a_session_lasts": (Session, changed(a_session, during=BACKWARDS)),
    "a_session_has_room": (Session, lambda: a_session(seats=0)),
    "a_session_cancelled_with_reason": (Session, lambda: a_session(cancelled_at=NOW)),
    "one_feed_of_each_kind": (Feed, two_feeds),
    "a_referral_asks_for_something": (Referral, lambda: referral(journey(), asks="")),
    "an_open_referral_has_its_time": (Referral, lambda: referral(journey(), flag_at=None)),
    "answer_after_sending": (Referral, lambda: referral(journey(), answer_by=NOW - timedelta(days=1))),
    "a_step_is_somebodys": (ReferralStep, lambda: a_step(by=None)),
    "declined_or_withdrawn_with_reason": (ReferralStep, lambda: a_step("declined")),
    "ended_with_its_outcome": (ReferralStep, lambda: a_step("ended")),
    "other_reason_in_words": (ReferralStep, lambda: a_step("declined", reason="other")),
    "an_override_says_why": (
        ReferralConsent,
        lambda: ReferralConsent.objects.create(
            referral=referral(journey()), purpose="contact", answer="override", by=UserFactory()
        ),
    ),
    "one_link_at_a_time": (ReferralLink, two_links),
    "a_link_lasts_a_while": (
        ReferralLink,
        changed(lambda: a_link(referral(journey())), expires_at=NOW - timedelta(days=30)),
    ),
    "a_token_is_kept_until_it_has_gone": (LinkLetter, lambda: a_letter(sealed="")),
    "a_letter_was_sent_at_a_time": (LinkLetter, lambda: a_letter(state="sent", sealed="")),
    "what_is_offered_is_a_service": (TreatmentOption, lambda: an_option(status="offered")),
    "her_dose_has_its_time": (
        HerDay,
        lambda: HerDay.objects.create(journey=journey(), by=UserFactory(), dose_from=time(9), dose_until=time(8)),
    ),
    "one_visit_a_day": (Visit, two_visits),
    "a_visit_is_somewhere": (Visit, lambda: Visit.objects.create(journey=journey(), on=DAY)),
    "a_woman_is_in_one_place": (Appointment, a_woman_twice),
    "a_place_is_given_once": (Appointment, a_place_twice),
    "a_place_of_a_session_is_numbered": (Appointment, lambda: an_appointment(seat=0)),
    "an_appointment_lasts": (Appointment, changed(an_appointment, during=BACKWARDS)),
    "what_is_held_is_held_until": (Appointment, lambda: an_appointment(state="held")),
    "cancelled_by_one_side": (Appointment, changed(an_appointment, state="cancelled", cancelled_at=NOW)),
    "told_of_what_was_cancelled": (Appointment, lambda: an_appointment(told_at=NOW)),
    "the_session_happened_apart_from_her_coming": (
        Appointment,
        changed(an_appointment, recorded_at=NOW, took_place=False, attended="yes"),
    ),
    "waiting_ended_at_a_time": (Waiting, lambda: waiting(journey(), ended="not_needed")),
    "placed_has_an_appointment": (Waiting, lambda: waiting(journey(), ended="placed", ended_at=NOW)),
}


@pytest.mark.parametrize("name", CASES)
def test_the_constraint_refuses_and_nothing_else_would(name: str) -> None:
    model, forbidden = CASES[name]
    assert refused(forbidden)
    assert not without(taken_away(model, name), forbidden)


# -- triggers -----------------------------------------------------------------------------------------------


def from_sent_to_seen() -> None:
    changed(lambda: referral(journey()), state="attended")()


def outside_its_session() -> None:
    appointment(journey(), a_session(), "11:45", minutes=30)


def in_a_cancelled_session() -> None:
    appointment(journey(), a_session(cancelled_at=NOW, cancelled_why="the room is flooded"))


def in_a_seat_there_is_not() -> None:
    appointment(journey(), a_session(seats=2), seat=3)


def another_womans() -> None:
    made = an_appointment()
    Appointment.objects.filter(pk=made.pk).update(woman=journey().woman)


def cancelled_under_her() -> None:
    made = an_appointment()
    Session.objects.filter(pk=made.session_id).update(cancelled_at=NOW, cancelled_why="the room is flooded")


TRIGGERS: dict[str, tuple[type[models.Model], str, Forbidden]] = {
    "a step stays": (ReferralStep, "stays", changed(a_step, words="other words")),
    "a consent stays": (
        ReferralConsent,
        "stays",
        lambda: referral(journey()).consents.update(answer="refused"),
    ),
    "an option stays": (
        TreatmentOption,
        "stays",
        changed(lambda: an_option(status="not_commissioned"), would_move="yes"),
    ),
    "her day stays": (
        HerDay,
        "stays",
        changed(lambda: HerDay.objects.create(journey=journey(), by=UserFactory()), children=2),
    ),
    "only declared steps": (Referral, "only_declared_steps", from_sent_to_seen),
    "a referral is not deleted": (
        Referral,
        "only_declared_steps",
        lambda: Referral.objects.filter(pk=Referral.objects.create(**_bare()).pk).delete(),
    ),
    "inside the session": (Appointment, "appointment_lies_in_its_session", outside_its_session),
    "not in a cancelled one": (Appointment, "appointment_lies_in_its_session", in_a_cancelled_session),
    "in a seat that there is": (Appointment, "appointment_lies_in_its_session", in_a_seat_there_is_not),
    "of her own journey": (Appointment, "appointment_lies_in_its_session", another_womans),
    "a session with somebody in it": (Session, "session_keeps_its_appointments", cancelled_under_her),
}


def _bare() -> dict[str, object]:
    """A referral without steps, which nothing else keeps."""
    later = NOW + timedelta(days=3)
    known = {"asks": "a talk", "sent_by": UserFactory(), "answer_by": later, "flag_at": later}
    return {"journey": journey(), "service": service(name="Another"), "sent_at": NOW, **known}


@pytest.mark.parametrize("name", TRIGGERS)
def test_the_trigger_refuses_and_nothing_else_would(name: str) -> None:
    model, trigger, forbidden = TRIGGERS[name]
    assert refused(forbidden)
    assert not without(f"ALTER TABLE {model._meta.db_table} DISABLE TRIGGER {trigger}", forbidden)


def test_every_constraint_of_referrals_has_its_case() -> None:
    models_here = apps.get_app_config("referrals").get_models()
    assert {found.name for model in models_here for found in model._meta.constraints} == CASES.keys()


def test_what_is_cancelled_takes_no_place() -> None:
    """A cancelled session frees its room, a cancelled appointment its place."""
    a_session(cancelled_at=NOW, cancelled_why="nobody can come", room=room())
    again = a_session(room=room())
    gone = appointment(journey(), again, "10:00")
    Appointment.objects.filter(pk=gone.pk).update(state="cancelled", cancelled_at=NOW, cancelled_whose="hers")

    assert appointment(journey(), again, "10:00").pk != gone.pk
    assert visit(journey(), DAY).appointments.count() == 0


def test_a_group_has_as_many_places_as_seats() -> None:
    group = a_session(seats=3)
    for seat in (1, 2, 3):
        appointment(journey(), group, "10:00", seat=seat)

    assert refused(lambda: appointment(journey(), group, "10:00", seat=3))
