"""Two clocks and four workers at once: every due alert stands once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.conf import settings

from carecoord import clock
from carecoord.embedded import valkey
from pathways.models import Alert, SweepRun
from tests.faults.ladders import Ladders

pytestmark = pytest.mark.django_db(transaction=True)

BEATS, WORKERS = 2, 4
AFTERWARDS = 4  # seconds in which all of them go on sweeping


def test_two_clocks_and_four_workers_double_nothing(
    fault: Any, own_environment: Any, tmp_path: Path, capsys: Any
) -> None:
    alerts = fault.size(full=500, small=100)
    ladders = Ladders.at_a_site(fault.chance, women=10)
    now = clock.now()
    while len(ladders.due_levels(now)) < alerts:
        ladders.fall_due(20, now - timedelta(days=9), now)
    due = len(ladders.due_levels(now))
    workers = WORKERS if fault.full else 2
    with everybody_at_work(own_environment, tmp_path, workers):
        deadline = time.monotonic() + 60
        while Alert.objects.count() < due and time.monotonic() < deadline:
            time.sleep(0.2)
        time.sleep(AFTERWARDS if fault.full else 1)
    fault.tried = due
    seen = ladders.compare(fault, now)  # nothing more falls due in these seconds but what the hours say
    with capsys.disabled():
        if fault.full:
            print(f"{SweepRun.objects.count()} sweeps by {BEATS} beats and {workers} workers; {seen}", flush=True)


@contextmanager
def everybody_at_work(environment: dict[str, str], folder: Path, workers: int) -> Iterator[None]:
    """The beats and the workers, for as long as the block runs."""
    with valkey(settings.CARECOORD_DATA / f"valkey-beats-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}") as address:
        known = {**environment, "REDIS_URL": address}
        started = [
            *(celery(known, "worker", "--pool=solo", f"--hostname=w{number}@here") for number in range(workers)),
            *(celery(known, "beat", f"--schedule={folder}/beat-{number}") for number in range(BEATS)),
        ]
        try:
            queue = Celery(broker=address)
            answers: list[Any] = []
            for _ in range(60):
                answers = queue.control.ping(timeout=1)
                if len(answers) == workers:
                    break
            assert len(answers) == workers, "not all workers answered within a minute"
            yield
        finally:
            for process in started:
                process.kill()
            for process in started:
                process.wait(10)


def celery(environment: dict[str, str], *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "tests.faults.quick_beat", *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
