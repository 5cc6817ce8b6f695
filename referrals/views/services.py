"""The directory of services: looking through it, for anybody or for one woman, and one service."""

from __future__ import annotations

from dataclasses import asdict
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from carecoord.sites.models import Site
from pathways.pages.caseload import sites_of
from pathways.views.her import around_her, her_journey
from referrals.forms.services import SearchForm
from referrals.pages.directory import card_of, directory_of, kinds_for, services_with_names
from referrals.pages.her_facts import her_as_recorded
from referrals.rules.fit import Her

CARRIED = ("instead_of", "handoff")  # what a referral is for, by id: it goes along to the page that sends it


@requires(Ability.SEE_SERVICES)
@require_safe
def services(request: StaffRequest) -> HttpResponse:
    """What exists at a site, for whom, and what does not; of a need, also what there is elsewhere."""
    sites = list(Site.objects.order_by("name"))
    site = _site(request, sites)
    form = SearchForm(request.GET)
    context = {
        "form": form,
        "site": site,
        "sites": [(each.name, _at(request, each), each == site) for each in sites],
        "found": directory_of(site, kinds_for(form.area), form.her, clock.now()),
        "searched": bool(form.area or form.her != Her()),
        "clear_url": f"{request.path}?site={site.code}",
        "may_keep": _may_keep(request, site),
    }
    return render(request, "referrals/services.html", context)


@requires(Ability.SEE_SERVICES)
@require_safe
def service(request: StaffRequest, pk: int) -> HttpResponse:
    """Everything that is known of one service, also after it has ended: referrals to it stay."""
    row = get_object_or_404(services_with_names(), pk=pk)
    may_keep = _may_keep(request, row.site) and not row.ended_on
    context = {"card": card_of(row, Her(), clock.now()), "may_keep": may_keep}
    return render(request, "referrals/service.html", context)


@requires(Ability.REFER)
@require_safe
def services_for_her(request: StaffRequest, pk: int) -> HttpResponse:
    """The directory of her site, looked through for her: what the record says of her stands chosen."""
    her = her_journey(request, pk)
    recorded = her_as_recorded(her)
    ticked = [name for name, holds in asdict(recorded).items() if holds]
    carried = {name: request.GET[name] for name in CARRIED if request.GET.get(name, "").isdecimal()}
    asked = "asked" in request.GET  # else the page was opened by a link, and nobody has unticked anything
    form = SearchForm(request.GET if asked else {"whom": ticked, "need": request.GET.get("need", "")})
    declined = her.referrals.select_related("service").filter(pk=carried.get("instead_of", 0)).first()
    of_its_kind = (declined.service.kind,) if declined and not form.area else ()
    context = {
        **around_her(her),
        "form": form,
        "site": her.site,
        "found": directory_of(
            her.site,
            of_its_kind or kinds_for(form.area),
            form.her,
            clock.now(),
            but_not=declined.service if declined else None,
        ),
        "searched": asked or bool(of_its_kind),
        "clear_url": f"{request.path}?{urlencode(carried)}",
        "carried": carried.items(),
        "refer_query": urlencode(carried),
        "instead_of": declined,
    }
    return render(request, "referrals/services_for_her.html", context)


def _site(request: StaffRequest, sites: list[Site]) -> Site:
    """The site that the address names; else the reader's own."""
    asked = next((site for site in sites if site.code == request.GET.get("site")), None)
    return asked or sites_of(request.user)[0]


def _at(request: StaffRequest, site: Site) -> str:
    """The same search at another site."""
    query = request.GET.copy()
    query["site"] = site.code
    return f"?{query.urlencode()}"


def _may_keep(request: StaffRequest, site: Site) -> bool:
    return Ability.KEEP_SERVICES in request.user.abilities and site.pk in request.user.site_ids
