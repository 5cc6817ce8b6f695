"""The pages of staying together: a place with her baby, planning that she goes home, how often there was no place."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from pathways.forms.together import PlanHomeForm, StayOfferForm
from pathways.guided import standing_of
from pathways.moves.together import PLAN_HOME, STAY_OFFER, answered_babies, is_treated, offer_stay, plan_home
from pathways.pages.together import counted
from pathways.views.her import her_journey, posted
from pathways.views.moves import guided, post_or_get


@requires(Ability.RECORD_EVENT)
@post_or_get
def stay_offer(request: StaffRequest, pk: int) -> HttpResponse:
    """Offer her a place with one baby, and write down what she chose."""
    her = her_journey(request, pk)
    standing = standing_of(her)
    babies = sorted(standing.where.with_her_in_hospital) or [1]
    form = StayOfferForm(posted(request), babies=babies, born=len(standing.where.born), treated=is_treated(standing))
    return guided(
        request,
        her,
        STAY_OFFER,
        form,
        lambda: offer_stay(her, form.answer, by=request.user),
        template="pathways/stay_offer.html",
        site=her.site,
    )


@requires(Ability.RECORD_EVENT)
@post_or_get
def plan_going_home(request: StaffRequest, pk: int) -> HttpResponse:
    """Plan that she goes home; where a baby stays, the offer of a place is asked next."""
    her = her_journey(request, pk)
    standing = standing_of(her)
    babies = sorted(standing.where.with_her_in_hospital)
    form = PlanHomeForm(posted(request), babies=babies, born=len(standing.where.born))
    answer = guided(request, her, PLAN_HOME, form, lambda: plan_home(her, form.plan, by=request.user))
    if answer.status_code == 302 and set(babies) - form.plan.with_her - answered_babies(her, standing):
        return redirect("stay_offer", her.pk)
    return answer


@requires(Ability.COUNT_STAYS)
@require_safe
def staying_together(request: StaffRequest) -> HttpResponse:
    """How often a mother could stay with her baby, and why not. Numbers, never women."""
    return render(request, "pathways/staying_together.html", {"sites": counted(request.user)})
