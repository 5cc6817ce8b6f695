"""A form belongs to whoever opened it.

At a shared machine one person opens a form, another signs in in the next tab, and the first tab is sent. Every form
carries, beside Django's CSRF token, who opened it and where (``opened_by``, signed). The CSRF token changes with
whoever signs in or comes back, so the stale form is refused by Django; this module then says whose it was and keeps
the text for them. A form that slips past that check is refused by comparing the two names (door.py). Nothing is ever
written for the wrong person.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from carecoord.access import drafts
from carecoord.access.models import SignIn, User

FIELD = "opened_by"
HEADER = "X-Opened-By"
_SALT = "carecoord.access.own_forms"
_TOKENS = ("csrfmiddlewaretoken", FIELD)


@dataclass(frozen=True)
class Opened:
    """Who opened a form, in which sign-in, on which page; ``opening`` tells one loading of the page from another."""

    user_id: int
    sign_in_id: int
    path: str
    opening: str


def token(request: HttpRequest) -> str:
    """What a form says about who opened it; empty where nobody is signed in."""
    sign_in = getattr(request, "sign_in", None)
    if sign_in is None:
        return ""
    by = opened(request) if request.method == "POST" else None
    # A page that says what has to be put right, or sends the form once more, is still the same opening of it.
    is_same = by is not None and by.user_id == sign_in.user_id and not by.path.startswith(drafts.NEVER_BELOW)
    path, opening = (by.path, by.opening) if by and is_same else (request.get_full_path(), secrets.token_hex(4))
    return signing.dumps([sign_in.user_id, sign_in.pk, path, opening], salt=_SALT)


def opened(request: HttpRequest) -> Opened | None:
    """Who opened the form that was sent; None where it does not say, or somebody altered it."""
    sent = request.POST.get(FIELD) or request.headers.get(HEADER, "")
    try:
        return Opened(*signing.loads(sent, salt=_SALT))
    except (signing.BadSignature, TypeError):
        return None


def is_foreign(request: HttpRequest) -> bool:
    """Whether somebody else opened the form that was sent."""
    found = opened(request) if request.method not in ("GET", "HEAD", "OPTIONS", "TRACE") else None
    return found is not None and found.user_id != request.user.pk


def keep(request: HttpRequest, by: Opened) -> bool:
    """Keep the text of a form that was not accepted, for whoever opened it; False where there was none."""
    fields = [
        [name, value]
        for name, values in request.POST.lists()
        for value in values
        if name not in _TOKENS and isinstance(value, str)
    ]
    sign_in = SignIn.objects.filter(pk=by.sign_in_id, user=by.user_id).first()
    if sign_in is None or by.path.startswith(drafts.NEVER_BELOW):
        return False
    before = request.POST.get(drafts.RESTORED, "")
    if request.path == drafts.SAVE_PATH:
        return drafts.save_sent(sign_in, by.path, by.opening, request.POST.get("data", ""), instead_of=before)
    return drafts.save(sign_in, by.path, by.opening, {request.path: fields}, instead_of=before)


def refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The answer to a form that is not taken: whose it was, and that nothing was saved (CSRF_FAILURE_VIEW)."""
    by = opened(request)
    if by is None or (by.user_id == request.user.pk and request.path.startswith(drafts.NEVER_BELOW)):
        return render(request, "403_csrf.html", status=403)
    opener = User.objects.filter(pk=by.user_id).first()
    if opener is None:  # nobody here: a browser that was left open while another database was put in place
        return render(request, "403_csrf.html", status=403)
    kept = keep(request, by)
    if not request.user.is_authenticated or opener.pk != request.user.pk:
        return render(request, "account/opened_by_other.html", {"opener": opener, "kept": kept}, status=403)
    fields = [(name, value) for name, values in request.POST.lists() for value in values if name not in _TOKENS]
    again = {"fields": fields, "path": request.get_full_path(), "page": by.path, "files": bool(request.FILES)}
    return render(request, "account/send_again.html", again, status=403)
