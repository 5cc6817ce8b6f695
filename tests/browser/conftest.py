"""Several people at once, each in a browser of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from carecoord.access.models import User


@pytest.fixture
def browser_of(browser: Any, live_server: Any) -> Callable[..., Any]:
    """``browser_of(user)``: a page in a browser of their own, signed in."""

    def opened(user: User, **more: Any) -> Any:
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        context = browser.new_context(base_url=live_server.url, **more)
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        return context.new_page()

    return opened
