"""A PostgreSQL beside the tests' own, to be killed and started again, with what the test's database holds."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
from django.db import connection

from carecoord import embedded
from carecoord.backup.databases import working_on
from carecoord.backup.making import back_up
from carecoord.environment import BASE_DIR, database_url

KEYS = [bytes(range(32))]


class SecondServer:
    """A server in a folder of its own, as `make run` starts it: every commit is on the disk before it is answered."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.address = embedded.join_postgresql(self.folder)

    @property
    def database(self) -> dict[str, Any]:
        """Django's settings for it, as the web's role."""
        return {**connection.settings_dict, **self.address, "NAME": embedded.DATABASE, "USER": "cc_app"}

    def restore(self, copy: Path) -> None:
        """Fill it from a backup, by the command: this process's connection knows its way to the tests' own server."""
        owner = {**self.database, "USER": "cc_owner"}
        key = base64.b64encode(KEYS[0]).decode()
        subprocess.run(
            [sys.executable, "manage.py", "restore", str(copy)],
            env={**os.environ, "DATABASE_URL_OWNER": database_url(owner), "CARECOORD_BACKUP_KEY": key},
            cwd=BASE_DIR,
            check=True,
            capture_output=True,
        )

    def crash(self, by: signal.Signals) -> None:
        """SIGKILL of the first process: the others see it and die. SIGQUIT: an immediate shutdown."""
        server = psutil.Process(int((self.folder / "postgres" / "postmaster.pid").read_text().split()[0]))
        family = [server, *server.children()]
        os.kill(server.pid, by)
        _, left = psutil.wait_procs(family, timeout=30)
        assert not left, "PostgreSQL did not die"

    def start(self) -> None:
        """Start it again where it was; it replays its log first."""
        embedded._forget(self.folder / "postgres")
        server = embedded._running_server(self.folder / "postgres")
        embedded._joined[self.folder] = embedded._joined[self.folder]._replace(server=server)
        assert embedded._address(server) == self.address, "it moved"


@contextmanager
def second_server() -> Iterator[SecondServer]:
    """The server, with a copy of the test's database, until the block ends."""
    with TemporaryDirectory(prefix="second-") as name:
        server = SecondServer(Path(name) / "data")
        try:
            with working_on(USER="cc_backup"):
                copy = back_up(Path(name) / "copy", KEYS).file
            server.restore(copy)
            yield server
        finally:
            embedded.leave_postgresql(server.folder)


def now() -> float:
    """Seconds on a clock that is never set."""
    return time.monotonic()
