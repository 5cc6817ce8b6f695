"""The processes of one web server count requests together, and what one counted outlives it."""

from __future__ import annotations

import http.client
import os
import signal
import time
from pathlib import Path

import psutil
import pytest
from django.conf import settings

from carecoord.watching import folder
from tests.faults.service import web_process

LIVE = 'carecoord_requests_total{route="carecoord.health.live",status="200"}'


def ask(port: int, page: str) -> str:
    web = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        web.request("GET", page, headers={"Connection": "close"})
        return web.getresponse().read().decode()
    finally:
        web.close()


def counted(port: int) -> float:
    lines = ask(port, "/health/metrics").splitlines()
    return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(LIVE)), 0)


@pytest.mark.django_db(transaction=True)
def test_whoever_is_asked_knows_what_all_of_them_counted(own_environment: dict[str, str]) -> None:
    with web_process({**own_environment, "WEB_CONCURRENCY": "2"}) as (port, server):
        own = settings.CARECOORD_DATA.parent / "metrics" / str(server.pid)  # the tests' own folder is below that
        for _ in range(40):
            ask(port, "/health/live")
        assert [counted(port) for _ in range(6)] == [40] * 6
        assert len(list(own.glob("counter_*.db"))) == 2, "only one process had anything to do"
        for child in psutil.Process(server.pid).children():
            os.kill(child.pid, signal.SIGKILL)
        for _ in range(100):
            if not (own / "counter_0.db").exists() or len(psutil.Process(server.pid).children()) < 2:
                time.sleep(0.1)
        assert (own / "counter_0.db").exists()
        assert counted(port) == 40
        ask(port, "/health/live")
        assert counted(port) == 41
    assert not own.exists()


def test_what_killed_servers_left_goes_and_what_others_use_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(folder.VARIABLE, "")
    for name in ("99999999", "not-a-process", str(os.getppid())):
        (tmp_path / "metrics" / name).mkdir(parents=True)
    own = folder.make(tmp_path)
    assert sorted(each.name for each in own.parent.iterdir()) == sorted((str(os.getpid()), str(os.getppid())))
    assert os.environ[folder.VARIABLE] == str(own)
    folder.forget(own)
    assert not own.exists()
