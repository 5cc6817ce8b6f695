"""Figures for machines, and the page that says the same to managers."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from carecoord.watching.counting import counted
from carecoord.watching.gauges import now
from carecoord.watching.system import checks

LOOPBACK = ("127.0.0.1", "::1")


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures as Prometheus reads them: for whoever has the token; in the demonstration, for this machine."""
    if not _may_ask(request):
        words = "Ask with the token of METRICS_TOKEN: Authorization: Bearer …\n"
        return HttpResponse(words, status=403, content_type="text/plain; charset=utf-8")
    return HttpResponse(generate_latest(now()) + counted(), content_type=CONTENT_TYPE_LATEST)


@requires(Ability.SEE_SYSTEM)
@require_safe
def system(request: StaffRequest) -> HttpResponse:
    """Whether the product does its work, and what to do where it does not."""
    at = clock.now()
    found = checks(request.user, at)
    context = {"checks": found, "at": at, "all_well": all(check.is_well for check in found)}
    return render(request, "watching/system.html", context)


def _may_ask(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").encode()
        return hmac.compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode())
    return not settings.PRODUCTION and request.META.get("REMOTE_ADDR") in LOOPBACK
