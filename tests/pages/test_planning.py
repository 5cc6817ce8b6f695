"""The pages of a plan and of a visit: proposed, changed with her, booked, confirmed, split, printed."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from pathways.contact import Agreed, agree_contact
from pathways.models import Journey
from referrals.her_days import say_her_day
from referrals.models import Appointment, HerDay, Visit, Waiting
from tests.factories import ago, happened, journey, owed, staff
from tests.pages.test_journey import text_of
from tests.services import appointment, at_time, clinic, place, referral, service, session, waiting

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 16)
TUESDAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(at_time(MONDAY, "09:00"), tick=False):
        yield


@pytest.fixture
def midwife(monday: None) -> User:
    return staff(name="A. Reid")


@pytest.fixture
def her(midwife: User) -> Journey:
    return journey(midwife=midwife, edd=date(2027, 1, 10), first_name="Xanthippe", last_name="Quillfeather")


@pytest.fixture
def signed_in(client: Client, midwife: User) -> Client:
    client.force_login(midwife)
    return client


def url(name: str, row: Any) -> str:
    return reverse(name, args=[row.pk])


def open_needs(her: Journey) -> None:
    """A plan with her midwife is owed; a referral was accepted; she waits for a scan."""
    owed(her, "BIRTH_MED_PLAN", "draft", due=ago(-14))
    referral(her, service("mental_health", name="Perinatal team"), state="accepted")
    waiting(her, "scan", words="growth scan")


def hub(on: date = TUESDAY, **fields: Any) -> Any:
    """A day at the hub with a midwife, a scan and a mental-health session."""
    day = clinic(on, **fields)
    session(day, "midwifery", "10:00", "12:00", clinician_name="B. Okoro")
    session(day, "scan", "10:00", "12:00")
    session(day, "mental_health", "10:00", "13:00")
    return day


def shown(client: Client, her: Journey, **more: Any) -> str:
    return text_of(client.get(url("plan_a_trip", her)))


def test_debug(signed_in: Client, her: Journey) -> None:
    open_needs(her)
    hub()
    print(shown(signed_in, her))


def test_debug2(signed_in: Client, her: Journey) -> None:
    open_needs(her)
    hub()
    answer = signed_in.get(url("plan_a_trip", her))
    html = answer.content.decode()
    sent = {"submission": re.search(r'name="submission" value="([^"]+)"', html)[1], "thing": re.findall(r'name="thing" value="([^"]+)"', html), "book": ["0"], "wanted": re.findall(r'name="wanted" type="checkbox" value="([^"]+)"', html), "do": "book", "children": "0"}
    booked = signed_in.post(url("plan_a_trip", her), sent)
    print(booked.status_code, text_of(booked)[600:] if booked.status_code == 200 else booked.url)
    print(text_of(signed_in.get(booked.url))[700:])
    print(text_of(signed_in.get(booked.url + "slip/"))[600:])
    print(text_of(signed_in.get(booked.url + "split/"))[600:1600])
