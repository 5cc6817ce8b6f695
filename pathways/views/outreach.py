"""The pages of looking for her: how the search stands, a try, somebody who was asked, and how to go on."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from carecoord.refused import Refused
from pathways.forms.outreach import AskForm, OnwardForm, TryForm
from pathways.moves.outreach import ASKED, ONWARD, TRIED, ask_about_her, decide_onward, try_to_reach
from pathways.moves.recording import Recorded
from pathways.pages.outreach import outreach_page
from pathways.reaching import agreed_with
from pathways.rules.outreach import ways_open
from pathways.seen import SentOtherwise
from pathways.views.her import around_her, her_journey, posted
from pathways.views.moves import guided


@requires(Ability.SEE_JOURNEY)
@require_safe
def outreach(request: StaffRequest, pk: int) -> HttpResponse:
    """How the search for her stands, what is next, and everything that was tried."""
    her = her_journey(request, pk)
    may = {
        "record": Ability.RECORD_EVENT in request.user.abilities and not her.is_closed,
        "decide": Ability.DECIDE_OUTREACH in request.user.abilities and not her.is_closed,
    }
    context = {**around_her(her), "page": outreach_page(her, request.user, clock.now()), "may": may}
    return render(request, "pathways/outreach.html", context)


@requires(Ability.RECORD_EVENT)
@get_or_post
def tried(request: StaffRequest, pk: int) -> HttpResponse:
    """Write down a try to reach her, or a time that did not happen."""
    her = her_journey(request, pk)
    form = TryForm(posted(request), ways=ways_open(agreed_with(her.woman, clock.now())))

    def save() -> Recorded:
        return try_to_reach(her, form.attempt, submission=form.cleaned_data["submission"], by=request.user)

    answer = guided(request, her, TRIED, form, save)
    if isinstance(answer, HttpResponseRedirect) and form.attempt.reached_her:
        return redirect(f"{answer.url}?ask=contact")
    return answer


@requires(Ability.RECORD_EVENT)
@get_or_post
def asked(request: StaffRequest, pk: int) -> HttpResponse:
    """Write down that somebody who knows her was asked how she is."""
    her = her_journey(request, pk)
    form = AskForm(posted(request))

    def save() -> None:
        ask_about_her(her, form.news, submission=form.cleaned_data["submission"], by=request.user)

    return guided(request, her, ASKED, form, as_row(save))


@requires(Ability.DECIDE_OUTREACH)
@get_or_post
def onward(request: StaffRequest, pk: int) -> HttpResponse:
    """Decide, by name, how to go on looking for her."""
    her = her_journey(request, pk)
    form = OnwardForm(posted(request))

    def save() -> None:
        decide_onward(her, form.onward, submission=form.cleaned_data["submission"], by=request.user)

    return guided(request, her, ONWARD, form, as_row(save))


def as_row(save: Callable[[], None]) -> Callable[[], Recorded]:
    """Saves what is a row of its own and no fact: nothing follows from it, and sent otherwise it is refused."""

    def saved() -> Recorded:
        try:
            save()
        except SentOtherwise as sent:
            raise Refused(sent.sentence) from sent
        return Recorded([])

    return saved
