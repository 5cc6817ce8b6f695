"""Where care breaks: all measures, all sites; missed handoffs; late entry; after a separation; the definitions."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from pathways.gaps.measures import ALL
from pathways.gaps.pages.apart import apart
from pathways.gaps.pages.definition import RULE, definition
from pathways.gaps.pages.late_entry import late_entry
from pathways.gaps.pages.missed import missed
from pathways.gaps.pages.overview import overview
from pathways.gaps.panels import ON_THE_OVERVIEW
from pathways.gaps.reading import last_told
from pathways.gaps.report.quarters import quarters


@requires(Ability.SEE_GAPS)
@require_safe
def gaps(request: StaffRequest) -> HttpResponse:
    """The overview of sites × measures; ``site`` (repeated) chooses among the sites.

    The numbers are the same for every reader, and change when more is told, four times a year: the template keeps them
    until then, though for no longer than a quarter of an hour, since a site may be added. What other parts of the
    product show below is kept for this reader alone, for a minute.
    """
    chosen = request.GET.getlist("site")
    page = SimpleLazyObject(lambda: overview(chosen))
    context = {
        "chosen": ",".join(sorted(chosen)),
        "told": last_told(),
        "page": page,
        "panels": SimpleLazyObject(lambda: ON_THE_OVERVIEW.filled(page.sites, request.user, clock.now())),
        "latest": SimpleLazyObject(lambda: next(iter(quarters()), None)),
    }
    return render(request, "gaps/overview.html", context)


@requires(Ability.SEE_GAPS)
@require_safe
def gaps_missed(request: StaffRequest) -> HttpResponse:
    """Missed handoffs by moment and site; ``site`` chooses as on the overview."""
    return render(request, "gaps/missed.html", {"page": missed(request.GET.getlist("site"))})


@requires(Ability.SEE_GAPS)
@require_safe
def gaps_late_entry(request: StaffRequest) -> HttpResponse:
    """Women who come late; ``site`` chooses as on the overview."""
    return render(request, "gaps/late_entry.html", {"page": late_entry(request.GET.getlist("site"))})


@requires(Ability.SEE_GAPS)
@require_safe
def gaps_apart(request: StaffRequest) -> HttpResponse:
    """What was there for women after a separation: all sites together."""
    return render(request, "gaps/apart.html", {"page": apart()})


@requires(Ability.SEE_GAPS)
@require_safe
def gaps_definitions(request: StaffRequest) -> HttpResponse:
    """What each measure counts."""
    return render(
        request, "gaps/definitions.html", {"definitions": [definition(measure) for measure in ALL], "rule": RULE}
    )
