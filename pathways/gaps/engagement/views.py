"""The pages of CE-8 for staff: offering it to her, typing in what came back on paper, saying that she was called."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from pathways.actions import Refused
from pathways.forms.once import OnceForm
from pathways.gaps.charts.cache import drawn
from pathways.gaps.engagement import answering, asking, calling
from pathways.gaps.engagement.cohorts import is_switched_on
from pathways.gaps.engagement.forms import CodeForm, OfferForm, PaperForm
from pathways.gaps.engagement.shown import RULES, Cohort, cohorts
from pathways.gaps.models.engagement import PAPER
from pathways.gaps.rules.engagement.analysis import CAPTION
from pathways.gaps.rules.engagement.items import ITEMS, LABEL, OTHER_RESPONSES, PEOPLE, RESPONSES, WARD_ITEMS
from pathways.gaps.rules.engagement.windows import WINDOWS
from pathways.views.her import around_her, her_journey, posted
from pathways.views.one_form import one_form


@requires(Ability.OFFER_ENGAGEMENT)
@get_or_post
def offer(request: StaffRequest, pk: int) -> HttpResponse:
    """How she answers; then the sheet or the slip, which is shown once."""
    her = her_journey(request, pk)
    window = asking.window_of(her, clock.now())
    if window is None:
        return render(
            request, "gaps/engagement/not_asked.html", {**around_her(her), "windows": WINDOWS, "label": LABEL}
        )
    form = OfferForm(posted(request), window=window)
    if request.method == "POST" and form.is_valid():
        try:
            made = asking.ask(her, form.asking, by=request.user)
        except Refused as refused:
            form.refuse(refused)
        else:
            return _made(request, made, back=pk)
    context = {**around_her(her), "form": form, "window": window, "label": LABEL}
    return render(request, "gaps/engagement/offer.html", context)


def _made(request: StaffRequest, made: asking.Made, *, back: int) -> HttpResponse:
    context = {
        "made": made,
        "back": back,
        "label": LABEL,
        "items": ITEMS,
        "ward_items": WARD_ITEMS if made.with_ward else (),
        "responses": [*RESPONSES.values(), *OTHER_RESPONSES.values()],
        "people": PEOPLE.values(),
    }
    return render(request, f"gaps/engagement/{'paper' if made.way == PAPER else 'slip'}.html", context)


@requires(Ability.OFFER_ENGAGEMENT)
@require_POST
def not_now(request: StaffRequest, pk: int) -> HttpResponse:
    """She is not offered it again in this window; why is not asked."""
    her = her_journey(request, pk)
    try:
        asking.not_now(her, by=request.user)
    except Refused as refused:
        messages.info(request, refused.sentence)
    return redirect("journey", pk=pk)


@requires(Ability.RECORD_EVENT)
@get_or_post
def called(request: StaffRequest, pk: int) -> HttpResponse:
    """Somebody talked with her."""
    her = her_journey(request, pk)

    def done() -> str:
        calling.called(her, by=request.user)
        return "Written down: somebody has talked with her."

    return one_form(
        request,
        her,
        OnceForm(posted(request)),
        done,
        back=reverse("journey", args=[pk]),
        title="She asked to be called",
        button="Somebody has talked with her",
        lead="Once somebody has, nobody is reminded any more.",
    )


@requires(Ability.ENTER_ENGAGEMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: StaffRequest) -> HttpResponse:
    """The code of a sheet, then its answers. Names nobody; what was saved is not shown again."""
    code = CodeForm(posted(request))
    if request.method != "POST" or not code.is_valid():
        return _code(request, code)
    typed = code.cleaned_data["code"]
    try:
        sheet = answering.sheet_of(typed, by=request.user)
    except Refused as refused:
        code.add_error("code", refused.sentence)
        return _code(request, code)
    form = PaperForm(request.POST if "save" in request.POST else None, sheet=sheet)
    if form.is_bound and form.is_valid():
        try:
            answering.enter(typed, form.answers, form.answered_at, by=request.user)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "Saved. Nobody can open these answers again. Destroy the paper.")
            return redirect("engagement_enter")
    return render(request, "gaps/engagement/enter.html", {"form": form, "code": typed, "label": LABEL})


def _code(request: StaffRequest, code: CodeForm) -> HttpResponse:
    return render(request, "gaps/engagement/code.html", {"form": code, "label": LABEL})


@requires(Ability.SEE_GAPS)
@require_safe
def engagement(request: StaffRequest) -> HttpResponse:
    """What CE-8 asks, and the analysis of each year where the installation has switched it on."""
    context = {
        "label": LABEL,
        "caption": CAPTION,
        "items": ITEMS,
        "ward_items": WARD_ITEMS,
        "windows": WINDOWS,
        "rules": RULES,
        "is_on": is_switched_on(),
        "cohorts": [(cohort, drawn(cohort.chart) if cohort.chart else "") for cohort in _cohorts()],
    }
    return render(request, "gaps/engagement/analysis.html", context)


def _cohorts() -> list[Cohort]:
    return cohorts() if is_switched_on() else []
