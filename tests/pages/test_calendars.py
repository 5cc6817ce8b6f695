"""Calendars to subscribe to: what is read there without signing in, by whom it is made, and when it stops."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import icalendar
import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from django.urls import reverse

from carecoord import clock
from carecoord.access.models import Membership, User
from carecoord.access.roles import Role
from referrals.calendars import make_feed
from referrals.models import Appointment, Feed
from tests.factories import journey, staff
from tests.services import appointment, clinic, place, session

pytestmark = pytest.mark.django_db


@pytest.fixture
def midwife() -> User:
    return staff()


def read(token: str, **headers: str) -> Any:
    return Client().get(reverse("feed", args=[token]), headers=headers)


def events(token: str) -> dict[str, Any]:
    """What stands in it, by UID."""
    answer = read(token)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return {str(event["UID"]): event for event in icalendar.Calendar.from_ical(answer.content).walk("VEVENT")}


def cancel(booked: Appointment) -> None:
    booked.state, booked.cancelled_whose, booked.cancelled_at = "cancelled", "hers", clock.now()
    booked.save()


def test_times_and_neutral_titles_and_nothing_else(midwife: User) -> None:
    her = journey(midwife=midwife, first_name="Xanthippe", last_name="Quillfeather")
    held = session(kind="mental_health", clinician=midwife)
    booked = appointment(her, held, words="First talk, her wish", her_words="Bring the blue card")
    found = events(make_feed(None, by=midwife))
    assert found.keys() == {f"appointment-{booked.pk}@carecoord", f"clinic-{held.clinic_id}-of-{midwife.pk}@carecoord"}
    assert {(str(each["SUMMARY"]), str(each["LOCATION"])) for each in found.values()} == {
        ("Appointment", "Mill Lane"),
        ("Clinic", "Mill Lane"),
    }
    event = found[f"appointment-{booked.pk}@carecoord"]
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (booked.during.lower, booked.during.upper)
    text = read(make_feed(None, by=midwife)).content.decode()
    for word in ("Xanthippe", "Quill", "mental", "talk", "blue", midwife.name, "hub"):
        assert word not in text


def test_a_worker_has_their_own_sessions_and_a_place_has_all_of_its(midwife: User) -> None:
    mine, other = session(clinician=midwife), session(kind="scan", begins="09:00", ends="13:00")
    away = session(clinic(at=place("Elsewhere")), kind="dental")
    first, second = appointment(journey(), mine), appointment(journey(), other, "09:00")
    third = appointment(journey(), away)
    assert f"appointment-{first.pk}@carecoord" in events(make_feed(None, by=midwife))
    assert f"appointment-{second.pk}@carecoord" not in events(make_feed(None, by=midwife))
    of_place = events(make_feed(place(), by=midwife))
    assert {f"appointment-{each.pk}@carecoord" for each in (first, second)} < of_place.keys()
    assert f"appointment-{third.pk}@carecoord" not in of_place
    day = of_place[f"clinic-{mine.clinic_id}@carecoord"]
    assert (day["DTSTART"].dt, day["DTEND"].dt) == (other.during.lower, other.during.upper)
    assert day["TRANSP"] == "TRANSPARENT"


def test_what_is_moved_or_cancelled_keeps_its_uid_and_gets_a_higher_sequence(midwife: User) -> None:
    held = session(clinician=midwife)
    booked = appointment(journey(), held)
    token, uid = make_feed(None, by=midwife), f"appointment-{booked.pk}@carecoord"
    assert int(events(token)[uid]["SEQUENCE"]) == 0
    later = [at + timedelta(minutes=30) for at in (booked.during.lower, booked.during.upper)]
    booked.during = DateTimeTZRange(*later)
    booked.save()
    moved = events(token)[uid]
    assert (int(moved["SEQUENCE"]), moved["DTSTART"].dt) == (1, booked.during.lower)
    Appointment.objects.filter(pk=booked.pk).update(words="something else")
    assert int(events(token)[uid]["SEQUENCE"]) == 1
    cancel(booked)  # from a row that was read before its revision was counted
    gone = events(token)[uid]
    assert (int(gone["SEQUENCE"]), str(gone["STATUS"])) == (2, "CANCELLED")
    held.cancelled_at, held.cancelled_why = clock.now(), "the room is flooded"
    held.save()
    day = events(token)[f"clinic-{held.clinic_id}-of-{midwife.pk}@carecoord"]
    assert (int(day["SEQUENCE"]), str(day["STATUS"])) == (2, "CANCELLED")


def test_a_place_that_is_kept_for_her_is_tentative(midwife: User) -> None:
    kept = {"state": "held", "held_until": clock.now() + timedelta(hours=24)}
    booked = appointment(journey(), session(clinician=midwife), **kept)
    assert str(events(make_feed(None, by=midwife))[f"appointment-{booked.pk}@carecoord"]["STATUS"]) == "TENTATIVE"


def test_a_program_that_has_the_newest_is_told_so(midwife: User) -> None:
    booked = appointment(journey(), session(clinician=midwife))
    token = make_feed(None, by=midwife)
    first = read(token)
    assert first["Cache-Control"] == "private, no-cache"
    again = read(token, **{"if-none-match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    cancel(booked)
    assert read(token, **{"if-none-match": first["ETag"]}).status_code == 200


def test_whatever_opens_nothing_is_one_answer(midwife: User) -> None:
    renewed = make_feed(None, by=midwife)
    ended = make_feed(None, by=midwife)
    Feed.objects.filter(ended_at=None).update(ended_at=clock.now())
    leaver, other_site, no_role = staff(), staff(), staff()
    of_leaver, of_other = make_feed(None, by=leaver), make_feed(place(), by=other_site)
    of_role = make_feed(None, by=no_role)
    yesterday = clock.today() - timedelta(days=1)
    Membership.objects.filter(user=leaver).update(ends_on=yesterday)
    Membership.objects.filter(user=other_site).update(team=staff(site="GLEN").current_memberships[0].team)
    Membership.objects.filter(user=no_role).update(role=Role.GP)
    switched_off = staff()
    of_switched = make_feed(None, by=switched_off)
    User.objects.filter(pk=switched_off.pk).update(is_active=False)
    tokens = [renewed, ended, of_leaver, of_other, of_role, of_switched, "guessed", "x" * 43, "é"]
    answers = {(each.status_code, each.content, tuple(sorted(each.headers.items()))) for each in map(bare, tokens)}
    assert len(answers) == 1
    (status, content, _headers), *_ = answers
    assert status == 404
    assert b"no calendar" in content


def bare(token: str) -> Any:
    """The answer without the line's own id."""
    answer = Client().get(f"/calendar/{token}.ics")
    del answer.headers["X-Request-Id"]
    return answer


