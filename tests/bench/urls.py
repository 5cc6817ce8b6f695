"""The product's addresses, with two bare ones beside them to measure against."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.urls import path

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import requires
from carecoord.access.models import Team
from carecoord.urls import *  # noqa: F403
from carecoord.urls import urlpatterns as of_the_product
from pathways.models import Event


@requires(Ability.SEE_CASELOAD)
def bare(request: HttpRequest) -> HttpResponse:
    """One query, a line of text; all that the product does around every page."""
    return HttpResponse(Team.objects.filter(pk=1).values_list("name", flat=True).first() or "")


@requires(Ability.RECORD_EVENT)
def insert(request: HttpRequest, pk: int) -> HttpResponse:
    """One event is written, and nothing follows from it."""
    now = clock.now()
    by = cast(int, request.user.pk)
    event = Event.objects.create(
        journey_id=pk, kind="contact_missed", occurred_at=now, recorded_at=now, recorded_by_id=by
    )
    return HttpResponse(str(event.pk))


urlpatterns = [path("bench/bare/", bare), path("bench/insert/<int:pk>/", insert), *of_the_product]
