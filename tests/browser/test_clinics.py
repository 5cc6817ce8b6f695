"""The days of clinics in a real browser: rooms side by side, the same by time when narrow, set up and cancelled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from referrals import clinics
from referrals.models import Clinic, Session
from referrals.series import SeriesPlan, add_to_series, begin_series
from tests.actions.test_clinics import plan
from tests.conftest import assert_accessible
from tests.factories import journey, staff
from tests.services import appointment, clinic, place, room, session

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def midwife(transactional_db: None) -> User:
    return staff(name="A. Reid")


@pytest.fixture
def day(midwife: User) -> Clinic:
    """Three rooms: two women of the midwife's, one of somebody else's, a group, short appointments, and free time."""
    made = clinic(creche_from="09:30", creche_until="13:00", creche_places=4)
    tara = journey(midwife=midwife, first_name="Tara", last_name="Reilly")
    checks = session(made, "midwifery", "09:30", "13:15", room=room("Room 1"), clinician=midwife)
    appointment(tara, checks, "10:00", words="birth and ward plan")
    appointment(
        journey(midwife=midwife, first_name="Amina", last_name="Yusuf"), checks, "10:30", 15, words="first talk"
    )
    appointment(journey(midwife=staff(), first_name="Zenobia"), checks, "10:45", 25)
    scans = session(made, "scan", "10:00", "13:00", room=room("Room 2"), clinician_name="S. Lindqvist")
    appointment(tara, scans, "10:45", words="growth scan")
    group = session(made, "mental_health", "11:00", "12:30", room=room("Room 3"), seats=8)
    appointment(tara, group, "11:30", 60, seat=3, words="the group")
    return made


def addresses(day: Clinic, by: User) -> list[str]:
    """Each page of these."""
    series = begin_series(place("Elm Road"), SeriesPlan(clock.today() + timedelta(days=3)), by=by)
    add_to_series(series, plan(room("A", of=series.place)), by=by)
    made, one = day.sessions.order_by("pk")[0].pk, [day.pk]
    hers = session(clinic(clock.today() + timedelta(days=9)), begins="09:00")
    appointment(journey(midwife=by), hers, "09:00")
    clinics.cancel_session(hers, "Our midwife is ill.", by=by)
    names: list[tuple[str, list[int]]] = [
        *((name, []) for name in ("clinics", "clinics_to_tell", "clinics_set_up", "clinic_add", "series_add")),
        *((name, one) for name in ("clinic", "clinic_creche", "clinic_cancel", "session_add")),
        *((name, [made]) for name in ("session_change", "session_cancel")),
        *((name, [series.pk]) for name in ("series", "series_session_add", "series_end")),
        ("series_session_end", [series.pk, series.sessions.get().pk]),
        ("clinic", [hers.clinic_id]),
    ]
    found = [reverse(name, args=args) for name, args in names]
    return [*found, reverse("clinic", args=one) + "?as=list", _highlighted(day)]


def _highlighted(day: Clinic) -> str:
    tara = day.sessions.get(kind="scan").appointments.get()
    return f"{reverse('clinic', args=[day.pk])}?her={tara.journey_id}"


@pytest.mark.parametrize("width", [1280, 320])
def test_every_page_is_accessible_and_fits(
    browser_of: Callable[..., Any], midwife: User, day: Clinic, width: int
) -> None:
    page = browser_of(midwife, viewport={"width": width, "height": 900})
    for address in addresses(day, midwife):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") == width, address
        assert_accessible(page)


def test_boxes_are_as_high_as_they_last_and_lie_at_their_hour(
    browser_of: Callable[..., Any], midwife: User, day: Clinic
) -> None:
    page = browser_of(midwife, viewport={"width": 1280, "height": 900})
    page.goto(reverse("clinic", args=[day.pk]))
    expect(page.get_by_role("heading", level=3)).to_have_count(3)
    hours = {each.inner_text(): each.bounding_box()["y"] for each in page.locator(".rooms__hours li").all()}
    half_hour = hours["10:00"] - hours["09:30"]
    assert 80 <= half_hour <= 82
    scan = page.locator(".slot", has_text="growth scan").bounding_box()
    assert abs(scan["height"] - half_hour) < 1
    assert abs(scan["y"] - (hours["10:30"] + half_hour / 2) - _offset(page)) < 2
    columns = [each.bounding_box() for each in page.locator(".rooms__boxes").all()]
    assert {round(each["y"]) for each in columns} == {round(columns[0]["y"])}
    assert {round(each["height"]) for each in columns} == {round(columns[0]["height"])}


def _offset(page: Any) -> float:
    """How far the first box lies below the top of the first hour's words."""
    first = page.locator(".rooms__hours li").first.bounding_box()["y"]
    return page.locator(".rooms__boxes").first.bounding_box()["y"] - first


