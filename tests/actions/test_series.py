"""Clinics that come again: their days are made once, ahead, and what cannot be held stands there as not held."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from time_machine import travel

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from carecoord.refused import Refused
from referrals import clinics, series
from referrals.clinics import Creche, SessionPlan
from referrals.models import Clinic, Series, SeriesSession, Session
from referrals.series import AHEAD, SeriesPlan
from referrals.tasks import make_clinic_days
from tests.actions.test_clinics import plan
from tests.factories import journey, staff
from tests.roles import as_role
from tests.services import appointment, place, room, session

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 12, 7)


@pytest.fixture(autouse=True)
def on_a_sunday() -> Any:
    with travel("2026-12-06 12:00Z", tick=False):
        yield


@pytest.fixture
def manager() -> User:
    return staff(Role.SERVICE_MANAGER, name="M. Lowe")


def mondays(by: User, **fields: Any) -> Series:
    return series.begin_series(place(), SeriesPlan(MONDAY, **fields), by=by)


def days_of(made: Series) -> list[date]:
    return list(made.clinics.order_by("on").values_list("on", flat=True))


def test_a_series_makes_its_days_of_twelve_weeks(manager: User) -> None:
    made = mondays(manager, creche=Creche(time(9), time(12), 4))
    assert made.made_on_until == clock.today() + AHEAD
    days = days_of(made)
    assert days[:3] == [MONDAY, MONDAY + timedelta(weeks=1), MONDAY + timedelta(weeks=2)]
    assert date(2026, 12, 28) not in days  # Boxing Day is a Saturday: its Monday is a holiday
    assert len(days) == 11
    assert set(made.clinics.values_list("creche_places", flat=True)) == {4}


def test_a_day_moves_from_a_bank_holiday_of_its_nation(manager: User) -> None:
    made = mondays(manager, on_holiday="next")
    moved = made.clinics.get(moved_from=date(2026, 12, 28))
    assert moved.on == date(2026, 12, 29)
    assert made.clinics.filter(on=date(2027, 1, 4)).exists()  # a working day in England
    lead = staff(Role.SERVICE_MANAGER, site="GLEN")
    scottish = series.begin_series(place(site="GLEN"), SeriesPlan(MONDAY), by=lead)
    assert date(2027, 1, 4) not in days_of(scottish)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"first_on": date(2026, 12, 5)}, "first_on"),
        ({"every_weeks": 0}, "every_weeks"),
        ({"every_weeks": 13}, "every_weeks"),
        ({"until": date(2026, 12, 6)}, "until"),
        ({"on_holiday": "party"}, "on_holiday"),
    ],
)
def test_what_cannot_come_again(manager: User, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        series.begin_series(place(), SeriesPlan(**{"first_on": MONDAY, **wrong}), by=manager)
    assert refused.value.field == field


def test_who_sets_up_nothing_here_is_refused(manager: User) -> None:
    made = mondays(manager)
    line = SeriesSession.objects.create(series=made, room=room(), kind="scan", starts=time(9), ends=time(10))
    for by in (staff(Role.HEALTH_VISITOR), staff(Role.SERVICE_MANAGER, site="CALD")):
        for verb in (
            lambda by=by: mondays(by),
            lambda by=by: series.add_to_series(made, plan(), by=by),
            lambda by=by: series.take_from_series(line, "why", by=by),
            lambda by=by: series.end_series(made, MONDAY, "why", by=by),
        ):
            with pytest.raises(PermissionDenied):
                verb()


def test_a_session_comes_on_every_day_that_is_made_and_that_will_be(manager: User) -> None:
    made = mondays(manager)
    assert series.add_to_series(made, plan(minutes=20, clinician_name="A. Bell"), by=manager) == []
    assert Session.objects.count() == len(days_of(made))
    with travel("2026-12-28 12:00Z", tick=False):
        assert series.make_days(made, clock.today() + AHEAD) == 4
    assert {row.minutes for row in Session.objects.all()} == {20}
    assert Session.objects.count() == len(days_of(made)) == 15


def test_two_sessions_of_a_series_share_no_room_and_nobody(manager: User) -> None:
    made, ito = mondays(manager), staff(name="S. Ito")
    series.add_to_series(made, plan(clinician=ito), by=manager)
    with pytest.raises(Refused, match="Room 1 has another session of this series then: 10:00–12:00"):
        series.add_to_series(made, plan(starts="11:00", ends="13:00"), by=manager)
    with pytest.raises(Refused, match=r"S. Ito has another session of this series then"):
        series.add_to_series(made, plan(room("Room 2"), starts="11:00", ends="13:00", clinician=ito), by=manager)
    series.add_to_series(made, plan(starts="12:00", ends="13:00", clinician=ito), by=manager)


def test_where_the_room_is_taken_the_session_stands_as_not_held_with_the_reason(manager: User) -> None:
    other = clinics.add_day(place(), MONDAY, by=manager)
    session(other, "dental", begins="11:00", ends="13:00", room=room())
    made = mondays(manager)
    assert Clinic.objects.filter(on=MONDAY).count() == 1  # one clinic a day: they are in one place
    (not_held,) = series.add_to_series(made, plan(), by=manager)
    assert not_held.clinic == other
    assert not_held.cancelled_why.startswith("Room 1 is taken on Mon 7 Dec 2026: Dentist, 11:00–13:00")


def test_a_day_is_made_once_whatever_became_of_it(manager: User) -> None:
    made = mondays(manager)
    series.add_to_series(made, plan(), by=manager)
    day = made.clinics.get(on=MONDAY)
    clinics.cancel_day(day, "closed", by=manager)
    changed = Session.objects.get(clinic__on=MONDAY + timedelta(weeks=1))
    clinics.change_session(changed, plan(starts="13:00", ends="14:00"), by=manager)
    before = list(Session.objects.order_by("pk").values("pk", "during", "cancelled_at"))
    for _ in range(2):
        assert series.make_days(made, clock.today() + AHEAD) == 0
    assert list(Session.objects.order_by("pk").values("pk", "during", "cancelled_at")) == before
    day.refresh_from_db()
    assert day.cancelled_at


def test_a_day_that_somebody_cancelled_before_stays_cancelled(manager: User) -> None:
    closed = clinics.add_day(place(), MONDAY, by=manager)
    clinics.cancel_day(closed, "The building is closed.", by=manager)
    series.add_to_series(mondays(manager), plan(), by=manager)
    assert not closed.sessions.exists()


def test_the_worker_makes_the_days_of_every_series_and_none_twice(manager: User) -> None:
    made, other = mondays(manager), series.begin_series(place("Elm Road"), SeriesPlan(MONDAY, 2), by=manager)
    series.add_to_series(made, plan(), by=manager)
    with travel("2026-12-27 12:00Z", tick=False), as_role("cc_worker"):
        make_clinic_days()
        made_so_far = Clinic.objects.count()
        make_clinic_days()
        assert Clinic.objects.count() == made_so_far
    assert (len(days_of(made)), len(days_of(other))) == (14, 8)


def test_a_worker_that_was_away_makes_no_day_that_has_passed(manager: User) -> None:
    made = mondays(manager, until=date(2027, 12, 31))
    with travel("2027-06-01 12:00Z", tick=False):
        series.make_all_days()
    assert not made.clinics.filter(on__gt=date(2027, 3, 1), on__lt=date(2027, 6, 1)).exists()
    assert made.clinics.filter(on=date(2027, 6, 7)).exists()


def test_a_session_comes_no_more_on_any_day_also_where_it_was_changed(manager: User) -> None:
    made = mondays(manager)
    series.add_to_series(made, plan(), by=manager)
    series.add_to_series(made, plan(room("Room 2"), "midwifery"), by=manager)
    changed = Session.objects.get(clinic__on=MONDAY, kind="scan")
    clinics.change_session(changed, plan(starts="14:00", ends="15:00"), by=manager)
    appointment(journey(), Session.objects.get(clinic__on=MONDAY + timedelta(weeks=1), kind="scan"))
    line = made.sessions.get(kind="scan")
    assert series.take_from_series(line, "We lost the room.", by=manager) == 1
    assert list(made.sessions.values_list("kind", flat=True)) == ["midwifery"]
    assert set(Session.objects.filter(cancelled_at=None).values_list("kind", flat=True)) == {"midwifery"}


def test_two_series_on_one_day_share_it_and_one_ends_without_the_other(manager: User) -> None:
    first, second = mondays(manager), mondays(manager, every_weeks=2)
    series.add_to_series(first, plan(), by=manager)
    assert series.add_to_series(second, plan(room("Room 2"), "midwifery"), by=manager) == []
    here = Session.objects.filter(clinic__on=MONDAY).values_list("kind", flat=True)
    assert set(here) == {"scan", "midwifery"}
    series.end_series(first, MONDAY, "The scanner moved.", by=manager)
    later = Clinic.objects.get(on=MONDAY + timedelta(weeks=2))
    alone = Clinic.objects.get(on=MONDAY + timedelta(weeks=1))
    assert (later.cancelled_at, alone.cancelled_why) == (None, "The scanner moved.")
    assert list(later.sessions.filter(cancelled_at=None).values_list("kind", flat=True)) == ["midwifery"]


def test_a_series_ends_and_its_later_days_are_cancelled(manager: User) -> None:
    made = mondays(manager)
    series.add_to_series(made, plan(), by=manager)
    last = MONDAY + timedelta(weeks=1)
    appointment(journey(), Session.objects.get(clinic__on=last + timedelta(weeks=1)))
    assert series.end_series(made, last, "The lease ended.", by=manager) == 1
    assert list(made.clinics.filter(cancelled_at=None).values_list("on", flat=True)) == [MONDAY, last]
    with travel("2027-03-01 12:00Z", tick=False):
        assert series.make_all_days() == 0


def test_nothing_ends_without_a_word_or_in_the_past(manager: User) -> None:
    made = mondays(manager)
    series.add_to_series(made, plan(), by=manager)
    with pytest.raises(Refused, match="Say why"):
        series.end_series(made, MONDAY, " ", by=manager)
    with pytest.raises(Refused, match="has passed"):
        series.end_series(made, date(2026, 12, 5), "why", by=manager)
    with pytest.raises(Refused, match="Say why"):
        series.take_from_series(made.sessions.get(), "", by=manager)


@pytest.mark.parametrize("nation", ["ASHF", "GLEN"])
def test_over_a_year_every_session_is_at_its_london_time(nation: str) -> None:
    lead = staff(Role.SERVICE_MANAGER, site=nation)
    sundays = SeriesPlan(date(2026, 12, 6), on_holiday="hold")  # both clock changes fall on a Sunday
    made = series.begin_series(place(site=nation), sundays, by=lead)
    here = SessionPlan("scan", room(of=made.place), time(6), time(9, 30))
    series.add_to_series(made, here, by=lead)
    series.make_days(made, date(2027, 12, 31))
    spans = {
        (row.during.lower.astimezone(clock.LONDON).time(), row.during.upper.astimezone(clock.LONDON).time())
        for row in Session.objects.all()
    }
    assert spans == {(time(6), time(9, 30))}
    assert {date(2027, 3, 28), date(2027, 10, 31)} <= set(days_of(made))
