"""The address of the product itself: leads on to the first screen of the reader's role."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect

from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires


@requires(Ability.SEE_HANDOFFS)
def first_screen(request: StaffRequest) -> HttpResponse:
    """The caseload, the ward, the gaps, the privacy officer's screen for whoever works there; else the handoffs."""
    if Ability.SEE_CASELOAD in request.user.abilities:
        return redirect("caseload")
    if Ability.WORK_ON_WARD in request.user.abilities:
        return redirect("wards")
    if Ability.SEE_GAPS in request.user.abilities:
        return redirect("gaps")
    return redirect("privacy" if Ability.REVIEW_ACCESS in request.user.abilities else "handoffs")
