"""The privacy officer's first screen, and looking into one unusual access."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from carecoord.audit.forms import LookedIntoForm
from carecoord.audit.panels import SCREEN
from carecoord.audit.review import look_into, unusual_access

LARGEST = 2**63 - 1  # that the database can hold


@requires(Ability.REVIEW_ACCESS)
@require_safe
def privacy(request: StaffRequest) -> HttpResponse:
    """Every registered panel, for the reader's own sites. Women stand on it by reference number alone."""
    now = clock.now()
    panels = SCREEN.filled(request.user, now)
    return render(request, "audit/privacy.html", {"at": now, "panels": panels, "site": request.user.site_in_words})


@requires(Ability.REVIEW_ACCESS)
@require_http_methods(["GET", "HEAD", "POST"])
def unusual(request: StaffRequest, pk: int) -> HttpResponse:
    """Write down what was found about one unusual access; then it leaves the list."""
    rows = unusual_access(request.user, clock.now(), only=pk).rows if pk <= LARGEST else []
    if not rows:
        raise Http404
    form = LookedIntoForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if look_into(pk, form.cleaned_data["outcome"], form.cleaned_data["note"]):
            messages.success(request, "Written down. It has left the list.")
            return redirect("privacy")
        form.add_error(None, "This is about you: somebody else has to look into it.")
    return render(request, "audit/unusual.html", {"row": rows[0], "form": form})
