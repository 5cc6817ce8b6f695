"""Who holds which post of the ladders at a site, and when."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from carecoord.access.models import User
from carecoord.refused import Refused
from carecoord.sites.models import Site
from pathways.alerting.posts import end_post, give_post
from pathways.forms.duty import DutyForm
from pathways.models import DutyPost
from pathways.pages.caseload import sites_of
from pathways.pages.duty import duty_page, hours_in_words, staff_of
from pathways.views.her import posted
from pathways.wording.entries import time_in_words


@requires(Ability.SEE_HANDOFFS)
@require_safe
def duty(request: StaffRequest) -> HttpResponse:
    """Whom each level of each ladder would reach at this hour, and who holds which post."""
    now = clock.now()
    site = _site(request)
    context = {
        "page": duty_page(site, now),
        "site": site,
        "sites": [(each.name, f"?site={each.code}", each == site) for each in sites_of(request.user)],
        "at": time_in_words(now),
        "may_edit": Ability.MANAGE_DUTY in request.user.abilities,
    }
    return render(request, "pathways/duty.html", context)


@requires(Ability.MANAGE_DUTY)
@get_or_post
def add(request: StaffRequest) -> HttpResponse:
    """Give somebody a post."""
    site = _site(request)
    form = DutyForm(posted(request), people=staff_of(site), initial={"post": request.GET.get("post", "")})
    if request.method == "POST" and form.is_valid():
        user = User.objects.get(pk=form.cleaned_data["user"])
        try:
            row = give_post(site, form.post_held, user, form.hours, by=request.user)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"{user} is {row.post}: {hours_in_words(row)}.")
            return redirect(f"{reverse('duty')}?site={site.code}")
    return render(request, "pathways/duty_add.html", {"form": form, "site": site})


@requires(Ability.MANAGE_DUTY)
@get_or_post
def end(request: StaffRequest, pk: int) -> HttpResponse:
    """Somebody no longer holds a post, after asking."""
    rows = DutyPost.objects.filter(site__in=request.user.site_ids).select_related("user", "site")
    row = get_object_or_404(rows, pk=pk)
    back = f"{reverse('duty')}?site={row.site.code}"
    if request.method == "POST":
        end_post(row, by=request.user)
        messages.success(request, f"{row.user} is no longer {row.post}.")
        return redirect(back)
    context = {
        "title": f"End it: {row.user} as {row.post}?",
        "text": "The ladder then tells whoever else holds this post, or the next level. What began today ends tonight.",
        "yes": "Yes, end it",
        "back": back,
        "here": request.path,
    }
    return render(request, "pathways/asked.html", context)


def _site(request: StaffRequest) -> Site:
    """The site that the address names, of those where the reader works; else the first."""
    sites = sites_of(request.user)
    return next((site for site in sites if site.code == request.GET.get("site")), sites[0])
