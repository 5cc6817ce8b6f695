"""The product's own web server, as a process of its own on a database that a test names."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.test import Client

from carecoord.access.models import User
from carecoord.environment import BASE_DIR, database_url
from tests.faults.pooler import free_port, wait_for

TOKEN = "a" * 32  # of the forms: what Django compares with the cookie


@contextmanager
def web_server(database: dict[str, Any], **more: str) -> Iterator[int]:
    """The product as `make run` serves it, on that database; connections are kept from request to request."""
    port = free_port()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "carecoord.settings",
        "CARECOORD_MODE": "demo",
        "SECRET_KEY": settings.SECRET_KEY,  # the sessions are made here
        "DATABASE_URL": database_url(database),
        "BIND": f"127.0.0.1:{port}",
        "LOG_LEVEL": "ERROR",
        **more,
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "carecoord.wsgi"], cwd=BASE_DIR, env=environment, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def cookies_of(user: User) -> str:
    """The cookies with which somebody is signed in."""
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={TOKEN}"


def ask(port: int, page: str, cookies: str, form: Mapping[str, str] | None = None) -> tuple[int, str, str]:
    """The status, the page and where it leads on to; a POST where there is a form."""
    web = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        headers = {"Cookie": cookies, "Connection": "close"}
        body = urlencode({**form, "csrfmiddlewaretoken": TOKEN}) if form else None
        headers |= {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        web.request("POST" if form else "GET", page, body=body, headers=headers)
        answer = web.getresponse()
        return answer.status, answer.read().decode(), answer.headers.get("Location", "")
    finally:
        web.close()
