"""Is it still you? Asked before a sealed record is opened."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

_OURS = "carecoord.access.reauthentication"


def recently_signed_in(request: HttpRequest) -> bool:
    """Whether the person signed in, or proved again that it is them, within the last minutes."""
    if find_spec(_OURS):
        return bool(import_module(_OURS).recently(request))
    return bool(did_recently_reauthenticate(request))


def ask_again(back: str) -> HttpResponse:
    """The page that asks for it, and leads on to ``back``."""
    return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}")
