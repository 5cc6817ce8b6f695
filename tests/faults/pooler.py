"""A PgBouncer of our own, in transaction mode, in front of the test server."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PLACES = os.pathsep.join(("/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"))
PGBOUNCER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path=PLACES)
WHERE_TO_GET_IT = (
    "There is no PgBouncer on this machine. On Debian and Ubuntu: apt-get install pgbouncer; on Fedora: dnf install "
    "pgbouncer; on macOS: brew install pgbouncer; its source is at www.pgbouncer.org. No service of it has to run."
)
needs_pgbouncer = pytest.mark.skipif(PGBOUNCER is None, reason=WHERE_TO_GET_IT)


@contextmanager
def pooled(database: Mapping[str, Any], users: list[str], *, connections: int) -> Iterator[dict[str, Any]]:
    """For as long as the block runs, that database through a pooler with so few connections that they are shared.

    Yields HOST and PORT on the loopback. ``users`` are the PostgreSQL roles that may come in.
    """
    host, port = Path(database["HOST"]), free_port()
    owner = host.stat()  # the server's folder opens to its own system user alone
    with tempfile.TemporaryDirectory(prefix="pooler-") as name:
        folder = Path(name)
        (folder / "users").write_text("".join(f'"{user}" ""\n' for user in users))
        (folder / "ini").write_text(_settings(database, port, folder, connections))
        if os.getuid() == 0:
            for each in (folder, *folder.iterdir()):
                os.chown(each, owner.st_uid, owner.st_gid)
        as_whom = {"user": owner.st_uid, "group": owner.st_gid} if os.getuid() == 0 else {}
        pooler = subprocess.Popen([str(PGBOUNCER), "-q", str(folder / "ini")], stderr=subprocess.DEVNULL, **as_whom)
        try:
            wait_for(port, pooler)
            yield {"HOST": "127.0.0.1", "PORT": str(port)}
        finally:
            pooler.terminate()
            pooler.wait(10)


def _settings(database: Mapping[str, Any], port: int, folder: Path, connections: int) -> str:
    return f"""
[databases]
* = host={database["HOST"]} port={database["PORT"]}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = {connections}
max_client_conn = 200
server_round_robin = 1
logfile = {folder}/log
pidfile = {folder}/pid
"""


def free_port() -> int:
    """A port on the loopback that nobody listens at."""
    with socket.socket() as finder:
        finder.bind(("127.0.0.1", 0))
        return int(finder.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes], seconds: float = 30) -> None:
    """Until something answers at the port; fails when the process has ended or the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"{process.args} did not answer (exit status {process.poll()})")
