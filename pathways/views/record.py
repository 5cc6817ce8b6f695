"""Recording what happened, reading one entry, and marking one as entered in error."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from pathways.actions import AlreadyAnswered, Draft, Refused, answer_handoff, correct_event, record_event
from pathways.engine import ANSWER_KINDS, FACT_KINDS, AboutBaby, Evidence
from pathways.forms.record import CorrectForm, RecordForm
from pathways.guided import moves_for
from pathways.models import Correction, Event, Handoff, Journey
from pathways.moments import by_key
from pathways.pages.catch_up import came_late
from pathways.pages.recordable import HINTS, OWN_PAGES, can_record, groups_for
from pathways.projection import fact_of
from pathways.seen import SentOtherwise
from pathways.shown import Shown
from pathways.views.changed import not_stored, saved_otherwise, typed_in
from pathways.views.her import around_her, her_journey, posted
from pathways.what_if import WhatIf
from pathways.wording.consequences import preview, summary
from pathways.wording.entries import details_of, time_in_words, title_of

LATE_BOOKING = "BOOK_LATE_14D"
LATE_REASON = "late_reason"
# She was there: the moment to ask whether the way to reach her is still safe.
SEEN_OR_SPOKEN_TO = frozenset(
    {"first_contact", "contact_made", "booking_completed", "postnatal_visit", "admitted", "mother_discharged"}
)


@requires(Ability.RECORD_EVENT)
@require_safe
def choose(request: StaffRequest, pk: int) -> HttpResponse:
    """Choose what happened; what fits her stage stands first."""
    her = her_journey(request, pk)
    groups = [
        (
            group.title,
            [(move.title, reverse(move.page, args=[her.pk])) for move in group.moves]
            + [(kind.label, _url_of(her, kind.kind)) for kind in group.kinds],
        )
        for group in groups_for(her, her.babies.count(), request.user)
    ]
    return render(request, "pathways/record.html", {**around_her(her), "groups": groups})


def _url_of(her: Journey, kind: str) -> str:
    if own := OWN_PAGES.get(kind):
        return reverse(own, args=[her.pk])
    return reverse("record_kind", args=[her.pk, kind])


@requires(Ability.RECORD_EVENT)
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: StaffRequest, pk: int, kind: str) -> HttpResponse:
    """Record one thing that happened; afterwards her page says what followed from it."""
    her = her_journey(request, pk)
    babies = list(her.babies.order_by("number").values_list("number", flat=True))
    if moves_for(kind):
        return redirect("record", her.pk)
    if not can_record(kind, her, len(babies), request.user):
        raise Http404
    if kind in OWN_PAGES:
        return redirect(OWN_PAGES[kind], her.pk)
    declared = FACT_KINDS[kind]
    late = _open_late_booking(her) if kind == "booking_completed" else None
    form = RecordForm(
        posted(request), kind=declared, journey=her, babies=babies, late=_late_evidence() if late else None
    )
    if request.method == "POST" and form.is_valid():
        try:
            return _recorded(request, her, form, late, max(len(babies), 1))
        except SentOtherwise as sent:
            return saved_otherwise(request, her, form, sent.earlier)
        except Refused as refused:
            form.refuse(refused)
    one_of_all = declared.about_baby is not AboutBaby.NO and len(babies) == 1
    context = {
        **around_her(her),
        "form": form,
        "title": declared.label,
        "hint": HINTS.get(kind, ""),
        "baby": f"About baby {babies[0]}." if one_of_all and babies[0] != 1 else "",
    }
    return render(request, "pathways/record_kind.html", context)


def _recorded(request: StaffRequest, her: Journey, form: RecordForm, late: Handoff | None, babies: int) -> HttpResponse:
    """Save the event, and with a booking the reason why it came late. Raises Refused."""
    reason = form.cleaned_data.get(LATE_REASON, "")
    draft = replace(form.draft, sent_with={LATE_REASON: request.POST.get(LATE_REASON, "").strip()})
    with transaction.atomic():
        what_if = WhatIf.of(her, clock.now())
        if late and reason and not Event.objects.filter(submission=draft.submission).exists():
            _answer_late_booking(late, draft, reason, request)
        event = record_event(her, draft, by=request.user)
    sent_twice = any(fact.sequence == event.pk for fact in what_if.facts)
    found = Shown.to(request.user, her.woman_id).of(what_if.with_fact(fact_of(event)))
    follows = "" if sent_twice else summary(found, babies, what_if.at)
    what = f"{title_of(event, babies=babies)}, {time_in_words(event.occurred_at)}"
    messages.success(request, f"Recorded: {what}. {follows}".strip())
    asked = "?ask=contact" if event.kind in SEEN_OR_SPOKEN_TO else ""
    page = "catch_up" if event.kind == "booking_completed" and came_late(her) else "journey"
    return redirect(reverse(page, args=[her.pk]) + asked)


def _open_late_booking(her: Journey) -> Handoff | None:
    """The handoff that asks why booking comes late, while somebody still owes it."""
    return her.handoffs.open().filter(moment=LATE_BOOKING).first()


def _late_evidence() -> Evidence:
    return next(item for item in by_key[LATE_BOOKING].evidence if item.key == LATE_REASON)


def _answer_late_booking(late: Handoff, booking: Draft, reason: str, request: StaffRequest) -> None:
    """Write the reason down where the pathway asks for it: with the handoff that the booking completes."""
    answer = Draft("handoff_completed", booking.occurred_at, details={LATE_REASON: reason})
    answer_handoff(late, answer, by=request.user)


# -- one entry -----------------------------------------------------------------------------------


def _entry(request: StaffRequest, her: Journey, event: int) -> Event:
    """The entry, if it is there for its reader; 404 just as for one that is not there."""
    entry = get_object_or_404(her.events.select_related("correction__made_by", "recorded_by"), pk=event)
    if not Shown.to(request.user, her.woman_id).event(entry):
        raise Http404
    return entry


def _entry_context(request: StaffRequest, her: Journey, entry: Event) -> dict[str, Any]:
    babies = max(her.babies.count(), 1)
    correction = getattr(entry, "correction", None)
    with_words = Shown.to(request.user, her.woman_id).words_of(entry)
    return {
        **around_her(her),
        "entry": entry,
        "title": title_of(entry, babies=babies),
        "happened": time_in_words(entry.occurred_at),
        "recorded": time_in_words(entry.recorded_at),
        "details": details_of(entry, with_words=with_words),
        "note": entry.note if with_words else "",
        "correction_reason": correction.reason if correction and with_words else "",
        "correction": correction,
        "corrected": time_in_words(correction.made_at) if correction else "",
    }


@requires(Ability.SEE_JOURNEY)
@require_safe
def entry(request: StaffRequest, pk: int, event: int) -> HttpResponse:
    """One entry: what, when it happened, when and by whom it was recorded."""
    her = her_journey(request, pk)
    context = _entry_context(request, her, _entry(request, her, event))
    may_correct = Ability.CORRECT_ENTRY in request.user.abilities and context["correction"] is None
    return render(request, "pathways/entry.html", {**context, "may_correct": may_correct})


@requires(Ability.CORRECT_ENTRY)
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: StaffRequest, pk: int, event: int) -> HttpResponse:
    """Mark an entry as entered in error, having seen what changes. It stays readable."""
    her = her_journey(request, pk)
    wrong = _entry(request, her, event)
    form = CorrectForm(posted(request))
    if Correction.objects.filter(event=wrong).exists():
        return _already_marked(request, her, wrong, form)
    now = clock.now()
    found = Shown.to(request.user, her.woman_id).of(WhatIf.of(her, now).without(wrong.pk))
    if request.method == "POST" and form.is_valid():
        try:
            correct_event(wrong, reason=form.cleaned_data["reason"], by=request.user)
        except AlreadyAnswered:
            return _already_marked(request, her, wrong, form)
        except Refused as refused:
            form.refuse(refused)
        else:
            follows = summary(found, max(her.babies.count(), 1), now)
            messages.success(request, f"Marked as entered in error; it stays readable. {follows}".strip())
            return redirect("entry", her.pk, wrong.pk)
    context = {
        **_entry_context(request, her, wrong),
        "form": form,
        "preview": preview(found, max(her.babies.count(), 1), now),
        "is_answer": wrong.kind in ANSWER_KINDS,
    }
    return render(request, "pathways/correct.html", context)


def _already_marked(request: StaffRequest, her: Journey, wrong: Event, form: CorrectForm) -> HttpResponse:
    """Back to the entry; a reason that differs from the one recorded is shown beside it, since it is not stored."""
    first = Correction.objects.select_related("made_by").get(event=wrong)
    if request.method == "POST" and form.is_valid() and form.cleaned_data["reason"] != first.reason:
        with_words = Shown.to(request.user, her.woman_id).words_of(wrong)
        facts = [("Why", first.reason)] if with_words else []
        return not_stored(
            request,
            her,
            title="This entry is already marked as entered in error",
            lead="Somebody was faster. Your reason is not saved; the first one stays with the entry.",
            stored=("entered in error", [*facts, ("By", f"{first.made_by}, {time_in_words(first.made_at)}")]),
            typed=typed_in(form),
            entry=wrong,
        )
    messages.info(request, "This entry is already marked as entered in error.")
    return redirect("entry", her.pk, wrong.pk)
