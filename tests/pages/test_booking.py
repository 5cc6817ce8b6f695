"""The pages of her appointments, of who waits, and of who came."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carecoord import clock
from carecoord.access.roles import Role
from carecoord.audit.models import Read
from pathways.models import Journey
from referrals.models import Appointment, Waiting
from referrals.pages.waiting import beside_a_day, waiting_beside
from tests.factories import ago, happened, journey, staff
from tests.roles import BOOKKEEPING
from tests.services import appointment, clinic, place, session, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def midwife() -> Any:
    return staff(name="A. Reid")


@pytest.fixture
def browser(client: Any, midwife: Any) -> Any:
    client.force_login(midwife)
    return client


@pytest.fixture
def her(midwife: Any) -> Journey:
    made = journey(midwife=midwife)
    happened(made, ("first_contact", ago(60)), ("booking_completed", ago(40)))
    return made


def said(answer: Any) -> str:
    """The words of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", html.unescape(answer.content.decode())).split())


def once(**fields: Any) -> dict[str, Any]:
    """A form's fields with its one-time name."""
    return {"submission": str(uuid4()), **fields}


def test_a_time_is_found_and_booked(browser: Any, her: Journey) -> None:
    of = session()
    found = browser.get(reverse("find_time", args=[her.pk]), {"kind": "midwifery"})
    assert f"{reverse('book_time', args=[her.pk, of.pk])}?at=10:00" in html.unescape(found.content.decode())
    asked = browser.get(reverse("book_time", args=[her.pk, of.pk]), {"at": "10:30"})
    assert '<option value="10:30" selected>' in asked.content.decode()
    sent = browser.post(
        reverse("book_time", args=[her.pk, of.pk]),
        once(words="check, 31 weeks", starts_at="10:30", minutes=30, agreed="on"),
        follow=True,
    )
    assert "Booked: " in said(sent)
    assert "10:30–11:00" in said(sent)
    made = Appointment.objects.get()
    assert made.visit.confirmed_by == her.named_midwife


def test_who_loses_reads_who_was_faster(browser: Any, her: Journey) -> None:
    of = session()
    appointment(journey(midwife=her.named_midwife, first_name="Leila"), of, "10:30")
    sent = browser.post(reverse("book_time", args=[her.pk, of.pk]), once(words="check", starts_at="10:30", minutes=30))
    assert "Leila R. has 10:30–11:00 in Room for midwifery by now. Still free there: 10:00–10:30, 11:00–12:00." in said(
        sent
    )


def test_what_she_waits_for_is_chosen_as_the_reason(browser: Any, her: Journey) -> None:
    of, waits = session(), waiting(her, "midwifery", words="feeding plan")
    page = reverse("book_time", args=[her.pk, of.pk])
    assert "feeding plan" in said(browser.get(page))
    browser.post(page, once(reason=f"waiting:{waits.pk}", words="", starts_at="11:00", minutes=30))
    waits.refresh_from_db()
    assert (waits.ended, waits.appointment) == ("placed", Appointment.objects.get())
    assert Appointment.objects.get().words == "feeding plan"


def test_somewhere_else(browser: Any, her: Journey) -> None:
    day = clock.today() + timedelta(days=9)
    when = {"starts_at_0": day.day, "starts_at_1": day.month, "starts_at_2": day.year, "starts_at_3": "10:20"}
    sent = browser.post(
        reverse("book_elsewhere", args=[her.pk]),
        once(kind="dental", words="dentist", elsewhere="Green Street", minutes=20, **when),
        follow=True,
    )
    assert "Green Street" in said(sent)
    assert "10:20–10:40" in said(sent)


def test_another_time(browser: Any, her: Journey) -> None:
    of = session()
    made = appointment(her, of, "10:00")
    page = reverse("move_appointment", args=[her.pk, made.pk])
    assert "10:30" in said(browser.get(page))
    sent = browser.post(page, once(to=f"{of.pk} 10:30", whose="hers", why=""), follow=True)
    assert "Moved: " in said(sent)
    assert [each.state for each in Appointment.objects.order_by("pk")] == ["cancelled", "booked"]


