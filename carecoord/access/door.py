"""Who may go on: asked of every request of somebody who is signed in, before any page has its say.

A sign-in ends after twelve hours, when the account is switched off, and when a role that it began with ends. It locks
when nobody used it for a while, sooner on a shared machine, or when somebody locked it; a locked one answers every
page with the lock page and does nothing else. Outside the demonstration a session without a second factor gets no
further than setting one up. What was typed is kept as a draft each time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode

from carecoord import clock
from carecoord.access import drafts, machines, own_forms, second_factor
from carecoord.access.middleware import StaffRequest
from carecoord.access.models import SignIn

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
BACKGROUND = "X-Background"  # a request that the page made by itself: nobody need be there
NOTED_EVERY = timedelta(seconds=10)  # a page that loads ten parts is one sign of life
LEAVE = ("lock", "unlock", "switch_user", "come_back", "account_logout", "save_draft")


class DoorMiddleware:
    """Asks the questions of this module in turn; the first that is answered with no sends its own page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        refusal = (
            self._signed_in(cast("StaffRequest", request)) if request.user.is_authenticated else _stranger(request)
        )
        response = refusal or self.get_response(request)
        if refusal is None:
            _forget_what_was_sent(request, response)
        if request.path == self._leave["account_logout"] and request.method == "POST":
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        """After the CSRF check, which stale forms fail already: nothing is written for the wrong person."""
        if request.user.is_authenticated and own_forms.is_foreign(request):
            return own_forms.refused(request)
        return None

    @cached_property
    def _leave(self) -> dict[str, str]:
        return {name: reverse(name) for name in LEAVE}

    @cached_property
    def _set_up(self) -> set[str]:
        return {reverse(name) for name in second_factor.SET_UP_PAGES} | set(self._leave.values())

    def _signed_in(self, request: StaffRequest) -> HttpResponse | None:
        sign_in = SignIn.objects.filter(pk=request.session.get("sign_in", 0), user=request.user.pk).first()
        if sign_in is None or sign_in.is_over():
            return _ended(request, sign_in)
        sign_in.user = request.user
        request.sign_in = sign_in  # type: ignore[attr-defined]
        current = {each.pk for each in request.user.current_memberships}
        if not current or not set(sign_in.memberships) <= current:
            return _role_ended(request, sign_in)
        if request.path in self._leave.values() and request.path != self._leave["lock"]:
            return None
        if sign_in.is_locked(machines.idle_seconds(request)):
            return None if request.path == self._leave["lock"] else _locked(request, sign_in)
        _note_activity(request, sign_in)
        if settings.MFA_REQUIRED and request.path not in self._set_up and not second_factor.did_second_step(request):
            return _leads_to(request, reverse("mfa_index"))
        return None


def lock(sign_in: SignIn, place: str = "") -> None:
    """Lock it, and remember where the person was; nothing changes where it is locked already."""
    SignIn.objects.filter(pk=sign_in.pk, locked_at=None).update(locked_at=clock.now(), place=place or sign_in.place)


def renew_key(request: HttpRequest) -> None:
    """A new key for the session, as at signing in: one that somebody planted or saw is worth nothing any more."""
    before = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)


def end(sign_in: SignIn) -> None:
    """It does not come back."""
    SignIn.objects.filter(pk=sign_in.pk, ended_at=None).update(ended_at=clock.now())


def _stranger(request: HttpRequest) -> HttpResponse | None:
    """Somebody sent a form of theirs after signing out or switching user: the text is theirs, not lost."""
    by = own_forms.opened(request) if request.method == "POST" else None
    if by is None or by.path.startswith(drafts.NEVER_BELOW):
        return None
    return own_forms.refused(request)


def _ended(request: HttpRequest, sign_in: SignIn | None) -> HttpResponse:
    _keep_typed(request)
    if sign_in is not None:
        end(sign_in)
    logout(request)
    messages.info(request, "You were signed out: a sign-in lasts twelve hours. Sign in again to go on.")
    return _leads_to(request, f"{reverse('account_login')}?{urlencode({'next': _page(request)})}")


def _role_ended(request: StaffRequest, sign_in: SignIn) -> HttpResponse:
    _keep_typed(request)
    SignIn.objects.filter(user=sign_in.user, ended_at=None).update(ended_at=clock.now())
    has_role = bool(request.user.current_memberships)
    logout(request)
    del request.sign_in  # type: ignore[attr-defined]
    return render(request, "account/role_ended.html", {"has_role": has_role}, status=403)


def _locked(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    _keep_typed(request)
    place = _page(request)
    lock(sign_in, place)
    return _leads_to(request, f"{reverse('lock')}?{urlencode({'next': place})}")


def _keep_typed(request: HttpRequest) -> None:
    by = own_forms.opened(request) if request.method == "POST" else None
    if by is not None:
        own_forms.keep(request, by)


def _page(request: HttpRequest) -> str:
    """The page that somebody was on: where the form stood, or the page that was asked for."""
    by = own_forms.opened(request) if request.method == "POST" else None
    if by is not None:
        return by.path
    asked_by_itself = request.headers.get(BACKGROUND) or request.headers.get("HX-Request")
    return "/" if request.method != "GET" or asked_by_itself else request.get_full_path()


def _leads_to(request: HttpRequest, address: str) -> HttpResponse:
    """Lead there: a page by redirect, a part that the page asked for by its header."""
    if request.headers.get("HX-Request") or request.headers.get(BACKGROUND):
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _note_activity(request: HttpRequest, sign_in: SignIn) -> None:
    now = clock.now()
    if request.headers.get(BACKGROUND) or abs(now - sign_in.active_at) < NOTED_EVERY:
        return
    sign_in.active_at = now
    SignIn.objects.filter(pk=sign_in.pk, locked_at=None).update(active_at=now)


def _forget_what_was_sent(request: HttpRequest, response: HttpResponse) -> None:
    """A form that was taken leads on to another page; its draft has had its day."""
    sign_in = getattr(request, "sign_in", None)
    if sign_in is None or not sign_in.has_drafts or request.path.startswith(drafts.NEVER_BELOW):
        return
    was_taken = request.method == "POST" and response.status_code in (302, 303)
    by = own_forms.opened(request) if was_taken else None
    if by is not None and by.user_id == request.user.pk and not by.path.startswith(drafts.NEVER_BELOW):
        drafts.forget(request.user, by.path, by.opening, request.POST.get(drafts.RESTORED, ""))
