"""What the pages about one woman share: finding her journey, her banner, the way back to it.

Whoever is shown a woman comes through here, and is written down: ``her_journey`` for her record, ``shown`` for lists.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.http import Http404, QueryDict
from django.urls import reverse

from carecoord import clock
from carecoord.access.middleware import StaffRequest
from carecoord.audit.reads import LISTED, record_read
from pathways.models import Journey
from pathways.pages.identity import banner
from pathways.pages.journey import with_people
from pathways.visibility import first_with_labels, journeys_visible_to


def her_journey(request: StaffRequest, pk: int) -> Journey:
    """The journey, if its reader may open it; 404 just as for one that is not there. Written down as a look at her."""
    return _loaded(request, pk=pk)


def her_latest_journey(request: StaffRequest, pk: int) -> Journey:
    """Of the woman with that id; 404 for one whom the reader may not see, just as for one who is not there."""
    return _loaded(request, woman=pk)


def _loaded(request: StaffRequest, **which: int) -> Journey:
    journeys = with_people(journeys_visible_to(request.user), request.user).filter(**which).order_by("-number")
    journey = first_with_labels(journeys, request.user)
    if journey is None:
        raise Http404
    shown(request, [journey.woman_id], purpose="")
    return journey


def shown(request: StaffRequest, women: Collection[int], *, purpose: str = LISTED) -> None:
    """Write down that this page shows these women (ids). Without the entry there is no page."""
    record_read(request.user, women, page=route_of(request), purpose=purpose)


def route_of(request: StaffRequest) -> str:
    """The name of the page's route."""
    return (request.resolver_match.view_name if request.resolver_match else "") or request.path


def around_her(journey: Journey) -> dict[str, Any]:
    """Context of every page about her: ``journey``, her ``banner`` and ``her_url``."""
    return {
        "journey": journey,
        "banner": banner(journey, clock.now()),
        "her_url": reverse("journey", args=[journey.pk]),
    }


def posted(request: StaffRequest) -> QueryDict | None:
    """What was sent, also when it is empty; None while the form is only being opened."""
    return request.POST if request.method == "POST" else None
