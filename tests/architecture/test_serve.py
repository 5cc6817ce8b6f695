"""`make run` without make: it starts everything, says where it is, and is gone soon after it is told to stop."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest

from carecoord.embedded import _free_port
from carecoord.environment import BASE_DIR

SERVE = [sys.executable, "-m", "carecoord.serve"]


def environment(data: Path, port: int) -> dict[str, str]:
    ours = {"CARECOORD_MODE", "DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "CARECOORD_DEMO_PASSWORD"}
    clean = {name: value for name, value in os.environ.items() if name not in ours}
    return {**clean, "CARECOORD_DATA": str(data), "PORT": str(port)}


@pytest.fixture
def data() -> Iterator[Path]:
    """An empty folder. Not pytest's own: another run of it closes that to PostgreSQL's user while we work as root."""
    with TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture
def run(data: Path) -> Iterator[subprocess.Popen[str]]:
    """A run in the background, as a shell script would start it: with SIGINT ignored from birth."""
    process = subprocess.Popen(
        SERVE,
        cwd=BASE_DIR,
        env=environment(data, _free_port()),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    yield process
    process.terminate()
    process.wait(20)


def test_it_serves_pages_and_raises_flags_until_sigint(run: subprocess.Popen[str], data: Path) -> None:
    assert run.stdout
    said = []
    for line in run.stdout:
        said.append(line)
        if "http://localhost:" in line:
            break
    else:
        pytest.fail("".join(said))
    address = line.split()[3]
    text = "".join(said)
    assert (data / "demo-password").read_text() in text
    assert "midwife.ashf@demo.example" in text
    with urllib.request.urlopen(f"{address}/accounts/login/") as page:
        assert page.status == 200
    family = psutil.Process(run.pid).children(recursive=True)
    servers = [*family, psutil.Process(int((data / "postgres" / "postmaster.pid").read_text().split()[0]))]
    for _ in range(100):  # the worker sweeps as soon as it is up
        try:
            with urllib.request.urlopen(f"{address}/health/pulse") as pulse:
                assert pulse.status == 200
                break
        except urllib.error.HTTPError:
            time.sleep(0.1)
    else:
        pytest.fail("no sweep within 10 s")

    started = time.monotonic()
    run.send_signal(signal.SIGINT)
    assert run.wait(15) == 0
    _, left = psutil.wait_procs(servers, timeout=max(0.1, 15 - (time.monotonic() - started)))
    assert [process for process in left if process.status() != psutil.STATUS_ZOMBIE] == []


def test_a_taken_port_is_said_at_once_with_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = subprocess.run(
            SERVE, cwd=BASE_DIR, env=environment(tmp_path, port), capture_output=True, text=True, timeout=5
        )
    assert answer.returncode == 1
    assert f"Port {port} is taken" in answer.stderr
    assert f"make run PORT={port + 1}" in answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_it_loads_nothing_into_a_production_database(tmp_path: Path) -> None:
    env = {**environment(tmp_path, _free_port()), "DATABASE_URL": "postgresql://app@db.example/carecoord"}
    answer = subprocess.run(SERVE, cwd=BASE_DIR, env=env, capture_output=True, text=True, timeout=5)
    assert answer.returncode == 1
    assert "CARECOORD_MODE=demo" in answer.stderr
