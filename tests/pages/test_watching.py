"""What is said about the product itself: figures with a token, a page for managers, a band, a heartbeat."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils.html import strip_tags

from carecoord import clock
from carecoord.access.roles import Role
from carecoord.delivery.models import Message
from carecoord.delivery.outbox import tell
from carecoord.sites.models import Site
from carecoord.watching import system
from carecoord.watching.heartbeat import beat
from carecoord.watching.system import Check
from pathways.models import Flag, SweepRun
from tests.factories import ago, journey, owed, staff
from tests.faults.canaries import Canaries
from tests.faults.people import one_in
from tests.outside import Service, http_service
from tests.routes import routes

pytestmark = pytest.mark.django_db
NOW = clock.now()


def swept(before: timedelta = timedelta(seconds=30), *sites: str) -> None:
    at = clock.now() - before
    for site in Site.objects.filter(code__in=sites) if sites else Site.objects.all():
        SweepRun.objects.create(site=site, started_at=at - timedelta(seconds=2), finished_at=at, as_of=at)


def figures(client: Client, **asked: Any) -> dict[str, float]:
    answer = client.get("/health/metrics", **asked)
    assert answer.status_code == 200
    lines = [line for line in answer.content.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


# -- figures ------------------------------------------------------------------------------------------


def test_the_figures_are_those_of_the_tables(client: Client) -> None:
    record = journey()
    for number, due in ((8, -4), (9, 1), (10, -10), (11, 3)):
        for each in range(number):
            owed(record, due=ago(due * -1), occurrence=each + 1, subject_number=number)
    swept(timedelta(seconds=90), "ASHF")
    now = clock.now()
    tell({staff().pk: 1}, urgent=True, at=now - timedelta(minutes=3))
    tell({staff().pk: 1}, urgent=False, at=now)
    tell({staff().pk: 1}, urgent=True, at=now)
    Message.objects.filter(pk=Message.objects.latest("pk").pk).update(state="failed", problem="refused")
    found = figures(client)
    assert found["carecoord_database_up"] == 1
    assert found['carecoord_handoffs{state="overdue"}'] == 0  # none is between due and missed
    assert found['carecoord_handoffs{state="missed"}'] == 18
    assert found['carecoord_handoffs{state="due_soon"}'] == 20
    assert 90 <= found['carecoord_sweep_age_seconds{site="ASHF"}'] < 120
    assert found['carecoord_sweep_duration_seconds{site="ASHF"}'] == pytest.approx(2)
    assert 'carecoord_sweep_age_seconds{site="CALD"}' not in found
    assert found["carecoord_outbox_waiting"] == 1
    assert 180 <= found["carecoord_outbox_oldest_seconds"] < 210
    assert found['carecoord_outbox_failed{channel="email"}'] == 1
    assert found['carecoord_outbox_failed{channel="text"}'] == 0


def test_fewer_than_eight_are_told_as_none(client: Client) -> None:
    record = journey()
    for each in range(7):
        owed(record, due=ago(10), occurrence=each + 1)
    assert figures(client)['carecoord_handoffs{state="missed"}'] == 0
    handoffs = [owed(record, "HV_ANTENATAL", due=ago(10), occurrence=each + 20) for each in range(8)]
    for number, handoff in enumerate(handoffs):
        Flag.objects.create(
            journey=record, handoff=handoff, handoff_key="x", level="overdue", raised_at=NOW, rung=int(number > 0)
        )
    found = figures(client)
    assert found['carecoord_handoffs{state="missed"}'] == 15
    assert (found['carecoord_alerts_open{level="0"}'], found['carecoord_alerts_open{level="1"}']) == (0, 0)
    Flag.objects.update(rung=1)
    assert figures(client)['carecoord_alerts_open{level="1"}'] == 8


def test_requests_are_counted_by_route_never_by_address(client: Client) -> None:
    midwife = staff()
    record = journey(midwife=midwife)
    client.force_login(midwife)
    name = 'carecoord_requests_total{route="journey",status="200"}'
    before = figures(client).get(name, 0)
    for _ in range(3):
        assert client.get(f"/journeys/{record.pk}/").status_code == 200
    client.get("/no/such/Quillfeather/")
    found = figures(client)
    assert found[name] == before + 3
    assert found['carecoord_request_seconds_count{route="journey"}'] >= 3
    assert found['carecoord_requests_total{route="unknown",status="404"}'] >= 1
    text = client.get("/health/metrics").content.decode()
    assert "Quillfeather" not in text
    assert f"/{record.pk}" not in text
    known = {route.name or f"{route.view.__module__}.{route.view.__qualname__}" for route in routes()}
    assert set(re.findall(r'route="([^"]+)"', text)) <= known | {"unknown"}


def test_the_figures_name_nobody(client: Client) -> None:
    canaries, record = Canaries(), journey(midwife=staff())
    canaries.plant("own", record)
    swept()
    assert canaries.found_in(client.get("/health/metrics").content.decode()) == set()


@pytest.mark.parametrize(
    ("production", "token", "header", "address", "status"),
    [
        (False, "", "", "127.0.0.1", 200),
        (False, "", "", "::1", 200),
        (False, "", "", "192.0.2.1", 403),
        (True, "", "", "127.0.0.1", 403),
        (True, "", "Bearer ", "127.0.0.1", 403),
        (True, "t" * 32, "Bearer " + "t" * 32, "192.0.2.1", 200),
        (True, "t" * 32, "Bearer " + "t" * 31, "192.0.2.1", 403),
        (True, "t" * 32, "", "127.0.0.1", 403),
        (False, "t" * 32, "", "127.0.0.1", 403),
    ],
)
def test_production_tells_them_for_the_token_alone(
    client: Client, settings: Any, production: bool, token: str, header: str, address: str, status: int
) -> None:
    settings.PRODUCTION, settings.METRICS_TOKEN = production, token
    sent = {"HTTP_AUTHORIZATION": header} if header else {}
    answer = client.get("/health/metrics", REMOTE_ADDR=address, **sent)
    assert answer.status_code == status
    assert "no-store" in answer["Cache-Control"]


def test_a_database_that_does_not_answer_is_a_figure_too(client: Client, monkeypatch: Any) -> None:
    def broken(at: Any) -> Any:
        raise OperationalError("no connection for Quillfeather")

    monkeypatch.setattr("carecoord.watching.gauges.running", broken)
    found = figures(client)
    assert found["carecoord_database_up"] == 0
    assert not any(name.startswith("carecoord_outbox") for name in found)
    assert any(name.startswith("carecoord_requests_total") for name in found)


# -- the page -----------------------------------------------------------------------------------------


def page_of(client: Client, role: Role = Role.SERVICE_MANAGER) -> str:
    client.force_login(one_in(role))
    answer = client.get("/system/")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", strip_tags(answer.content.decode()))


@pytest.mark.parametrize("role", [Role.SERVICE_MANAGER, Role.SITE_ADMINISTRATOR])
def test_when_all_is_well_it_says_so_for_the_readers_own_sites(client: Client, role: Role) -> None:
    swept(timedelta(minutes=2))
    said = page_of(client, role)
    assert "Everything works." in said
    assert "Flags and alerts, Ashford Bridge Checked 2 minutes ago. It took 2 seconds. Nothing" in said
    assert "Messages to staff None waits. Nothing" in said
    assert "Calder" not in said


def test_what_stands_still_comes_first_with_what_to_do(client: Client) -> None:
    swept(timedelta(hours=3), "ASHF")
    said = page_of(client)
    assert "Something stands still." in said
    assert "Checked 3 hours ago." in said
    assert "ask the teams to look at due times on their lists" in said
    tell({staff().pk: 1}, urgent=True, at=clock.now() - timedelta(minutes=20, seconds=20))
    swept()
    said = page_of(client)
    assert said.index("1 waits; the oldest should have gone 20 minutes ago.") < said.index("Flags and alerts")
    Message.objects.update(state="failed")
    said = page_of(client)
    assert "Not delivered: E-mail 1 in the last seven days, at all sites." in said


def test_before_the_first_sweep_it_says_so(client: Client) -> None:
    assert "Never checked yet." in page_of(client)


def test_a_part_adds_what_it_has_to_watch(client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(system, "_further", {})
    system.register("backup", lambda at: Check("Last backup", "Two days ago.", "Make one."))
    system.register("none", lambda at: None)
    assert "Last backup Two days ago. Make one." in page_of(client)


# -- the band -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [None, Role.SPECIALIST_MIDWIFE, Role.WARD_MIDWIFE, Role.SERVICE_MANAGER])
@pytest.mark.parametrize("before", [timedelta(minutes=6), None], ids=["stale", "never"])
def test_every_page_says_that_flags_may_be_out_of_date(
    client: Client, role: Role | None, before: timedelta | None
) -> None:
    if before:
        swept(before)
    if role:
        client.force_login(one_in(role))
    outside = ("/health/", "/r/", "/w/")  # pages for whoever is not staff
    names = [route for route in routes() if not route.converters and not route.path.startswith(outside)]
    seen = 0
    for route in names:
        answer = client.get(route.path)
        if answer.status_code == 200 and "text/html" in answer["Content-Type"]:
            seen += 1
            said = answer.content.decode()
            assert "Not up to date: flags" in said, route.path
            assert "Look at due times yourself, and tell your administrator." in said, route.path
    assert seen >= (3 if role is None else 8)


def test_a_fresh_sweep_shows_no_band(client: Client) -> None:
    swept()
    client.force_login(staff())
    assert "Not up to date" not in client.get("/caseload/").content.decode()


# -- the heartbeat ------------------------------------------------------------------------------------


@pytest.fixture
def listener(settings: Any) -> Iterator[Service]:
    with http_service() as service:
        settings.HEARTBEAT_URL = f"{service.url}/ping/secret?x=1"
        yield service


def test_it_beats_while_every_site_was_swept_lately(listener: Service) -> None:
    assert not beat()
    swept()
    assert beat()
    SweepRun.objects.filter(site__code="TAYM").update(finished_at=NOW - timedelta(minutes=6))
    assert not beat()
    assert [(asked.method, asked.path) for asked in listener.asked] == [("GET", "/ping/secret?x=1")]


def test_who_does_not_listen_is_a_line_in_the_log_without_the_address(
    listener: Service, settings: Any, caplog: Any
) -> None:
    swept()
    listener.answer = lambda asked: (500, {})
    assert not beat()
    listener.answer, listener.headers = lambda asked: (302, {}), {"Location": f"{listener.url}/elsewhere"}
    assert not beat()
    assert len(listener.asked) == 2, "it followed where it was led"
    settings.HEARTBEAT_URL = "http://127.0.0.1:9/secret"
    assert not beat()
    settings.HEARTBEAT_URL = ""
    assert not beat()
    assert len(caplog.records) == 3
    assert "secret" not in caplog.text
