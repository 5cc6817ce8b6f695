"""Ways to unlock a page: a passkey, the password, or a PIN at an enrolled shared machine."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth as webauthn
from django.core.exceptions import ValidationError
from django.db.models import F
from django.http import HttpRequest

from carecoord import clock
from carecoord.access import door, machines
from carecoord.access.encryption import is_hash_of, keyed_hash
from carecoord.access.models import Pin, SignIn, User

DIGITS = 6
TRIES = 5
NO_PASSKEY = "The passkey did not work. Try again, or use your password."


def pin_may_be_used(request: HttpRequest, user: User) -> bool:
    """Whether a PIN unlocks here: the person set one, has tries left, and the machine is shared and of their site."""
    machine = machines.machine_of(request)
    return (
        machine is not None
        and machine.site_id in user.site_ids
        and Pin.objects.filter(user=user, tries__lt=TRIES).exists()
    )


def unlock(request: HttpRequest, sign_in: SignIn) -> str:
    """Unlock with what was sent; returns what went wrong, in words, or nothing."""
    if "credential" in request.POST:
        problem = _by_passkey(request, sign_in.user)
    elif "pin" in request.POST:
        problem = pin_problem(request, sign_in.user)
    else:
        problem = _by_password(request, sign_in.user)
    if not problem:
        SignIn.objects.filter(pk=sign_in.pk, ended_at=None).update(locked_at=None, active_at=clock.now())
        door.renew_key(request)
    return problem


def is_too_plain(digits: str) -> bool:
    """Whether it is guessed first: 111111, 123456, 987654."""
    steps = {int(after) - int(before) for before, after in pairwise(digits)}
    return steps in ({0}, {1}, {-1})


def set_pin(user: User, digits: str) -> None:
    """Set or change the PIN."""
    fields = {"hashed": keyed_hash(_of(user, digits)), "tries": 0, "set_at": clock.now()}
    Pin.objects.update_or_create(user=user, defaults=fields)


def _of(user: User, digits: str) -> str:
    """What is hashed: the same digits of two people are not alike."""
    return f"pin {user.pk} {digits}"


def forget_tries(user: User) -> None:
    """A whole sign-in, a password or a passkey: the PIN may be used again."""
    Pin.objects.filter(user=user, tries__gt=0).update(tries=0)


def pin_problem(request: HttpRequest, user: User) -> str:
    """Look at the PIN that was sent as ``user``'s; what is wrong, or nothing."""
    if not pin_may_be_used(request, user):
        return "Your PIN does not unlock here. Use your passkey or your password."
    # The try is counted before the PIN is looked at: six at the same moment are not six tries.
    if not Pin.objects.filter(user=user, tries__lt=TRIES).update(tries=F("tries") + 1):
        return "Your PIN was wrong five times. Use your passkey or your password."
    pin = Pin.objects.get(user=user)
    if is_hash_of(_of(user, request.POST["pin"]), pin.hashed):
        forget_tries(user)
        return ""
    if pin.tries >= TRIES:
        return "Your PIN was wrong five times. Use your passkey or your password."
    return "This is not your PIN. Try again, or use your password."


def password_problem(request: HttpRequest, user: User) -> str:
    """Look at the password that was sent as ``user``'s; what is wrong, or nothing."""
    try:
        known = get_adapter(request).reauthenticate(user, request.POST.get("password", ""))
    except ValidationError as refused:
        return str(refused.messages[0])
    return "" if known else "This is not your password. Try again."


def passkey_of(request: HttpRequest, user: User) -> Authenticator | None:
    """The passkey of ``user`` with which what was sent is signed; None where it is not."""
    try:
        sent: Any = json.loads(request.POST["credential"])
        webauthn.parse_authentication_response(sent)
        found: Authenticator = webauthn.complete_authentication(user, sent)
    except (ValueError, ValidationError, AttributeError, KeyError):
        return None
    return found


def _by_password(request: HttpRequest, user: User) -> str:
    if problem := password_problem(request, user):
        return problem
    record_authentication(request, user, method="password", reauthenticated=True)
    forget_tries(user)
    return ""


def _by_passkey(request: HttpRequest, user: User) -> str:
    authenticator = passkey_of(request, user)
    if authenticator is None:
        return NO_PASSKEY
    post_authentication(request, authenticator, reauthenticated=True)
    forget_tries(user)
    return ""
