"""What tests of signing in share: accounts with a password, codes of an app, the tokens of a form."""

from __future__ import annotations

import re
import time
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.hashers import make_password
from django.test import Client

from carecoord.access.models import User
from carecoord.access.roles import Role
from tests.factories import staff

PASSWORD = "a long enough passphrase"


def person(role: Role = Role.SPECIALIST_MIDWIFE, **fields: Any) -> User:
    """A member of staff who can sign in with PASSWORD."""
    return staff(role, password=make_password(PASSWORD), **fields)


def sign_in(client: Client, user: User, password: str = PASSWORD, **sent: Any) -> Any:
    """Through the form, as a browser does."""
    return client.post("/accounts/login/", {"login": user.email, "password": password, **sent})


def with_app(user: User) -> str:
    """Give the person an app for codes; returns its seed."""
    seed = generate_totp_secret()
    TOTP.activate(user, seed)
    return seed


def code(seed: str) -> str:
    """What the app shows now."""
    return format_hotp_value(hotp_value(seed, int(time.time()) // 30))


def hidden(page: Any) -> dict[str, str]:
    """The tokens that the last form of a page carries."""
    html = page.content.decode()
    return dict(re.findall(r'name="(csrfmiddlewaretoken|opened_by)" value="([^"]+)"', html))


def is_signed_in(client: Client) -> bool:
    """Whether the browser has somebody's session."""
    return "_auth_user_id" in client.session
