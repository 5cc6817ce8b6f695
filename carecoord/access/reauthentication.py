"""Is it still you? Asked before what must not happen at a machine that somebody walked away from."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from carecoord.access import own_forms

View = Callable[..., HttpResponse]


def recently(request: HttpRequest) -> bool:
    """Whether the person signed in, or proved again that it is them, within the last five minutes.

    A PIN unlocks a page and leaves no record here: it is never enough.
    """
    if not request.user.is_authenticated:
        return False
    times = [record["at"] for record in get_authentication_records(request, request.user)]
    return bool(times) and time.time() - max(times) < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def ask_again(back: str) -> HttpResponse:
    """The page that asks for it, and leads on to ``back``."""
    return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}")


def requires_recent_sign_in(view: View) -> View:
    """Ask first whether it is still them, then lead back to the page. Stand it on GET and POST alike.

    What was typed is kept as a draft, encrypted: the library would write the form into the session's row.
    """

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if recently(request):
            return view(request, *args, **kwargs)
        back = request.get_full_path()
        if request.method == "POST" and (opened := own_forms.opened(request)):
            own_forms.keep(request, opened)
            back = opened.path
        return ask_again(back)

    return asked
