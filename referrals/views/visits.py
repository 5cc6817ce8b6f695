"""The pages of one visit: its card, agreed with her, and the slip that she takes home."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from pathways.actions import Refused
from pathways.models import Journey
from pathways.views.her import around_her, her_journey
from referrals.booking import confirm
from referrals.models import Appointment, Visit
from referrals.pages.sent_to_her import sent_to_her
from referrals.pages.slip import slip_of
from referrals.pages.visit import card_of


def her_visit(request: StaffRequest, pk: int) -> tuple[Journey, Visit]:
    """The visit and whose it is; 404 for one whose woman the reader may not see. Written down as a look at her."""
    visit = Visit.objects.select_related("place__site", "confirmed_by").filter(pk=pk).first()
    if visit is None:
        raise Http404
    return her_journey(request, visit.journey_id), visit


def standing_of(visit: Visit) -> QuerySet[Appointment]:
    """What of it is not cancelled."""
    return visit.appointments.exclude(state=Appointment.State.CANCELLED)


@requires(Ability.BOOK)
@require_safe
def visit(request: StaffRequest, pk: int) -> HttpResponse:
    """One visit: what she comes for, getting there, how it fits round her day, what is not on this trip."""
    her, found = her_visit(request, pk)
    now = clock.now()
    context = {**around_her(her), "card": card_of(her, found, request.user, now), "sent": sent_to_her(found, now)}
    return render(request, "referrals/visit.html", context)


@requires(Ability.BOOK)
@require_POST
def confirm_visit(request: StaffRequest, pk: int) -> HttpResponse:
    """She agreed to it."""
    _, found = her_visit(request, pk)
    try:
        confirm(found, by=request.user)
    except Refused as refused:
        messages.warning(request, refused.sentence)
    else:
        messages.success(request, "Written down: she agreed to it. Print her copy, if paper is safe for her.")
    return redirect("visit", found.pk)


@requires(Ability.BOOK)
@require_safe
def visit_slip(request: StaffRequest, pk: int) -> HttpResponse:
    """Her copy, to print: A4 in large print or A6 for a purse. It names no service unless that was chosen."""
    her, found = her_visit(request, pk)
    size = "a6" if request.GET.get("size") == "a6" else "a4"
    context = {
        **around_her(her),
        "slip": slip_of(her, found, names_services=request.GET.get("services") == "named"),
        "visit": found,
        "size": size,
        "sent": sent_to_her(found, clock.now()),
    }
    return render(request, "referrals/slip.html", context)
