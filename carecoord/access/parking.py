"""Switch user: one person's session waits, locked, while another signs in in the same browser.

The waiting sessions' keys stand in one signed cookie of that browser. A parked session is locked, so coming back to
it means unlocking it: the cookie opens nothing. Whoever signs in, and whoever comes back, gets a new CSRF token, so a
form that the other one left open in some tab is refused (own_forms.py).
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token

from carecoord.access import door
from carecoord.access.models import SignIn

_SALT = "carecoord.access.parking"
_MOST = 6  # at one machine: the oldest gives way

Parked = list[tuple[int, str]]  # (sign-in, session key)


def parked(request: HttpRequest) -> list[SignIn]:
    """Whose sessions wait in this browser, the last one first."""
    keys = [sign_in_id for sign_in_id, _ in _read(request)]
    found = SignIn.objects.filter(pk__in=keys, ended_at=None, user__is_active=True).select_related("user")
    waiting = {sign_in.pk: sign_in for sign_in in found if not sign_in.is_over()}
    return [waiting[key] for key in keys if key in waiting]


def park(request: HttpRequest, place: str) -> Parked:
    """Lock the session and take it out of the browser; returns what waits now."""
    waiting = _read(request)
    sign_in = getattr(request, "sign_in", None)
    if sign_in is None:
        return waiting
    door.lock(sign_in, place)
    own = (sign_in.pk, request.session.session_key or "")
    request.session = _session()
    request.user = AnonymousUser()
    del request.sign_in  # type: ignore[attr-defined]
    return [own, *(each for each in waiting if each[0] != own[0])][:_MOST]


def come_back(request: HttpRequest, sign_in_id: int) -> Parked | None:
    """Put the parked session into the browser again, still locked; None where it does not wait here."""
    waiting = _read(request)
    key = dict(waiting).get(sign_in_id)
    sign_in = SignIn.objects.filter(pk=sign_in_id, ended_at=None).first()
    if key is None or sign_in is None or sign_in.is_over():
        return None
    session = _session(key)
    if session.get("sign_in") != sign_in_id:
        return None
    left = park(request, "/") if request.user.is_authenticated else waiting
    request.session = session
    door.renew_key(request)
    rotate_token(request)
    return [each for each in left if each[0] != sign_in_id]


def remember(request: HttpRequest, response: HttpResponse, waiting: Parked) -> None:
    """Write the cookie, or take it away when nobody waits."""
    if not waiting:
        response.delete_cookie(settings.PARKED_COOKIE_NAME, samesite="Lax")
        return
    response.set_cookie(
        settings.PARKED_COOKIE_NAME,
        signing.dumps(waiting, salt=_SALT),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> Parked:
    try:
        age = settings.LONGEST_SIGN_IN_SECONDS
        found = signing.loads(request.COOKIES.get(settings.PARKED_COOKIE_NAME, ""), salt=_SALT, max_age=age)
    except signing.BadSignature:
        return []
    return [(sign_in_id, key) for sign_in_id, key in found]


def _session(key: str | None = None) -> SessionBase:
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore
    return store(key)
