"""The pages of going home: the checklist, its points, her written copy, that she left, the first dose after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid5

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from medications import community, leaving
from medications.checklist import HANDOVER, Checklist, checklist_of
from medications.forms.leaving import LeftEarlyForm, LeftForm, PointForm, TakenForm
from medications.leaving import LEFT, LEFT_EARLY
from medications.models import CommunityDose, Item
from medications.pages.beside import own_of
from medications.pages.going_home import copy_of
from medications.pages.leaving import days_of, points_of
from medications.rules.leaving import ITEMS, PHRASES, PHRASES_NOTE, PHRASES_SOURCE
from medications.views.trying import sent, tried
from pathways.guided import standing_of
from pathways.models import Departure, Journey
from pathways.moves.together import answered_babies
from pathways.rules.together import named
from pathways.views.her import around_her, her_journey, posted

FIRST_DOSE = "FIRST_COMMUNITY_DOSE"


@requires(Ability.STATE_MEDICINE)
@require_safe
def going_home(request: StaffRequest, pk: int) -> HttpResponse:
    """The checklist: every day from leaving to the next dose, and what is still missing."""
    her = her_journey(request, pk)
    checklist = checklist_of(her, clock.now())
    context = {
        **around_her(her),
        "checklist": checklist,
        "points": points_of(checklist),
        "days": days_of(checklist),
        "phrases": PHRASES,
        "phrases_source": PHRASES_SOURCE,
        "phrases_note": PHRASES_NOTE,
        "both": checklist.both,
        "own": own_of(her, checklist.facts.admission),
        "handed_over": _is_handed_over(her, checklist),
        "may_record": Ability.RECORD_EVENT in request.user.abilities,
    }
    return render(request, "medications/leaving.html", context)


@requires(Ability.STATE_MEDICINE)
@get_or_post
def point(request: StaffRequest, pk: int, item: str) -> HttpResponse:
    """Write down one point, or why it is not done."""
    her = her_journey(request, pk)
    checklist = checklist_of(her, clock.now())
    if item not in ITEMS or item not in checklist.items:
        raise Http404
    day = _day_of(request, checklist) if item == Item.COVER else None
    form = PointForm(posted(request), item=item, site=her.site.definition, day=day)
    if sent(request, form) and tried(form, lambda: leaving.write(her, form.entry, by=request.user)):
        messages.success(request, "Written down.")
        return redirect("leaving", her.pk)
    context = {
        **around_her(her),
        "form": form,
        "item": item,
        "title": Item(item).label,
        "day": day,
        "checklist": checklist,
        "on_day": next((line for line in days_of(checklist) if line.on == day), None),
        "days": days_of(checklist) if item == Item.NEXT_DOSE else [],
        "own": own_of(her, checklist.facts.admission) if item == Item.OWN_MEDICINE else "",
    }
    return render(request, "medications/leaving_point.html", context)


@requires(Ability.RECORD_EVENT)
@get_or_post
def left(request: StaffRequest, pk: int) -> HttpResponse:
    """She goes home: with each baby or without. What has to be written down first is said, with where."""
    her = her_journey(request, pk)
    checklist, standing = checklist_of(her, clock.now()), standing_of(her)
    if not LEFT.offered(standing):
        return _gone(request, her)
    babies = sorted(standing.where.with_her_in_hospital)
    born = len(standing.where.born)
    missing = leaving.not_arranged(checklist)
    form = LeftForm(posted(request), babies=babies, born=born, owed=bool(missing))
    if sent(request, form) and tried(form, lambda: leaving.leave(her, form.leaving, by=request.user)):
        messages.success(request, _after_leaving(her))
        goes_there = form.leaving.where == Departure.Where.PLACEMENT
        return redirect("placement_start" if goes_there else "journey", her.pk)
    answered = answered_babies(her, standing)
    context = {
        **around_her(her),
        "form": form,
        "move": LEFT,
        "owed": [str(Item(item).label) for item in checklist.missing],
        "unanswered": [named(baby, born) for baby in babies if baby not in answered],
    }
    return render(request, "medications/left.html", context)


@requires(Ability.RECORD_EVENT)
@get_or_post
def left_early(request: StaffRequest, pk: int) -> HttpResponse:
    """She leaves on her own decision: never refused; what was tried, and what is due today."""
    her = her_journey(request, pk)
    checklist, standing = checklist_of(her, clock.now()), standing_of(her)
    if not LEFT_EARLY.offered(standing):
        return _gone(request, her)
    form = LeftEarlyForm(
        posted(request),
        babies=sorted(standing.where.with_her_in_hospital),
        born=len(standing.where.born),
        treated=checklist.in_treatment,
        states_medicine=Ability.STATE_MEDICINE in request.user.abilities,
    )
    if sent(request, form) and tried(form, lambda: _left_early(her, form, request)):
        messages.success(request, _after_leaving(her))
        return redirect("journey", her.pk)
    return render(request, "medications/left_early.html", {**around_her(her), "form": form, "move": LEFT_EARLY})


@transaction.atomic
def _left_early(her: Journey, form: LeftEarlyForm, request: StaffRequest) -> None:
    """Record it, and with it that her prescriber was rung."""
    leaving.leave(her, form.leaving, by=request.user)
    if form.rung:
        sent_once = uuid5(form.cleaned_data["submission"], "rung")
        leaving.write(her, replace(form.rung, submission=sent_once), by=request.user)


def _gone(request: StaffRequest, her: Journey) -> HttpResponse:
    """She is not in hospital: back to what is owed of her going home, or to her page."""
    return redirect("leaving" if Ability.STATE_MEDICINE in request.user.abilities else "journey", her.pk)


def _after_leaving(her: Journey) -> str:
    owed = len(checklist_of(her, clock.now()).missing)
    if not owed:
        return "Written down that she left. Nothing is owed."
    return f"Written down that she left. Still owed: {owed} {'point' if owed == 1 else 'points'} of going home."


@requires(Ability.STATE_MEDICINE)
@require_safe
def her_copy(request: StaffRequest, pk: int) -> HttpResponse:
    """Her own copy, to print: when and where next, what to do if it is closed, whom to ring."""
    her = her_journey(request, pk)
    names_it = request.GET.get("medicine") != "unnamed"
    checklist = checklist_of(her, clock.now())
    context = {**around_her(her), "copy": copy_of(checklist, names_it=names_it), "names_it": names_it}
    return render(request, "medications/her_copy.html", context)


@requires(Ability.STATE_MEDICINE)
@get_or_post
def taken(request: StaffRequest, pk: int) -> HttpResponse:
    """What the community says of the first dose after she went home."""
    her = her_journey(request, pk)
    form = TakenForm(posted(request))
    if sent(request, form) and tried(form, lambda: community.report(her, form.said, by=request.user)):
        messages.success(request, _after_report(form.cleaned_data["outcome"]))
        return redirect("taken", her.pk)
    checklist = checklist_of(her, clock.now())
    rows = CommunityDose.objects.filter(journey=her, struck_at=None, event__correction=None)
    context = {
        **around_her(her),
        "form": form,
        "checklist": checklist,
        "rows": list(rows.select_related("recorded_by").order_by("-said_at", "-pk")[:10]),
        "both": checklist.both,
        "waits": her.handoffs.open().filter(moment=FIRST_DOSE).first(),
    }
    context["not_come"] = bool(context["rows"]) and context["rows"][0].outcome == CommunityDose.Outcome.NOT_ATTENDED
    return render(request, "medications/taken.html", context)


def _after_report(outcome: str) -> str:
    if outcome == CommunityDose.Outcome.TAKEN:
        return "Written down: she took it."
    return "Written down: she did not come. It stays open until somebody knows that she had her dose."


# -- shared ----------------------------------------------------------------------------------------


def _day_of(request: StaffRequest, checklist: Checklist) -> date:
    """The day that is to be covered; 404 for one that needs none."""
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        raise Http404 from None
    if day not in {each.on for each in checklist.days if each.needs_cover}:
        raise Http404
    return day


def _is_handed_over(her: Journey, checklist: Checklist) -> Any:
    """The handoff of her medicine where it has ended."""
    ended = her.handoffs.ended().filter(moment=HANDOVER, subject_number=checklist.facts.admission)
    return ended.order_by("-ended_at").first()
