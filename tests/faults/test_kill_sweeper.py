"""kill -9 of sweepers and Celery's workers at random points: every due alert stands once, with its people."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import psutil
import pytest
from celery import Celery
from django.conf import settings
from django.db import connection

from carecoord import clock
from carecoord.embedded import valkey
from pathways.models import SweepRun
from pathways.sweep import sweep
from tests.faults.ladders import Ladders
from tests.faults.sweepers import Sweepers, sweepers
from tests.roles import as_role

pytestmark = pytest.mark.django_db(transaction=True)

WHOLE_WORKER_EVERY = 10  # kills of one of its processes


def test_every_due_alert_stands_once_whatever_is_killed(fault: Any, own_environment: Any, capsys: Any) -> None:
    kills = fault.size(full=200, small=6)
    of_workers = kills // 5
    now = clock.now()
    ladders = Ladders.at_a_site(fault.chance, women=20 if fault.full else 4)
    ladders.fall_due(1_100 if fault.full else 60, now - timedelta(days=40), now - timedelta(days=2))
    with sweepers(own_environment) as program:
        kill_sweepers(fault, program, kills - of_workers)
    kill_workers(fault, ladders, own_environment, of_workers)
    wait_until_nobody_works()
    at = clock.now()
    with as_role("cc_worker"):
        assert sweep(at).failed == 0
    seen = ladders.compare(fault, at)
    cut_off = SweepRun.objects.filter(finished_at=None).count()
    assert not fault.full or len(ladders.due_levels(at)) >= 3_000
    with capsys.disabled():
        if fault.full:
            print(f"{fault.tried} kills ({of_workers} of workers), {cut_off} sweeps cut off; {seen}", flush=True)


def kill_sweepers(fault: Any, program: Sweepers, kills: int) -> None:
    """Sweepers, each for a later instant, each killed after a random part of what a sweep takes."""
    now, span = clock.now(), timedelta(days=39)
    for _ in range(2):  # the second tells how long one takes
        began = time.monotonic()
        wait_for_end(program.start(now - span))
    takes = time.monotonic() - began
    for number in range(kills):
        pid = program.start(now - span * (1 - number / kills))
        time.sleep(fault.chance.uniform(0, 2 * takes))
        with suppress(ProcessLookupError):  # it was faster
            os.kill(pid, signal.SIGKILL)
        fault.tried += 1


def kill_workers(fault: Any, ladders: Ladders, environment: dict[str, str], kills: int) -> None:
    """Celery's workers, while they sweep what has just fallen due; now and then the whole worker."""
    with valkey(settings.CARECOORD_DATA / f"valkey-kills-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}") as address:
        queue = Celery(broker=address)
        killed = 0
        while killed < kills:
            with worker({**environment, "REDIS_URL": address}, queue) as process:
                for _ in range(min(WHOLE_WORKER_EVERY, kills - killed)):
                    ladders.fall_due(5, clock.now() - timedelta(days=2), clock.now())
                    queue.send_task("pathways.tasks.sweep_site", [ladders.journeys[0].site_id])
                    time.sleep(fault.chance.uniform(0, 0.15))
                    kill(fault.chance.choice(process.children()[:2] or [process]))
                    killed += 1
                    fault.tried += 1


@contextmanager
def worker(environment: dict[str, str], queue: Celery) -> Iterator[psutil.Process]:
    """A Celery worker of two processes, killed outright at the end with all of them."""
    started = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "carecoord", "worker", "--concurrency=2", "--without-gossip"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    process = psutil.Process(started.pid)
    try:
        assert any(queue.control.ping(timeout=0.5) for _ in range(60)), "the worker did not answer within 30 s"
        yield process
    finally:
        for each in [process, *process.children(recursive=True)]:
            kill(each)
        started.wait(10)


def kill(process: psutil.Process) -> None:
    with suppress(psutil.NoSuchProcess):
        process.kill()


def wait_for_end(pid: int) -> None:
    while psutil.pid_exists(pid):
        time.sleep(0.001)


def wait_until_nobody_works() -> None:
    """Until PostgreSQL has noticed that whoever was killed is gone: they signed in as the worker, unlike this test."""
    for _ in range(300):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'cc_worker'"
            )
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(0.1)
    raise AssertionError("somebody still works on the database")
