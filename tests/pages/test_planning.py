"""The pages of a plan and of a visit: proposed, changed with her, booked, confirmed, split, printed."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import date, time, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from carecoord import clock
from carecoord.access.models import User
from pathways.models import Journey
from referrals.her_days import say_her_day
from referrals.models import Appointment, HerDay, Session, Visit
from tests.factories import after_her_death, ago, journey, owed, staff
from tests.pages.test_journey import text_of
from tests.services import appointment, at_time, clinic, referral, service, session, waiting

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 16)
TUESDAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(at_time(MONDAY, "09:00"), tick=False):
        yield


@pytest.fixture
def midwife(monday: None) -> User:
    return staff(name="A. Reid")


@pytest.fixture
def her(midwife: User) -> Journey:
    return journey(midwife=midwife, edd=date(2027, 1, 10), first_name="Xanthippe", last_name="Quillfeather")


@pytest.fixture
def signed_in(client: Client, midwife: User) -> Client:
    client.force_login(midwife)
    return client


def url(name: str, row: Any) -> str:
    return reverse(name, args=[row.pk])


def open_needs(her: Journey) -> None:
    """A plan with her midwife is owed; a referral was accepted; she waits for a scan."""
    owed(her, "BIRTH_MED_PLAN", "draft", due=ago(-14))
    referral(her, service("mental_health", name="Perinatal team"), state="accepted")
    waiting(her, "scan", words="growth scan")


def hub(on: date = TUESDAY, **fields: Any) -> Any:
    """A day at the hub with a midwife, a scan and a mental-health session."""
    day = clinic(on, **fields)
    session(day, "midwifery", "10:00", "12:00", clinician_name="B. Okoro")
    session(day, "scan", "10:00", "12:00")
    session(day, "mental_health", "10:00", "13:00")
    return day


class Page:
    """The plan of a woman as a browser has it: its form with what is filled in, and one button pressed."""

    def __init__(self, client: Client, address: str) -> None:
        self.client, self.address = client, address
        self.html = client.get(address).content.decode()

    @property
    def words(self) -> str:
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", self.html)).split())

    def sent(self, **pressed: Any) -> Any:
        """What the form holds, with these fields in its place."""
        inputs = [dict(re.findall(r'([a-z-]+)="([^"]*)"', each)) for each in re.findall(r"<input[^>]*>", self.html)]
        ticked = set(re.findall(r'value="([^"]*)"[^>]* checked', self.html))
        known: dict[str, list[str]] = {}
        for each in inputs:
            if each.get("type") != "checkbox" or each.get("value") in ticked:
                known.setdefault(each.get("name", ""), []).append(unescape(each.get("value", "")))
        return self.client.post(self.address, {**known, **pressed})

    def press(self, **pressed: Any) -> Page:
        """The page after that button."""
        self.html = self.sent(**pressed).content.decode()
        return self


@pytest.fixture
def page(signed_in: Client, her: Journey) -> Page:
    open_needs(her)
    hub()
    return Page(signed_in, url("plan_a_trip", her))


def key_of(page: Page, title: str) -> str:
    """What the button that leaves a thing out sends."""
    return unescape(re.findall(rf'name="leave_out" value="([^"]+)">Leave out<[^>]*> {title}', page.html)[0])


class TestThePlan:
    def test_it_is_there_when_the_page_is_opened(self, page: Page) -> None:
        assert "3 things in 1 trip instead of 3" in page.words
        assert "Tue 24 Nov 2026, 10:00 to 11:45 Mill Lane hub · 33+2 on that day" in page.words
        assert "10:00 to 10:30 Birth and ward plan, draft Midwife, B. Okoro, Room for midwifery" in page.words
        assert not Visit.objects.exists()

    def test_something_is_left_out(self, page: Page) -> None:
        page.press(leave_out=key_of(page, "growth scan"))
        assert "2 things in 1 trip instead of 2" in page.words
        assert page.html.count('name="thing"') == 2

    def test_something_has_a_day_of_its_own_and_that_can_be_taken_back(self, page: Page) -> None:
        hub(TUESDAY + timedelta(days=7))
        scan = key_of(page, "growth scan")
        page.press(own_day=scan)
        assert "3 things in 2 trips instead of 3" in page.words
        assert "On a day of its own" in page.words
        page.press(alone=[])
        assert "3 things in 1 trip instead of 3" in page.words

    def test_not_this_day(self, page: Page) -> None:
        hub(TUESDAY + timedelta(days=7))
        page.press(not_day=TUESDAY.isoformat())
        assert "Tue 1 Dec 2026, 10:00 to 11:15" in page.words  # the draft is due before: it stays apart
        assert "No session with this service comes in time." in page.words
        assert "Not on" in page.words

    def test_something_is_typed_in(self, page: Page) -> None:
        session(clinic(TUESDAY), "social_work")
        page.press(kind_1="social_work", words_1="a talk she asked for")
        assert "4 things in 1 trip instead of 4" in page.words
        visit = Visit.objects.get(pk=int(page.sent(do="book", kind_1="social_work", words_1="x").url.split("/")[2]))
        assert visit.appointments.get(kind="social_work").need_key == ""

    def test_nothing_is_open(self, signed_in: Client, her: Journey) -> None:
        words = Page(signed_in, url("plan_a_trip", her)).words
        assert "Nothing is open that she has to be seen for" in words

    def test_what_stays_apart_says_why(self, signed_in: Client, her: Journey) -> None:
        waiting(her, "dental", words="Dentist")
        words = Page(signed_in, url("plan_a_trip", her)).words
        assert "No trip fits yet" in words
        assert "Dentist None of the sessions has this service. She waits for a place." in words

    @pytest.mark.parametrize(
        "bad",
        [
            {"wanted": ["handoff:none"]},
            {"children": "-1"},
            {"children": "many"},
            {"not_days": ["yesterday"], "not_day": "never"},
            {"kind_1": "nothing"},
        ],
    )
    def test_what_is_not_understood_is_said_and_nothing_breaks(self, page: Page, bad: dict[str, Any]) -> None:
        answer = page.sent(**bad)
        assert answer.status_code == 200
        assert not Visit.objects.exists()

    def test_it_asks_the_database_as_little_whatever_is_open(
        self, page: Page, her: Journey, django_assert_max_num_queries: Any
    ) -> None:
        for week in range(1, 8):
            hub(TUESDAY + timedelta(days=7 * week))
        with django_assert_max_num_queries(45):
            page.client.get(page.address)


class TestAClosedJourney:
    def test_nothing_is_planned_for_her_and_nothing_is_confirmed(self, signed_in: Client, her: Journey) -> None:
        died = after_her_death(her)
        waiting(died, "scan")
        coming = appointment(died, session(clinic(TUESDAY), "scan"))
        words = text_of(signed_in.get(url("plan_a_trip", died)))
        assert "Her journey is closed No trip is planned for her." in words
        assert "Plan again" not in words
        assert "Confirm with her" not in text_of(signed_in.get(url("visit", coming.visit)))


class TestBookingIt:
    def test_it_is_booked_as_it_was_shown(self, page: Page) -> None:
        answer = page.sent(do="book")
        visit = Visit.objects.get()
        assert answer.url == url("visit", visit)
        assert (visit.on, visit.instead_of, visit.planned) == (TUESDAY, 3, True)
        words = text_of(page.client.get(answer.url))
        assert "One visit: Tue 24 Nov 2026, 10:00 to 11:45" in words
        assert "Booked for Tue 24 Nov 2026" in words
        assert page.sent(do="book").url == url("visit", visit)  # the same form again
        assert Appointment.objects.count() == 3

    def test_what_was_taken_meanwhile_is_said_and_another_plan_is_shown(self, page: Page, her: Journey) -> None:
        scans = Session.objects.get(kind="scan")
        at = Appointment.objects  # everything of the scan session goes to somebody else
        for begins in ("10:00", "10:30", "11:00", "11:30"):
            appointment(journey(site="CALD"), scans, begins)
        page.press(do="book")
        assert "Somebody else has" in page.words
        assert "Nothing is free there any more" in page.words
        assert "2 things in 1 trip instead of 2" in page.words
        assert not at.filter(journey=her).exists()

    def test_only_the_trips_that_stay_ticked(self, page: Page) -> None:
        hub(TUESDAY + timedelta(days=7))
        page.press(own_day=key_of(page, "growth scan"))
        page.sent(do="book", book=["1"])
        assert Visit.objects.get().on == TUESDAY + timedelta(days=7)

    @pytest.mark.parametrize("thing", ["0|x|1|2026-11-24T10:00:00+00:00", "0|x", "0||9999999|soon", "|||"])
    def test_what_was_never_shown_is_not_booked(self, page: Page, thing: str) -> None:
        answer = page.sent(do="book", thing=[thing])
        assert answer.status_code == 200
        assert not Appointment.objects.exists()

    def test_a_session_of_something_else_is_not_booked(self, page: Page) -> None:
        key = key_of(page, "growth scan")
        other = Session.objects.get(kind="midwifery")
        answer = page.sent(do="book", thing=[f"0|{key}|{other.pk}|2026-11-24T10:00:00+00:00"])
        assert "A session is for something else now" in text_of(answer)
        assert not Appointment.objects.exists()


class TestHerDay:
    def test_it_is_written_down_and_the_plan_keeps_to_it(self, page: Page, her: Journey) -> None:
        said = {"travel_minutes": "25", "leaves_after": "10.15", "home_by": "14:30", "not_on": ["1", "3"]}
        answer = page.client.post(url("her_day", her), {"submission": str(uuid.uuid4()), **said})
        assert answer.url == page.address
        assert HerDay.objects.get().leaves_after == time(10, 15)
        words = Page(page.client, page.address).words
        assert "Tue 24 Nov 2026, 10:40 to 12:25" in words
        assert "Not on Mondays, Wednesdays" in words
        assert "leaves after 10:15" in words
        assert 'value="10:15"' in page.client.get(url("her_day", her)).content.decode()

    def test_what_cannot_be_is_said_beside_its_field(self, page: Page, her: Journey) -> None:
        answer = page.client.post(url("her_day", her), {"submission": str(uuid.uuid4()), "dose_from": "9:00"})
        assert "Enter from when and until when she is at the pharmacy" in text_of(answer)
        assert not HerDay.objects.exists()


class TestAVisit:
    @pytest.fixture
    def visit(self, page: Page, her: Journey, midwife: User) -> Visit:
        day = {"travel_by": "bus 7", "travel_minutes": 25, "home_by": time(14, 30), "dose_from": time(9)}
        say_her_day(her, {**day, "dose_until": time(9, 15)}, by=midwife)
        waiting(her, "dental", words="Dentist")
        Page(page.client, page.address).sent(do="book")
        return Visit.objects.get()

    def test_its_card(self, signed_in: Client, visit: Visit) -> None:
        words = text_of(signed_in.get(url("visit", visit)))
        assert "Mill Lane hub, Mill Lane · 33+2 on that day · 3 things in 1 trip instead of 3" in words
        assert "From home by bus 7 25 min Sets out at 09:35" in words
        assert "pharmacy first, 09:00 back by 14:30" in words
        assert "Not on this trip Dentist : not booked yet, no time set" in words

    def test_it_is_agreed_with_her(self, signed_in: Client, visit: Visit) -> None:
        signed_in.post(url("confirm_visit", visit))
        words = text_of(signed_in.get(url("visit", visit)))
        assert "Agreed with her Mon 16 Nov, 09:00, A. Reid" in words
        assert "Confirm with her" not in words

    def test_what_is_on_another_day_is_named(self, signed_in: Client, visit: Visit, her: Journey) -> None:
        other = appointment(her, session(clinic(TUESDAY + timedelta(days=9)), "dental"), words="Check-up")
        words = text_of(signed_in.get(url("visit", visit)))
        assert "Check-up : Thu 3 Dec, 10:00" in words
        assert url("visit", other.visit) in signed_in.get(url("visit", visit)).content.decode()

    def test_nothing_of_it_stands_any_more(self, signed_in: Client, visit: Visit) -> None:
        gone = {"state": "cancelled", "cancelled_at": clock.now(), "cancelled_whose": "ours"}
        visit.appointments.update(**gone)
        words = text_of(signed_in.get(url("visit", visit)))
        assert "Tue 24 Nov 2026: nothing is booked any more" in words
        assert "Confirm with her" not in words
        assert "Do not give this to her" in text_of(signed_in.get(url("visit_slip", visit)))

    def test_it_is_split(self, signed_in: Client, visit: Visit) -> None:
        hub(TUESDAY + timedelta(days=7))
        split = Page(signed_in, url("split_visit", visit))
        assert "Nothing is chosen" in split.words
        talk = visit.appointments.get(kind="mental_health")
        split.press(wanted=[f"appointment:{talk.pk}"])
        assert "Tue 1 Dec 2026, 10:00 to 10:45" in split.words
        answer = split.sent(do="book", wanted=[f"appointment:{talk.pk}"])
        moved = Visit.objects.get(on=TUESDAY + timedelta(days=7))
        assert answer.url == url("visit", moved)
        talk.refresh_from_db()
        assert (talk.state, talk.cancelled_whose, moved.appointments.get().referral) == (
            "cancelled",
            "hers",
            talk.referral,
        )

    def test_her_copy_names_no_service_unless_that_was_chosen(self, signed_in: Client, visit: Visit) -> None:
        neutral = text_of(signed_in.get(url("visit_slip", visit)))
        named = text_of(signed_in.get(url("visit_slip", visit) + "?services=named&size=a6"))
        for service_word in ("Midwife", "Scan", "Perinatal", "Room for", "Mill Lane hub", "Reid", "Okoro"):
            assert service_word not in neutral.split("Back to the visit")[1]
        assert "Tue 24 Nov 2026 10:00 to 11:45 Mill Lane" in neutral
        assert "Say your name at the desk" in neutral
        assert "10:00 Midwife, Room for midwifery" in named
        assert "Quillfeather" not in named.split("Back to the visit")[1]

    @pytest.mark.parametrize("name", ["visit", "split_visit", "visit_slip", "confirm_visit"])
    def test_whoever_may_not_see_her_finds_nothing(self, client: Client, visit: Visit, name: str) -> None:
        client.force_login(staff(site="CALD"))
        send = client.post if name == "confirm_visit" else client.get
        assert send(url(name, visit)).status_code == 404
        assert send(reverse(name, args=[999999])).status_code == 404
