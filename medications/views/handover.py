"""A change of shift: the sheet, on the screen and on paper; signing it; taking over."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from carecoord.access.models import Team
from medications import handing_over
from medications.forms.handover import AcceptForm, SignForm
from medications.pages.handover import Sheet, sheet_of, standing_of
from medications.pages.people import who_works_on
from medications.rules.shifts import coming_shift
from medications.views.ward import one_ward
from pathways.actions import AlreadyAnswered, Refused
from pathways.forms.once import OnceForm
from pathways.models import Journey
from pathways.views.her import posted, shown
from pathways.views.signing import second_is_here, signs_beside


@requires(Ability.SEE_WARD)
@require_safe
def handover(request: StaffRequest, code: str) -> HttpResponse:
    """The sheet, with initials and beds."""
    return _sheet(request, code)


@requires(Ability.SEE_WARD)
@require_safe
def with_names(request: StaffRequest, code: str) -> HttpResponse:
    """The sheet with names: a choice, written down as its own look."""
    return _sheet(request, code, names=True)


@requires(Ability.SEE_WARD)
@require_safe
def to_print(request: StaffRequest, code: str) -> HttpResponse:
    """The sheet for the printer; written down as printed."""
    return _sheet(request, code, printing=True)


@requires(Ability.SEE_WARD)
@require_safe
def to_print_with_names(request: StaffRequest, code: str) -> HttpResponse:
    """The sheet with names for the printer; written down as that."""
    return _sheet(request, code, names=True, printing=True)


def _sheet(request: StaffRequest, code: str, *, names: bool = False, printing: bool = False) -> HttpResponse:
    ward, now = one_ward(request, code), clock.now()
    sheet = sheet_of(ward, request.user, now)
    shown(request, sheet.ids)
    return render(request, "medications/handover.html", _context(request, sheet, names=names, printing=printing))


@requires(Ability.WORK_ON_WARD)
@get_or_post
def sign(request: StaffRequest, code: str) -> HttpResponse:
    """Who goes hands the ward over, with a note where one is needed."""
    ward, now = one_ward(request, code), clock.now()
    _check_works_on(request, ward)
    sheet = sheet_of(ward, request.user, now)
    shown(request, sheet.ids)
    form = SignForm(posted(request), rows=sheet.rows, coming=coming_shift(now.astimezone(clock.LONDON)))
    if request.method == "POST" and form.is_valid():
        women = [Journey(pk=row.pk) for row in sheet.rows]
        to_shift = form.cleaned_data["to_shift"]
        verb = partial(handing_over.sign, ward, to_shift, women, form.notes, by=request.user)
        answer = _done(request, form, verb, code, "Signed. You can go home: nothing waits for the other signature.")
        if answer:
            return answer
    return render(request, "medications/handover_sign.html", {"ward": ward, "form": form, "sheet": sheet})


@requires(Ability.WORK_ON_WARD)
@get_or_post
def accept(request: StaffRequest, code: str) -> HttpResponse:
    """Who comes takes over by name: signed in here, or beside who goes."""
    ward = one_ward(request, code)
    _check_works_on(request, ward)
    standing = standing_of(ward, clock.now())
    row = standing.row
    if row is None or not standing.is_open:
        messages.info(request, standing.words)
        return redirect("handover", code)
    form: OnceForm = OnceForm(posted(request))
    beside = row.signed_by_id == request.user.pk or bool(request.GET.get("beside"))
    if beside:
        form = AcceptForm(posted(request), people=who_works_on(ward, without=row.signed_by))
    if request.method == "POST" and form.is_valid() and second_is_here(request, form):
        by = form.second if isinstance(form, AcceptForm) else request.user
        answer = _done(request, form, partial(handing_over.accept, row, by=by), code, f"{by} has taken over.")
        if answer:
            return answer
    context = {"ward": ward, "form": form, "standing": standing, "beside": beside, **signs_beside(request, form)}
    return render(request, "medications/handover_accept.html", context)


def _done(request: StaffRequest, form: OnceForm, verb: Any, code: str, said: str) -> HttpResponse | None:
    """Do it and go back to the sheet; to it too with what somebody else did first; None where it was refused."""
    try:
        verb()
    except AlreadyAnswered as faster:
        messages.info(request, faster.sentence)
        return redirect("handover", code)
    except Refused as refused:
        form.refuse(refused)
        return None
    messages.success(request, said)
    return redirect("handover", code)


def _check_works_on(request: StaffRequest, ward: Team) -> None:
    if not handing_over.works_on(request.user, ward):
        raise PermissionDenied


def _context(request: StaffRequest, sheet: Sheet, *, names: bool, printing: bool) -> dict[str, Any]:
    return {
        "sheet": sheet,
        "ward": sheet.ward,
        "at": sheet.at,
        "names": names,
        "printing": printing,
        "works_here": handing_over.works_on(request.user, sheet.ward),
        "is_mine": sheet.standing.row is not None and sheet.standing.row.signed_by_id == request.user.pk,
    }
