"""What she is to be seen for, what is proposed for her, and booking it: all of it, or nothing of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from carecoord.sites.models import Site
from pathways.actions import Refused
from pathways.contact import Agreed, agree_contact
from pathways.models import Journey, Woman
from referrals.free import children_expected, free_spans
from referrals.her_days import newest_day, say_her_day
from referrals.models import Appointment, HerDay, Visit, Waiting
from referrals.pages.saved import trips_saved
from referrals.placing import TakenMeanwhile
from referrals.planning import Asked, HerSide, Proposal, propose
from referrals.rules.trips import Why
from referrals.trips import book_trips
from referrals.wanted import moved, wanted_of
from tests.factories import ago, journey, owed, staff
from tests.roles import WEB, as_role
from tests.services import appointment, at_time, clinic, place, referral, service, session, visit, waiting

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY, THURSDAY = date(2026, 11, 16), date(2026, 11, 24), date(2026, 11, 26)


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(at_time(MONDAY, "09:00"), tick=False):
        yield


@pytest.fixture
def midwife(monday: None) -> User:
    return staff(name="A. Reid")


@pytest.fixture
def her(midwife: User) -> Journey:
    return journey(midwife=midwife, edd=date(2027, 1, 10))


def asked_of(her: Journey, midwife: User, **more: Any) -> Asked:
    return Asked(wanted_of(her, midwife), **more)


def proposed(her: Journey, asked: Asked) -> Proposal:
    return propose(HerSide.of(her), asked, now=clock.now())


def days(proposal: Proposal) -> list[tuple[date, list[str]]]:
    return [(trip.day, [thing.wanted.words for thing in trip.things]) for trip in proposal.trips]


def booked(her: Journey, proposal: Proposal, by: User, **more: Any) -> list[Visit]:
    return book_trips(her, [trip.things for trip in proposal.trips], submission=uuid.uuid4(), by=by, **more)


class TestWhatSheIsToBeSeenFor:
    def test_open_handoffs_accepted_referrals_and_places_she_waits_for(self, her: Journey, midwife: User) -> None:
        owed(her, "BIRTH_MED_PLAN", "draft", due=ago(-14))
        owed(her, "NAMED_MIDWIFE", due=ago(-3))  # nobody has to see her for it
        referral(her, service("mental_health"), state="accepted")
        referral(her, service("housing"))  # sent, and no answer yet
        waiting(her, "scan", words="growth scan", minutes=40)
        found = wanted_of(her, midwife)
        assert [(each.words, each.kind, each.minutes) for each in found] == [
            ("Birth and ward plan, draft", "midwifery", 30),
            ("Perinatal mental health", "mental_health", 45),
            ("growth scan", "scan", 40),
        ]

    def test_a_referral_and_the_handoff_that_it_completes_are_one_thing(self, her: Journey, midwife: User) -> None:
        handoff = owed(her, "DRUG_SERVICE_REFERRAL", "first_appointment", due=ago(-5))
        sent = referral(her, service("drug_service"), state="accepted")
        (found,) = wanted_of(her, midwife)
        assert (found.key, found.due_at) == (f"referral:{sent.pk}", handoff.due_at)

    def test_what_is_owed_and_waited_for_is_one_thing(self, her: Journey, midwife: User) -> None:
        handoff = owed(her, "BIRTH_MED_PLAN", "draft", due=ago(-5))
        line = waiting(her, "midwifery", need_key=f"handoff:{handoff.key}", minutes=50)
        (found,) = wanted_of(her, midwife)
        assert (found.due_at, found.minutes, found.waiting) == (handoff.due_at, 50, line)

    def test_days_that_suit_who_waits(self, her: Journey, midwife: User) -> None:
        waiting(her, "scan", not_before=TUESDAY, until=THURSDAY)
        (found,) = wanted_of(her, midwife)
        assert (found.not_before, found.due_at) == (
            at_time(TUESDAY, "00:00"),
            at_time(THURSDAY + timedelta(days=1), "00:00"),
        )

    def test_what_is_booked_stands_here_no_more_until_it_is_cancelled(self, her: Journey, midwife: User) -> None:
        handoff = owed(her, "BIRTH_MED_PLAN", "draft", due=ago(-14))
        row = appointment(her, session(clinic(TUESDAY)), need_key=f"handoff:{handoff.key}")
        assert wanted_of(her, midwife) == []
        row.state, row.cancelled_at, row.cancelled_whose = "cancelled", clock.now(), "hers"
        row.save()
        assert len(wanted_of(her, midwife)) == 1

    def test_a_handoff_under_a_label_is_not_there_for_who_does_not_cover_it(self, her: Journey, midwife: User) -> None:
        owed(her, "PREBIRTH_CONFERENCE", due=ago(-14))
        anaesthetist = staff(Role.ANAESTHETIST)
        assert [each.words for each in wanted_of(her, midwife)] == ["Pre-birth meeting"]
        assert wanted_of(her, anaesthetist) == []


class TestHerDay:
    SAID = {"travel_minutes": 25, "dose_from": time(9), "dose_until": time(9, 15), "not_on": [3]}

    def test_the_newest_holds_and_the_same_form_counts_once(self, her: Journey, midwife: User) -> None:
        sent = uuid.uuid4()
        first = say_her_day(her, self.SAID, submission=sent, by=midwife)
        assert say_her_day(her, {"travel_minutes": 5}, submission=sent, by=midwife) == first
        second = say_her_day(her, {"travel_minutes": 40}, by=midwife)
        assert newest_day(her) == second
        assert HerDay.objects.count() == 2

    @pytest.mark.parametrize(
        ("said", "field"),
        [
            ({"dose_from": time(9)}, "dose_until"),
            ({"dose_from": time(9), "dose_until": time(8)}, "dose_until"),
            ({"leaves_after": time(12), "home_by": time(11)}, "home_by"),
            ({"not_on": [1, 2, 3, 4, 5, 6, 7]}, "not_on"),
        ],
    )
    def test_what_cannot_be_is_refused(self, her: Journey, midwife: User, said: dict[str, Any], field: str) -> None:
        with pytest.raises(Refused) as refused:
            say_her_day(her, said, by=midwife)
        assert refused.value.field == field
        assert not HerDay.objects.exists()

    def test_only_who_may_book_for_her(self, her: Journey) -> None:
        with pytest.raises(PermissionDenied):
            say_her_day(her, self.SAID, by=staff(site="CALD"))


class TestWhatIsFree:
    def test_between_women_whom_the_reader_may_not_see(self, her: Journey, midwife: User) -> None:
        of = session(clinic(TUESDAY))
        appointment(journey(site="CALD"), of, "10:30")
        with as_role(WEB), transaction.atomic():
            _acting(midwife)
            assert not Appointment.objects.exists()
            found = [(span.since, span.until) for span in free_spans([of])]
        assert found == [
            (at_time(TUESDAY, "10:00"), at_time(TUESDAY, "10:30")),
            (at_time(TUESDAY, "11:00"), at_time(TUESDAY, "12:00")),
        ]

    def test_children_are_counted_whosever_they_are(self, her: Journey, midwife: User) -> None:
        day = clinic(TUESDAY, creche_places=4)
        other = journey(site="CALD")
        appointment(other, session(day))
        Visit.objects.filter(journey=other).update(children=3)
        with as_role(WEB), transaction.atomic():
            _acting(midwife)
            assert not Visit.objects.exists()
            assert children_expected([day]) == {day.pk: 3}


def _acting(user: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.user', %s, true)", [str(user.pk)])


class TestAProposal:
    def test_three_services_in_one_place_on_one_day(self, her: Journey, midwife: User) -> None:
        owed(her, "BIRTH_MED_PLAN", "draft", due=ago(-14))
        referral(her, service("mental_health", name="Perinatal team"), state="accepted")
        waiting(her, "scan", words="growth scan")
        alone = clinic(TUESDAY - timedelta(days=4), at=place("Surgery"))
        session(alone, "scan")
        hub = clinic(TUESDAY)
        for kind in ("midwifery", "scan", "mental_health"):
            session(hub, kind, "10:00", "12:30")
        found = proposed(her, asked_of(her, midwife))
        assert [day for day, _ in days(found)] == [TUESDAY]
        assert (found.things, found.new_trips, list(found.apart)) == (3, 1, [])
        assert found.trips[0].ends - found.trips[0].begins == timedelta(minutes=105)

    def test_a_referral_is_to_that_service_alone(self, her: Journey, midwife: User) -> None:
        referral(her, service("mental_health", name="Perinatal team"), state="accepted")
        session(clinic(TUESDAY), "mental_health", service=service("mental_health", name="Another team"))
        found = proposed(her, asked_of(her, midwife))
        assert [why for _, why in found.apart] == [Why.NO_SERVICE]

    def test_her_safe_hours_are_kept_unless_she_says_otherwise(self, her: Journey, midwife: User) -> None:
        safe = Agreed(channel="call", safe_from=time(13), safe_until=time(15))
        agree_contact(her.woman, safe, {}, seen=None, by=midwife)
        waiting(her, "scan")
        session(clinic(TUESDAY), "scan")
        session(clinic(THURSDAY), "scan", "13:00", "14:00")
        assert [day for day, _ in days(proposed(her, asked_of(her, midwife)))] == [THURSDAY]
        said = asked_of(her, midwife, keeps_safe_hours=False)
        assert [day for day, _ in days(proposed(her, said))] == [TUESDAY]

    def test_an_interpreter_is_there_or_is_booked(self, her: Journey, midwife: User) -> None:
        Woman.objects.filter(pk=her.woman_id).update(interpreter="Polish")
        her.woman.refresh_from_db()
        waiting(her, "scan")
        session(clinic(TUESDAY), "scan")
        assert [why for _, why in proposed(her, asked_of(her, midwife)).apart] == [Why.NO_INTERPRETER]
        assert proposed(her, asked_of(her, midwife, interpreter_comes=True)).new_trips == 1

    def test_children_are_looked_after_while_she_is_there(self, her: Journey, midwife: User) -> None:
        waiting(her, "scan")
        session(clinic(TUESDAY), "scan")
        hub = clinic(THURSDAY, creche_from=time(11), creche_until=time(12), creche_places=2)
        session(hub, "scan")
        (trip,) = proposed(her, asked_of(her, midwife, children=2)).trips
        assert trip.begins == at_time(THURSDAY, "11:00")
        assert [why for _, why in proposed(her, asked_of(her, midwife, children=3)).apart] == [Why.NO_CHILDCARE]

    def test_it_joins_what_she_comes_for_already(self, her: Journey, midwife: User) -> None:
        waiting(her, "scan")
        session(clinic(TUESDAY), "scan")
        day = clinic(THURSDAY)
        appointment(her, session(day), "10:00")
        session(day, "scan", "09:00", "12:00")
        (trip,) = proposed(her, asked_of(her, midwife)).trips
        assert (trip.day, trip.begins, trip.ends - trip.begins, len(trip.joins)) == (
            THURSDAY,
            trip.begins,
            timedelta(minutes=60),
            1,
        )

    def test_what_she_wants_on_a_day_of_its_own(self, her: Journey, midwife: User) -> None:
        waiting(her, "scan", words="scan")
        waiting(her, "mental_health", words="talk")
        for on in (TUESDAY, THURSDAY):
            for kind in ("scan", "mental_health"):
                session(clinic(on), kind)
        asked = asked_of(her, midwife)
        talk = next(each.key for each in asked.wanted if each.words == "talk")
        found = proposed(her, Asked(asked.wanted, alone=frozenset({talk})))
        assert days(found) == [(TUESDAY, ["scan"]), (THURSDAY, ["talk"])]

    def test_not_on_a_day_or_at_a_place_that_does_not_suit_her(self, her: Journey, midwife: User) -> None:
        waiting(her, "scan")
        surgery = place("Surgery")
        session(clinic(TUESDAY), "scan")
        session(clinic(THURSDAY, at=surgery), "scan")
        assert days(proposed(her, asked_of(her, midwife, not_days=frozenset({TUESDAY}))))[0][0] == THURSDAY
        found = proposed(her, asked_of(her, midwife, not_days=frozenset({TUESDAY}), not_places=frozenset({surgery.pk})))
        assert not found.trips

    def test_cancelled_sessions_and_other_sites_are_not_proposed(self, her: Journey, midwife: User) -> None:
        waiting(her, "scan")
        session(clinic(TUESDAY), "scan", cancelled_at=clock.now(), cancelled_why="no sonographer")
        session(clinic(TUESDAY, at=place("Their hub", site="CALD")), "scan")
        assert not proposed(her, asked_of(her, midwife)).trips


class TestBookingIt:
    def test_it_is_booked_as_it_was_shown(self, her: Journey, midwife: User) -> None:
        handoff = owed(her, "BIRTH_MED_PLAN", "draft", due=ago(-14))
        line = waiting(her, "scan", words="growth scan")
        hub = clinic(TUESDAY, creche_places=2)
        session(hub), session(hub, "scan")
        found = proposed(her, asked_of(her, midwife, children=1))
        (visit_row,) = booked(her, found, midwife, children=1)
        assert (visit_row.on, visit_row.planned, visit_row.instead_of, visit_row.children) == (TUESDAY, True, 2, 1)
        keys = set(visit_row.appointments.values_list("need_key", flat=True))
        assert keys == {f"handoff:{handoff.key}", f"waiting:{line.pk}"}
        line.refresh_from_db()
        assert (line.ended, line.appointment.kind) == (Waiting.Ended.PLACED, "scan")
        assert wanted_of(her, midwife) == []

    def test_where_a_place_was_taken_meanwhile_nothing_is_booked(self, her: Journey, midwife: User) -> None:
        waiting(her, "scan")
        waiting(her, "mental_health")
        hub = clinic(TUESDAY)
        scans = session(hub, "scan", "10:00", "10:30")
        session(hub, "mental_health", "10:30", "12:00")
        found = proposed(her, asked_of(her, midwife))
        appointment(journey(), scans, "10:00")
        with pytest.raises(TakenMeanwhile):
            booked(her, found, midwife)
        assert not Appointment.objects.filter(journey=her).exists()
        assert Waiting.objects.filter(journey=her, ended="").count() == 2
        assert [why for _, why in proposed(her, asked_of(her, midwife)).apart] == [Why.NO_SERVICE]

    def test_the_same_form_books_once(self, her: Journey, midwife: User) -> None:
        waiting(her, "scan")
        session(clinic(TUESDAY), "scan")
        trips = [trip.things for trip in proposed(her, asked_of(her, midwife)).trips]
        sent = uuid.uuid4()
        first = book_trips(her, trips, submission=sent, by=midwife)
        assert book_trips(her, trips, submission=sent, by=midwife) == first
        assert Appointment.objects.count() == 1

    def test_joining_a_visit_counts_what_was_booked_there(self, her: Journey, midwife: User) -> None:
        day = clinic(TUESDAY)
        appointment(her, session(day), "10:00")
        waiting(her, "scan")
        session(day, "scan")
        (found,) = booked(her, proposed(her, asked_of(her, midwife)), midwife)
        assert (found, found.instead_of) == (visit(her, TUESDAY), 2)

    def test_what_moves_to_another_day_leaves_the_old_place(self, her: Journey, midwife: User) -> None:
        day = clinic(TUESDAY)
        stays = appointment(her, session(day), "10:00")
        goes = appointment(her, session(day, "scan"), "10:30", need_key="handoff:X")
        session(clinic(THURSDAY), "scan")
        asked = Asked([moved(goes)], not_days=frozenset({TUESDAY}))
        (found,) = booked(her, proposed(her, asked), midwife)
        goes.refresh_from_db()
        assert (found.on, goes.state, goes.cancelled_whose) == (THURSDAY, "cancelled", "hers")
        assert found.appointments.get().need_key == "handoff:X"
        assert stays.visit.appointments.exclude(state="cancelled").get() == stays

    def test_where_the_new_place_is_taken_the_old_one_stays(self, her: Journey, midwife: User) -> None:
        goes = appointment(her, session(clinic(TUESDAY), "scan"), "10:30")
        other = session(clinic(THURSDAY), "scan", "10:00", "10:30")
        found = proposed(her, Asked([moved(goes)], not_days=frozenset({TUESDAY})))
        appointment(journey(), other, "10:00")
        with pytest.raises(TakenMeanwhile):
            booked(her, found, midwife)
        goes.refresh_from_db()
        assert goes.state == "booked"

    def test_nothing_chosen_and_no_permission(self, her: Journey, midwife: User) -> None:
        with pytest.raises(Refused, match="at least one trip"):
            book_trips(her, [], submission=uuid.uuid4(), by=midwife)
        with pytest.raises(PermissionDenied):
            book_trips(her, [], submission=uuid.uuid4(), by=staff(site="CALD"))


class TestTripsSaved:
    def saved_by(self, number: int, **more: Any) -> None:
        day = clinic(MONDAY - timedelta(days=10), **more)
        of = session(day, seats=20)
        for seat in range(1, number + 1):
            row = appointment(journey(), of, seat=seat)
            Visit.objects.filter(pk=row.visit_id).update(planned=True, instead_of=4)

    def told(self, by: User) -> str:
        with as_role(WEB), transaction.atomic():
            _acting(by)
            return trips_saved(Site.objects.get(code="ASHF"), clock.today())

    def test_of_eight_women_and_more_a_rounded_number(self, midwife: User) -> None:
        self.saved_by(9)
        assert self.told(midwife) == "about 25 trips"

    def test_of_fewer_women_nothing(self, midwife: User) -> None:
        self.saved_by(7)
        assert self.told(midwife) == ""

    def test_of_another_site_nothing(self, midwife: User) -> None:
        self.saved_by(9)
        assert self.told(staff(site="CALD")) == ""
