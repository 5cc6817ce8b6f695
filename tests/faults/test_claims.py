"""Asking for somebody whom one must never see, using an opening after its end: nothing is opened, all is recorded."""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.urls import reverse

from carecoord import clock
from carecoord.access.acting import acting_as
from carecoord.access.actions import Sought, break_glass, claim
from carecoord.access.labels import Label
from carecoord.access.models import ClaimAttempt, Conflict, Grant, Ground, Opening, Reason, Seal
from carecoord.access.roles import Role
from tests.factories import ago, claimed, happened, journey, staff
from tests.pages.test_add_woman import boxes

pytestmark = pytest.mark.django_db

BORN = date(1991, 4, 3)
_LETTERS = str.maketrans("0123456789", "ghijklmnop")  # names that nobody takes for each other
WHY = "Bleeding, on the labour ward, midwife not reached"
SOUGHT = (Sought(BORN, names=("tara", "reid")), Sought(BORN, number="9990000018"))
ROLES = (Role.WARD_MIDWIFE, Role.WARD_COORDINATOR, Role.OBSTETRIC_DOCTOR, Role.SPECIALIST_MIDWIFE, Role.PHARMACIST)


def test_in_conflict(fault: Any) -> None:
    """Half of them try the form, half go straight for the emergency; sealed or not, in hospital or not."""
    record = journey(midwife=staff(), nhs_number="9990000018")
    happened(record, ("first_contact", ago(9)), ("admitted", ago(hours=3), {"reason": "other"}))
    person = staff()
    for number in range(fault.size(full=1000, small=40)):
        if number % 8 == 0:
            person = staff(ROLES[number // 8 % len(ROLES)], team="maple" if number % 16 else "bridge")
            Conflict.objects.create(woman=record.woman, user=person)
        if number % 20 == 0:
            Seal.objects.update_or_create(woman=record.woman, defaults={"level": 2, "reason": "x"})
        recorded = ClaimAttempt.objects.count()
        with acting_as(person):
            if number % 2 and Role.PHARMACIST not in person.roles:
                opened = break_glass(record.woman_id, Ground.VITAL_INTEREST, WHY, list(Label), by=person)
            else:
                opened = claim(SOUGHT[number % 4 // 2], Reason.CAME_IN, by=person).woman_id
        fault.tried += 1
        is_recorded = ClaimAttempt.objects.count() == recorded + 1
        fault.wrong += bool(opened) or not is_recorded or Grant.objects.filter(user=person).exists()
    assert not Opening.objects.exists()


def test_after_its_end(client: Any, fault: Any) -> None:
    """A page about her, some moment after the opening ended or was closed."""
    record = journey(midwife=staff())
    for number in range(fault.size(full=1000, small=40)):
        if number % 20 == 0:
            person = staff(ROLES[number // 20 % 3], team="maple")
            client.force_login(person)
        given = claimed(record, person)
        end = clock.now() - timedelta(milliseconds=1 + fault.tried * 7)
        Grant.objects.filter(pk=given.pk).update(starts_at=end - timedelta(hours=1), ends_at=end)
        page, of = (("journey", record.pk), ("record", record.pk), ("woman_details", record.woman_id))[number % 3]
        fault.tried += 1
        fault.wrong += client.get(reverse(page, args=[of])).status_code != 404
        given.delete()


def test_ordinary_work(client: Any, fault: Any) -> None:
    """Whose work brings her to them: her midwife, the ward she is on, a service with a handoff. Nothing is asked."""
    size = fault.size(full=1000, small=30)
    midwife = staff()
    people = [
        midwife,
        staff(Role.WARD_MIDWIFE, team="maple"),
        staff(Role.PHARMACIST, team="hospital"),
        staff(Role.DRUG_SERVICE_KEYWORKER, team="harbour"),
    ]
    women = [journey(midwife=midwife, first_name=f"Ann{number}") for number in range(max(2, size // 50))]
    for record in women:
        facts = (("first_contact", ago(9)), ("drug_use_disclosed", ago(8), {"opioid": "yes"}))
        happened(record, *facts, ("admitted", ago(hours=3), {"reason": "other"}))
    for number in range(size):
        person, record = people[number % len(people)], women[number // len(people) % len(women)]
        if not Grant.objects.of(person).filter(woman=record.woman).exists():
            person = midwife  # not every woman has a handoff of every service
        client.force_login(person)
        page = client.get(reverse("journey", args=[record.pk]))
        fault.tried += 1
        fault.wrong += page.status_code != 200 or b"data-closes-in" in page.content
    assert not Opening.objects.exists()


def test_registering_somebody_of_another_site(client: Any, fault: Any) -> None:
    """Somebody with her number, or her name and date of birth, or both, is added at another site: the same answer."""
    midwife = staff(site="GLEN")
    team = str(midwife.current_memberships[0].team.pk)
    client.force_login(midwife)
    expected = None
    for number in range(fault.size(full=500, small=24)):
        nhs = _nhs_number(number)
        born = date(1980 + number % 25, 1 + number % 12, 1 + number % 28)
        last = sha256(str(number).encode()).hexdigest()[:12].translate(_LETTERS).title()
        if number:  # the first is new everywhere
            journey(first_name="Tara", last_name=last, date_of_birth=born, nhs_number=nhs)
        sent = {"preferred_name": "Tara", "last_name": last, "team": team, **boxes("date_of_birth", born)}
        sent |= {"nhs_number": nhs if number % 3 else "", "submission": f"00000000-0000-4000-8000-{number:012}"}
        answer = client.post("/women/add/", sent)
        told = [str(message) for message in client.get("/caseload/").context["messages"]]
        seen = (answer.status_code, sorted(answer.headers), told)
        expected = expected or seen
        fault.tried += 1
        fault.wrong += seen != expected or answer.status_code != 302


def _nhs_number(place: int) -> str:
    """A number of the range that nobody has, with its check digit."""
    found = 0
    for serial in range(100_000):
        digits = f"99900{serial:04}"
        check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
        if check == 10:
            continue
        if found == place:
            return digits + str(0 if check == 11 else check)
        found += 1
    raise AssertionError("no numbers left")
