"""The queue takes connections and never answers: the worst case, since whoever asks it waits. Nobody does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

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


def test_frozen(fault: Any, own_environment: dict[str, str], tmp_path: Path) -> None:
    asked, number = five_people(), fault.size(full=500, small=3)
    with queue(tmp_path) as broker:
        env = {**own_environment, "REDIS_URL": broker.address}
        with web_server(env) as port, worker(env):
            came_up()
            in_turns(asked, "frozen", (port, port), broker.freeze, broker.thaw, number, fault)
            broker.freeze()
            fall_due(asked.records[0], 200 if fault.full else 5)
            broker.thaw()
            nothing_is_lost(asked.records[0], lambda: ask_for_a_sweep(broker.address), fault)
    all_recorded(asked, fault)
    asked.verdict("frozen", fault)
