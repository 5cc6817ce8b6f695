"""The list of a clinic's day, on paper."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from pathways.views.her import shown
from referrals.pages.day_list import list_of
from referrals.pages.days import clinics_of


@requires(Ability.SEE_CLINICS)
@require_safe
def day_list(request: StaffRequest, pk: int) -> HttpResponse:
    """One day of one place, for the printer; every woman whose initials stand on it is written down as shown."""
    found = list_of(get_object_or_404(clinics_of(request.user), pk=pk), request.user, clock.now())
    shown(request, found.women)
    return render(request, "referrals/day_list.html", {"list": found})
