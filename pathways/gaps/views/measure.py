"""One measure in depth."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from pathways.gaps.charts.cache import all_drawn
from pathways.gaps.measures import BY_KEY
from pathways.gaps.pages.choice import chosen
from pathways.gaps.pages.measure import measure_page
from pathways.gaps.panels import ON_A_MEASURE


@requires(Ability.SEE_GAPS)
@require_safe
def gap(request: StaffRequest, measure: str) -> HttpResponse:
    """One measure; ``line`` chooses one of its lines, ``site`` whose chart over time is shown."""
    line = request.GET.get("line", "")
    if measure == "M25" and not line:
        return redirect("gaps_missed")
    choice = chosen(BY_KEY[measure], line) if measure in BY_KEY else None
    if choice is None:
        raise Http404
    page = measure_page(choice, request.GET.get("site", ""), request.user.site_ids)
    charts = {
        name: part.chart
        for name, part in (("over_time", page.over_time), ("across", page.across), ("hours", page.hours))
        if part and part.chart
    }
    drawings = dict(zip(charts, all_drawn(list(charts.values())), strict=True))
    panels = ON_A_MEASURE.filled(page, request.user, clock.now())
    return render(request, "gaps/measure.html", {"page": page, "drawings": drawings, "panels": panels})
