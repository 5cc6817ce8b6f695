"""The list of a day: what became of each appointment, for all women on one page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from carecoord.refused import Refused
from pathways.views.her import posted, shown
from referrals.attending import record_attendance
from referrals.forms.attendance import GuestForm
from referrals.models import Clinic
from referrals.pages.attendance import day_list


@requires(Ability.BOOK)
@require_http_methods(["GET", "HEAD", "POST"])
def attendance(request: StaffRequest, clinic: int) -> HttpResponse:
    """Everybody who comes and is open to the reader. What is right is saved, the rest is shown again with why."""
    day = get_object_or_404(
        Clinic.objects.select_related("place").filter(place__site__in=request.user.site_ids), pk=clinic
    )
    page = day_list(day, request.user, clock.now())
    shown(request, page.women)
    forms = [GuestForm(posted(request), guest=guest) for guest in page.guests]
    if request.method == "POST":
        saved = [_save(request, form) for form in forms]
        if all(saved):
            messages.success(request, "Saved.")
            return redirect("attendance", day.pk)
        messages.error(request, "Not everything is saved: look at what is marked.")
    context = {"clinic": day, "page": page, "forms": forms, "asks": any(guest.asks for guest in page.guests)}
    return render(request, "referrals/attendance.html", context)


def _save(request: StaffRequest, form: GuestForm) -> bool:
    """Write down one woman's part; whether nothing is left to be said about it."""
    if not form.is_valid():
        return False
    if not form.answers:
        return True
    try:
        record_attendance(form.guest.visit, form.answers, interpreter=form.interpreter, by=request.user)
    except Refused as refused:
        form.refuse(refused)
        return False
    return True
