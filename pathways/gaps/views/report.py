"""The quarterly report, as PDF and CSV. Nothing of a woman is in it; who took it is in the log."""

from __future__ import annotations

import logging

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from pathways.gaps.measures import BY_KEY
from pathways.gaps.report.content import content_of
from pathways.gaps.report.quarters import Reported, quarter, quarters
from pathways.gaps.report.rows import csv_of
from pathways.gaps.report.told import IN_REPORTS, told_then
from pathways.gaps.views.aims import own_site
from pathways.pages.caseload import sites_of

log = logging.getLogger(__name__)


@requires(Ability.SEE_GAPS)
@require_safe
def reports(request: StaffRequest) -> HttpResponse:
    """The quarters of which a report can be had."""
    return render(request, "gaps/reports.html", {"quarters": quarters(), "sites": sites_of(request.user)})


@requires(Ability.SEE_GAPS)
@require_safe
def report_pdf(request: StaffRequest, year: int, number: int) -> HttpResponse:
    """The report of a quarter, with a first page about a site of the reader's: the one that ``site`` names."""
    from pathways.gaps.report.pdf import pdf_of

    asked, site = _asked(year, number), own_site(request)
    file = pdf_of(content_of(asked, site, told_then(asked)))
    return _taken(request, file, "application/pdf", f"gaps-{asked.key}-{site.code.lower()}.pdf")


@requires(Ability.SEE_GAPS)
@require_safe
def report_csv(request: StaffRequest, year: int, number: int) -> HttpResponse:
    """The numbers of the same report."""
    asked = _asked(year, number)
    file = csv_of(told_then(asked), IN_REPORTS)
    return _taken(request, file.encode(), "text/csv; charset=utf-8", f"gaps-{asked.key}.csv")


@requires(Ability.SEE_GAPS)
@require_safe
def measure_csv(request: StaffRequest, measure: str) -> HttpResponse:
    """Every number of one measure, as it was told."""
    counted = BY_KEY.get(measure)
    if counted not in IN_REPORTS:
        raise Http404
    file = csv_of(told_then(None, [counted]), [counted], each_block=True)
    return _taken(request, file.encode(), "text/csv; charset=utf-8", f"gaps-{counted.key.lower()}.csv")


def _asked(year: int, number: int) -> Reported:
    """404 where there is no report of that quarter."""
    found = quarter(year, number)
    if found is None:
        raise Http404
    return found


def _taken(request: StaffRequest, file: bytes, kind: str, name: str) -> HttpResponse:
    log.info("%s was taken by account %s", name, request.user.pk)
    return HttpResponse(file, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
