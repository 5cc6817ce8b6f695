"""Second factors: passkeys, codes from an app, recovery codes. Everybody needs one, outside the demonstration.

The library (allauth) does the work. Here is what it leaves to us: seeds are encrypted, a passkey is never held up by
somebody guessing codes, and a session without a second factor reaches nothing but setting one up (see door.py).
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from allauth.account.internal.flows.login import (
    AUTHENTICATION_METHODS_SESSION_KEY,
    get_authentication_records,
    record_authentication,
)
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, generate_totp_secret
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth as webauthn
from django.conf import settings
from django.http import HttpRequest

from carecoord.access import encryption
from carecoord.access.models import User

# The second steps; recovery codes come with them and cannot stand alone.
STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# Pages that a session without its second factor may open: setting one up, proving that it is still you.
SET_UP_PAGES = (
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "account_reauthenticate",
)


class SecondFactors(DefaultMFAAdapter):
    """The library's second factors as we set them."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "This is not the code. Wait for the next one in your app, or use a recovery code.",
        "cannot_delete_authenticator": "You need a second step. Set up another one first, then remove this one.",
    }

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text)

    def build_totp_svg(self, url: str) -> str:
        """The picture to scan, as part of the page: our Content-Security-Policy loads no ``data:`` address."""
        drawn = re.sub(r"<\?xml.*?\?>\s*", "", super().build_totp_svg(url))
        return drawn.replace("<svg ", '<svg class="qr" role="img" aria-label="Code to scan with your app" ', 1)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        others = Authenticator.objects.filter(user=authenticator.user_id, type__in=STEPS).exclude(pk=authenticator.pk)
        return not settings.MFA_REQUIRED or others.exists()

    def generate_authenticator_name(self, user: Any, type: str) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return "Passkey" if number == 1 else f"Passkey {number}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "CareCoord"}


class SetUpApp(ActivateTOTPForm):
    """Setting up the app. The seed waits in the session's row until the first code is right: encrypted there too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        session = context.request.session
        kept = session.get(SECRET_SESSION_KEY)
        seed = encryption.decrypt(kept) if kept and kwargs.get("data") is not None else generate_totp_secret()
        session[SECRET_SESSION_KEY] = seed  # for the library's form, which reads it there
        super().__init__(*args, **kwargs)
        self.secret = seed
        session[SECRET_SESSION_KEY] = encryption.encrypt(seed)

    def clean_code(self) -> str:
        """The right code is the second step of this session as well."""
        code = super().clean_code()
        record_authentication(context.request, self.user, "mfa", type=Authenticator.Type.TOTP)
        return code


class PasskeyAtTheSecondStep(AuthenticateWebAuthnForm):
    """The library counts a passkey among the tries of a code. It cannot be guessed, so it is never refused for them."""

    def clean_credential(self) -> Authenticator:
        credential = self.cleaned_data["credential"]
        webauthn.parse_authentication_response(credential)
        return webauthn.complete_authentication(self.user, credential)


def did_second_step(request: HttpRequest) -> bool:
    """Whether this session has had its second factor: ours, or that of a site's service which is held to one."""
    held = {issuer["site"] for issuer in settings.OIDC_ISSUERS if issuer["acr"]}
    return any(
        record.get("method") == "mfa" or (record.get("method") == "socialaccount" and record.get("provider") in held)
        for record in get_authentication_records(request, request.user)
    )


def has_passkey(user: User) -> bool:
    """Whether the person has set up a passkey."""
    return Authenticator.objects.filter(user=user.pk, type=Authenticator.Type.WEBAUTHN).exists()


def on_added(*, request: HttpRequest, user: User, authenticator: Authenticator, **signal: Any) -> None:
    """Whoever has just added a passkey has used it. (For the app see SetUpApp.)"""
    if authenticator.type == Authenticator.Type.WEBAUTHN:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)


def on_removed(*, request: HttpRequest, user: User, **signal: Any) -> None:
    """Without any factor left, the session has had none either."""
    if not Authenticator.objects.filter(user=user.pk, type__in=STEPS).exists():
        records = [each for each in get_authentication_records(request, user) if each.get("method") != "mfa"]
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = records