def test_only_the_hash_is_kept_and_reading_is_noted(midwife: User) -> None:
    token = make_feed(None, by=midwife)
    kept = Feed.objects.get()
    assert token.encode() not in bytes(kept.token_hash)
    assert kept.read_at is None
    events(token)
    kept.refresh_from_db()
    assert kept.read_at


def test_the_page_shows_an_address_once(client: Any, midwife: User) -> None:
    place()
    client.force_login(midwife)
    assert "Mill Lane hub" in client.get(reverse("calendars")).content.decode()
    answer = client.post(reverse("make_feed"), {"place": place().pk}).content.decode()
    (address,) = set(re.findall(r'value="(http://testserver/calendar/[^"]+\.ics)"', answer))
    assert Client().get(address).status_code == 200
    after = client.get(reverse("calendars")).content.decode()
    assert address not in after
    assert ".ics" not in after
    client.post(reverse("end_feed", args=[Feed.objects.get().pk]))
    assert Client().get(address).status_code == 404


def test_nobody_makes_one_of_another_site_or_ends_another_persons(client: Any, midwife: User) -> None:
    client.force_login(midwife)
    client.post(reverse("make_feed"), {"place": place("Loch hub", site="GLEN").pk})
    assert not Feed.objects.exists()
    make_feed(None, by=staff())
    theirs = Feed.objects.get()
    assert client.post(reverse("end_feed", args=[theirs.pk])).status_code == 404
    theirs.refresh_from_db()
    assert theirs.ended_at is None
