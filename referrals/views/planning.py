"""The pages of a plan: what is proposed for her, what her days allow, and splitting a visit that is too much."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from pathways.actions import Refused
from pathways.models import Journey
from pathways.views.her import around_her, her_journey, posted
from pathways.views.one_form import one_form
from referrals.forms.planning import HerDayForm, PlanForm
from referrals.her_days import newest_day, say_her_day
from referrals.models import Visit
from referrals.pages.plan import plan_page
from referrals.pages.saved import trips_saved
from referrals.planning import HerSide, Proposal, propose
from referrals.trips import book_trips, booked_before
from referrals.views.visits import her_visit, standing_of
from referrals.wanted import Wanted, moved, wanted_of


@requires(Ability.BOOK)
@get_or_post
def plan_a_trip(request: StaffRequest, pk: int) -> HttpResponse:
    """The fewest trips for what she needs: proposed, changed with her, booked."""
    her = her_journey(request, pk)
    return _plan(request, her, wanted_of(her, request.user))


@requires(Ability.BOOK)
@get_or_post
def split_visit(request: StaffRequest, pk: int) -> HttpResponse:
    """She would rather split it: what of a visit she comes for on another day, and when."""
    her, visit = her_visit(request, pk)
    standing = standing_of(visit).select_related("session", "referral").order_by("during")
    return _plan(request, her, [moved(each) for each in standing], visit=visit)


def _plan(request: StaffRequest, her: Journey, wanted: Sequence[Wanted], *, visit: Visit | None = None) -> HttpResponse:
    hers = HerSide.of(her)
    form = PlanForm(posted(request), hers=hers, wanted=wanted, visit=visit)
    valid = not form.is_bound or form.is_valid()
    if request.POST.get("do") == "book":
        if earlier := booked_before(her, form.cleaned_data.get("submission")):
            return _booked(request, [earlier])
        if valid and (visits := _book(request, her, form)):
            return _booked(request, visits)
    proposal = propose(hers, form.asked, now=clock.now()) if valid else Proposal()
    context = {
        **around_her(her),
        "form": form,
        "page": plan_page(hers, proposal, nothing_open=not wanted),
        "visit": visit,
        "saved_here": trips_saved(her.site, clock.today()),
    }
    return render(request, "referrals/plan.html", context)


def _book(request: StaffRequest, her: Journey, form: PlanForm) -> list[Visit]:
    """The visits; none where it was refused, which the form then says."""
    sent = form.cleaned_data["submission"]
    try:
        return book_trips(her, form.chosen_trips(), children=form.asked.children, submission=sent, by=request.user)
    except Refused as refused:
        form.refuse(refused)
        return []


def _booked(request: StaffRequest, visits: Sequence[Visit]) -> HttpResponse:
    """On to the first visit; the others are named, with how to find them."""
    days = [clock.day_in_words(visit.on) for visit in visits]
    messages.success(request, f"Booked for {' and '.join(days)}. Agree it with her, and print her copy.")
    return redirect("visit", visits[0].pk)


@requires(Ability.BOOK)
@get_or_post
def her_day(request: StaffRequest, pk: int) -> HttpResponse:
    """What her days allow: how she travels, her hours, her time at the pharmacy, who comes with her."""
    her = her_journey(request, pk)
    form = HerDayForm(posted(request), day=newest_day(her))

    def said() -> str:
        say_her_day(her, form.said, submission=form.cleaned_data["submission"], by=request.user)
        return "Written down. The plan keeps to it."

    return one_form(
        request,
        her,
        form,
        said,
        back=reverse("plan_a_trip", args=[her.pk]),
        back_words="Back to the plan",
        title="What her days allow",
        lead="Ask her. Everything may stay blank, and she can say something else at any time.",
        button="Write it down",
    )
