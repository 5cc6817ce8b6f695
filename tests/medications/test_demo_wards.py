"""The demonstration's wards: whoever loads it, on whatever day and at whatever hour, finds them as on any other."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from unittest import mock

import pytest
import time_machine
from django.apps import apps
from django.core.management import call_command
from django.test import override_settings

from carecoord import clock
from carecoord.access.models import Team
from medications.demo.stories import STORIES
from medications.models import Dose, DueDose, Stay
from pathways.models import Handoff, Journey
from pathways.projection import differences
from pathways.sweep import sweep
from tests.roles import as_role

pytestmark = pytest.mark.django_db

TUESDAY_NOON = "2026-03-10 12:00"
# Night, a weekend, a bank holiday, the days of both clock changes, the end of the year.
HOURS = [
    "2026-03-10 03:30",
    "2026-11-22 15:10",
    "2026-03-29 12:00",
    "2026-10-25 07:05",
    "2026-12-28 18:45",
    "2027-01-01 00:20",
]


@pytest.fixture
def demonstration(tmp_path: Any) -> Iterator[None]:
    """Demo mode, with a password that needs no making."""
    password = mock.patch.dict(os.environ, CARECOORD_DEMO_PASSWORD="a password for tests")
    with override_settings(CARECOORD_MODE="demo", CARECOORD_DATA=tmp_path), password:
        yield


def at(wall: str) -> datetime:
    """An instant of the London wall clock."""
    return clock.from_local(datetime.fromisoformat(wall))


def load() -> None:
    with as_role("cc_owner"):  # takes the database's clock along
        call_command("load_demo", stdout=StringIO())


def on_wards() -> dict[str, Journey]:
    refs = [f"DEMO-{story.ref}" for story in STORIES]
    rows = Journey.objects.filter(woman__person_ref__in=refs, in_hospital=True).select_related("woman", "site")
    return {row.woman.person_ref.removeprefix("DEMO-"): row for row in rows}


@pytest.mark.parametrize("wall", HOURS)
def test_the_wards_are_told_at_any_hour(demonstration: None, wall: str) -> None:
    with time_machine.travel(at(wall), tick=True):
        load()
        here = on_wards()
        assert here.keys() == {story.ref for story in STORIES}
        for story in STORIES:
            assert Stay.objects.get(journey=here[story.ref], until=None).bed == story.bed
            assert differences(here[story.ref], clock.now()) == [], story.ref
        assert set(Stay.objects.values_list("ward__kind", flat=True)) == {Team.Kind.WARD}
        owed = DueDose.objects.filter(cancelled_at=None, due_at__lt=clock.now() - timedelta(hours=1))
        nobody_said = owed.exclude(doses__struck_at=None, doses__isnull=False)
        assert {f"{due.journey.woman.person_ref}" for due in nobody_said} <= {"DEMO-A31"}
        assert not Dose.objects.filter(given_at__gt=clock.now()).exists()


def test_loading_it_again_on_the_same_day_adds_nothing(demonstration: None) -> None:
    with time_machine.travel(at(TUESDAY_NOON), tick=True):
        load()
        before = rows()
        load()
        assert rows() == before


@pytest.mark.parametrize("hours", [11, 24, 30, 24 * 9])
def test_it_goes_on_whenever_it_is_loaded_next(demonstration: None, hours: int) -> None:
    with time_machine.travel(at(TUESDAY_NOON), tick=True) as traveller:
        load()
        told = Dose.objects.count()
        traveller.shift(timedelta(hours=hours))
        load()
        with as_role("cc_owner"):
            sweep()
        assert Dose.objects.count() >= told
        assert not Dose.objects.filter(given_at__gt=clock.now()).exists()
        for ref, journey in on_wards().items():
            assert differences(journey, clock.now()) == [], ref
        gaps = Handoff.objects.filter(moment="OST_3DAY_GAP", state="missed", journey__in=on_wards().values())
        assert not gaps.exists(), "nobody on a ward went three days without"


def rows() -> dict[str, list[Any]]:
    """Every row of ward medicine."""
    models = apps.get_app_config("medications").get_models()
    return {model.__name__: list(model._base_manager.order_by("pk").values_list()) for model in models}
