"""Several people at once, each in a browser of their own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from carecoord.access.models import User


@pytest.fixture
def browser_of(browser: Any, live_server: Any) -> Iterator[Callable[..., Any]]:
    """``browser_of(user)``: a page in a browser of their own, signed in. All are closed with the test."""
    contexts = []

    def opened(user: User, **more: Any) -> Any:
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        context = browser.new_context(base_url=live_server.url, **more)
        contexts.append(context)
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def comes_true() -> Callable[..., None]:
    """``comes_true(page, "x => …", argument)``: within five seconds.

    Asked from here: the browser's own waiting evaluates strings within the page, which the page's policy forbids.
    """

    def wait(page: Any, expression: str, argument: Any = None) -> None:
        until = time.monotonic() + 5
        while not page.evaluate(expression, argument):
            assert time.monotonic() < until, expression
            page.wait_for_timeout(50)

    return wait
