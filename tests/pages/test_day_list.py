"""The list of a day on paper: initials of the women who are open to its reader, and times of the others."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carecoord.access.models import User
from carecoord.access.roles import Role
from carecoord.audit.models import Read
from pathways.models import Woman
from referrals.models import Clinic, Visit
from tests.factories import journey, staff
from tests.roles import BOOKKEEPING
from tests.services import appointment, clinic, place, room, session

pytestmark = pytest.mark.django_db


@pytest.fixture
def midwife() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def day(midwife: User) -> Clinic:
    made = clinic()
    held = session(made, "mental_health", clinician_name="E. Marlowe", room=room("Room 4", of=made.place))
    hers = journey(midwife=midwife, first_name="Xanthippe", last_name="Quillfeather")
    appointment(hers, held, "10:30", words="first talk", needs_interpreter=True)
    appointment(journey(midwife=staff(), first_name="Zenobia", last_name="Ashdown"), held, "10:00")
    gone = {"state": "cancelled", "cancelled_whose": "hers", "cancelled_at": made.sessions.get().during.lower}
    appointment(journey(midwife=midwife, first_name="Wilma", last_name="Vane"), held, "11:00", **gone)
    Visit.objects.filter(journey=hers).update(children=1)
    return made


def words_of(client: Any, reader: User, day: Clinic) -> str:
    client.force_login(reader)
    answer = client.get(reverse("day_list", args=[day.pk]))
    assert answer.status_code == 200
    return " ".join(html.unescape(answer.content.decode()).split())


def test_initials_of_ones_own_and_times_of_the_others(client: Any, midwife: User, day: Clinic) -> None:
    words = words_of(client, midwife, day)
    for said in ("10:00–10:30", "<b>taken</b>", "10:30–11:00", "<b>X.Q.</b>", "interpreter, 1 child", "Destroy after"):
        assert said in words, said
    for never in (
        "Xanthippe",
        "Quillfeather",
        "Zenobia",
        "Ashdown",
        "Z.A.",
        "W.V.",
        "11:00–11:30",
        "first talk",
        "mental",
    ):
        assert never not in words, never
    entry = Read.objects.get()
    assert (entry.page, entry.women) == ("day_list", [Woman.objects.get(first_name="Xanthippe").pk])


def test_a_manager_reads_times_alone(client: Any, day: Clinic) -> None:
    words = words_of(client, staff(Role.SERVICE_MANAGER, team="office"), day)
    assert words.count("<b>taken</b>") == 2
    assert "X.Q." not in words
    assert not Read.objects.exists()


def test_the_day_of_another_site_is_not_there(client: Any, midwife: User) -> None:
    client.force_login(midwife)
    elsewhere = clinic(at=place("Loch hub", site="GLEN"))
    assert client.get(reverse("day_list", args=[elsewhere.pk])).status_code == 404


def test_a_longer_day_takes_no_more_queries(client: Any, midwife: User, day: Clinic) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            words_of(client, midwife, day)
        return sum(not each["sql"].startswith(BOOKKEEPING) for each in asked)

    words_of(client, midwife, day)
    before = queries()
    for number, begins in enumerate(("10:00", "10:30", "11:00", "11:30")):
        appointment(
            journey(midwife=midwife), session(day, "scan", room=day.place.rooms.create(name=f"R{number}")), begins
        )
    assert queries() == before
