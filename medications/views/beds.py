"""Her critical card, and where she is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from medications import staying
from medications.forms.beds import AwayForm, BedForm, VisitorsForm
from medications.pages.summaries import summaries_of
from medications.views.ward import look_of, one_ward
from pathways.actions import Refused
from pathways.models import Journey
from pathways.views.her import around_her, her_journey

post_or_get = require_http_methods(["GET", "HEAD", "POST"])


@requires(Ability.SEE_WARD)
@require_safe
def card(request: StaffRequest, code: str, pk: int) -> HttpResponse:
    """What the ward has to know of her at once. It needs no plan, and nobody breaks in to see it."""
    return _card(request, code, her_journey(request, pk))


@requires(Ability.WORK_ON_WARD)
@post_or_get
def bed(request: StaffRequest, code: str, pk: int) -> HttpResponse:
    """Give her a bed, or another one."""
    her = her_journey(request, pk)
    form = BedForm(request.POST if request.method == "POST" else None, site=her.site)

    def save() -> None:
        staying.place(her, form.chosen_ward, form.cleaned_data["bed"], by=request.user)

    return _saved(request, code, her, form, save, "medications/bed.html", "Saved. She has her bed.")


@requires(Ability.WORK_ON_WARD)
@post_or_get
def away(request: StaffRequest, code: str, pk: int) -> HttpResponse:
    """Say that she is away from her bed, or back at it."""
    her = her_journey(request, pk)
    form = AwayForm(request.POST if request.method == "POST" else None)

    def save() -> None:
        data = form.cleaned_data
        staying.leave(her, data["location"], back_at=data["back_at"], by=request.user)

    return _saved(request, code, her, form, save, "medications/away.html", "Saved. Her dose times go on.")


@requires(Ability.WORK_ON_WARD)
@post_or_get
def visitors(request: StaffRequest, code: str, pk: int) -> HttpResponse:
    """Write down who may visit her."""
    her = her_journey(request, pk)
    form = VisitorsForm(request.POST if request.method == "POST" else None)

    def save() -> None:
        staying.say_who_visits(her, form.cleaned_data["words"], by=request.user)

    return _saved(request, code, her, form, save, "medications/visitors.html", "Saved. Her card says who may visit.")


def _saved(
    request: StaffRequest,
    code: str,
    her: Journey,
    form: forms.Form,
    save: Callable[[], None],
    template: str,
    words: str,
) -> HttpResponse:
    """The form again where something is wrong, with what was typed; else her card."""
    asked = one_ward(request, code)
    if request.method == "POST" and form.is_valid():
        try:
            save()
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)
        else:
            messages.success(request, words)
            return redirect("ward_woman", code, her.pk)
    context = {**around_her(her), "ward": asked, "form": form, "look": look_of(request)}
    return render(request, template, context)


def _card(request: StaffRequest, code: str, her: Journey) -> HttpResponse:
    asked, now = one_ward(request, code), clock.now()
    (woman,) = summaries_of([her], request.user, now)
    context: dict[str, Any] = {
        **around_her(her),
        "ward": asked,
        "woman": woman,
        "at": now,
        "look": look_of(request),
        "works_here": Ability.WORK_ON_WARD in request.user.abilities,
    }
    return render(request, "medications/card.html", context)
