"""The three addresses that machines ask."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from carecoord import clock
from carecoord.sites.models import Site
from pathways.models import SweepRun

pytestmark = pytest.mark.django_db


def sweep_ended(ago: timedelta) -> None:
    at = clock.now() - ago
    for site in Site.objects.all():
        SweepRun.objects.create(site=site, started_at=at, finished_at=at, as_of=at)


def test_they_need_no_sign_in_and_are_never_kept(client: Client) -> None:
    for name in ("live", "ready"):
        answer = client.get(f"/health/{name}")
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]


def test_not_ready_while_a_migration_waits(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    assert client.get("/health/ready").status_code == 503


@pytest.mark.parametrize(("ago", "status"), [(timedelta(minutes=4), 200), (timedelta(minutes=6), 503)])
def test_the_pulse_stops_five_minutes_after_the_last_sweep(client: Client, ago: timedelta, status: int) -> None:
    sweep_ended(timedelta(hours=1))
    sweep_ended(ago)
    assert client.get("/health/pulse").status_code == status


def test_one_site_that_is_not_swept_stops_the_pulse(client: Client) -> None:
    sweep_ended(timedelta(minutes=1))
    SweepRun.objects.filter(site=Site.objects.first()).update(finished_at=None)
    assert client.get("/health/pulse").status_code == 503


def test_no_pulse_before_the_first_sweep(client: Client) -> None:
    assert client.get("/health/pulse").status_code == 503


def test_not_ready_where_a_crash_could_take_what_was_acknowledged(client: Client, settings: Any) -> None:
    settings.PRODUCTION = True
    assert client.get("/health/ready").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert "synchronous_commit" in answer.content.decode()
