"""The queue is killed while everybody works, or was never there. Nobody notices, and no alert is lost."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.faults.pooler import free_port
from tests.faults.service import queue, web_server, worker
from tests.faults.without_queue import (
    all_recorded,
    ask_for_a_sweep,
    came_up,
    fall_due,
    five_people,
    in_turns,
    nothing_is_lost,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_killed(fault: Any, own_environment: dict[str, str], tmp_path: Path) -> None:
    asked, number = five_people(), fault.size(full=500, small=3)
    with queue(tmp_path) as broker:
        env = {**own_environment, "REDIS_URL": broker.address}
        with web_server(env) as port, worker(env):
            came_up()
            in_turns(asked, "killed", (port, port), broker.kill, broker.start, number, fault)
            broker.kill()
            fall_due(asked.records[0], 200 if fault.full else 5)
            broker.start()
            nothing_is_lost(asked.records[0], lambda: ask_for_a_sweep(broker.address), fault)
    all_recorded(asked, fault)
    asked.verdict("killed", fault)


def test_absent(fault: Any, own_environment: dict[str, str], tmp_path: Path) -> None:
    asked, number = five_people(), fault.size(full=500, small=3)
    nowhere = {**own_environment, "REDIS_URL": f"redis://127.0.0.1:{free_port()}/0"}
    with queue(tmp_path) as broker:
        env = {**own_environment, "REDIS_URL": broker.address}
        with web_server(env) as well, web_server(nowhere) as without, worker(nowhere):
            in_turns(asked, "absent", (well, without), lambda: None, lambda: None, number, fault)
        fall_due(asked.records[0], 200 if fault.full else 5)
        with ExitStack() as up:  # it is there at last; the worker sweeps when it comes up, and nobody has to ask
            nothing_is_lost(asked.records[0], lambda: up.enter_context(worker(env)), fault)
    all_recorded(asked, fault)
    asked.verdict("absent", fault)
