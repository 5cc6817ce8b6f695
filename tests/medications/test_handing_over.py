"""A change of shift: one handover, two people, nobody kept from going home; and what stands on its sheet."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from carecoord import clock
from carecoord.access.models import Team, User
from carecoord.access.roles import Role
from carecoord.audit.models import Read
from carecoord.delivery.models import Message
from medications import handing_over
from medications.models import HandedOver, ShiftHandover
from medications.pages.handover import sheet_of
from medications.rules.shifts import begins_on, coming_shift
from pathways.actions import AlreadyAnswered, Refused
from pathways.models import Journey
from tests.factories import ago, happened, staff
from tests.medicine import due_dose, on_ward, plan, ward_midwife
from tests.roles import BOOKKEEPING

LONDON = ZoneInfo("Europe/London")
db = pytest.mark.django_db


@pytest.fixture
def ward(db: None) -> Team:
    return Team.objects.select_related("site").get(site__code="ASHF", code="maple")


@pytest.fixture
def ito(db: None) -> User:
    return ward_midwife(name="S. Ito")


@pytest.fixture
def moe(db: None) -> User:
    return ward_midwife(name="K. Moe")


@pytest.fixture
def record(db: None) -> Journey:
    return on_ward(bed="3", first_name="Xanthippe", last_name="Quillfeather")


# -- which shift -------------------------------------------------------------------------------------


@given(st.dates(min_value=date(2020, 1, 1), max_value=date(2039, 12, 31)), st.integers(0, 23))
def test_every_hour_has_a_shift_that_begins_that_day_or_the_evening_before(day: date, hour: int) -> None:
    local = datetime.combine(day, time(hour), LONDON)
    shift = coming_shift(local)
    assert shift in ("day", "late", "night")
    assert begins_on(shift, local) in (local.date(), local.date() - timedelta(days=1))


@pytest.mark.parametrize(
    ("at", "shift", "day"),
    [
        ("2026-11-20 07:20", "day", 20),
        ("2026-11-20 13:30", "late", 20),
        ("2026-11-20 20:45", "night", 20),
        ("2026-11-20 00:20", "night", 19),
        ("2026-03-29 00:59", "night", 28),  # the clocks go forward
        ("2026-10-25 01:30", "night", 24),  # and back
    ],
)
def test_a_night_that_is_signed_after_midnight_began_the_evening_before(at: str, shift: str, day: int) -> None:
    local = datetime.fromisoformat(at).replace(tzinfo=LONDON)
    assert coming_shift(local) == shift
    assert begins_on(shift, local).day == day


# -- signing and taking over -------------------------------------------------------------------------


def test_two_who_sign_at_once_make_one_handover(ward: Team, record: Journey, ito: User, moe: User) -> None:
    made = handing_over.sign(ward, "day", [record], {record.pk: "Likes to be asked first"}, by=ito)
    with pytest.raises(AlreadyAnswered, match=r"S\. Ito has signed this handover"):
        handing_over.sign(ward, "day", [record], by=moe)
    assert ShiftHandover.objects.get() == made
    row = HandedOver.objects.get()
    assert (row.journey, row.bed, row.note) == (record, "3", "Likes to be asked first")


def test_nobody_takes_over_from_themselves(ward: Team, ito: User) -> None:
    made = handing_over.sign(ward, "day", [], by=ito)
    with pytest.raises(Refused):
        handing_over.accept(made, by=ito)
    with pytest.raises(IntegrityError), transaction.atomic():
        ShiftHandover.objects.filter(pk=made.pk).update(accepted_by=ito, accepted_at=clock.now())


def test_it_is_taken_over_once_and_the_next_reads_by_whom(ward: Team, ito: User, moe: User) -> None:
    made = handing_over.sign(ward, "day", [], by=ito)
    handing_over.accept(made, by=moe)
    with pytest.raises(AlreadyAnswered, match=r"K\. Moe has taken it over"):
        handing_over.accept(made, by=ward_midwife())
    with pytest.raises(IntegrityError), transaction.atomic():
        ShiftHandover.objects.filter(pk=made.pk).update(accepted_by=ito)
    with pytest.raises(IntegrityError), transaction.atomic():
        ShiftHandover.objects.all().delete()


def test_only_who_works_there_hands_it_over(ward: Team, ito: User) -> None:
    doctor = staff(Role.OBSTETRIC_DOCTOR, team="hospital")
    with pytest.raises(PermissionDenied):
        handing_over.sign(ward, "day", [], by=doctor)
    made = handing_over.sign(ward, "day", [], by=ito)
    with pytest.raises(PermissionDenied):
        handing_over.accept(made, by=doctor)


def test_a_woman_who_is_not_open_to_who_signs_is_not_on_it(ward: Team, ito: User) -> None:
    other = on_ward(site="CALD")
    handing_over.sign(ward, "day", [other], {other.pk: "no"}, by=ito)
    assert not HandedOver.objects.exists()


def test_going_home_waits_for_no_signature(ward: Team, record: Journey, ito: User) -> None:
    """A ward with a handover that nobody took over: she goes home, and her bed is free."""
    handing_over.sign(ward, "day", [record], by=ito)
    happened(record, ("mother_discharged", clock.now()))
    record.refresh_from_db()
    assert not record.in_hospital
    assert ShiftHandover.objects.get().accepted_at is None


# -- nobody takes over -------------------------------------------------------------------------------


def late(ward: Team, by: User, minutes: int) -> ShiftHandover:
    """A handover that was signed so long ago."""
    known = {"to_shift": "day", "on_day": clock.today(), "signed_by": by}
    return ShiftHandover.objects.create(ward=ward, signed_at=ago(minutes=minutes), **known)


@pytest.mark.parametrize(("minutes", "told"), [(59, 0), (60, 1)])
def test_after_an_hour_the_coordinator_is_told_once_and_without_content(
    ward: Team, record: Journey, ito: User, minutes: int, told: int
) -> None:
    coordinator = staff(Role.WARD_COORDINATOR, team="maple")
    late(ward, ito, minutes)
    assert handing_over.tell_of_unaccepted() == told
    assert handing_over.tell_of_unaccepted() == 0
    messages = Message.objects.all()
    assert {each.to_user_id for each in messages} == ({coordinator.pk} if told else set())
    assert all(each.number == 1 for each in messages)


def test_who_took_over_in_time_troubles_nobody(ward: Team, ito: User, moe: User) -> None:
    staff(Role.WARD_COORDINATOR, team="maple")
    handing_over.accept(late(ward, ito, 90), by=moe)
    assert handing_over.tell_of_unaccepted() == 0
    assert not Message.objects.exists()


def test_the_page_says_that_nobody_took_over(client: Any, ward: Team, ito: User, moe: User) -> None:
    late(ward, ito, 61)
    client.force_login(moe)
    assert "Nobody has taken over within the hour." in client.get("/ward/maple/handover/").content.decode()


# -- the sheet ---------------------------------------------------------------------------------------

PAGES = {
    "handover": "initials",
    "handover_print": "initials",
    "handover_names": "names",
    "handover_print_names": "names",
}


@pytest.mark.parametrize(("name", "shows"), PAGES.items())
def test_showing_printing_and_names_are_each_written_down(
    client: Any, record: Journey, ito: User, name: str, shows: str
) -> None:
    client.force_login(ito)
    text = client.get(reverse(name, args=["maple"])).content.decode()
    assert "X.Q." in text if shows == "initials" else "Xanthippe" in text
    assert ("Xanthippe" in text) == (shows == "names")
    assert "Quillfeather" not in text
    entry = Read.objects.get()
    assert (entry.page, entry.women) == (name, [record.woman_id])
    assert "Destroy after shift" in text
    assert "by S. Ito" in text


def test_everything_on_paper_has_its_day(ward: Team, record: Journey, ito: User) -> None:
    due_dose(plan(record), ago(-0.5))
    (row,) = sheet_of(ward, ito, clock.now()).rows
    local = ago(-0.5).astimezone(clock.LONDON)
    assert row.due == f"{local:%a} {local.day}, {local:%H:%M}"
    assert row.quoted
    assert row.medicine.endswith("45 mg once a day, supervised")


def test_a_woman_of_another_site_is_not_on_the_sheet(ward: Team, record: Journey, ito: User) -> None:
    on_ward(site="CALD", bed="1")
    assert [row.pk for row in sheet_of(ward, ito, clock.now()).rows] == [record.pk]


def test_another_sites_ward_is_not_there(client: Any, record: Journey) -> None:
    client.force_login(staff(Role.WARD_MIDWIFE, site="CALD", team=_ward_of("CALD")))
    assert client.get("/ward/maple/handover/").status_code == 404


def _ward_of(site: str) -> str:
    return str(Team.objects.filter(site__code=site, kind=Team.Kind.WARD).values_list("code", flat=True)[0])


def test_the_sheet_asks_as_much_for_forty_as_for_one(client: Any, record: Journey, ito: User) -> None:
    client.force_login(ito)
    client.get("/ward/maple/handover/")

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/ward/maple/handover/").status_code == 200
        return len([each for each in asked if not each["sql"].startswith(BOOKKEEPING)])

    one = queries()
    for bed in range(4, 43):
        due_dose(plan(on_ward(bed=str(bed))), ago(-0.5))
    assert queries() == one <= 20, one
