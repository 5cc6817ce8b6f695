"""The page that she answers on: no sign-in, no name, no script, and nothing beside the questions.

An address that is not there, has expired, was used or ended is answered alike, to the byte.
"""

from __future__ import annotations

from typing import Any

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from pathways.gaps.engagement import answering
from pathways.gaps.engagement.forms import QuestionsForm
from pathways.gaps.rules.engagement.items import LABEL

ELSEWHERE = "https://www.bbc.co.uk/weather"  # where "leave this page" leads: a page that anybody may have open


# Exempt: the page reads no cookie. Whoever sends its form holds the key, or changes nothing.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: HttpRequest, key: str) -> HttpResponse:
    """The questions behind an address, and her answers."""
    if not ratelimit.consume(request, action="questions"):
        return _page("later", status=429)
    sheet = answering.questions(key)
    if sheet is None:
        return _page("closed")
    form = QuestionsForm(request.POST if request.method == "POST" else None, sheet=sheet)
    if form.is_bound and form.is_valid() and not form.is_blank:
        return _alone(redirect("questions_thanks")) if answering.answer(key, form.answers) else _page("closed")
    return _page("questions", form=form)


@login_not_required
@require_safe
def thanks(request: HttpRequest) -> HttpResponse:
    """Thanks, to anybody."""
    return _page("thanks")


def _page(name: str, *, status: int = 200, **known: Any) -> HttpResponse:
    """One of the pages. Without the request: nothing of whoever is signed in, and no cookie."""
    known |= {"label": LABEL, "elsewhere": ELSEWHERE}
    return _alone(HttpResponse(render_to_string(f"gaps/engagement/her_{name}.html", known), status=status))


def _alone(response: HttpResponse) -> HttpResponse:
    """Where she goes from here never learns the address, and nobody indexes or keeps it."""
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
