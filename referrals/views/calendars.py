"""Calendars: the addresses that somebody subscribes to, and what a calendar program reads there."""

from __future__ import annotations

from hashlib import sha256

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_POST, require_safe

from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from referrals.calendars import end_feed, make_feed, read_feed
from referrals.forms.calendars import FeedForm
from referrals.models import Feed
from referrals.pages.calendars import calendars_of

KIND = "text/calendar; charset=utf-8"
NOTHING = "There is no calendar at this address. Make a new one in CareCoord, under Clinics.\n"


@requires(Ability.SEE_CLINICS)
@require_safe
def calendars(request: StaffRequest) -> HttpResponse:
    """Which calendars there are, and which of them have an address."""
    return render(request, "referrals/calendars.html", {"calendars": calendars_of(request.user)})


@requires(Ability.SEE_CLINICS)
@require_POST
def make(request: StaffRequest) -> HttpResponse:
    """Make an address, in place of the one before; shown on this answer and never again."""
    form = FeedForm(request.POST, reader=request.user)
    if not form.is_valid():
        messages.error(request, str(form.errors["place"][0]))
        return redirect("calendars")
    place = form.cleaned_data["place"]
    address = request.build_absolute_uri(reverse("feed", args=[make_feed(place, by=request.user)]))
    made = {"address": address, "subscribe": f"webcal:{address.partition(':')[2]}", "of": place}
    return render(request, "referrals/calendars.html", {"calendars": calendars_of(request.user), "made": made})


@requires(Ability.SEE_CLINICS)
@require_POST
def end(request: StaffRequest, pk: int) -> HttpResponse:
    """Its address opens nothing from now on."""
    end_feed(get_object_or_404(Feed, pk=pk, user=request.user), by=request.user)
    messages.success(request, "Ended. Calendars that read this address get nothing more.")
    return redirect("calendars")


@login_not_required
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar behind an address, for whoever has it. Unknown, renewed, ended, a leaver's: one answer."""
    text = read_feed(token)
    if text is None:
        return _kept_private(HttpResponseNotFound(NOTHING, content_type="text/plain; charset=utf-8"))
    response = _kept_private(HttpResponse(text, content_type=KIND))
    response["Content-Disposition"] = 'inline; filename="calendar.ics"'
    etag = f'"{sha256(text).hexdigest()[:32]}"'
    response["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response


def _kept_private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-cache"  # kept by the one program that asks, which asks again each time
    response["X-Robots-Tag"] = "noindex"
    return response
