"""A page never speaks to the job queue: not by what it imports, not by what it calls, not when it runs."""

from __future__ import annotations

import ast
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from carecoord.environment import BASE_DIR
from tests.faults.service import Browser, account, form_of, record_of, web_server

CALLS = {"delay", "apply_async", "send_task"}
MAY = {"pathways/tasks.py", "medications/tasks.py", "carecoord/celery.py"}  # the worker's own: one task hands to others


def test_only_the_workers_own_modules_give_tasks_away() -> None:
    found = set()
    for folder in ("carecoord", "pathways", "medications", "referrals"):
        for file in (BASE_DIR / folder).rglob("*.py"):
            calls = [node.func for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]
            if any(isinstance(called, ast.Attribute) and called.attr in CALLS for called in calls):
                found.add(str(file.relative_to(BASE_DIR)))
    assert found <= MAY


@contextmanager
def silent_queue() -> Iterator[tuple[str, list[Any]]]:
    """Takes connections and never answers; yields its address and who came."""
    came: list[Any] = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def take() -> None:
            while True:
                try:
                    came.append(listener.accept())
                except OSError:
                    return

        threading.Thread(target=take, daemon=True).start()
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0", came


@pytest.mark.django_db(transaction=True)
def test_pages_are_served_and_nobody_comes_to_the_queue(own_environment: dict[str, str]) -> None:
    user = account()
    record = record_of(user)
    with silent_queue() as (address, came), web_server({**own_environment, "REDIS_URL": address}) as port:
        browser = Browser(port)
        assert browser.sign_in(user)[0] == 302
        for page in ("/caseload/", f"/journeys/{record.pk}/", "/handoffs/", "/alerts/how/", "/health/ready"):
            assert browser.ask(page)[0] == 200, page
        assert browser.ask(f"/journeys/{record.pk}/record/contact_made/", form_of())[0] == 302
        assert browser.ask("/alerts/how/", {"test": "email"})[0] == 302
        assert browser.ask("/accounts/password/reset/", {"email": user.email})[0] == 302
    assert record.events.filter(kind="contact_made").count() == 1
    assert came == []
