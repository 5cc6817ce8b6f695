"""Her background: only the pieces whose label the reader's roles cover; of the others there is no trace."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from carecoord.access.abilities import Ability
from carecoord.access.labels import LABEL_NAMES, Label
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from pathways.actions import Refused
from pathways.background import background_labels, record_background, withdraw_background
from pathways.ethnicity import NAMES
from pathways.forms.background import BackgroundForm, WithdrawForm
from pathways.models import Background, Journey, Woman
from pathways.pages.changed import Change, written_lately
from pathways.seen import Changed
from pathways.views.changed import Theirs, conflict_page, not_stored, typed_in
from pathways.views.her import around_her, her_latest_journey, posted
from pathways.wording.entries import time_in_words


@dataclass(frozen=True)
class Version:
    """One version as the page shows it. ``error``: why it was entered in error; None where it was not."""

    category: str
    text: str
    by: str
    when: str
    error: str | None


@dataclass(frozen=True)
class Piece:
    """What stands under one label: the version that holds, if any, and the earlier ones."""

    label: str
    name: str
    holds: Version | None
    earlier: list[Version]


@requires(Ability.SEE_JOURNEY)
@require_safe
def background(request: StaffRequest, pk: int) -> HttpResponse:
    """All that the reader may know of it, on one page. One query for the pieces."""
    latest = her_latest_journey(request, pk)
    labels = background_labels(request.user, pk)
    if not labels:
        raise Http404
    rows = _versions(latest.woman, labels)
    pieces = [_piece(label, [row for row in rows if row.label == label.value]) for label in labels]
    may_write = Ability.RECORD_EVENT in request.user.abilities
    context = {**around_her(latest), "pieces": pieces, "may_write": may_write}
    return render(request, "pathways/background.html", context)


@requires(Ability.RECORD_EVENT)
@get_or_post
def edit(request: StaffRequest, pk: int, label: str) -> HttpResponse:
    """Write one piece; the version before stays readable."""
    latest = her_latest_journey(request, pk)
    covered = _covered(request, pk, label)
    newest = next(iter(_versions(latest.woman, [covered])), None)
    form = BackgroundForm(posted(request), label=covered, nation=latest.site.nation, newest=newest)
    if request.method == "POST" and form.is_valid():
        text, category = form.chosen
        try:
            record_background(latest.woman, covered, text, category, seen=form.version_seen, by=request.user)
        except Changed:
            return _others_wrote(request, latest, form, covered)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "Saved. What was there before stays readable below it.")
            return redirect("background", pk)
    form.show_theirs()
    name, holds = LABEL_NAMES[covered], newest is not None and not newest.entered_in_error
    context = {**around_her(latest), "form": form, "name": name, "label": covered.value, "holds": holds}
    if newest and request.method != "POST":
        context["lately"] = written_lately(newest, request.user)
    return render(request, "pathways/background_edit.html", context)


def _others_wrote(request: StaffRequest, latest: Journey, form: BackgroundForm, label: Label) -> HttpResponse:
    """Somebody wrote the same piece meanwhile, or marked it as entered in error."""
    newest = _versions(latest.woman, [label])[0]
    change = Change(newest.recorded_by, newest.recorded_at)
    stands = {"text": "", "category": ""} if newest.entered_in_error else vars(newest)
    names = [name for name in ("category", "text") if name in form.fields]
    differ = [name for name in names if (form.cleaned_data[name] or "") != stands[name]]
    note = f"Marked as entered in error, {change.words}: {newest.text}" if newest.entered_in_error else ""
    theirs = [Theirs(name, stands[name], change) for name in differ or ["text"]]
    return conflict_page(request, latest, form, theirs, carries={"seen": newest.pk}, note=note)


@requires(Ability.RECORD_EVENT)
@get_or_post
def withdraw(request: StaffRequest, pk: int, label: str) -> HttpResponse:
    """Mark what stands there as entered in error; it stays readable, with the reason."""
    latest = her_latest_journey(request, pk)
    covered = _covered(request, pk, label)
    rows = _versions(latest.woman, [covered])
    newest = rows[0] if rows else None
    form = WithdrawForm(posted(request), initial={"seen": newest.pk if newest else None})
    if newest is None or newest.entered_in_error:
        if newest and request.method == "POST" and form.is_valid() and newest.text != form.cleaned_data["text"]:
            return _marked_already(request, latest, form, newest)
        messages.info(request, "Nothing stands there that could be marked as entered in error.")
        return redirect("background", pk)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            withdraw_background(latest.woman, covered, data["text"], seen=data["seen"], by=request.user)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "Marked as entered in error; it stays readable.")
            return redirect("background", pk)
    context = {**around_her(latest), "form": form, "name": LABEL_NAMES[covered], "version": _version(newest, None)}
    return render(request, "pathways/background_withdraw.html", context)


def _marked_already(request: StaffRequest, latest: Journey, form: WithdrawForm, newest: Background) -> HttpResponse:
    change = Change(newest.recorded_by, newest.recorded_at)
    return not_stored(
        request,
        latest,
        title="It is marked as entered in error already",
        lead="Somebody was faster. Your reason is not saved; the first one stays readable beside what was written.",
        stored=("entered in error", [("Why", newest.text), ("By", change.words)]),
        typed=typed_in(form),
    )


def _covered(request: StaffRequest, pk: int, label: str) -> Label:
    """The label, if the reader's roles cover it; 404 just as for one that does not exist."""
    for covered in background_labels(request.user, pk):
        if covered.value == label:
            return covered
    raise Http404


def _versions(woman: Woman, labels: list[Label]) -> list[Background]:
    """Every version under these labels, the newest first."""
    rows = Background.objects.filter(woman=woman, label__in=[label.value for label in labels])
    return list(rows.select_related("recorded_by").order_by("-id"))


def _piece(label: Label, rows: list[Background]) -> Piece:
    """``rows``: the newest first. A row of an error marks the one that it followed."""
    versions, error = [], None
    for row in rows:
        if row.entered_in_error:
            error = row.text
        else:
            versions.append(_version(row, error))
            error = None
    holds = versions[0] if versions and versions[0].error is None else None
    return Piece(label.value, LABEL_NAMES[label], holds, versions[1:] if holds else versions)


def _version(row: Background, error: str | None) -> Version:
    return Version(
        category=NAMES.get(row.category, ""),
        text=row.text,
        by=str(row.recorded_by or ""),
        when=time_in_words(row.recorded_at),
        error=error,
    )
