"""Referring her: what is asked of a service, and what she agrees to."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from pathways.actions import AlreadyAnswered, Refused
from pathways.models import Handoff, Journey
from pathways.views.her import around_her, her_journey, posted
from pathways.wording.handoffs import full_title
from referrals import looping
from referrals.driving import open_handoffs, steps_moved
from referrals.forms.referrals import ReferForm
from referrals.looping import Sending
from referrals.models import Referral, Service
from referrals.pages.shared import would_read
from referrals.rules import kinds
from referrals.rules.loop import State

_ID = re.compile(r"[0-9]{1,18}", re.ASCII)


class Beside(NamedTuple):
    """What the address names of hers: the referral that came back, and the handoff that this one is for."""

    instead_of: Referral | None
    handoff: Handoff | None


@requires(Ability.REFER)
@require_http_methods(["GET", "HEAD", "POST"])
def refer_to(request: StaffRequest, pk: int, to: int) -> HttpResponse:
    """What is asked, what they read, what she agrees to; then it is sent."""
    her = her_journey(request, pk)
    asked = get_object_or_404(Service.objects.select_related("site", "place", "team"), pk=to)
    beside = _beside(her, request.GET)
    form = ReferForm(posted(request), lines=would_read(her, clock.now()))
    if request.method == "POST" and form.is_valid():
        try:
            made = looping.send(her, _sending(form, asked, beside), by=request.user)
        except (AlreadyAnswered, Refused) as refused:
            form.refuse(refused)
        else:
            return redirect("referral", made.pk)
    context = {
        **around_her(her),
        "service": asked,
        "form": form,
        "instead_of": beside.instead_of,
        "completes": _completes(her, asked, beside),
        "back": f"{reverse('services_for_her', args=[her.pk])}{_query(request.GET)}",
    }
    return render(request, "referrals/refer_to.html", context)


def _sending(form: ReferForm, service: Service, beside: Beside) -> Sending:
    data = form.cleaned_data
    return Sending(
        service,
        data["asks"],
        data["shared"],
        form.consents,
        handoff=beside.handoff,
        instead_of=beside.instead_of,
        answer_by=data["answer_by"],
        submission=data["submission"],
    )


def _beside(her: Journey, query: QueryDict) -> Beside:
    carried = _carried(query)
    return Beside(
        her.referrals.select_related("service").filter(pk=carried.get("instead_of", 0)).first(),
        her.handoffs.open().filter(pk=carried.get("handoff", 0)).first(),
    )


def _carried(query: QueryDict) -> dict[str, int]:
    """The ids that the address carries from page to page."""
    named = {name: query.get(name, "") for name in Beside._fields}
    return {name: int(value) for name, value in named.items() if _ID.fullmatch(value)}


def _query(query: QueryDict) -> str:
    """The same for the next address."""
    carried = _carried(query)
    return f"?{urlencode(carried)}" if carried else ""


def _completes(her: Journey, service: Service, beside: Beside) -> list[str]:
    """What sending it records at the same time: the titles of her open handoffs that it completes."""
    as_if = Referral(journey=her, service=service, handoff_key=beside.handoff.key if beside.handoff else "")
    return [full_title(each) for each in open_handoffs(as_if, steps_moved(kinds.BY_KEY[service.kind], State.SENT))]
