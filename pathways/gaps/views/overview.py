"""Where care breaks: all measures, all sites, on one page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from pathways.gaps.pages.overview import overview
from pathways.gaps.panels import ON_THE_OVERVIEW


@requires(Ability.SEE_GAPS)
@require_safe
def gaps(request: StaffRequest) -> HttpResponse:
    """The overview of sites × measures; ``site`` (repeated) chooses among the sites."""
    page = overview(request.GET.getlist("site"))
    panels = ON_THE_OVERVIEW.filled(page.sites, request.user, clock.now())
    return render(request, "gaps/overview.html", {"page": page, "panels": panels})
