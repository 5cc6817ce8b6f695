"""The pages of a woman who came late: the plan from here on, and what she says made it later."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from pathways.forms.late_entry import LateReasonForm
from pathways.moves.late_entry import LATE_REASON, tell_late_reason
from pathways.pages.catch_up import plan_of
from pathways.views.her import around_her, her_journey, posted
from pathways.views.moves import guided
from pathways.views.outreach import as_row


@requires(Ability.SEE_JOURNEY)
@require_safe
def catch_up(request: StaffRequest, pk: int) -> HttpResponse:
    """What others do earlier, in the order in which it is caught up with now."""
    her = her_journey(request, pk)
    context = {
        **around_her(her),
        "plan": plan_of(her, request.user, clock.now()),
        "may_answer": Ability.ANSWER_HANDOFF in request.user.abilities,
        "ask_contact": Ability.RECORD_EVENT in request.user.abilities and request.GET.get("ask") == "contact",
    }
    return render(request, "pathways/catch_up.html", context)


@requires(Ability.RECORD_EVENT)
@require_http_methods(["GET", "HEAD", "POST"])
def late_reason(request: StaffRequest, pk: int) -> HttpResponse:
    """Write down what she says made it later, if she wants to say."""
    her = her_journey(request, pk)
    form = LateReasonForm(posted(request))

    def save() -> None:
        data = form.cleaned_data
        tell_late_reason(her, data["reason"], submission=data["submission"], by=request.user)

    return guided(request, her, LATE_REASON, form, as_row(save))
