"""What the pages about one woman share: finding her journey, her banner, the way back to it.

Whoever is shown a woman comes through here, and is written down: ``her_journey`` for her record, ``shown`` for lists.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import BigIntegerField
from django.http import Http404, QueryDict
from django.urls import reverse

from carecoord import clock
from carecoord.access.middleware import StaffRequest
from carecoord.access.models import GIVEN
from carecoord.audit.reads import LISTED, record_read
from carecoord.compiled import Given
from pathways.models import Journey
from pathways.pages.identity import banner
from pathways.pages.journey import with_people
from pathways.visibility import OpenJourneys


def her_journey(request: StaffRequest, pk: int) -> Journey:
    """The journey, if its reader may open it; 404 just as for one that is not there. Written down as a look at her."""
    return _loaded(request, "pk", pk)


def her_latest_journey(request: StaffRequest, pk: int) -> Journey:
    """Of the woman with that id; 404 for one whom the reader may not see, just as for one who is not there."""
    return _loaded(request, "woman", pk)


def _by(which: str) -> OpenJourneys:
    """The newest journey with that id in the column ``which``."""
    asked = {which: Given("asked", BigIntegerField())}
    return OpenJourneys(lambda open_: with_people(open_, GIVEN).filter(**asked).order_by("-number")[:1])


_HERS = {which: _by(which) for which in ("pk", "woman")}


def _loaded(request: StaffRequest, which: str, asked: int) -> Journey:
    found = _HERS[which](request.user, asked=asked)
    if not found:
        raise Http404
    shown(request, [found[0].woman_id], purpose="")
    return found[0]


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
