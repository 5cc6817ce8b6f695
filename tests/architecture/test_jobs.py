"""Celery for real: a worker in its own process, a Valkey, this test's database."""

import time

import pytest
from celery import Celery
from django.conf import settings

from carecoord.audit.models import Seal, Waiting
from carecoord.audit.reads import record_read
from pathways.models import SweepRun
from tests.factories import UserFactory


def sweeps(at_least: int) -> bool:
    for _ in range(100):
        if SweepRun.objects.count() >= at_least:
            return True
        time.sleep(0.1)
    return False


def test_a_worker_sweeps_when_it_comes_up_and_when_the_clock_says_so(celery_worker: str) -> None:
    assert sweeps(1)
    entry = settings.CELERY_BEAT_SCHEDULE["sweep"]
    Celery(broker=celery_worker).send_task(entry["task"], **entry["options"])
    assert sweeps(2)


def test_a_task_takes_json_only() -> None:
    from carecoord.celery import app

    with pytest.raises(Exception, match="JSON serializable"):
        app.send_task("pathways.tasks.sweep", args=[object()], connection=app.connection("memory://"))


def test_a_worker_seals_what_was_written_down(celery_worker: str) -> None:
    record_read(UserFactory(), [1], page="journey")
    assert Waiting.objects.exists()
    entry = settings.CELERY_BEAT_SCHEDULE["seal_audit"]
    Celery(broker=celery_worker).send_task(entry["task"], **entry["options"])
    for _ in range(100):
        if not Waiting.objects.exists():
            break
        time.sleep(0.1)
    assert not Waiting.objects.exists()
    assert Seal.objects.filter(stream="read").count() == 1


def test_every_job_of_the_clock_is_a_task() -> None:
    from carecoord.celery import app

    app.loader.import_default_modules()
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)
