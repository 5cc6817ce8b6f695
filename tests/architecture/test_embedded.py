"""The embedded servers, each in a folder of its own: who starts them, who stops them, what a crash leaves behind."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import psycopg2
import pytest

from carecoord import embedded
from carecoord.environment import BASE_DIR

USER = """
import sys
from pathlib import Path
from carecoord.embedded import join_postgresql
print(join_postgresql(Path(sys.argv[1]))["HOST"], flush=True)
sys.stdin.read()
"""


class User:
    """A process that uses the PostgreSQL of a folder until it is told to leave."""

    def __init__(self, data: Path, **env: str) -> None:
        command = [sys.executable, "-c", USER, str(data)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, cwd=BASE_DIR, env={**os.environ, **env}, stdin=pipe, stdout=pipe, text=True
        )
        assert self.process.stdout
        self.host = self.process.stdout.readline().strip()
        assert self.host, "it did not join"

    def leave(self) -> None:
        self.process.communicate(timeout=30)

    def is_killed(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()


def server_pid(data: Path) -> int | None:
    file = data / "postgres" / "postmaster.pid"
    return int(file.read_text().split()[0]) if file.exists() else None


def has_ended(pid: int | None) -> bool:
    """Within ten seconds; a zombie that nobody collects has ended too."""
    try:
        server = psutil.Process(pid)
        for _ in range(100):
            if server.status() == psutil.STATUS_ZOMBIE:
                return True
            time.sleep(0.1)
    except psutil.NoSuchProcess:
        return True
    return False


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder. Not pytest's own: another run of it closes that to PostgreSQL's user while we work as root."""
    with TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture
def data(folder: Path) -> Iterator[Path]:
    yield folder / "data"
    embedded.join_postgresql(folder / "data")  # the last to leave, whatever the test did
    embedded.leave_postgresql(folder / "data")
    assert server_pid(folder / "data") is None


def test_two_share_one_server_and_the_last_to_leave_stops_it(data: Path) -> None:
    first, second = User(data), User(data)
    assert first.host == second.host
    pid = server_pid(data)
    first.leave()
    assert server_pid(data) == pid
    second.leave()
    assert server_pid(data) is None
    assert has_ended(pid)


def test_a_killed_user_does_not_keep_the_server_alive(data: Path) -> None:
    killed, other = User(data), User(data)
    killed.is_killed()
    other.leave()
    assert server_pid(data) is None


def test_after_a_crash_of_everything_it_starts_again(data: Path) -> None:
    user = User(data)
    pid = server_pid(data)
    assert pid
    user.is_killed()
    os.kill(pid, signal.SIGKILL)
    assert has_ended(pid)
    # The number in postmaster.pid now belongs to somebody else, as after a restart of the machine.
    file = data / "postgres" / "postmaster.pid"
    file.write_text(file.read_text().replace(str(pid), str(os.getpid()), 1))
    (data / "postgres" / ".handle_pids.json").write_text("[1, 2")
    again = User(data)
    assert server_pid(data) not in (None, os.getpid())
    again.leave()


def test_a_folder_that_was_never_finished_is_made_anew(data: Path) -> None:
    (data / "postgres" / "base").mkdir(parents=True)
    (data / "postgres" / "PG_VERSION").write_text("18")
    User(data).leave()
    assert (data / "postgres" / "global" / "pg_control").exists()


def test_five_that_come_at_once_start_one_server(data: Path) -> None:
    with ThreadPoolExecutor() as together:
        users = list(together.map(User, [data] * 5))
    assert len({user.host for user in users}) == 1
    for user in users:
        user.leave()
    assert server_pid(data) is None


def test_nobody_tidies_up_while_another_is_starting(data: Path) -> None:
    data.mkdir()
    with (data / "postgres.starting").open("w") as turn, ThreadPoolExecutor() as other:
        fcntl.flock(turn, fcntl.LOCK_EX)
        waiting = other.submit(User, data)
        time.sleep(1)
        assert not (data / "postgres").exists()
        fcntl.flock(turn, fcntl.LOCK_UN)
        waiting.result(timeout=30).leave()


def test_a_long_path_and_a_locale_that_is_not_installed(folder: Path) -> None:
    data = folder / ("deep" * 15) / ("folder with spaces" * 3)
    assert len(str(data)) > 107
    user = User(data, LC_ALL="xx_XX.UTF-8", LANG="xx_XX.UTF-8")
    connection = psycopg2.connect(host=user.host, user="postgres", dbname=embedded.DATABASE)
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_encoding")
        assert cursor.fetchone() == ("UTF8",)
    connection.close()
    user.leave()
    assert server_pid(data) is None


def test_valkey_takes_another_port_when_the_first_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        free = embedded._free_port
        ports = iter([taken.getsockname()[1], free()])
        monkeypatch.setattr(embedded, "_free_port", lambda: next(ports))
        with embedded.valkey(tmp_path) as address:
            port = int(address.rsplit(":", 1)[1].removesuffix("/0"))
            assert port != taken.getsockname()[1]
            socket.create_connection(("127.0.0.1", port), timeout=2).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=2)
