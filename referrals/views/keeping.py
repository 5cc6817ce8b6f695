"""Keeping the directory: a service is added, changed, confirmed, ended."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from carecoord.access.models import Team
from carecoord.formfields import CareForm
from carecoord.refused import Refused
from carecoord.sites.models import Site
from pathways.pages.caseload import sites_of
from pathways.seen import Changed
from pathways.views.her import posted
from referrals import directory as verbs
from referrals.forms.services import EndServiceForm, KeepingForm, ServiceForm
from referrals.models import Service
from referrals.pages.directory import standing_services

_END = (
    "No referral can be sent here any more. Every open one goes back to who sent it, today and with this reason. "
    "Appointments here are cancelled by us, and her midwife is asked to tell each woman."
)


@requires(Ability.KEEP_SERVICES)
@get_or_post
def add(request: StaffRequest) -> HttpResponse:
    """Write down a service of one of the reader's sites, or that there is none."""
    site = own_site(request)
    new = Service(site=site, kind=request.GET.get("kind", ""), exists=request.GET.get("exists", ""))
    form = _form(request, new)
    if saved(request, form, lambda: verbs.add_service(site, form.values, by=request.user)):
        messages.success(request, "It is in the directory.")
        return redirect(_list(site))
    return _asked(request, form, new, "Add a service", "Save it")


@requires(Ability.KEEP_SERVICES)
@get_or_post
def change(request: StaffRequest, pk: int) -> HttpResponse:
    """Change what stands of a service."""
    row = _own(request, pk)
    form = _form(request, row)
    if saved(request, form, lambda: verbs.change_service(row, form.values, seen=form.sight, by=request.user)):
        messages.success(request, f"Saved, and confirmed on {clock.day_in_words(clock.today())}.")
        return redirect("service", row.pk)
    return _asked(request, form, row, f"Change {row}", "Save it")


@requires(Ability.KEEP_SERVICES)
@require_POST
def confirm(request: StaffRequest, pk: int) -> HttpResponse:
    """Somebody asked them: it is still right."""
    row = _own(request, pk)
    try:
        verbs.confirm_service(row, by=request.user)
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, f"{row}: confirmed on {clock.day_in_words(clock.today())}.")
    return redirect("service", row.pk)


@requires(Ability.KEEP_SERVICES)
@get_or_post
def end(request: StaffRequest, pk: int) -> HttpResponse:
    """A service closes: its open referrals come back to who sent them."""
    row = _own(request, pk)
    form = EndServiceForm(posted(request))
    if saved(request, form, lambda: verbs.end_service(row, form.cleaned_data["why"], by=request.user)):
        messages.success(request, f"{row} has ended. Its open referrals go back to who sent them today.")
        return redirect(_list(row.site))
    return _asked(request, form, row, f"{row} has closed", "It has closed", lead=_END)


def saved(request: StaffRequest, form: KeepingForm, verb: Callable[[], object]) -> bool:
    """Whether the form was sent and ``verb`` did it. What it refuses stands in the form, with what stands now."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        verb()
    except Changed as changed:
        form.refuse_changed(changed)
    except Refused as refused:
        form.refuse(refused)
    else:
        return True
    return False


def own_site(request: StaffRequest) -> Site:
    """The site that the address names, of those where the reader works; else their first."""
    sites = sites_of(request.user)
    return next((site for site in sites if site.code == request.GET.get("site")), sites[0])


def _own(request: StaffRequest, pk: int) -> Service:
    """A service that the reader may keep; 404 for another site's, which they may only read."""
    row = get_object_or_404(standing_services(), pk=pk)
    if row.site_id not in request.user.site_ids:
        raise Http404
    return row


def _form(request: StaffRequest, row: Service) -> ServiceForm:
    teams = Team.objects.filter(site=row.site).exclude(kind=Team.Kind.MANAGEMENT).order_by("name")
    return ServiceForm(posted(request), service=row, teams=list(teams), places=list(row.site.places.order_by("name")))


def _asked(
    request: StaffRequest, form: CareForm, row: Service, title: str, button: str, **context: str
) -> HttpResponse:
    """The page with the form. The browser's title names no service: it stays in the history."""
    known = reverse("service", args=[row.pk]) if row.pk else _list(row.site)
    back = {"back": known, "back_words": f"Back to {row}" if row.pk else "Back to the services"}
    context = {"title": title, "button": button, **back, **context}
    return render(request, "referrals/keeping_form.html", {"form": form, "site": row.site, **context})


def _list(site: Site) -> str:
    return f"{reverse('services')}?site={site.code}"
