"""Spraying: a few passwords for every account. Few tries reach a password, from one address or many."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from carecoord import clock
from carecoord.access.models import SignInAlert, User
from tests.signin import person

pytestmark = pytest.mark.django_db
PASSWORDS = 10
MOST_TRIES = 6  # five, and one because the library's counter is not atomic
ALERT_WITHIN = 60  # seconds


def test_password_spray(fault: Any, time_machine: Any, monkeypatch: Any) -> None:
    checked: Counter[str] = Counter()
    check = User.check_password

    def counted(user: User, raw: str) -> bool:
        checked[user.email] += 1
        return check(user, raw)

    monkeypatch.setattr(User, "check_password", counted)
    began = clock.now().replace(minute=0, second=0, microsecond=0)
    for hour, addresses in enumerate((1, 400)):
        accounts = [person() for _ in range(fault.size(full=200, small=30))]
        alerted = spray(accounts, addresses, began + timedelta(hours=hour), fault, time_machine)
        assert alerted < ALERT_WITHIN
        tries = [checked[user.email] for user in accounts]
        fault.wrong += sum(count > MOST_TRIES for count in tries)
        assert max(tries) >= 2, "nothing was tried"


def spray(accounts: list[User], addresses: int, began: Any, fault: Any, time_machine: Any) -> float:
    """Every password for every account within five minutes; after how many seconds the alert was raised."""
    alerted = float("inf")
    tries = PASSWORDS * len(accounts)
    for number in range(tries):
        seconds = 290 * number / tries
        time_machine.move_to(began + timedelta(seconds=seconds), tick=False)
        user, word = accounts[number % len(accounts)], f"Summer{2020 + number // len(accounts)}!"
        browser = Client(REMOTE_ADDR=f"192.0.{number % addresses // 200}.{number % addresses % 200 + 1}")
        browser.post("/accounts/login/", {"login": user.email, "password": word})
        if alerted > seconds and SignInAlert.objects.filter(window=began).exists():
            alerted = seconds
        fault.tried += 1
    return alerted