def test_a_woman_is_highlighted_by_her_box_and_a_stranger_reads_taken(
    browser_of: Callable[..., Any], midwife: User, day: Clinic
) -> None:
    page = browser_of(midwife, viewport={"width": 1280, "height": 900})
    page.goto(reverse("clinic", args=[day.pk]))
    expect(page.locator(".slot").get_by_text("taken", exact=True)).to_have_count(1)
    expect(page.get_by_text("Zenobia")).to_have_count(0)
    page.get_by_role("link", name="Tara R. 10:00–10:30 birth and ward plan").click()
    beside = page.get_by_role("region", name="One trip")
    expect(beside).to_contain_text("Tara R., 3 things, 10:00–12:30.")
    expect(page.locator(".slot__in.is-chosen")).to_have_count(3)
    beside.get_by_role("link", name="Take the highlight off").click()
    expect(page.locator(".slot__in.is-chosen")).to_have_count(0)


def test_narrow_it_is_a_list_by_time_and_wide_one_can_ask_for_it(
    browser_of: Callable[..., Any], midwife: User, day: Clinic
) -> None:
    page = browser_of(midwife, viewport={"width": 320, "height": 900})
    page.goto(reverse("clinic", args=[day.pk]))
    expect(page.get_by_role("row").filter(has_text="birth and ward plan")).to_be_visible()
    expect(page.locator(".rooms__frame")).to_be_hidden()
    page.set_viewport_size({"width": 1280, "height": 900})
    expect(page.locator(".rooms__frame")).to_be_visible()
    expect(page.locator(".rooms__list")).to_be_hidden()
    page.get_by_role("link", name="Show as a list by time").click()
    expect(page.get_by_role("row").filter(has_text="birth and ward plan")).to_be_visible()
    page.get_by_role("link", name="Show the rooms side by side").click()
    expect(page.locator(".rooms__frame")).to_be_visible()


def test_a_manager_sets_up_a_clinic_and_cancels_a_session_and_the_midwife_reads_whom_to_tell(
    browser_of: Callable[..., Any], midwife: User
) -> None:
    room("Room 1")
    page = browser_of(staff(Role.SERVICE_MANAGER, name="M. Lowe"), viewport={"width": 1280, "height": 900})
    page.goto(reverse("clinics"))
    page.get_by_role("link", name="Set up clinics").first.click()
    page.get_by_role("link", name="Add what comes again").click()
    page.get_by_label("Place", exact=True).select_option(label="Mill Lane hub, Ashford Bridge")
    first = clock.today() + timedelta(days=1)
    for label, value in (("Day", first.day), ("Month", first.month), ("Year", first.year)):
        page.get_by_role("group", name="First day").get_by_label(label).fill(str(value))
    page.get_by_role("button", name="Make its days").click()
    expect(page.get_by_text("Now say what is on each of them.")).to_be_visible()
    page.get_by_role("link", name="Add a session to each day").click()
    page.get_by_label("What is it?").select_option(label="Midwife")
    page.get_by_label("Room", exact=True).select_option(label="Room 1")
    page.get_by_label("Begins").fill("09:30")
    page.get_by_label("Ends").fill("12:00")
    page.get_by_role("button", name="Add it to each day").click()
    expect(page.get_by_text("It is on every day of the series from now on.")).to_be_visible()

    made = Session.objects.order_by("during")[0]
    appointment(journey(midwife=midwife, first_name="Tara", last_name="Reilly"), made, "10:00", words="first talk")
    page.goto(reverse("clinic", args=[made.clinic_id]))
    expect(page.locator(".slot").get_by_text("taken", exact=True)).to_be_visible()
    page.get_by_text("Change this day").click()
    page.get_by_role("link", name="Cancel Midwife, Room 1").click()
    page.get_by_label("Why?").fill("Our midwife is ill.")
    page.get_by_role("button", name="Cancel the session").click()
    expect(page.get_by_text("1 appointment was cancelled with it")).to_be_visible()

    hers = browser_of(midwife, viewport={"width": 320, "height": 900})
    hers.goto(reverse("clinics"))
    hers.get_by_role("link", name="Women to be told (1)").click()
    expect(hers.get_by_role("heading", name="Tara R.")).to_be_visible()
    expect(hers.get_by_text("Our midwife is ill.")).to_be_visible()
    hers.get_by_role("button", name="She has been told").click()
    expect(hers.get_by_text("Everybody knows.")).to_be_visible()
