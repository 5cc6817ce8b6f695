"""How she can safely be reached, where she is, and opening that for a purpose."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.labels import Label
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from carecoord.audit.reads import record_read
from pathways.actions import Refused
from pathways.contact import (
    Opened,
    agree_contact,
    confirm_contact,
    mark_unsafe,
    newest_address,
    open_contact,
    record_address,
)
from pathways.forms.contact import AddressForm, ContactForm, OpenForm
from pathways.forms.seen import show_again
from pathways.models import Journey, Opening, SafeContact
from pathways.models.contact import newest_contact
from pathways.pages.changed import Change, address_written, written_lately
from pathways.seen import Changed
from pathways.views.changed import Theirs, conflict_page
from pathways.views.her import around_her, her_latest_journey, posted
from pathways.visibility import labels_for
from pathways.wording.contact import details_in_words, places_in_words


@requires(Ability.RECORD_EVENT)
@get_or_post
def safe_contact(request: StaffRequest, pk: int) -> HttpResponse:
    """How she can be reached: what holds, and the form that changes it."""
    latest = her_latest_journey(request, pk)
    around = around_her(latest)
    contact = around["banner"].contact
    form = ContactForm(posted(request), contact=contact)
    if request.method == "POST" and form.is_valid():
        try:
            agree_contact(latest.woman, form.agreed, form.details, seen=form.version_seen, by=request.user)
        except Changed:
            return _agreed_otherwise(request, latest, form)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "How she can be reached is saved, as she said it today.")
            return redirect("journey", latest.pk)
    form.show_theirs()
    may_open = Ability.OPEN_ADDRESS in request.user.abilities
    summary = around["banner"].how_reached
    context = {**around, "form": form, "contact": contact, "summary": summary, "may_open": may_open}
    if contact and request.method != "POST":
        context["lately"] = written_lately(contact, request.user)
    return render(request, "pathways/safe_contact.html", context)


def _agreed_otherwise(request: StaffRequest, latest: Journey, form: ContactForm) -> HttpResponse:
    """Somebody wrote down meanwhile how she is reached: she agreed to one whole, so each difference is asked about."""
    now = newest_contact(latest.woman_id)
    assert now is not None  # noqa: S101 for the type checker: somebody wrote it
    change = Change(now.recorded_by, now.recorded_at)
    shown = {**now.agreed, "voicemail": {True: "yes", False: "no", None: ""}[now.voicemail]}
    mine = {**form.cleaned_data, "voicemail": {True: "yes", False: "no", None: ""}[form.cleaned_data["voicemail"]]}
    theirs = [Theirs(name, shown[name], change) for name in SafeContact.AGREED if mine[name] != shown[name]]
    private = [name for name in (*form.PRIVATE, "take_away") if mine[name]]
    theirs += [Theirs(str(name), "", None, "Kept apart, and not shown here") for name in private]
    note = f"{change.words}: how she is reached was written down while you were writing. She agreed to it as one."
    if not now.still_safe:
        note = f"{change.words}: she said that it is not safe to reach her this way. Ask her before you write another."
    return conflict_page(request, latest, form, theirs, carries={"seen": now.pk}, note=note)


@requires(Ability.RECORD_EVENT)
@require_POST
def confirm(request: StaffRequest, pk: int) -> HttpResponse:
    """She was asked: still right, in one press."""
    latest = her_latest_journey(request, pk)
    seen = request.POST.get("seen", "")
    try:
        confirm_contact(latest.woman, seen=_whole(seen), by=request.user)
    except Refused as refused:
        messages.warning(request, refused.sentence)
        return redirect("safe_contact", pk)
    messages.success(request, "Noted: she confirmed today that this is the safe way to reach her.")
    return redirect("journey", latest.pk)


@requires(Ability.RECORD_EVENT)
@require_POST
def unsafe(request: StaffRequest, pk: int) -> HttpResponse:
    """She said that it is not safe: from now on nothing is sent."""
    latest = her_latest_journey(request, pk)
    before = newest_contact(pk)
    mark_unsafe(latest.woman, by=request.user)
    messages.warning(request, "Noted: nothing is sent to her from now on. Agree another way when you see her.")
    if before and before.still_safe and before.pk != _whole(request.POST.get("seen", str(before.pk))):
        messages.info(request, "Somebody had only just agreed another way with her: it does not hold either, for now.")
    return redirect("safe_contact", pk)


@requires(Ability.RECORD_EVENT)
@get_or_post
def address(request: StaffRequest, pk: int) -> HttpResponse:
    """Where she is, written down; what is recorded already is not shown."""
    latest = her_latest_journey(request, pk)
    form, status = AddressForm(posted(request), newest=newest_address(pk)), 200
    if request.method == "POST" and form.is_valid():
        try:
            record_address(latest.woman, form.place, seen=form.version_seen, by=request.user)
        except Changed:
            _written_meanwhile(form, pk)
            status = 409
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "Where she is is saved.")
            return redirect("safe_contact", pk)
    return render(request, "pathways/address.html", {**around_her(latest), "form": form}, status=status)


def _written_meanwhile(form: AddressForm, pk: int) -> None:
    """Say who was faster. What they wrote is opened with a purpose only; sent once more, mine is saved as well."""
    newest = newest_address(pk)
    change = address_written(pk, newest)
    form.add_error(
        None,
        f"{change.words if change else 'Somebody'}: where she is was written down while you were writing. Yours is not "
        "saved yet. It is not shown here: open it with a purpose, or ask them. If yours is right, save it again.",
    )
    show_again(form, "seen", str(newest))


@requires(Ability.OPEN_ADDRESS)
@get_or_post
def open_private(request: StaffRequest, pk: int) -> HttpResponse:
    """Her number and her address, for a purpose: shown once, as the answer to the form, and written down."""
    latest = her_latest_journey(request, pk)
    if Label.ADDRESS not in labels_for(request.user, pk):
        raise PermissionDenied("Where she is was not opened to you.")
    form = OpenForm(posted(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            opened = open_contact(
                latest.woman, data["purpose"], data["in_words"], submission=data["submission"], by=request.user
            )
        except Refused as refused:
            form = _once_more(form, refused)
        else:
            words = Opening.Purpose(data["purpose"]).label
            record_read(
                request.user, [latest.woman_id], page="opened_contact", purpose=words, labels=(Label.ADDRESS.value,)
            )
            context = {**around_her(latest), **_shown(opened, data["purpose"])}
            answer = render(request, "pathways/contact_opened.html", context)
            answer["Cache-Control"] = "no-store, private"
            return answer
    return render(request, "pathways/open_contact.html", {**around_her(latest), "form": form})


def _shown(opened: Opened, purpose: str) -> dict[str, object]:
    return {
        "purpose": Opening.Purpose(purpose).label,
        "details": details_in_words(opened),
        "places": places_in_words(opened, clock.today()),
        "withheld": opened.withheld,
    }


def _once_more(form: OpenForm, refused: Refused) -> OpenForm:
    """The form with the refusal, under a new one-time name, so that it can be sent again."""
    again = OpenForm(initial={name: form.cleaned_data[name] for name in ("purpose", "in_words")})
    data = {name: form.data.get(name, "") for name in ("purpose", "in_words")}
    again = OpenForm(data | {"submission": str(again["submission"].value())})
    again.is_valid()
    again.refuse(refused)
    return again


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
