"""The pages of her needs and goals, and what is not met at a site."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from carecoord.access.models import Team, User
from pathways import needs as verbs
from pathways.actions import Refused
from pathways.forms.needs import EndWordsForm, HerWordsForm, NeedForm, StepForm
from pathways.forms.seen import show_again
from pathways.models import Journey, NeedStep
from pathways.pages.needs import needs_page, since_in_words, unmet_at
from pathways.seen import Changed
from pathways.views.her import around_her, her_journey, posted
from pathways.views.one_form import one_form
from pathways.wording.entries import time_in_words


@requires(Ability.SEE_JOURNEY)
@require_safe
def needs(request: StaffRequest, pk: int) -> HttpResponse:
    """What she is good at and wants, in her words; what she needs, who sees to it, what came of it."""
    her = her_journey(request, pk)
    context = {**around_her(her), "page": needs_page(her, request.user)}
    return render(request, "pathways/needs.html", context)


@requires(Ability.RECORD_EVENT)
@get_or_post
def say(request: StaffRequest, pk: int) -> HttpResponse:
    """Write down what she says of herself."""
    her = her_journey(request, pk)
    form = HerWordsForm(posted(request), initial={"kind": request.GET.get("kind", "")})

    def said() -> str:
        data = form.cleaned_data
        verbs.write_her_words(
            her, data["kind"], data["text"], said_on=data["said_on"], submission=data["submission"], by=request.user
        )
        return "Written down, in her words."

    return one_form(request, her, form, said, **_about(her, "In her own words", "Write it down"))


@requires(Ability.RECORD_EVENT)
@get_or_post
def end_words(request: StaffRequest, pk: int, words: int) -> HttpResponse:
    """What became of what she said."""
    her = her_journey(request, pk)
    row = get_object_or_404(her.her_words, pk=words)
    form = EndWordsForm(posted(request))

    def ended() -> str:
        verbs.end_her_words(row, form.cleaned_data["ended"], by=request.user)
        return "Written down. What she said stays readable."

    context = _about(her, "What became of it", "Write it down")
    return one_form(request, her, form, ended, lead=f"“{row.text}”", **context)


@requires(Ability.RECORD_EVENT)
@get_or_post
def add(request: StaffRequest, pk: int) -> HttpResponse:
    """Write down what she needs, and who sees to it."""
    her = her_journey(request, pk)
    form = NeedForm(posted(request), **_who_can(request, her))

    def noted() -> str:
        data = form.cleaned_data
        verbs.note_need(her, data["area"], data["text"], form.chosen, submission=data["submission"], by=request.user)
        return "Written down, with who sees to it."

    return one_form(request, her, form, noted, **_about(her, "What she needs", "Write it down"))


@requires(Ability.RECORD_EVENT)
@get_or_post
def step(request: StaffRequest, pk: int, need: int) -> HttpResponse:
    """Write down what came of a need so far."""
    her = her_journey(request, pk)
    row = get_object_or_404(her.needs, pk=need)
    newest = row.steps.select_related("owner").latest("pk")
    form = StepForm(posted(request), newest=newest, **_who_can(request, her, newest.owner))

    def written() -> str:
        data = form.cleaned_data
        try:
            verbs.write_step(row, form.came, seen=data["seen"], submission=data["submission"], by=request.user)
        except Changed:
            theirs = row.steps.select_related("by").latest("pk")
            show_again(form, "seen", theirs.pk)
            raise Refused(_meanwhile(theirs)) from None
        return "Written down."

    context = _about(her, "What came of it", "Write it down")
    return one_form(request, her, form, written, lead=f"{row.get_area_display()}: {row.text}", **context)


@requires(Ability.SEE_UNMET_NEEDS)
@require_safe
def unmet(request: StaffRequest) -> HttpResponse:
    """What is not met at the reader's sites, in numbers that give nobody away."""
    now = clock.now()
    sites = sorted({each.team.site for each in request.user.current_memberships}, key=lambda site: site.name)
    found = [(site, unmet_at(site.pk, now)) for site in sites]
    return render(request, "pathways/unmet_needs.html", {"found": found, "since": since_in_words(now)})


def _meanwhile(step: NeedStep) -> str:
    """Somebody wrote another step while this one was typed."""
    words = f": “{step.words}”" if step.words else ""
    outcome = step.get_outcome_display().lower()
    return (
        f"{step.by} wrote meanwhile, {time_in_words(step.at)}: {outcome}{words}. Yours is not saved yet. "
        "If it still holds, send it once more."
    )


def _who_can(request: StaffRequest, her: Journey, now: User | None = None) -> dict[str, Any]:
    """Who can see to a need; ``now``: who does."""
    teams = Team.objects.filter(site=her.site_id).exclude(kind=Team.Kind.MANAGEMENT).order_by("name")
    others = dict.fromkeys(filter(None, (now, her.named_midwife, her.buddy)))
    return {"writer": request.user, "others": list(others), "teams": list(teams)}


def _about(her: Journey, title: str, button: str) -> dict[str, Any]:
    return {
        "title": title,
        "button": button,
        "back": reverse("needs", args=[her.pk]),
        "back_words": "Back to her needs and goals",
    }
