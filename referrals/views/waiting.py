"""Who waits for a place: put her on the list, end it, and the list itself."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from pathways.views.her import her_journey, posted, shown
from pathways.views.one_form import one_form
from referrals import waiting as verbs
from referrals.forms.booking import EndWaitingForm, WaitForm
from referrals.models import Place, Waiting
from referrals.pages.waiting import waiting_page
from referrals.views.about import about_appointments


@requires(Ability.BOOK)
@require_safe
def waiting(request: StaffRequest) -> HttpResponse:
    """Whom the reader may see of those who wait; first the places that are kept for somebody who has to be asked."""
    page = waiting_page(request.user, clock.now())
    shown(request, page.women)
    return render(request, "referrals/waiting.html", {"page": page})


@requires(Ability.BOOK)
@get_or_post
def wait(request: StaffRequest, pk: int) -> HttpResponse:
    """Put her on the waiting list."""
    her = her_journey(request, pk)
    places = Place.objects.filter(site=her.site_id).order_by("name")
    form = WaitForm(posted(request), places=list(places), initial={"kind": request.GET.get("kind", "")})

    def waits() -> str:
        verbs.wait(her, form.wish, submission=form.cleaned_data["submission"], by=request.user)
        return "She is on the waiting list. You are told as soon as a place is kept for her."

    context = about_appointments(her, "Wait for a place", "Put her on the list")
    return one_form(request, her, form, waits, **context)


@requires(Ability.BOOK)
@get_or_post
def end_waiting(request: StaffRequest, pk: int, waiting: int) -> HttpResponse:
    """She waits no more."""
    her = her_journey(request, pk)
    row = get_object_or_404(Waiting.objects.filter(journey=her), pk=waiting)
    form = EndWaitingForm(posted(request))

    def ended() -> str:
        verbs.end_waiting(row, form.cleaned_data["ended"], by=request.user)
        return "She is on the list no more."

    context = about_appointments(her, "She waits no more", "Take her off the list")
    return one_form(request, her, form, ended, lead=f"{row.get_kind_display()}: {row.words}.", **context)
