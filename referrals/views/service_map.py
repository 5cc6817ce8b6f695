"""The map of services, for whoever sees where care breaks between sites: on a page, and as a file of the same rows."""

from __future__ import annotations

from io import StringIO

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from carecoord.csvfiles import SafeWriter
from referrals.pages.service_map import lines_of, service_map


@requires(Ability.SEE_GAPS)
@require_safe
def service_map_page(request: StaffRequest) -> HttpResponse:
    """What there is for each need at each site, and what became of referrals to it."""
    context = {
        "page": service_map(clock.today()),
        "may_look": Ability.SEE_SERVICES in request.user.abilities,
    }
    return render(request, "referrals/service_map.html", context)


@requires(Ability.SEE_GAPS)
@require_safe
def service_map_csv(request: StaffRequest) -> HttpResponse:
    """The rows of the page as CSV."""
    file = StringIO()
    writer = SafeWriter(file)
    for line in lines_of(service_map(clock.today())):
        writer.row(line)
    response = HttpResponse(file.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="services.csv"'
    return response
