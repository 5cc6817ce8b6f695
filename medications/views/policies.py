"""The texts of local policy of the reader's sites."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, for_all_staff
from carecoord.sites.definitions import POLICY_KEYS
from carecoord.sites.models import Site


@dataclass(frozen=True)
class OfSite:
    """A site's texts by key, those past review first; and the keys without one."""

    site: Site
    texts: list[str]
    missing: list[str]
    expired: int


@for_all_staff
@require_safe
def policies(request: StaffRequest) -> HttpResponse:
    """Every text with its owner, version and review date; what is past review, and what is missing."""
    today = clock.today()
    sites = Site.objects.filter(pk__in=request.user.site_ids).order_by("name")
    context = {"sites": [of_site(site, today) for site in sites], "today": today}
    context["sees_wards"] = Ability.SEE_WARD in request.user.abilities
    return render(request, "medications/policies.html", context)


def of_site(site: Site, today: date) -> OfSite:
    """What one site has, and what it lacks."""
    found = {key: text for key in POLICY_KEYS if (text := site.definition.policy(key))}
    expired = [key for key, text in found.items() if text.is_expired(today)]
    texts = [*expired, *(key for key in found if key not in expired)]
    return OfSite(site, texts, [key for key in POLICY_KEYS if key not in found], len(expired))
