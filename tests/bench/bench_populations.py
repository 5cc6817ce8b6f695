"""Pages, recording, sweep and import on whole populations: 1k, 100k and 1M journeys (docs/scale.md).

Each is built once, with `manage.py seed_scale`, below CARECOORD_DATA/populations/, and kept. By default those are
measured that are there, and 1k always; `make bench SIZES="1k 100k 1m"` builds what is missing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from carecoord.environment import BASE_DIR, data_folder
from tests.bench.conftest import Bench

JOURNEYS = {"1k": 1_000, "100k": 100_000, "1m": 1_000_000}
SITES = {"1k": 4, "100k": 4, "1m": 40}
POPULATIONS = data_folder({**os.environ, "CARECOORD_MODE": "demo"}) / "populations"
BUILT = "built.json"  # written last: how long it took


def sizes() -> list[str]:
    """Which populations are measured."""
    asked = os.environ.get("SIZES", "").split()
    return asked or [size for size in JOURNEYS if size == "1k" or (POPULATIONS / size / BUILT).exists()]


def environment(size: str) -> dict[str, str]:
    """That of a process which works on a population."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("CARECOORD_DATABASE")}
    known.pop("DJANGO_SETTINGS_MODULE", None)
    return {**known, "CARECOORD_DATA": str(POPULATIONS / size), "CARECOORD_MODE": "demo"}


def manage(env: Mapping[str, str], *command: str) -> None:
    subprocess.run([sys.executable, "manage.py", *command], cwd=BASE_DIR, env=env, check=True, capture_output=True)


def built(size: str) -> Path:
    """The population's folder; it is made where it is missing, and has today's tables."""
    folder, env = POPULATIONS / size, environment(size)
    manage(env, "migrate")
    if not (folder / BUILT).exists():
        began = time.monotonic()
        manage(env, "seed_scale", "--journeys", str(JOURNEYS[size]), "--sites", str(SITES[size]))
        (folder / BUILT).write_text(json.dumps({"seconds": time.monotonic() - began}))
    return folder


def measured(size: str, what: str) -> list[tuple[str, dict[str, float]]]:
    """What a process of its own found (measure.py)."""
    command = [sys.executable, "-m", "tests.bench.measure", what]
    done = subprocess.run(command, cwd=BASE_DIR, env=environment(size), check=True, stdout=subprocess.PIPE, text=True)
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]  # type: ignore[misc]


@pytest.mark.parametrize("size", sizes())
def test_a_population(bench: Bench, size: str) -> None:
    folder = built(size)
    for group in ("pages", "sweep", "import"):
        for what, figures in measured(size, group):
            bench(what, size, **figures)
    if size != "1m":  # a second of every gigabyte is not worth it
        ((_, bare),) = measured(size, "copy")
        seconds = json.loads((folder / BUILT).read_text())["seconds"]
        bench("seed", size, ms=1000 * seconds, ratio_copy=seconds / bare["seconds"])
