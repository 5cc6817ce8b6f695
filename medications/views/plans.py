"""Signing, changing and ending a plan; writing down what a prescriber decided."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from carecoord.refused import Refused
from medications import planning
from medications.deciding import Decided, decide
from medications.forms.plan import DecisionForm, EndForm, PlanForm
from medications.models import Dose, Outcome, Plan, Source, Statement
from medications.pages.bedside import around_her_bed, quote_of
from medications.wording.doses import how_often, outcome_in_words, product_name, when
from pathways.models import Journey
from pathways.views.her import her_journey, posted

VERSIONS = 10


@requires(Ability.PRESCRIBE)
@get_or_post
def plan(request: StaffRequest, pk: int) -> HttpResponse:
    """Sign the ward's plan, or its next version. What the sources say stands beside it; nothing is filled in."""
    her, now = her_journey(request, pk), clock.now()
    active = planning.active_plan(her)
    said = _said(her)
    form = PlanForm(posted(request), active=active, initial={"seen": active.pk if active else 0})
    if request.method == "POST" and form.is_valid():
        try:
            planning.sign_plan(her, form.prescribed(said), by=request.user)
        except Refused as refused:
            if refused.field == "least_gap":
                form.add_error("gap_hours", refused.sentence)
            else:
                form.refuse(refused)
            form.look_at(active.pk if active else 0)
        else:
            messages.success(request, "Signed. The ward reads your words, and its doses are due at these times.")
            return redirect(around_her_bed(her, now)["medicine_url"])
    versions = Plan.objects.filter(journey=her).select_related("prescriber").order_by("-signed_at")
    context = {
        **around_her_bed(her, now),
        "form": form,
        "active": active,
        "quote": quote_of(active, now) if active else None,
        "said": [
            (each.words, f"{each.said_by} ({each.get_source_display().lower()})", when(each.said_at, now))
            for each in said
        ],
        "versions": [_version(each, now) for each in versions[:VERSIONS]],
    }
    return render(request, "medications/plan.html", context)


def _said(her: Journey) -> list[Statement]:
    """The newest of each source that stands."""
    rows = Statement.objects.filter(journey=her, struck_at=None).order_by("said_at", "pk")
    newest = {each.source: each for each in rows}
    return [newest[source] for source in Source.values if source in newest]


def _version(each: Plan, at: datetime) -> dict[str, str]:
    ended = f"until {when(each.valid.upper, at)}: {each.reason}" if each.valid.upper else "counts now"
    return {
        "words": each.words,
        "head": f"{product_name(each)}, version {each.version}",
        "signed": f"{each.prescriber}, {when(each.signed_at, at)}, {ended}",
        "often": how_often(each),
    }


@requires(Ability.PRESCRIBE)
@get_or_post
def end(request: StaffRequest, pk: int, plan: int) -> HttpResponse:
    """End a plan without another one."""
    her, now = her_journey(request, pk), clock.now()
    asked = get_object_or_404(Plan.objects.select_related("prescriber"), pk=plan, journey=her)
    asked.journey = her
    form = EndForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            planning.end_plan(asked, form.cleaned_data["reason"], by=request.user)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "Ended. No dose is due by it any more.")
            return redirect(around_her_bed(her, now)["medicine_url"])
    context = {**around_her_bed(her, now), "form": form, "quote": quote_of(asked, now)}
    return render(request, "medications/plan_end.html", context)


@requires(Ability.STATE_MEDICINE)
@get_or_post
def decision(request: StaffRequest, pk: int) -> HttpResponse:
    """Write down what a prescriber decided about a dose."""
    her, now = her_journey(request, pk), clock.now()
    open_doses = list(
        Dose.objects.filter(
            journey=her,
            struck_at=None,
            released_by=None,
            outcome__in=(Outcome.PART, Outcome.VOMITED),
            given_at__gt=now - timedelta(days=2),
        ).order_by("-given_at")
    )
    decides = Ability.PRESCRIBE in request.user.abilities
    doses = [(each, f"{outcome_in_words(each.outcome)}, {when(each.given_at, now)}") for each in open_doses]
    form = DecisionForm(posted(request), doses=doses, decides=decides)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        about = next((each for each in open_doses if str(each.pk) == data.get("about")), None)
        decided = Decided(data["kind"], data["words"], data["decided_at"], data["by_phone"], about, data["submission"])
        try:
            decide(her, decided, by=request.user)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "Written down. The ward reads it beside her plan.")
            return redirect(around_her_bed(her, now)["medicine_url"])
    active = planning.active_plan(her)
    context = {**around_her_bed(her, now), "form": form, "quote": quote_of(active, now) if active else None}
    return render(request, "medications/decide.html", context)
