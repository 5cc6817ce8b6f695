"""Places and their rooms: where services are, and where clinics are held."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from pathways.pages.caseload import sites_of
from pathways.views.her import posted
from referrals import places as verbs
from referrals.forms.places import PlaceForm
from referrals.models import Place, Room
from referrals.views.keeping import own_site, saved
from referrals.wording.services import access_in_words


@requires(Ability.KEEP_SERVICES)
@require_safe
def places(request: StaffRequest) -> HttpResponse:
    """The places of a site, each with its rooms."""
    site = own_site(request)
    in_order = Prefetch("rooms", Room.objects.order_by("name"))
    rows = Place.objects.filter(site=site).prefetch_related(in_order).order_by("name")
    context = {
        "site": site,
        "sites": [(each.name, f"?site={each.code}", each == site) for each in sites_of(request.user)],
        "places": [(row, access_in_words(row.access)) for row in rows],
    }
    return render(request, "referrals/places.html", context)


@requires(Ability.KEEP_SERVICES)
@get_or_post
def add(request: StaffRequest) -> HttpResponse:
    """Write down a place of one of the reader's sites."""
    new = Place(site=own_site(request))
    form = PlaceForm(posted(request), place=new, rooms=[])
    if saved(request, form, lambda: verbs.add_place(new.site, form.values, form.more, by=request.user)):
        return _back_to_list(request, new)
    return _asked(request, form, new, "Add a place")


@requires(Ability.KEEP_SERVICES)
@get_or_post
def change(request: StaffRequest, pk: int) -> HttpResponse:
    """Change a place, name its rooms, add some."""
    rows = Place.objects.filter(site__in=request.user.site_ids).select_related("site")
    row = get_object_or_404(rows, pk=pk)
    form = PlaceForm(posted(request), place=row, rooms=list(row.rooms.order_by("name")))

    def changed() -> Place:
        return verbs.change_place(row, form.values, form.names, form.more, seen=form.sight, by=request.user)

    if saved(request, form, changed):
        return _back_to_list(request, row)
    return _asked(request, form, row, f"Change {row}")


def _back_to_list(request: StaffRequest, row: Place) -> HttpResponse:
    messages.success(request, "Saved.")
    return redirect(_list(row))


def _asked(request: StaffRequest, form: PlaceForm, row: Place, title: str) -> HttpResponse:
    words = {"title": title, "button": "Save it", "back": _list(row), "back_words": "Back to places and rooms"}
    return render(request, "referrals/keeping_form.html", {"form": form, "site": row.site, **words})


def _list(row: Place) -> str:
    return f"{reverse('places')}?site={row.site.code}"
