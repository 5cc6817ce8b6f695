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


def test_no_task_is_lost_with_its_worker_or_waits_for_a_dead_queue() -> None:
    """As measured: with other settings a killed worker or a frozen queue loses tasks, or holds them for an hour."""
    from carecoord.celery import app

    conf = app.conf
    assert (conf.task_acks_late, conf.task_reject_on_worker_lost, conf.worker_prefetch_multiplier) == (True, True, 1)
    assert conf.broker_transport_options == {"visibility_timeout": 60, "socket_timeout": 1, "socket_connect_timeout": 1}
    assert conf.result_backend_transport_options["visibility_timeout"] == 60
    assert (conf.task_serializer, conf.accept_content, conf.task_ignore_result) == ("json", ["json"], True)
    assert conf.broker_connection_max_retries is None
    assert (conf.task_soft_time_limit, conf.task_time_limit, conf.worker_soft_shutdown_timeout) == (20, 30, 5)


def test_nothing_outlives_the_visibility_timeout() -> None:
    from carecoord.celery import app

    longest = app.conf.broker_transport_options["visibility_timeout"]
    app.loader.import_default_modules()
    for name, task in app.tasks.items():
        assert (task.time_limit or 0) < longest, name
        assert not task.autoretry_for if hasattr(task, "autoretry_for") else True, name
    for entry in app.conf.beat_schedule.values():
        assert "countdown" not in entry["options"]
        assert "eta" not in entry["options"]


def test_every_job_of_the_clock_is_a_task() -> None:
    from carecoord.celery import app

    app.loader.import_default_modules()
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)
