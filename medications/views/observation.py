"""The pages of a baby's observation: one for each baby, and what is written down on them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from medications import observing
from medications.forms.observation import BeginForm, EndForm, LookForm, StrikeForm, ToldForm
from medications.models import Observation, ObservationStep
from medications.pages.observation import BabyPage, page_of
from medications.views.trying import sent, tried
from pathways.models import Journey
from pathways.views.her import around_her, her_journey, posted

Kind = ObservationStep.Kind
_TOLD = {
    Kind.SHOWN: ("Show the parents the tool", "Who was shown it?"),
    Kind.LATE_SIGNS: ("What to look for later", "Who was told?"),
}


@requires(Ability.RECORD_EVENT)
@get_or_post
def observation(request: StaffRequest, pk: int, baby: int) -> HttpResponse:
    """How one baby's observation stands; add what was seen, or begin."""
    her, page = _loaded(request, pk, baby)
    form = _form_of(request, her, page)
    if form and sent(request, form) and tried(form, lambda: _written(request, her, page, form)):
        messages.success(request, "Written down.")
        return redirect("observation", her.pk, baby)
    context = {**_context(her, page), "form": form}
    return render(request, "medications/observation.html", context)


@requires(Ability.RECORD_EVENT)
@get_or_post
def told(request: StaffRequest, pk: int, baby: int, step: str) -> HttpResponse:
    """The parents were shown the tool; or whoever cares for the baby was told what to look for later."""
    her, page = _loaded(request, pk, baby)
    plan = page.plan
    if plan is None or step not in _TOLD:
        raise Http404
    title, whom = _TOLD[Kind(step)]
    form = ToldForm(posted(request), whom=whom)
    if request.method == "POST" and form.is_valid():
        submission = form.cleaned_data["submission"]
        if tried(form, lambda: observing.tell(plan, step, form.told, submission=submission, by=request.user)):
            messages.success(request, "Written down.")
            return redirect("observation", her.pk, baby)
    return render(request, "medications/observation_form.html", {**_context(her, page), "form": form, "title": title})


@requires(Ability.RECORD_EVENT)
@get_or_post
def end(request: StaffRequest, pk: int, baby: int) -> HttpResponse:
    """End it, when its time is over; before that with a senior's name and reason."""
    her, page = _loaded(request, pk, baby)
    plan = page.plan
    if plan is None or page.ending:
        return redirect("observation", her.pk, baby)
    form = EndForm(posted(request))
    if sent(request, form) and tried(form, lambda: _ended(form, plan, request)):
        messages.success(request, "The observation has ended.")
        return redirect("observation", her.pk, baby)
    hint = ""
    if clock.now() < plan.ends_at:
        hint = f"It goes on until {clock.due_in_words(plan.ends_at)}. Stopping before is a senior’s decision."
    context = {**_context(her, page), "form": form, "title": "End the observation", "hint": hint}
    return render(request, "medications/observation_form.html", context)


@requires(Ability.CORRECT_ENTRY)
@get_or_post
def strike(request: StaffRequest, pk: int, baby: int, entry: int) -> HttpResponse:
    """Strike one entry through, with a reason; it stays readable."""
    her, page = _loaded(request, pk, baby)
    seen = get_object_or_404(Observation.objects.select_related("observer"), pk=entry, plan=page.plan)
    form = StrikeForm(posted(request))
    if sent(request, form) and tried(
        form, lambda: observing.strike(seen, form.cleaned_data["reason"], by=request.user)
    ):
        messages.success(request, "Struck through. It stays readable.")
        return redirect("observation", her.pk, baby)
    when = clock.due_in_words(seen.observed_at)
    hint = f"{when}, “{seen.entry}”, by {seen.observer}. It stays readable, with your reason."
    context = {**_context(her, page), "form": form, "title": "Strike this entry through", "hint": hint}
    return render(request, "medications/observation_form.html", context)


# -- shared ----------------------------------------------------------------------------------------


def _loaded(request: StaffRequest, pk: int, baby: int) -> tuple[Journey, BabyPage]:
    her = her_journey(request, pk)
    return her, page_of(her, get_object_or_404(her.babies, number=baby), clock.now())


def _form_of(request: StaffRequest, her: Journey, page: BabyPage) -> LookForm | None:
    """What can be written down now: the first look, another one, or nothing more."""
    if page.plan is None:
        return BeginForm(posted(request), tools=her.site.definition.observing.tools)
    return LookForm(posted(request)) if page.is_running else None


def _written(request: StaffRequest, her: Journey, page: BabyPage, form: LookForm) -> object:
    data = form.cleaned_data
    if page.plan is None and isinstance(form, BeginForm):
        return observing.begin(
            her,
            page.baby.number,
            data["tool"],
            form.seen,
            tool_words=data.get("tool_words", ""),
            shown=form.shown(str(request.user)),
            submission=data["submission"],
            by=request.user,
        )
    if page.plan is None:
        raise Http404
    return observing.look(page.plan, form.seen, submission=data["submission"], by=request.user)


def _ended(form: EndForm, plan: Any, request: StaffRequest) -> object:
    data = form.cleaned_data
    return observing.end(
        plan,
        data["at"] or clock.now(),
        senior=data["senior"],
        reason=data["reason"],
        late_signs=form.late_signs,
        submission=data["submission"],
        by=request.user,
    )


def _context(her: Journey, page: BabyPage) -> dict[str, Any]:
    return {
        **around_her(her),
        "page": page,
        "baby": page.baby.number,
        "several": len(page.siblings) > 1,
        "shows_naloxone": her.site.definition.policy("naloxone_baby") is not None,
    }
