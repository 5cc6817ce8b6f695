"""`make run`: the whole product on this machine, with the demonstration data, until Ctrl-C.

This process only watches. It starts the servers, then the web server, the Celery worker and its clock as children
in process groups of their own, and stops everything when it is told to or when one of them ends.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import ExitStack, suppress
from pathlib import Path

from carecoord import embedded, environment
from carecoord.environment import BASE_DIR

READY_SECONDS = 60
GRACE_SECONDS = 7  # of the fifteen that stopping may take; the servers need some after it
PYTHON = sys.executable
CELERY = [PYTHON, "-m", "celery", "-A", "carecoord", "--quiet"]
CHILDREN = {
    "web": [PYTHON, "-m", "gunicorn", "carecoord.wsgi"],
    "worker": [*CELERY, "worker", "--pool=solo", "--without-gossip", "--without-mingle", "--loglevel=WARNING"],
    "beat": [*CELERY, "beat", "--pidfile=", "--loglevel=WARNING"],
}


class Stopped(Exception):
    """We were told to stop."""


def main() -> None:
    """Run until told to stop. Exits with 1 and a sentence when something keeps it from running."""
    if environment.mode() != "demo":
        sys.exit(
            "`make run` loads made-up women. To have them in the database of DATABASE_URL, add CARECOORD_MODE=demo."
        )
    port = asked_port()
    refuse_taken(port)
    if "--check-port" in sys.argv:
        return
    stop = threading.Event()
    # Explicitly: a process that was started in the background ignores SIGINT from birth, and its children with it.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    try:
        with ExitStack() as running:
            serve(port, stop, running)
    except (Stopped, RuntimeError, OSError) as problem:
        if not stop.is_set() and not isinstance(problem, Stopped):
            sys.exit(str(problem))
    print("Stopped.", flush=True)


def serve(port: int, stop: threading.Event, running: ExitStack) -> None:
    """Start everything, say where it is and who may sign in, wait. Raises Stopped, or RuntimeError if a part fails."""
    data = environment.data_folder()
    env = {**os.environ, "CARECOORD_MODE": "demo", "PORT": str(port), "BIND": f"127.0.0.1:{port}"}
    env["CARECOORD_DEMO_PASSWORD"] = environment.demo_password()
    env.pop("CARECOORD_DATABASE_ROLE", None)  # each child has its own
    if "DATABASE_URL" not in env:
        running.callback(embedded.leave_postgresql, data)
        server = embedded.join_postgresql(data)
        for role in environment.DATABASE_ROLES:
            address = {**server, "NAME": embedded.DATABASE, "USER": f"cc_{role}"}
            env[environment.url_variable(role)] = environment.database_url(address)
    if "REDIS_URL" not in env:
        env["REDIS_URL"] = running.enter_context(embedded.valkey(data))

    manage("migrate", env, stop)
    accounts = manage("load_demo", env, stop)
    logs = data / "logs"
    logs.mkdir(exist_ok=True)
    children: dict[str, subprocess.Popen[bytes]] = {}
    running.callback(end, children)
    for name, command in CHILDREN.items():
        with (logs / f"{name}.log").open("wb") as log:
            children[name] = start(command, env, log.fileno())
    watch(children, logs, stop, until_ready=port)
    print(f"\n{accounts.strip()}\n")
    print(f"CareCoord is at http://localhost:{port} (also http://127.0.0.1:{port}). Ctrl-C stops it.", flush=True)
    watch(children, logs, stop)


def manage(command: str, env: dict[str, str], stop: threading.Event) -> str:
    """Run a command of manage.py and return what it printed. Raises RuntimeError when it fails."""
    child = start([PYTHON, "manage.py", command], env, subprocess.PIPE)
    try:
        while True:
            try:
                output = child.communicate(timeout=0.2)[0]
                break
            except subprocess.TimeoutExpired:
                if stop.is_set():
                    raise Stopped from None
    finally:
        end({command: child})
    if child.returncode != 0:
        raise RuntimeError(f"manage.py {command} failed, see above.")
    return output.decode()


def start(command: list[str], env: dict[str, str], output: int) -> subprocess.Popen[bytes]:
    """A child in a session of its own: Ctrl-C in the terminal reaches us alone, and we stop it in order."""
    return subprocess.Popen(
        command,
        cwd=BASE_DIR,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=None if output == subprocess.PIPE else subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=embedded.end_with_parent,
    )


def watch(
    children: dict[str, subprocess.Popen[bytes]], logs: Path, stop: threading.Event, until_ready: int = 0
) -> None:
    """Wait until pages are served on the port ``until_ready``, or else for ever.

    Raises Stopped, and RuntimeError when a child has ended or no page comes in time.
    """
    parent, deadline = os.getppid(), time.monotonic() + READY_SECONDS
    while not stop.wait(0.1 if until_ready else 0.5):
        for name, child in children.items():
            if child.poll() is not None:
                last = (logs / f"{name}.log").read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{last}\nThe {name} process ended by itself, so everything was stopped.")
        if os.getppid() != parent or make_was_interrupted(parent):
            break
        if until_ready and serves_pages(until_ready):
            return
        if until_ready and time.monotonic() > deadline:
            raise RuntimeError(f"No page was served within {READY_SECONDS} s: see {logs}.")
    raise Stopped


def serves_pages(port: int) -> bool:
    """Whether the web server says that it is ready."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def make_was_interrupted(make: int) -> bool:
    """Whether SIGINT reached `make` alone: it does not pass it on, but waits for us with the signal blocked (Linux)."""
    try:
        status = Path(f"/proc/{make}/status").read_text()
    except OSError:
        return False
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    blocked = int(fields["SigBlk"], 16) >> (signal.SIGINT - 1) & 1
    return fields["Name"] == "make" and bool(blocked)


def end(children: dict[str, subprocess.Popen[bytes]]) -> None:
    """Ask every child to end, then make it, with whatever it started."""
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for child in children.values():
        with suppress(subprocess.TimeoutExpired):
            child.wait(max(0.0, deadline - time.monotonic()))
        with suppress(ProcessLookupError):  # the whole group has ended
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def asked_port() -> int:
    """The PORT to serve on."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        sys.exit(f"PORT={text} is no port: give a number up to 65535.")
    return int(text)


def refuse_taken(port: int) -> None:
    """Exit with a sentence when something else listens on the port."""
    with socket.socket() as finder:
        finder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            finder.bind(("127.0.0.1", port))
        except PermissionError:
            sys.exit(f"This account may not use port {port}. Choose one above 1023, for instance: make run PORT=8001")
        except OSError:
            sys.exit(f"Port {port} is taken by another program. Stop that, or choose another: make run PORT={port + 1}")


if __name__ == "__main__":
    main()
