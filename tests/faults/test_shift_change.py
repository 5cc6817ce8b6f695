"""Shift change: sixty people at one address within a minute, fifteen of them mistyping once. Everybody gets in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from carecoord import clock
from carecoord.access.models import SignInAlert
from tests.signin import PASSWORD, code, is_signed_in, person, sign_in, with_app

pytestmark = pytest.mark.django_db
PEOPLE, SECONDS, EVERY_FOURTH_MISTYPES, EVERY_THIRD_HAS_AN_APP = 60, 60, 4, 3


def test_shift_change(fault: Any, time_machine: Any) -> None:
    shifts = fault.size(full=5, small=1)
    began = clock.now()
    for shift in range(shifts):
        staff = [person() for _ in range(PEOPLE)]
        seeds = {user.pk: with_app(user) for user in staff[::EVERY_THIRD_HAS_AN_APP]}
        for number, user in enumerate(staff):
            moment = began + timedelta(hours=shift, seconds=SECONDS * number / PEOPLE)
            time_machine.move_to(moment, tick=False)
            browser = Client(REMOTE_ADDR="192.0.2.1")
            if number % EVERY_FOURTH_MISTYPES == 0:
                sign_in(browser, user, PASSWORD + "x")
            sign_in(browser, user)
            if user.pk in seeds:
                browser.post("/accounts/2fa/authenticate/", {"code": code(seeds[user.pk])})
            fault.tried += 1
            fault.wrong += not is_signed_in(browser)
    assert not SignInAlert.objects.exists()