def test_cancelled_by_us_she_waits_first_in_line(browser: Any, her: Journey) -> None:
    made = appointment(her, session(), "10:00")
    page = reverse("cancel_appointment", args=[her.pk, made.pk])
    without = browser.post(page, once(whose="ours", why="", waits="yes"))
    assert "Say why, in a few words: she is told." in said(without)
    sent = browser.post(page, once(whose="ours", why="the midwife is ill", waits="yes"), follow=True)
    assert "Cancelled. She is on the waiting list." in said(sent)
    assert Waiting.objects.get().since == made.booked_at


def test_she_is_put_on_the_list_and_taken_off(browser: Any, her: Journey) -> None:
    there = place()
    sent = browser.post(
        reverse("wait", args=[her.pk]), once(kind="scan", words="growth scan", minutes=30, place=there.pk), follow=True
    )
    assert "She is on the waiting list." in said(sent)
    assert "growth scan" in said(sent)
    waits = Waiting.objects.get()
    assert (waits.place, waits.by) == (there, her.named_midwife)
    sent = browser.post(reverse("end_waiting", args=[her.pk, waits.pk]), once(ended="not_needed"), follow=True)
    assert "She is on the list no more." in said(sent)


def test_the_list_of_who_waits_says_what_fits(browser: Any, her: Journey) -> None:
    of = session(kind="scan", begins="10:00", ends="11:00")
    appointment(journey(midwife=her.named_midwife), of, "10:00")
    waiting(her, "scan", words="growth scan")
    waiting(journey(site="CALD"), "scan", words="not ours")
    page = said(browser.get(reverse("waiting")))
    assert "growth scan" in page
    assert "10:30, Room for scan" in page
    assert "not ours" not in page


def test_for_whom_a_time_is(browser: Any, her: Journey) -> None:
    waiting(journey(midwife=her.named_midwife, first_name="Leila"), "midwifery", words="booking")
    of = session()
    page = reverse("book_session", args=[of.pk])
    listed = said(browser.get(page, {"at": "10:30"}))
    assert "10:30" in listed
    assert "Leila R." in listed
    assert "Tara Reid" in listed
    looked_up = browser.post(f"{page}?at=10:30", {"q": "tara reid"})
    assert f"{reverse('book_time', args=[her.pk, of.pk])}?at=10:30" in looked_up.content.decode()


def test_her_page_shows_what_is_to_come(browser: Any, her: Journey) -> None:
    made = appointment(her, session(), "10:00", words="check, 31 weeks")
    page = browser.get(reverse("journey", args=[her.pk]))
    assert "check, 31 weeks" in said(page)
    one = browser.get(reverse("appointment", args=[her.pk, made.pk]))
    assert "not agreed yet" in said(one)


def test_who_may_not_book_is_shown_no_way_to(client: Any, her: Journey) -> None:
    client.force_login(staff(Role.SERVICE_MANAGER))
    assert client.get(reverse("waiting")).status_code == 403
    assert client.get(reverse("attendance", args=[clinic().pk])).status_code == 403


# -- who came ------------------------------------------------------------------------------------


def test_who_came_is_saved_for_all_at_once(browser: Any, her: Journey) -> None:
    of = session(clinic(clock.today() - timedelta(days=1)), seats=2)
    other = journey(midwife=her.named_midwife, first_name="Leila")
    happened(other, ("first_contact", ago(60)))
    first, second = appointment(her, of, "10:00"), appointment(other, of, "10:30")
    page = reverse("attendance", args=[of.clinic_id])
    assert "Leila R." in said(browser.get(page))
    sent = browser.post(page, {f"came_{first.pk}": "yes", f"came_{second.pk}": "no"}, follow=True)
    assert "Saved." in said(sent)
    kinds = [each.visit.counted.kind for each in Appointment.objects.order_by("pk").select_related("visit__counted")]
    assert kinds == ["contact_made", "contact_missed"]


