"""Who has a plan: sending it, saying that one has it, talking it through with her, and what is printed."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from pathways.forms.once import OnceForm
from pathways.forms.plans import GivenForm, HaveItForm, SendForm
from pathways.models import Journey, PlanSent
from pathways.pages.plans import PlanPage, Version, for_her, waiting_for
from pathways.plans import copies, sending
from pathways.plans.copies import Given
from pathways.views.her import around_her, her_journey, posted, shown
from pathways.views.one_form import one_form
from pathways.views.plans import page_of, version_in_words
from pathways.visibility import journeys_visible_to


@requires(Ability.SEE_JOURNEY)
@require_safe
def sent_plans(request: StaffRequest) -> HttpResponse:
    """What was sent to the reader's teams and waits for somebody to say that they have it."""
    rows = waiting_for(request.user, journeys_visible_to(request.user))
    shown(request, [row.journey.woman_id for row in rows])
    return render(request, "pathways/sent_plans.html", {"rows": rows})


@requires(Ability.HAND_OVER)
@get_or_post
def send(request: StaffRequest, pk: int, which: str, receiver: str) -> HttpResponse:
    """Send the version that counts to one who needs it."""
    her = her_journey(request, pk)
    page = page_of(request, her, which)
    who = page.kind.receiver(receiver)
    if who is None or page.current is None or not page.may_send:
        raise Http404
    current = page.current.row
    form = SendForm(posted(request), teams=sending.teams_for(who, her))

    def sent() -> str:
        made = sending.send(current, who, form.chosen, by=request.user)
        return "Written down." if made.not_needed else f"Sent to {made.to_in_words}. They see it from now on."

    title = f"Send it: {who.title[:1].lower()}{who.title[1:]}"
    return one_form(request, her, form, sent, **_about(her, page, title=title, button="Send it"))


@requires(Ability.HAND_OVER)
@get_or_post
def have_it(request: StaffRequest, pk: int, which: str, sent: int) -> HttpResponse:
    """Say for one's team that one has it; or write down who outside said so."""
    her = her_journey(request, pk)
    page = page_of(request, her, which)
    row = _sent_row(her, which, sent)
    form: OnceForm = HaveItForm(posted(request)) if row.to_outside else OnceForm(posted(request))

    def acknowledged() -> str:
        data = form.cleaned_data
        sending.acknowledge(row, who=data.get("who", ""), at=data.get("at"), by=request.user)
        return "Written down: they have it." if row.to_outside else "You have it. Whoever wrote it reads your name."

    context = _about(her, page, title=f"{row.to_in_words} has it", button="Write it down")
    if row.to_team_id:
        context |= {"title": "We have read it", "button": "We have it", "lead": f"For {row.to_team}, in your name."}
    return one_form(request, her, form, acknowledged, **context)


@requires(Ability.HAND_OVER)
@get_or_post
def take_back(request: StaffRequest, pk: int, which: str, sent: int) -> HttpResponse:
    """It went to the wrong place."""
    her = her_journey(request, pk)
    page = page_of(request, her, which)
    row = _sent_row(her, which, sent)
    if not page.may_send:
        raise Http404

    def taken_back() -> str:
        sending.take_back(row, by=request.user)
        return "Taken back. Send it to where it is needed."

    lead = f"It is not sent to {row.to_in_words} any more." if row.to_in_words else "It is needed there after all."
    context = _about(her, page, title="Take it back", button="Take it back")
    return one_form(request, her, OnceForm(posted(request)), taken_back, lead=lead, **context)


@requires(Ability.HAND_OVER)
@get_or_post
def send_again(request: StaffRequest, pk: int, which: str, sent: int) -> HttpResponse:
    """Ask those who had it once more."""
    her = her_journey(request, pk)
    page = page_of(request, her, which)
    row = _sent_row(her, which, sent)
    if not page.may_send:
        raise Http404

    def asked_again() -> str:
        made = sending.send_again(row, by=request.user)
        return f"Sent again to {made.to_in_words}. They are asked to say once more that they have it."

    lead = "For example because she went home before the birth and comes back, or because everybody there is new."
    context = _about(her, page, title=f"Send it again to {row.to_in_words}", button="Send it again")
    return one_form(request, her, OnceForm(posted(request)), asked_again, lead=lead, **context)


@requires(Ability.RECORD_EVENT)
@get_or_post
def given(request: StaffRequest, pk: int, which: str) -> HttpResponse:
    """It was talked through with her."""
    her = her_journey(request, pk)
    page = page_of(request, her, which)
    if page.current is None:
        raise Http404
    if page.kind.told_page:
        return redirect(page.kind.told_page, her.pk)
    current = page.current.row
    form = GivenForm(posted(request))

    def told() -> str:
        data = form.cleaned_data
        given = Given(data["how"], data["at"], data["given_by"], data["her_words"])
        copies.give_copy(current, given, submission=data["submission"], by=request.user)
        return "Written down. It is hers."

    context = _about(her, page, title="Talked through with her", button="Write it down")
    return one_form(request, her, form, told, **context)


# -- on paper ------------------------------------------------------------------------------------


@requires(Ability.SEE_JOURNEY)
@require_safe
def her_copy(request: StaffRequest, pk: int, which: str, version: int) -> HttpResponse:
    """Her own copy: the sections that speak to her, and whom she can ring. No number of hers, nobody else's data."""
    her = her_journey(request, pk)
    row = version_in_words(request, her, which, version)
    context = {**_on_paper(request, her, which, row), "sections": for_her(row)}
    return render(request, "pathways/her_plan.html", context)


@requires(Ability.SEE_JOURNEY)
@require_safe
def on_paper(request: StaffRequest, pk: int, which: str, version: int) -> HttpResponse:
    """The whole version for staff, one A4 page where it fits."""
    her = her_journey(request, pk)
    row = version_in_words(request, her, which, version)
    return render(request, "pathways/plan_print.html", _on_paper(request, her, which, row))


def _on_paper(request: StaffRequest, her: Journey, which: str, row: Version) -> dict[str, Any]:
    page = page_of(request, her, which)
    return {**around_her(her), "version": row, "kind": page.kind, "page": page, "at": clock.now()}


def _sent_row(her: Journey, which: str, sent: int) -> PlanSent:
    rows = PlanSent.objects.select_related("to_team", "acknowledged_by", "plan")
    row = get_object_or_404(rows, pk=sent, journey=her, plan__kind=which)
    row.plan.journey = her
    return row


def _about(her: Journey, page: PlanPage, *, title: str, button: str) -> dict[str, Any]:
    return {
        "title": title,
        "button": button,
        "back": reverse("plan", args=[her.pk, page.kind.key]),
        "back_words": f"Back to the {page.kind.title.lower()}",
    }
