"""The pages of medicine that she brought herself, step by step; her receipt; and the ward's cupboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from carecoord.access.models import Team, User
from medications import receiving
from medications.forms import own as forms
from medications.models import OwnMedicine, OwnMedicineTaken, Stay
from medications.pages import own as page
from medications.pages.people import who_can_watch
from medications.receiving import Measured, Taken
from medications.views.ward import one_ward
from pathways.actions import AlreadyAnswered, Refused
from pathways.forms.once import OnceForm
from pathways.models import Journey
from pathways.views.her import around_her, her_journey, posted, shown
from pathways.views.signing import second_is_here, signs_beside


@requires(Ability.SEE_MEDICINE)
@require_safe
def own_medicines(request: StaffRequest, pk: int) -> HttpResponse:
    """All that she brought, and what was taken from her."""
    her, now = her_journey(request, pk), clock.now()
    rows = page.own_medicines(her)
    taken = OwnMedicineTaken.objects.filter(journey=her).select_related("ward", "recorded_by")
    names = dict(OwnMedicineTaken.Missing.choices)
    context = {
        **_around(her),
        "medicines": [page.own_of(row, now) for row in rows if row.stands],
        "struck": [row for row in rows if not row.stands],
        "taken": [(each, [names[key].lower() for key in each.missing]) for each in taken.order_by("-happened_at")],
        "may": _may(request.user, her),
    }
    return render(request, "medications/own_medicines.html", context)


@requires(Ability.SEE_MEDICINE)
@require_safe
def one(request: StaffRequest, pk: int, own: int) -> HttpResponse:
    """One medicine: what is done, what is next."""
    her = her_journey(request, pk)
    row = _hers(her, own)
    context = {**_around(her), "own": page.own_of(row, clock.now()), "may": _may(request.user, her)}
    return render(request, "medications/own_medicine.html", context)


@requires(Ability.WORK_ON_WARD)
@get_or_post
def bring(request: StaffRequest, pk: int) -> HttpResponse:
    """She has brought medicine of her own."""
    her = her_journey(request, pk)
    form = forms.BringForm(posted(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = receiving.identify(her, data["what"], at=data["at"], submission=data["submission"], by=request.user)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "Written down. Explain, ask her, and she gets her receipt within the hour.")
            return redirect("one_own", her.pk, made.pk)
    context = {"title": "She has brought medicine of her own", "button": "Write it down", "policy": "own_medicine"}
    return _form_page(request, her, form, reverse("own_medicines", args=[her.pk]), **context)


@requires(Ability.RECORD_EVENT)
@get_or_post
def taken(request: StaffRequest, pk: int) -> HttpResponse:
    """Her medicine was taken without her consent, an explanation, two people or a receipt."""
    her = her_journey(request, pk)
    wards = list(Team.objects.filter(site=her.site_id, kind=Team.Kind.WARD).order_by("name"))
    stay = Stay.objects.filter(journey=her).order_by("-since").values_list("ward", flat=True).first()
    form = forms.TakenForm(posted(request), wards=wards, ward=stay)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        known = {name: data[name] for name in ("what", "missing", "reason", "told", "happened_at")}
        ward = next(each for each in wards if str(each.pk) == data["ward"])
        try:
            receiving.record_taken(her, Taken(**known, ward=ward), submission=data["submission"], by=request.user)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(
                request, "Written down, and counted for the ward. If it is still here, put it right with her now."
            )
            return redirect(_back_from_taken(request, her))
    hint = "This says what happened, so that it can be put right. It blames nobody, and it is counted for the ward."
    context = {"title": "Her medicine was taken without her consent or a receipt", "button": "Write it down"}
    return _form_page(request, her, form, _back_from_taken(request, her), hint=hint, **context)


def _back_from_taken(request: StaffRequest, her: Journey) -> str:
    sees = Ability.SEE_MEDICINE in request.user.abilities
    return reverse("own_medicines" if sees else "journey", args=[her.pk])


# -- the steps -------------------------------------------------------------------------------------


@requires(Ability.WORK_ON_WARD)
@get_or_post
def step(request: StaffRequest, pk: int, own: int, step: str) -> HttpResponse:
    """One step: its form, or what it records."""
    her = her_journey(request, pk)
    row = _hers(her, own)
    if step not in STEPS:
        raise Http404
    title, button, said, make, record = STEPS[step]
    form = make(request, her)
    back = reverse("one_own", args=[her.pk, row.pk])
    if request.method == "POST" and form.is_valid() and second_is_here(request, form):
        try:
            record(row, form, request.user)
        except AlreadyAnswered as faster:
            messages.info(request, faster.sentence)
            return redirect(back)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, said)
            return redirect(back)
    declined = "own_medicine_declined" if step == "kept" else ""
    policy = {"asked": "own_medicine"}.get(step, declined)
    due = page.next_dose(her, request.user, clock.now()) if step == "given" else None
    known = {"title": title, "button": button, "policy": policy, "what": row.what, "next_dose": due}
    receipt = reverse("own_receipt", args=[her.pk, row.pk]) if step == "given" else ""
    return _form_page(request, her, form, back, receipt_url=receipt, is_receipt=step == "given", **known)


def _ask(row: OwnMedicine, form: OnceForm, by: User) -> None:
    data = form.cleaned_data
    receiving.ask(
        row,
        data["consent"],
        explained=data["explained"] == "yes",
        words=data["words"],
        submission=data["submission"],
        by=by,
    )


def _keep(row: OwnMedicine, form: OnceForm, by: User) -> None:
    data = form.cleaned_data
    receiving.agree_how_it_is_kept(row, data["words"], submission=data["submission"], by=by)


def _store(row: OwnMedicine, form: Any, by: User) -> None:
    data = form.cleaned_data
    measured = Measured(data["quantity"], data["register_page"], data["place"])
    receiving.store(row, measured, second=form.second, submission=data["submission"], by=by)


def _give(row: OwnMedicine, form: OnceForm, by: User) -> None:
    data = form.cleaned_data
    due = page.next_dose(row.journey, by, clock.now()) if "shown" in form.fields else None
    receiving.give_receipt(row, next_dose_at=due, words=data["words"], submission=data["submission"], by=by)


def _check(row: OwnMedicine, form: OnceForm, by: User) -> None:
    data = form.cleaned_data
    receiving.check(row, data["quantity"], words=data["words"], submission=data["submission"], by=by)


def _move(row: OwnMedicine, form: Any, by: User) -> None:
    data = form.cleaned_data
    receiving.sign_out(row, data["place"], data["words"], second=form.second, submission=data["submission"], by=by)


def _finish(row: OwnMedicine, form: Any, by: User) -> None:
    data = form.cleaned_data
    receiving.finish(row, data["outcome"], data["words"], second=form.second, submission=data["submission"], by=by)


def _strike(row: OwnMedicine, form: OnceForm, by: User) -> None:
    receiving.strike(row, form.cleaned_data["reason"], by=by)


def _alone(kind: type[OnceForm]) -> Callable[[StaffRequest, Journey], OnceForm]:
    return lambda request, her: kind(posted(request))


def _with_second(kind: type[Any]) -> Callable[[StaffRequest, Journey], OnceForm]:
    return lambda request, her: kind(posted(request), people=who_can_watch(her, without=request.user))


def _receipt_form(request: StaffRequest, her: Journey) -> OnceForm:
    return forms.ReceiptForm(posted(request), has_time=page.next_dose(her, request.user, clock.now()) is not None)


_Row = tuple[str, str, str, Callable[[StaffRequest, Journey], OnceForm], Callable[[OwnMedicine, Any, User], None]]
# By the last part of the address: heading, button, what is said afterwards, the form, the verb.
STEPS: dict[str, _Row] = {
    "asked": (
        "Explain, then ask her",
        "Record what she answered",
        "Recorded in her words.",
        _alone(forms.AskForm),
        _ask,
    ),
    "kept": (
        "She keeps it",
        "Record what was agreed",
        "Recorded. It is hers, and it stays with her.",
        _alone(forms.KeptForm),
        _keep,
    ),
    "stored": (
        "Measure and store it, two people",
        "Sign and store",
        "Stored, signed by both. Now give her the receipt.",
        _with_second(forms.StoreForm),
        _store,
    ),
    "given": (
        "Her receipt",
        "She has the receipt",
        "Done: she has her receipt and knows when her next dose comes.",
        _receipt_form,
        _give,
    ),
    "checked": ("Daily check", "Record the check", "Checked.", _alone(forms.CheckForm), _check),
    "moved": (
        "It goes to another ward",
        "Sign it out",
        "Signed out by both.",
        _with_second(forms.MoveForm),
        _move,
    ),
    "outcome": (
        "What became of it",
        "Sign",
        "Recorded, signed by both.",
        _with_second(forms.OutcomeForm),
        _finish,
    ),
    "strike": (
        "Strike this entry through",
        "Strike it through",
        "Struck through. It stays readable.",
        _alone(forms.StrikeForm),
        _strike,
    ),
}


# -- paper, and the ward -----------------------------------------------------------------------------


@requires(Ability.SEE_MEDICINE)
@require_safe
def receipt(request: StaffRequest, pk: int, own: int) -> HttpResponse:
    """Her receipt, to be printed: it is hers to keep."""
    her, now = her_journey(request, pk), clock.now()
    row = _hers(her, own)
    stored = receiving.step_of(row, receiving.Kind.STORED)
    if stored is None:
        raise Http404
    context = {
        **_around(her),
        "row": row,
        "stored": stored,
        "next_dose": page.next_dose(her, request.user, now),
        "printed_at": now,
        "back": reverse("one_own", args=[her.pk, row.pk]),
    }
    return render(request, "medications/own_receipt.html", context)


@requires(Ability.SEE_WARD)
@require_safe
def on_ward(request: StaffRequest, code: str) -> HttpResponse:
    """What is kept on the ward for its women; how often medicine was taken without consent or receipt."""
    ward, now = one_ward(request, code), clock.now()
    medicines = page.kept_on(ward, request.user, now)
    shown(request, [own.row.journey.woman_id for own in medicines])
    counts = page.taken_by_month(ward, now) if Ability.WORK_ON_WARD in request.user.abilities else None
    context = {"ward": ward, "medicines": medicines, "months": counts, "at": now}
    return render(request, "medications/own_on_ward.html", context)


# -- shared ----------------------------------------------------------------------------------------


def _hers(her: Journey, pk: int) -> OwnMedicine:
    """A medicine of hers; 404 for one of another woman, just as for one that is not there."""
    found = next((row for row in page.own_medicines(her) if row.pk == pk), None)
    if found is None:
        raise Http404
    found.journey = her
    return found


def _around(her: Journey) -> dict[str, Any]:
    return {**around_her(her), "medicine_url": reverse("her_medicine", args=[her.pk])}


def _may(user: User, her: Journey) -> dict[str, bool]:
    works = Ability.WORK_ON_WARD in user.abilities
    return {"work": works, "add": works and her.in_hospital, "say_taken": Ability.RECORD_EVENT in user.abilities}


def _form_page(request: StaffRequest, her: Journey, form: OnceForm, back: str, **context: Any) -> HttpResponse:
    known = {**_around(her), "form": form, "back": back, **context, **signs_beside(request, form)}
    return render(request, "medications/own_form.html", known)
