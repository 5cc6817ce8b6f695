"""The demonstration's referrals: every state a referral can stand in, told once, and following today."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from unittest import mock

import pytest
import time_machine
from django.core.management import call_command
from django.test import override_settings

from carecoord import clock
from pathways.demo import parts
from pathways.models import Journey
from pathways.projection import differences
from referrals.demo.referring import _written
from referrals.models import Referral, ReferralStep
from referrals.rules.loop import CLOSED, State
from tests.roles import as_role

pytestmark = pytest.mark.django_db

OURS = ["referrals.demo.directory.part", "referrals.demo.referring.part"]
NOON = datetime(2026, 3, 10, 12, tzinfo=clock.LONDON)


@pytest.fixture(autouse=True)
def demonstration(tmp_path: Any) -> Iterator[None]:
    """Demo mode, with these parts alone and a password that needs no making."""
    password = mock.patch.dict(os.environ, CARECOORD_DEMO_PASSWORD="a password for tests")
    ours = mock.patch.object(parts, "NAMED", OURS)
    with override_settings(CARECOORD_MODE="demo", CARECOORD_DATA=tmp_path), password, ours:
        yield


def load(at: datetime) -> None:
    with time_machine.travel(at, tick=True), as_role("cc_owner"):
        call_command("load_demo", stdout=StringIO())


def standing() -> dict[tuple[str, str], Referral]:
    rows = Referral.objects.select_related("journey__woman", "service")
    return {(each.journey.woman.person_ref.removeprefix("DEMO-"), each.service.name): each for each in rows}


def test_every_state_is_told_once_and_follows_today() -> None:
    load(NOON)
    found = standing()
    assert found.keys() == {(row["of"], row["service"]) for row in _written()}
    assert Counter(each.state for each in found.values()).keys() == set(State)
    assert all(each.sent_at <= each.since <= NOON + timedelta(minutes=1) for each in found.values())
    assert all((each.flag_at is None) == (each.state in CLOSED) for each in found.values())
    steps = ReferralStep.objects.count()
    later_on = NOON + timedelta(days=3)
    load(later_on)
    assert ReferralStep.objects.count() == steps
    for key, later in standing().items():
        assert later.sent_at == found[key].sent_at + timedelta(days=3), key
        assert later.answer_by == found[key].answer_by + timedelta(days=3), key
    with time_machine.travel(later_on + timedelta(minutes=1)), as_role("cc_owner"):
        theirs = Journey.objects.filter(referrals__isnull=False).distinct()
        assert [found for each in theirs for found in differences(each, clock.now())] == []


def test_it_is_told_in_the_first_minutes_of_a_day_too() -> None:
    load(clock.from_local(datetime.fromisoformat("2026-10-25 00:03")))
    assert len(standing()) == len(_written())
