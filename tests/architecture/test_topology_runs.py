"""The services of docker-compose.yml as plain processes: production mode, every role its own address, two workers."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from carecoord.embedded import DATABASE, _free_port, join_postgresql, leave_postgresql, valkey
from carecoord.environment import BASE_DIR, DATABASE_ROLES, database_url, url_variable
from tests.architecture.test_topology import SERVICES, command_of, environment_of

HOST = "care.example"
LONG = 90


class Topology:
    """The servers, and whatever is started of the services."""

    def __init__(self, folder: Path, queue: str) -> None:
        self.folder, self.port = folder, _free_port()
        server = join_postgresql(folder / "db")
        known = {**server, "NAME": DATABASE, "PASSWORD": "abc123"}
        self.addresses = {url_variable(role): database_url({**known, "USER": f"cc_{role}"}) for role in DATABASE_ROLES}
        self.addresses["DATABASE_URL_SUPERUSER"] = database_url({**known, "USER": "postgres", "NAME": "postgres"})
        self.places = {
            "REDIS_URL": queue,
            "CARECOORD_DATA": str(folder / "data"),
            "BACKUP_FOLDER": str(folder / "backups"),
            "AUDIT_ANCHOR_FILE": str(folder / "anchors"),
            "BIND": f"127.0.0.1:{self.port}",
        }
        for place in ("data", "backups"):  # as the image does
            (folder / place).mkdir()
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def _of(self, service: str) -> tuple[list[str], dict[str, str]]:
        """Its command and its environment: what compose and the examples say, but for where things are."""
        program, *words = command_of(SERVICES[service])
        beside = Path(sys.executable).parent / program
        command = [sys.executable if program == "python" else str(beside), *words]
        there = {**self.addresses, **self.places}
        said = {name: there.get(name, value) for name, value in environment_of(service).items()}
        image = {"DJANGO_SETTINGS_MODULE": "carecoord.settings", "PATH": os.environ["PATH"]}
        return command, {**image, **said, **{name: self.places[name] for name in ("BIND", "CARECOORD_DATA")}}

    def run(self, service: str, *words: str) -> subprocess.CompletedProcess[str]:
        """A service that ends by itself; ``words`` stand in the place of its command, behind its entrypoint."""
        command, env = self._of(service)
        if words:
            command = [*command[: -len(shlex.split(SERVICES[service]["command"]))], *words]
        return self._ended(command, env)

    def is_healthy(self, service: str) -> bool:
        """What compose asks to find out."""
        command, env = self._of(service)
        words = shlex.split(SERVICES[service]["healthcheck"]["test"])
        return self._ended([command[0], *words[1:]], env).returncode == 0

    def _ended(self, command: list[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, env=env, cwd=BASE_DIR, capture_output=True, text=True, timeout=LONG, check=False)

    def start(self, service: str, name: str = "") -> None:
        command, env = self._of(service)
        with (self.folder / f"{name or service}.log").open("wb") as log:
            self.running[name or service] = subprocess.Popen(
                command, env=env, cwd=BASE_DIR, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )

    def answers(self, address: str, wanted: int = 200) -> None:
        """Wait until the web server answers so at the address; fails with what the services said."""
        deadline, status = time.monotonic() + LONG, 0
        while time.monotonic() < deadline and all(each.poll() is None for each in self.running.values()):
            try:
                asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{address}", headers={"Host": HOST})
                with urllib.request.urlopen(asked, timeout=10) as answer:
                    status = answer.status
            except urllib.error.HTTPError as problem:
                status = problem.code
            except OSError:
                status = 0
            if status == wanted:
                return
            time.sleep(0.2)
        ended = {name: (self.folder / f"{name}.log").read_text()[-1500:] for name, process in self.running.items()
                 if process.poll() is not None}  # fmt: skip
        pytest.fail(f"{address} answered {status}, not {wanted}; ended: {ended}")


@pytest.fixture
def topology() -> Iterator[Topology]:
    with TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        made = Topology(folder, stack.enter_context(valkey(folder / "queue")))
        stack.callback(leave_postgresql, folder / "db")
        try:
            yield made
        finally:
            for process in made.running.values():
                process.terminate()
            for process in made.running.values():
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()


def test_what_compose_starts_serves_pages_sweeps_and_backs_up(topology: Topology) -> None:
    for service in ("roles", "migrate"):
        done = topology.run(service)
        assert done.returncode == 0, done.stderr
    topology.start("web")
    topology.answers("/health/ready")
    topology.answers("/health/pulse", 503)  # nobody sweeps yet
    for name in ("worker", "another worker"):
        topology.start("worker", name)
    topology.start("beat")
    topology.start("backup")
    topology.answers("/health/pulse")
    deadline = time.monotonic() + LONG
    while not topology.is_healthy("backup"):
        assert time.monotonic() < deadline, (topology.folder / "backup.log").read_text()
    drilled = topology.run("drill")
    assert drilled.returncode == 0, drilled.stdout + drilled.stderr
    verified = topology.run("verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    full = topology.run("restore", *map(str, (topology.folder / "backups").glob("*.backup")))
    assert "not empty" in full.stderr
    assert {name: process.poll() for name, process in topology.running.items()} == dict.fromkeys(topology.running)
