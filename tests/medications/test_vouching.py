"""Signing as oneself: who can, with what, and that nobody is signed in by it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.http import HttpResponse
from django.test import Client, RequestFactory

from carecoord import clock
from carecoord.access import machines
from carecoord.access.models import Pin, SignIn, SignInFailure, Team, User
from carecoord.access.roles import Role
from carecoord.access.unlocking import set_pin
from carecoord.access.vouching import passkey_options, pin_signs, vouch
from medications.models import Dose
from medications.planning import sign_plan
from tests.factories import ago, staff
from tests.medications.test_dose_pages import as_second, sign_page, signed_first
from tests.medicine import on_ward, prescribed, ward_midwife
from tests.signin import PASSWORD

pytestmark = pytest.mark.django_db
PIN = "203981"


@pytest.fixture
def first() -> User:
    return ward_midwife(name="L. Grant", password=make_password(PASSWORD))


@pytest.fixture
def second() -> User:
    made = ward_midwife(name="K. Moe", password=make_password(PASSWORD))
    set_pin(made, PIN)
    return made


def asked(first: User, *, shared: str = "", **sent: str) -> Any:
    """A request in the browser of the first, at a shared machine of a ward where one is named."""
    request = RequestFactory().post("/", sent)
    if shared:
        answer = HttpResponse()
        machines.enrol(answer, Team.objects.get(site__code=shared, kind=Team.Kind.WARD))
        request.COOKIES.update({name: each.value for name, each in answer.cookies.items()})
    request.user = first
    return request


def test_nobody_is_vouched_for_without_a_proof(first: User, second: User) -> None:
    assert "Enter your password" in vouch(asked(first), second)
    assert "Enter your password" in vouch(asked(first, password="", pin="", credential=""), second)


def test_a_passkeys_answer_that_is_none_is_refused(first: User, second: User) -> None:
    for credential in ("{}", "x", "null", '{"id": "1"}'):
        assert "passkey did not work" in vouch(asked(first, credential=credential), second)
    assert passkey_options(second) is None


def test_a_pin_signs_at_a_shared_machine_of_their_site_within_twelve_hours_of_a_sign_in(
    first: User, second: User
) -> None:
    assert "does not sign here" in vouch(asked(first, pin=PIN), second)
    assert "does not sign here" in vouch(asked(first, shared="ASHF", pin=PIN), second)  # never signed in today
    SignIn.objects.create(user=second, signed_in_at=ago(hours=13))
    assert not pin_signs(asked(first, shared="ASHF"), second)
    SignIn.objects.create(user=second, signed_in_at=ago(hours=1))
    assert vouch(asked(first, shared="ASHF", pin=PIN), second) == ""
    assert "not your PIN" in vouch(asked(first, shared="ASHF", pin="111111"), second)


def test_five_wrong_pins_and_none_signs_any_more(first: User, second: User) -> None:
    SignIn.objects.create(user=second, signed_in_at=ago(hours=1))
    for _ in range(5):
        vouch(asked(first, shared="ASHF", pin="111111"), second)
    assert vouch(asked(first, shared="ASHF", pin=PIN), second) != ""
    assert Pin.objects.get(user=second).tries == 5


def test_who_has_left_signs_nothing(first: User, second: User) -> None:
    second.is_active = False
    assert vouch(asked(first, password=PASSWORD), second) == "This account has ended."


def test_a_wrong_password_of_the_second_counts_as_at_the_sign_in(client: Client, first: User, second: User) -> None:
    record = on_ward()
    due = sign_plan(record, prescribed(), by=staff(Role.OBSTETRIC_DOCTOR, team="hospital")).due_doses.first()
    assert due
    signing = signed_first(client, record, due, first)
    for _ in range(6):
        client.post(sign_page(record, signing), as_second(second, password="a guess"))
    assert SignInFailure.objects.get(user=second).tries >= 5
    answer = client.post(sign_page(record, signing), as_second(second))
    assert "Too many tries" in answer.content.decode()
    assert client.session["_auth_user_id"] == str(first.pk)
    assert not Dose.objects.exists()
    assert clock.now() - signing.first_at < timedelta(minutes=5)
