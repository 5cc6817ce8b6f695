"""The two answers with 409: somebody else changed the same, and this form was saved before with other words."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render

from carecoord.access.middleware import StaffRequest
from pathways.forms.seen import ASKED, MINE, THEIRS, ChoosingForm
from pathways.models import Event, Journey
from pathways.pages.changed import Change
from pathways.shown import Shown
from pathways.views.her import around_her
from pathways.wording.changed import value_of_field
from pathways.wording.entries import details_of, time_in_words, title_of

_OF_THE_PAGE = {"csrfmiddlewaretoken", "opened_by", "restored", "stood", "seen", "submission", ASKED}


@dataclass(frozen=True)
class Theirs:
    """What stands now in one field, and whose it is. ``value`` as the form would hold it."""

    name: str
    value: Any
    change: Change | None = None
    words: str = ""


def conflict_page(
    request: StaffRequest,
    her: Journey,
    form: ChoosingForm,
    theirs: Sequence[Theirs],
    *,
    carries: Mapping[str, object],
    note: str = "",
) -> HttpResponse:
    """Field by field what stands now beside what was typed, to choose from; all that was typed goes along.

    ``carries``: hidden fields that say what has been seen now.
    """
    names = {each.name for each in theirs}
    rows = [_row(form, each) for each in theirs]
    sent = [(name, value) for name, value in _sent(request, names) if name not in carries]
    context = {
        **around_her(her),
        "form": form,
        "rows": rows,
        "hidden": [*sent, *carries.items()],
        "note": note,
        "undecided": bool(form.undecided),
        "theirs": THEIRS,
        "mine": MINE,
        "asked": ASKED,
        "action": request.get_full_path(),
    }
    return render(request, "pathways/changed.html", context, status=409)


def _row(form: ChoosingForm, theirs: Theirs) -> dict[str, Any]:
    field = form[theirs.name]
    chosen = form.data.get(f"keep_{theirs.name}", "")
    return {
        "name": theirs.name,
        "label": field.label,
        "words": theirs.words or value_of_field(field.field, theirs.value),
        "by": theirs.change.words if theirs.change else "",
        "field": field,
        "typed": value_of_field(field.field, form.cleaned_data.get(theirs.name)),
        "chosen": chosen if theirs.name not in form.undecided else "",
    }


def _sent(request: StaffRequest, without: Iterable[str]) -> list[tuple[str, str]]:
    """What was sent of the other fields, box by box, with the one-time name of the form."""
    found = []
    for name, values in request.POST.lists():
        stem, _, box = name.rpartition("_")
        asked_again = name.removeprefix("keep_")  # what was chosen of the other fields goes along
        if name in _OF_THE_PAGE - {"submission"} or asked_again in without:
            continue
        if box.isdecimal() and stem in without:
            continue
        found += [(name, value) for value in values]
    return found


def saved_otherwise(request: StaffRequest, her: Journey, form: forms.Form, earlier: Event) -> HttpResponse:
    """This form was saved before, and says something else now: what was saved, beside what is not."""
    shown = Shown.to(request.user, her.woman_id)
    with_words = shown.words_of(earlier)
    sent = [(name, value) for name, values in request.POST.lists() for value in values if name not in _OF_THE_PAGE]
    facts = [("Happened", time_in_words(earlier.occurred_at)), *details_of(earlier, with_words=with_words)]
    if earlier.note and with_words:
        facts.append(("Note", earlier.note))
    if earlier.kind == "named_midwife_assigned":
        facts += [("Named midwife now", str(her.named_midwife or "")), ("Buddy now", str(her.buddy or ""))]
    return not_stored(
        request,
        her,
        title="This form was saved already, with other words",
        lead="What you changed since is not saved. If it happened as well, record it as well. "
        "If the first was wrong, open that entry and mark it as entered in error.",
        stored=(title_of(earlier, babies=max(her.babies.count(), 1)), facts),
        typed=typed_in(form),
        entry=earlier,
        again=[*sent, ("submission", str(uuid.uuid4()))],
    )


def not_stored(
    request: StaffRequest,
    her: Journey,
    *,
    title: str,
    lead: str,
    stored: tuple[str, list[tuple[str, str]]],
    typed: list[tuple[str, str]],
    entry: Event | None = None,
    again: Sequence[tuple[str, str]] = (),
) -> HttpResponse:
    """What the record says, beside what was typed and is not stored. ``again``: the fields that record it as well."""
    context = {
        **around_her(her),
        "title": title,
        "lead": lead,
        "stored_title": stored[0],
        "stored": stored[1],
        "typed": typed,
        "entry": entry,
        "again": again,
        "action": request.get_full_path(),
    }
    return render(request, "pathways/not_stored.html", context, status=409)


def typed_in(form: forms.Form) -> list[tuple[str, str]]:
    """What was entered, as (label, words); of a valid form."""
    found = []
    for field in form.visible_fields():
        value = form.cleaned_data.get(field.name)
        if value not in (None, "", [], False):
            words = time_in_words(value) if field.name == "occurred_at" else value_of_field(field.field, value)
            found.append((str(field.label), words))
    return found
