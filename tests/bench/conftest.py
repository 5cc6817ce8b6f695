"""`make bench`: measurements, each printed and kept in bench.json. Never part of `make test`: times assert nothing."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable

import pytest

from carecoord.environment import BASE_DIR

Bench = Callable[..., None]
FILE = BASE_DIR / "bench.json"


@pytest.fixture
def bench(capsys: pytest.CaptureFixture[str]) -> Bench:
    """``bench("caseload", "3k", ms=12.3)`` prints the figures and writes them; those of other runs stay."""

    def write(what: str, size: str, **figures: float) -> None:
        kept = json.loads(FILE.read_text()) if FILE.exists() else {}
        machine = {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
        known = {**kept.get("figures", {}), **{f"{what}.{size}.{name}": round(it, 3) for name, it in figures.items()}}
        FILE.write_text(json.dumps({"machine": machine, "figures": known}, indent=1, sort_keys=True) + "\n")
        with capsys.disabled():
            print(f"\n{what:<16}{size:<6}" + "  ".join(f"{name} {it:.2f}" for name, it in figures.items()), end="")

    return write
