"""Looking at clinics: the days to come, one day, and who is to be told that something was cancelled."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from carecoord.refused import Refused
from pathways.views.her import shown
from referrals import cancelling
from referrals.pages import days as query
from referrals.pages.day import day_of
from referrals.pages.to_tell import lines_for, to_tell_count
from referrals.panels import BESIDE_A_DAY
from referrals.wording.clinics import long_day


@requires(Ability.SEE_CLINICS)
@require_safe
def clinics(request: StaffRequest) -> HttpResponse:
    """The days of four weeks at the reader's sites; ``from`` names another Monday."""
    page = query.days_from(_day(request.GET.get("from", "")), request.user.site_ids)
    context = {
        "page": page,
        "span": f"{clock.day_in_words(page.since)} to {clock.day_in_words(page.until)}",
        "is_now": page.since <= clock.today() <= page.until,
        "many_sites": len(request.user.site_ids) > 1,
        "may_keep": Ability.KEEP_CLINICS in request.user.abilities,
        "to_tell": to_tell_count(request.user),
        "waiting_url": reverse("waiting") if Ability.BOOK in request.user.abilities else "",
    }
    return render(request, "referrals/clinics.html", context)


@requires(Ability.SEE_CLINICS)
@require_safe
def clinic(request: StaffRequest, pk: int) -> HttpResponse:
    """One day of one place; ``her`` is the journey to highlight, ``as=list`` shows it by time."""
    found = get_object_or_404(query.clinics_of(request.user), pk=pk)
    day = day_of(found, request.user, chosen=_number(request.GET.get("her", "")))
    shown(request, day.women)
    before, after = query.beside(found)
    context = {
        "day": day,
        "clinic": found,
        "title": long_day(found.on),
        "before": before,
        "after": after,
        "as_list": request.GET.get("as") == "list",
        "her": f"&her={day.chosen.who.journey}" if day.chosen else "",
        "may_keep": Ability.KEEP_CLINICS in request.user.abilities,
        "panels": BESIDE_A_DAY.filled(day, request.user),
        "attendance_url": reverse("attendance", args=[found.pk]) if Ability.BOOK in request.user.abilities else "",
    }
    return render(request, "referrals/clinic.html", context)


@requires(Ability.BOOK)
@require_safe
def to_tell(request: StaffRequest) -> HttpResponse:
    """The women whose appointment we cancelled, and who do not know yet."""
    lines = lines_for(request.user)
    shown(request, sorted({each.woman for each in lines}))
    return render(request, "referrals/to_tell.html", {"lines": lines})


@requires(Ability.BOOK)
@require_POST
def told(request: StaffRequest, pk: int) -> HttpResponse:
    """Somebody told her."""
    appointment = next((each.appointment for each in lines_for(request.user) if each.appointment.pk == pk), None)
    if appointment is None:
        raise Http404
    try:
        cancelling.told(appointment, by=request.user)
    except Refused as refused:
        messages.info(request, refused.sentence)
    else:
        messages.success(request, "Written down: she knows.")
    return redirect("clinics_to_tell")


def _day(text: str) -> date:
    try:
        return clock.parse_date(text)
    except ValueError:
        return clock.today()


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("9" * 18) else None
