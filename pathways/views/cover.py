"""Who looks after my women while I am away."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from carecoord.access.models import Cover
from carecoord.refused import Refused
from pathways.covering import arrange_cover, end_cover, seen_covers
from pathways.forms.access import CoverForm
from pathways.pages.covers import covers_around, who_can_cover
from pathways.seen import Changed
from pathways.views.her import posted


@requires(Ability.MANAGE_ACCESS)
@get_or_post
def cover(request: StaffRequest) -> HttpResponse:
    """Arrange cover for my own caseload; and what is arranged, for me and by me."""
    colleagues = who_can_cover(request.user)
    form = CoverForm(posted(request), choices=[(str(pk), words) for pk, (_, words) in colleagues.items()])
    form.shows(seen_covers(request.user))
    status = 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        who = colleagues[int(data["covered_by"])][0]
        try:
            arrange_cover(request.user, who, data["starts_on"], data["ends_on"], seen=form.sight, by=request.user)
        except Changed:
            form.add_error(None, "This cover was arranged until another day meanwhile: see below. Yours is not saved.")
            form.show_again(seen_covers(request.user))
            status = 409
        except Refused as refused:
            form.refuse(refused)
        else:
            until = clock.day_in_words(data["ends_on"])
            messages.success(request, f"{who} covers for you until {until}. Your women come back to you by themselves.")
            return redirect("cover")
    context = {"form": form, "nobody": not colleagues, "covers": covers_around(request.user, clock.today())}
    return render(request, "pathways/cover.html", context, status=status)


@requires(Ability.MANAGE_ACCESS)
@get_or_post
def end(request: StaffRequest, pk: int) -> HttpResponse:
    """Call my cover off, after asking."""
    mine = get_object_or_404(Cover.objects.select_related("covered_by"), pk=pk, midwife=request.user, ended_at=None)
    if request.method == "POST":
        end_cover(mine, by=request.user)
        messages.success(request, f"{mine.covered_by} no longer covers for you.")
        return redirect("cover")
    context = {
        "title": f"End the cover by {mine.covered_by}?",
        "text": "Your women are closed to them at once, unless something else shows a record.",
        "yes": "Yes, end it",
        "back": reverse("cover"),
        "here": request.path,
    }
    return render(request, "pathways/asked.html", context)
