"""Signing as oneself: a password, a PIN or a passkey, asked at the moment of what is signed.

The first person's session stays what it is: whoever signs as the second in the same browser is not signed in by it.
"""

from __future__ import annotations

from datetime import timedelta

from allauth.mfa.webauthn.internal import auth as webauthn
from django.conf import settings
from django.http import HttpRequest

from carecoord import clock
from carecoord.access import second_factor, unlocking
from carecoord.access.models import SignIn, User

_NOTHING = "Enter your password, or your PIN where you have one, to sign."
_NO_PIN = "A PIN does not sign here. Use your password or your passkey."


def vouch(request: HttpRequest, person: User) -> str:
    """Whether what was sent proves that ``person`` is here: what is wrong, in words, or "" where nothing is.

    Reads ``credential`` (a passkey's answer), ``pin`` or ``password`` of the form. Wrong ones count as at the sign-in.
    """
    if not person.is_active:
        return "This account has ended."
    if request.POST.get("credential"):
        return "" if unlocking.passkey_of(request, person) else unlocking.NO_PASSKEY
    if request.POST.get("pin"):
        return unlocking.pin_problem(request, person) if pin_signs(request, person) else _NO_PIN
    if not request.POST.get("password"):
        return _NOTHING
    return unlocking.password_problem(request, person)


def pin_signs(request: HttpRequest, person: User) -> bool:
    """Whether a PIN signs here: on a shared machine of their site, within twelve hours of a whole sign-in of theirs."""
    since = clock.now() - timedelta(seconds=settings.LONGEST_SIGN_IN_SECONDS)
    signed_in = SignIn.objects.filter(user=person, signed_in_at__gt=since)
    return unlocking.pin_may_be_used(request, person) and signed_in.exists()


def passkey_options(person: User | None) -> dict[str, object] | None:
    """What the browser asks a passkey for; None where ``person`` has none. For nobody yet: any passkey of theirs."""
    if person is not None and not second_factor.has_passkey(person):
        return None
    options: dict[str, object] = webauthn.begin_authentication(person)
    return options
