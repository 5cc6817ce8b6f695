"""Making a link for a service without an account, and ending it: for whoever sent the referral."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from pathways.actions import Refused
from pathways.models import Journey
from pathways.views.her import around_her, her_journey, posted
from referrals import linking
from referrals.forms.link import MakeLinkForm
from referrals.models import Referral
from referrals.pages.links import link_of
from referrals.pages.shared import read_now


@requires(Ability.REFER)
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: StaffRequest, pk: int) -> HttpResponse:
    """What the service would read, the link that runs, and the form for a new one. What was made is shown once."""
    her, referral = _hers(request, pk)
    form = MakeLinkForm(posted(request), email=referral.service.email)
    if request.method == "POST" and form.is_valid():
        try:
            made = linking.make_link(referral, form.making, by=request.user)
        except Refused as refused:
            form.refuse(refused)
        else:
            context = {**around_her(her), "referral": referral, "made": made, "by_email": form.making.by_email}
            return render(request, "referrals/link_made.html", context)
    context = {
        **around_her(her),
        "referral": referral,
        "form": form,
        "running": link_of(referral, clock.now()),
        "lines": read_now(referral, clock.now()),
        "why_not": linking.why_no_link(referral),
    }
    return render(request, "referrals/link.html", context)


@requires(Ability.REFER)
@require_POST
def end_link(request: StaffRequest, pk: int) -> HttpResponse:
    """End the link that runs."""
    _, referral = _hers(request, pk)
    try:
        linking.end_link(referral, by=request.user)
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, "The link has ended: nobody reads by it any more.")
    return redirect("link", pk=pk)


def _hers(request: StaffRequest, pk: int) -> tuple[Journey, Referral]:
    """Her journey and the referral; 404 where her record is not open to the reader, as for a wrong number."""
    referral = Referral.objects.select_related("service", "journey").filter(pk=pk).first()
    if referral is None:
        raise Http404
    return her_journey(request, referral.journey_id), referral
