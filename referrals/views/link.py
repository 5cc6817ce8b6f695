"""The page that a link opens, for somebody without an account. It signs nobody in and says nothing before the code.

An address that is not there, has expired, was used or ended, and a wrong code are answered alike, to the byte.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from carecoord import clock
from pathways.actions import Refused
from pathways.forms.once import OnceForm
from referrals.forms.link import AnswerForm
from referrals.linking import Asked, Key, answer, read
from referrals.looping import Stepping
from referrals.pages.shared import lines_of
from referrals.rules.loop import State

ACKNOWLEDGE, ANSWER = "acknowledge", "answer"


# Exempt: the page reads no cookie. Whoever sends its form holds the link and its code, or changes nothing.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer_link(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for the code; with it, show the request and take the answer."""
    if request.method != "POST":
        return _page("closed")
    if not ratelimit.consume(request, action="answer_link"):
        return _page("too_many", status=429)
    key, wanted = Key(token, request.POST.get("code", "")), request.POST.get("do")
    if wanted == ACKNOWLEDGE:
        return _acknowledged(request, key)
    return _answered(request, key) if wanted == ANSWER else _opened(key)


@login_not_required
@require_safe
def link_answered(request: HttpRequest) -> HttpResponse:
    """Thanks, to anybody: what was asked and answered is not said."""
    return _page("answered")


def _acknowledged(request: HttpRequest, key: Key) -> HttpResponse:
    form = OnceForm(request.POST)
    if form.is_valid():
        with suppress(Refused):  # it stands further on already, as the page says
            answer(key, Stepping(State.ACKNOWLEDGED, submission=form.cleaned_data["submission"]))
    return _opened(key)


def _answered(request: HttpRequest, key: Key) -> HttpResponse:
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            if answer(key, form.stepping):
                return _alone(redirect("link_answered"))
        except Refused as refused:
            form.refuse(refused)
    return _opened(key, form)


def _opened(key: Key, form: AnswerForm | None = None) -> HttpResponse:
    """The request, and the form for what is decided; the page for everything else where the key opens nothing."""
    asked = read(key)
    if asked is None:
        return _page("closed", refused=True)
    return _page(
        "opened",
        asked=asked,
        lines=lines_of(asked.facts, clock.now()),
        code=key.code,
        form=form or _answers(asked),
        acknowledge=OnceForm(auto_id="acknowledge_%s") if asked.state == State.SENT else None,
    )


def _answers(asked: Asked) -> AnswerForm:
    form = AnswerForm(initial={"name": asked.to_whom})
    form.fields["state"].choices = [(state.value, form.LABELS[state]) for state in asked.answers]  # type: ignore[attr-defined]
    return form


def _page(name: str, *, status: int = 200, **known: Any) -> HttpResponse:
    """One of the pages. Without the request: nothing of whoever is signed in, and no cookie."""
    return _alone(HttpResponse(render_to_string(f"referrals/link_{name}.html", known), status=status))


def _alone(response: HttpResponse) -> HttpResponse:
    """Where somebody goes from here never learns the address, and nobody indexes it."""
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