def test_what_is_right_is_saved_and_the_rest_shown_again(browser: Any, her: Journey) -> None:
    of = session(clinic(clock.today() - timedelta(days=1)), seats=2)
    other = journey(midwife=her.named_midwife, first_name="Leila")
    other.woman.interpreter = "Polish"
    other.woman.save()
    first, second = appointment(her, of, "10:00"), appointment(other, of, "10:30", needs_interpreter=True)
    page = reverse("attendance", args=[of.clinic_id])
    sent = browser.post(page, {f"came_{first.pk}": "yes", f"came_{second.pk}": "yes"})
    assert "She is spoken to through an interpreter (Polish)." in said(sent)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.attended, second.attended) == ("yes", "")


def test_women_of_other_teams_are_not_on_the_list(browser: Any, her: Journey) -> None:
    of = session(clinic(clock.today() - timedelta(days=1)), seats=2)
    appointment(her, of, "10:00")
    appointment(journey(site="CALD", first_name="Unseen"), of, "10:30")
    page = said(browser.get(reverse("attendance", args=[of.clinic_id])))
    assert "Women of other teams are not on this list" in page
    assert "Unseen" not in page


def test_a_day_of_another_site_is_not_there(browser: Any) -> None:
    day = clinic(at=place("Elsewhere", site="CALD"))
    assert browser.get(reverse("attendance", args=[day.pk])).status_code == 404


# -- looks ---------------------------------------------------------------------------------------


def test_every_look_is_written_down(browser: Any, her: Journey) -> None:
    of, yesterday = session(seats=3), session(clinic(clock.today() - timedelta(days=1)))
    made, kept = appointment(her, of, "10:00"), appointment(her, of, "11:00", state="held", held_until=ago(-1))
    appointment(her, yesterday, "10:00")
    waits = waiting(her, "midwifery")
    hers = {name: [her.pk] for name in ("appointments", "find_time", "book_elsewhere", "wait")}
    one = {name: [her.pk, made.pk] for name in ("appointment", "cancel_appointment", "move_appointment")}
    pages = {**hers, **one, "kept": [her.pk, kept.pk], "book_time": [her.pk, of.pk], "end_waiting": [her.pk, waits.pk]}
    pages |= {"waiting": [], "book_session": [of.pk], "attendance": [yesterday.clinic_id]}
    for name, arguments in pages.items():
        before = Read.objects.count()
        assert "Tara" in said(browser.get(reverse(name, args=arguments))), name
        assert Read.objects.count() == before + 1, name
        entry = Read.objects.latest("id")
        assert (entry.page, entry.women) == (name, [her.woman_id])


def test_the_list_of_who_waits_asks_no_more_of_many(browser: Any, her: Journey) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(reverse("waiting")).status_code == 200
        return len([each for each in seen if not each["sql"].startswith(BOOKKEEPING)])

    session(kind="scan")
    waiting(her, "scan", words="growth scan")
    few = asked()
    for number in range(10):
        waiting(journey(midwife=her.named_midwife), "scan", words=f"scan {number}")
    assert asked() == few


def test_who_waits_stands_beside_the_day(her: Journey) -> None:
    of = session(kind="scan", begins="10:00", ends="11:00")
    waiting(her, "scan", words="growth scan")
    waiting(journey(midwife=her.named_midwife), "dental", words="dentist")
    waiting(journey(site="CALD"), "scan", words="not ours")
    (line,) = beside_a_day(SimpleNamespace(clinic=of.clinic), her.named_midwife)
    assert (line.name, line.fits) == ("Tara R.", "fits 10:00, Room for scan")
    assert Read.objects.get().women == [her.woman_id]
    appointment(journey(midwife=her.named_midwife), of, "10:00", 60)
    assert waiting_beside(of.clinic, her.named_midwife)[0].fits == ""
    assert beside_a_day(SimpleNamespace(clinic=of.clinic), staff(Role.SERVICE_MANAGER)) is None
