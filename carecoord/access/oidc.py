"""Signing in with a site's own service, by OpenID Connect: only where one is set up, and only for accounts that are
linked.

The library runs the exchange (state, PKCE, code for token). It trusts what comes straight from the issuer; here every
token is checked whole: signature, issuer, audience, time, nonce, and the level of authentication where one is asked
for. An account is found by the subject that an administrator linked (`manage.py link_account`): never by e-mail, and
none is made.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Any

import jwt
import structlog
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST
from requests import RequestException

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
NEEDED = ("sub", "iss", "aud", "exp", "iat")
log = structlog.get_logger("carecoord.signin")


class LinkedAccounts(DefaultSocialAccountAdapter):
    """Accounts are made and linked by an administrator; nobody links one by signing in."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        if sociallogin.state.get("process") != AuthProcess.LOGIN or request.user.is_authenticated:
            raise ImmediateHttpResponse(_did_not_work(request))

    def on_authentication_error(self, request: HttpRequest, provider: Any, *more: Any, **told: Any) -> None:
        problem = told.get("exception")
        log.warning("sign-in: refused", site=provider.app.provider_id, error=type(problem).__name__)
        raise ImmediateHttpResponse(_did_not_work(request))


class SiteIssuer(OpenIDConnectProvider):
    """One site's issuer. What is asked of it comes from the settings, never from the address of our page."""

    def get_oauth2_adapter(self, request: HttpRequest) -> CheckedTokens:
        return CheckedTokens(request, self.app.provider_id)

    def get_pkce_params(self) -> dict[str, str]:
        """The nonce follows from the PKCE secret, which waits in the session."""
        asked = super().get_pkce_params()
        return {**asked, "nonce": _nonce(asked["code_verifier"])}

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, str]:
        return self.get_auth_params()

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        return self.get_scope()


class CheckedTokens(OpenIDConnectOAuth2Adapter):
    """The exchange with one site's issuer."""

    def get_provider(self) -> SiteIssuer:
        return SiteIssuer(self.request, app=super().get_provider().app)

    @property
    def openid_config(self) -> dict[str, Any]:
        found: dict[str, Any] = super().openid_config
        if found.get("issuer") != self.get_provider().app.settings["issuer"]:
            raise OAuth2Error("another issuer answered")
        return found

    def get_access_token_data(self, request: HttpRequest, app: Any, client: Any, pkce_code_verifier: str) -> Any:
        self._expected_nonce = _nonce(pkce_code_verifier)
        return super().get_access_token_data(request, app, client, pkce_code_verifier=pkce_code_verifier)

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **answer: Any) -> Any:
        """The person whom the token names; only the claims that we use are kept. Raises OAuth2Error."""
        claims = self._checked(app, answer["response"].get("id_token") or "")
        kept = {name: claims[name] for name in ("sub", "iss", "acr") if name in claims}
        return self.get_provider().sociallogin_from_response(request, {"id_token": kept})

    def _checked(self, app: Any, token: str) -> dict[str, Any]:
        try:
            if jwt.get_unverified_header(token).get("alg") not in ALGORITHMS:
                raise OAuth2Error("signed in a way that we do not take")
            claims: dict[str, Any] = jwtkit.verify_and_decode(
                credential=token,
                keys_url=self.openid_config["jwks_uri"],
                issuer=app.settings["issuer"],
                audience=app.client_id,
                lookup_kid=jwtkit.lookup_kid_jwk,
            )
        except (jwt.PyJWTError, KeyError, ValueError, TypeError, AttributeError) as problem:
            raise OAuth2Error("not a token") from problem
        levels = app.settings["acr"]
        if not all(claims.get(name) for name in NEEDED) or claims.get("azp", app.client_id) != app.client_id:
            raise OAuth2Error("a claim is missing or is another's")
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), self._expected_nonce.encode()):
            raise OAuth2Error("answers another question")
        if levels and claims.get("acr") not in levels:
            raise OAuth2Error("too low a level of authentication")
        return claims


@login_not_required
@require_POST
def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """To the site's own sign-in."""
    return _with(OAuth2LoginView, request, provider_id)


@login_not_required
@require_GET
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from it."""
    return _with(OAuth2CallbackView, request, provider_id)


@login_not_required
@require_GET
def cancelled(request: HttpRequest) -> HttpResponse:
    """They turned back there."""
    return redirect("account_login")


def _with(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    try:
        response: HttpResponse = view.adapter_view(CheckedTokens(request, provider_id))(request)
    except SocialApp.DoesNotExist as unknown:
        raise Http404 from unknown
    except (OAuth2Error, RequestException) as problem:  # the issuer does not answer, or another one does
        log.warning("sign-in: no issuer", site=provider_id, error=type(problem).__name__)
        return _did_not_work(request)
    return response


def _nonce(verifier: str) -> str:
    return sha256(f"nonce:{verifier}".encode()).hexdigest()


def _did_not_work(request: HttpRequest) -> HttpResponse:
    messages.error(request, "That sign-in did not work. Try again, or ask your team’s administrator.")
    return redirect("account_login")
