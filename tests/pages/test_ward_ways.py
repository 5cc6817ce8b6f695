"""From the board to every page about her medicine and back: no link of theirs is a dead end, whoever reads them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from medications import receiving
from pathways.models import Journey
from tests.factories import ago, happened, staff
from tests.medications.test_receiving import stored
from tests.medicine import due_dose, observed, on_ward, plan, ward_midwife

pytestmark = pytest.mark.django_db
BOARD = "/ward/maple/"
PARTS = re.compile(r"^/(ward/|policies/|journeys/\d+/(medicine|feeding|leaving|baby)/)")
READERS = {
    Role.WARD_MIDWIFE: "maple",
    Role.WARD_COORDINATOR: "maple",
    Role.PHARMACIST: "hospital",
    Role.ANAESTHETIST: "hospital",
    Role.OBSTETRIC_DOCTOR: "hospital",
    Role.NEONATAL_TEAM: "neonatal",
}


@pytest.fixture
def nurse() -> User:
    return ward_midwife(name="S. Ito")


@pytest.fixture
def record(nurse: User) -> Journey:
    made = on_ward(since=ago(2))
    due_dose(plan(made), clock.now() + timedelta(minutes=20))
    happened(made, ("baby_born", ago(1), {"place": "hospital"}, 1))
    observed(made)
    happened(made, ("mother_discharge_planned", ago(0.1), {"planned_for": (clock.now() + timedelta(1)).isoformat()}))
    stored(receiving.identify(made, "Methadone, Bell pharmacy", at=ago(hours=1), by=nurse), nurse, nurse_too())
    made.refresh_from_db()
    return made


def nurse_too() -> User:
    return ward_midwife(name="K. Moe")


def links(answer: Any, address: str) -> set[str]:
    found = re.findall(r'<a [^>]*?href="([^"#]+)', answer.content.decode())
    whole = {address.partition("?")[0] + each if each.startswith("?") else each for each in found}
    return {each.partition("?")[0] for each in whole if PARTS.match(each)}


@pytest.mark.parametrize("role", READERS)
def test_no_link_is_a_dead_end(client: Any, record: Journey, role: Role) -> None:
    client.force_login(staff(role, team=READERS[role]))
    seen: dict[str, set[str]] = {}
    ahead = {BOARD}
    while ahead:
        address = ahead.pop()
        answer = client.get(address, follow=True)
        assert answer.status_code == 200, (address, [each for each, to in seen.items() if address in to])
        seen[address] = links(answer, address)
        ahead |= seen[address] - seen.keys()
    hers = {reverse(name, args=[record.pk]) for name in ("her_medicine", "own_medicines", "feeding")}
    hers |= {
        reverse("observation", args=[record.pk, 1]),
        reverse("policies"),
        reverse("ward_woman", args=["maple", record.pk]),
    }
    assert hers <= seen.keys()
    alone = {each for each, to in seen.items() if not to - {each}} - {"/ward/maple/wall/"}
    assert not alone, alone
    card = reverse("ward_woman", args=["maple", record.pk])
    for address in hers - {card, reverse("policies")}:
        assert card in seen[address], address


def test_going_home_says_what_stands_of_her_own_medicine(client: Any, record: Journey, nurse: User) -> None:
    client.force_login(nurse)
    for address in (reverse("leaving", args=[record.pk]), reverse("leaving_point", args=[record.pk, "own_medicine"])):
        assert "stored, receipt owed" in client.get(address).content.decode()
    assert (
        "stored, receipt owed" not in client.get(reverse("leaving_point", args=[record.pk, "sleep"])).content.decode()
    )
