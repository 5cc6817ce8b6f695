"""The page that says who has looked at a woman's record."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from carecoord import clock
from carecoord.access.models import Membership, Team, User
from carecoord.access.roles import Role
from carecoord.audit.models import Read
from carecoord.audit.reads import LISTED
from pathways.models import Journey
from pathways.wording.pages import PAGE_NAMES
from tests.audit import lifted
from tests.factories import UserFactory, ago, journey, staff
from tests.pages.test_journey import text_of
from tests.routes import OF_GAPS, named_views

pytestmark = pytest.mark.django_db


@pytest.fixture
def midwife() -> Any:
    return staff(name="A. Reid")


@pytest.fixture
def signed_in(client: Any, midwife: Any) -> Any:
    client.force_login(midwife)
    return client


@pytest.fixture
def record(midwife: Any) -> Journey:
    return journey(midwife=midwife)


def url(record: Journey) -> str:
    return reverse("looked", args=[record.pk])


def look(who: User, women: list[int], at: datetime, page: str = "journey", purpose: str = "") -> None:
    """An entry of another day; only the owner of the tables can make one."""
    with lifted("audit_read"):
        Read.objects.create(at=at, actor_id=who.pk, page=page, purpose=purpose, women=women)


def noon(days: float) -> datetime:
    return clock.from_local(datetime.combine(clock.today(ago(days)), datetime.min.time())) + timedelta(hours=12)


def rows(answer: Any) -> list[tuple[str, str, list[str]]]:
    return [(row.name, row.times, row.pages) for row in answer.context["rows"]]


def test_one_row_for_each_person_and_day_the_latest_first(signed_in: Any, record: Journey) -> None:
    ward = staff(Role.WARD_MIDWIFE, team="maple", name="S. Ito")
    her = record.woman_id
    for minutes in (0, 30, 95):
        look(ward, [her], noon(2) + timedelta(minutes=minutes))
    look(ward, [her, 424242], noon(2), "caseload", LISTED)
    look(ward, [her], noon(3))
    look(ward, [424242], noon(1))
    answer = signed_in.get(url(record))
    assert rows(answer)[1:] == [
        ("S. Ito", "12:00 to 13:35", ["her journey (3 times)", "the caseload list"]),
        ("S. Ito", "12:00", ["her journey"]),
    ]
    first = answer.context["rows"][0]
    assert (first.name, first.pages) == ("You", ["who has looked"]), "this page is a look too"
    assert "Ward midwife, Maple ward" in text_of(answer)
    assert clock.day_in_words(clock.today(ago(2))) in text_of(answer)


def test_a_day_is_a_london_day(signed_in: Any, record: Journey) -> None:
    ward = staff(Role.WARD_MIDWIFE, team="maple", name="S. Ito")
    midnight = clock.from_local(datetime(2026, 7, 2))  # noqa: DTZ001 a London wall clock, an hour ahead of UTC
    look(ward, [record.woman_id], midnight - timedelta(minutes=1))
    look(ward, [record.woman_id], midnight + timedelta(minutes=1))
    answer = signed_in.get(url(record))
    assert [row.day for row in answer.context["rows"][1:]] == ["Thu 2 Jul 2026", "Wed 1 Jul 2026"]


def test_the_role_is_the_one_of_that_day(signed_in: Any, record: Journey) -> None:
    person = staff(Role.WARD_MIDWIFE, team="maple", name="S. Ito")
    Membership.objects.filter(user=person).update(starts_on=ago(30), ends_on=ago(10))
    Membership.objects.create(
        user=person, team=Team.objects.get(code="bridge", site__code="ASHF"), role=Role.MIDWIFE, starts_on=ago(9)
    )
    look(person, [record.woman_id], noon(20))
    look(person, [record.woman_id], noon(5))
    look(UserFactory(name="N. Obody"), [record.woman_id], noon(25))
    roles = [row.role for row in signed_in.get(url(record)).context["rows"]]
    assert roles[1:] == ["Midwife, Bridge caseload team", "Ward midwife, Maple ward", ""]


def test_a_purpose_is_said(signed_in: Any, record: Journey) -> None:
    look(staff(), [record.woman_id], noon(2), "opened_contact", "to visit her")
    assert rows(signed_in.get(url(record)))[1][2] == ["her number or her address, to visit her"]


def test_it_comes_in_pages_and_costs_the_same_however_long(signed_in: Any, midwife: Any, record: Journey) -> None:
    look(midwife, [record.woman_id], noon(1))
    signed_in.get(url(record))
    with CaptureQueriesContext(connection) as few:
        signed_in.get(url(record))
    for days in range(2, 62):
        look(midwife, [record.woman_id], noon(days))
    with CaptureQueriesContext(connection) as many:
        first = signed_in.get(url(record))
    assert len(many) == len(few)
    assert len(first.context["rows"]) == 50
    assert "1 to 50 of 62 days and people" in text_of(first)
    assert len(signed_in.get(f"{url(record)}?page=2").context["rows"]) == 12
    assert "Nobody on this page" in text_of(signed_in.get(f"{url(record)}?page=9"))
    for odd in ("x", "-1", "0", "9" * 30, "%C2%B2"):
        assert len(signed_in.get(f"{url(record)}?page={odd}").context["rows"]) == 50


def test_it_is_for_those_who_hold_a_caseload_and_linked_for_them_alone(
    client: Any, signed_in: Any, record: Journey
) -> None:
    assert url(record) in signed_in.get(reverse("journey", args=[record.pk])).content.decode()
    client.force_login(staff(Role.HEALTH_VISITOR, team="hv"))
    assert client.get(url(record)).status_code == 403
    assert url(record) not in client.get(reverse("journey", args=[record.pk])).content.decode()


def test_a_foreign_woman_is_missing(client: Any, record: Journey) -> None:
    client.force_login(staff(site="GLEN"))
    assert client.get(url(record)).status_code == client.get("/journeys/987654/looked/").status_code == 404


OURS = ("pathways", "medications", "referrals")
# What is kept for everybody, without a woman on it.
OF_NOBODY = (
    *(f"referrals.views.{module}" for module in ("calendars", "clinic_setup", "keeping", "places", "service_map")),
    *OF_GAPS,
)


ABOUT_NOBODY = {"engagement", "engagement_enter", "questions", "questions_thanks"}


def test_every_page_has_a_name() -> None:
    routes = [each for found in get_resolver().url_patterns for each in getattr(found, "url_patterns", [found])]
    ours = {each.name for each in routes if each.callback and each.callback.__module__.startswith(OURS)}
    of_nobody = {"start", "search", "link_answered", "services", "service", "clinics"} | ABOUT_NOBODY
    nobody_on_it = of_nobody | named_views(*OF_NOBODY)
    assert ours - nobody_on_it == PAGE_NAMES.keys() - {"opened_contact"}  # what comes of a form
