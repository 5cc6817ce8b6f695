"""Adding a woman, her details, and a further pregnancy of hers."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from carecoord.access.models import User
from pathways.actions import Refused, add_number, update_woman
from pathways.carrying import carries_earlier, carry_history
from pathways.finding.duplicates import Candidate
from pathways.finding.registration import PossibleDuplicates, open_with, register
from pathways.forms.shared import refuse
from pathways.forms.women import AddWomanForm, CarryForm, DetailsForm, PregnancyForm
from pathways.models import Identifier, Journey, Woman
from pathways.pages.changed import changes_since, last_change, lately
from pathways.seen import Changed, SentOtherwise
from pathways.views.caseload import PLACE
from pathways.views.changed import Theirs, conflict_page, not_stored, typed_in
from pathways.views.her import around_her, her_journey, her_latest_journey, posted, shown
from pathways.visibility import women_visible_to
from pathways.wording.changed import value_of_field


@dataclass(frozen=True)
class Shown:
    """A woman who is here already, as the question before saving shows her."""

    woman: Woman
    because: str
    journey: Journey | None
    where: str


@requires(Ability.ADD_WOMAN)
@get_or_post
def add(request: StaffRequest) -> HttpResponse:
    """Add a woman and her first journey. Before anything is saved, shows who is here already and could be her."""
    form = AddWomanForm(request.POST or None, by=request.user)
    candidates: list[Candidate] = []
    status = 200
    if request.method == "POST" and form.is_valid():
        not_these = ids_in(request.POST.get("not_these", ""))
        try:
            submission = form.cleaned_data["submission"]
            journey = register(
                form.person, form.new_journey, not_these=not_these, submission=submission, by=request.user
            )
        except PossibleDuplicates as found:
            candidates = found.candidates
        except SentOtherwise as sent:
            form.add_error(None, _was_added(sent.earlier, request.user))
            status = 409
        except Refused as problem:
            refuse(form, problem)
            candidates = holders_of(form, request.user)
        else:
            messages.success(request, _added(journey))
            return redirect("journey", pk=journey.pk)
    shown(request, [candidate.woman.pk for candidate in candidates])
    return render(
        request,
        "pathways/add_woman.html",
        {
            "form": form,
            "back": way_back(request),
            **could_be_her(candidates, form),
        },
        status=status,
    )


@requires(Ability.RECORD_EVENT)
@get_or_post
def details(request: StaffRequest, pk: int) -> HttpResponse:
    """How she is called and understood, and what matters to her; numbers that are missing can be added."""
    latest = her_latest_journey(request, pk)
    woman = latest.woman
    may_add_numbers = Ability.ADD_WOMAN in request.user.abilities
    form = DetailsForm(request.POST or None, woman=woman, may_add_numbers=may_add_numbers)
    if request.method == "POST" and form.is_valid():
        try:
            others = _save_details(form, woman, request.user)
        except Changed as changed:
            return _both_details(request, latest, form, changed)
        except Refused as problem:
            refuse(form, problem)
        else:
            messages.success(request, f"Her details are saved.{others}")
            return redirect("journey", pk=latest.pk)
    warning = lately(last_change(woman, form.OF_HERS), request.user) if request.method != "POST" else ""
    form.show_theirs()
    return render(request, "pathways/woman_details.html", {"form": form, "lately": warning, **around_her(latest)})


@requires(Ability.ADD_WOMAN)
@get_or_post
def add_pregnancy(request: StaffRequest, pk: int) -> HttpResponse:
    """Open the journey of a further pregnancy; the earlier ones stay as they are."""
    latest = her_latest_journey(request, pk)
    woman, following = latest.woman, latest.number + 1
    journeys = list(woman.journeys.order_by("number"))
    form = PregnancyForm(request.POST or None, by=request.user, initial={"number": following})
    if request.method == "POST" and form.is_valid():
        number = min(form.cleaned_data["number"], following)
        for here in journeys:
            if here.number == number:  # the same form sent twice, or somebody was faster
                return _already_open(request, here, form)
        try:
            journey = open_with(woman, number, form.new_journey, by=request.user)
        except Refused as problem:
            refuse(form, problem)
        else:
            messages.success(request, f"Her journey of pregnancy {number} is open.")
            return redirect("journey", pk=journey.pk)
    still_open = [journey for journey in journeys if not journey.is_closed]
    context = {"form": form, "number": following, "still_open": still_open, **around_her(latest)}
    return render(request, "pathways/add_pregnancy.html", context)


@requires(Ability.RECORD_EVENT)
@get_or_post
def earlier(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask her what may come along from her earlier journeys; what she said last holds."""
    her = her_journey(request, pk)
    form = CarryForm(posted(request), initial={"carries_earlier": carries_earlier(her)})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            carry_history(her, data["carries_earlier"], data["carried_words"], by=request.user)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "Written down. It holds until she says otherwise.")
            return redirect("journey", pk=her.pk)
    return render(request, "pathways/earlier.html", {**around_her(her), "form": form})


def _save_details(form: DetailsForm, woman: Woman, by: User) -> str:
    """Write the changes and the numbers; returns what to say of others' changes. Raises what the verbs raise."""
    before = {name: getattr(woman, name) for name in form.OF_HERS}
    with transaction.atomic():
        changed = update_woman(woman, form.changes, seen=form.sight, by=by)
        for kind, number in form.numbers.items():
            add_number(woman, kind, number, by=by)
    others = form.sight.unread(before, set(form.OF_HERS) - changed - form.left_to_others)
    return " What somebody else changed meanwhile is kept too." if others else ""


def _both_details(request: StaffRequest, latest: Journey, form: DetailsForm, changed: Changed) -> HttpResponse:
    """What stands now of the fields that both changed; the verb has read her again, locked."""
    woman = Woman.objects.get(pk=latest.woman_id)
    now = {name: getattr(woman, name) for name in form.OF_HERS}
    who = changes_since(woman, form.sight.version)
    theirs = [Theirs(name, now[name], who.get(name)) for name in changed.fields]
    carries = {"stood": form.sight.looked_at(now, changed.fields)}
    return conflict_page(request, latest, form, theirs, carries=carries)


def holders_of(form: forms.Form, user: User) -> list[Candidate]:
    """Women whom ``user`` may open and who have a number that was refused."""
    found = []
    for kind in Identifier.Kind:
        number = form.data.get(f"{kind.value}_number", "")
        if f"{kind.value}_number" in form.errors and number:
            digits = "".join(sign for sign in number if sign.isdecimal())
            held = women_visible_to(user).filter(identifiers__kind=kind, identifiers__value=digits)
            found += [Candidate(woman, f"She has this {kind.label}.") for woman in held]
    return found


def _already_open(request: StaffRequest, here: Journey, form: PregnancyForm) -> HttpResponse:
    """On to the journey of the same form sent twice; what somebody else opened stands beside what was typed."""
    entered = form.new_journey
    contact = here.events.filter(kind="first_contact").values_list("occurred_at", flat=True).first()
    found = (here.team, here.edd_at_entry, here.medication_at_entry)
    if found == (entered.team, entered.edd, entered.medication) and entered.first_contact_at in (None, contact):
        messages.info(request, f"Pregnancy {here.number} is already here. This is its journey.")
        return redirect("journey", pk=here.pk)
    here = her_journey(request, here.pk)
    fields = form.fields
    return not_stored(
        request,
        here,
        title=f"Pregnancy {here.number} is already here",
        lead="Somebody opened its journey while you were writing. Record on her page what is missing there.",
        stored=(
            "its journey",
            [
                ("Team", here.team.name),
                ("EDD", value_of_field(fields["edd"], here.edd)),
                ("Opioid replacement", value_of_field(fields["medication"], here.medication_at_entry)),
            ],
        ),
        typed=typed_in(form),
    )


def _was_added(woman: Woman, user: User) -> str:
    here = "Open her page from your list, and change it there." if women_visible_to(user).filter(pk=woman.pk) else ""
    return f"She was added from this form already. What you changed since is not saved. {here}".strip()


def could_be_her(candidates: list[Candidate], form: forms.Form) -> dict[str, object]:
    """What ``possible_duplicates.html`` shows of women who are here already."""
    return {
        "candidates": [_shown(candidate) for candidate in candidates],
        "not_these": ",".join(str(candidate.woman.pk) for candidate in candidates),
        "may_be_saved": not form.errors,
    }


def _shown(candidate: Candidate) -> Shown:
    journey = candidate.woman.journeys.select_related("team").order_by("-number").first()
    return Shown(candidate.woman, candidate.because, journey, journey.point_on(clock.today()) if journey else "")


def _added(journey: Journey) -> str:
    """What was done and what comes next. It names nobody: messages are kept in a cookie."""
    parts = ["She is added. She has no named midwife yet: name one below."]
    if journey.medication_at_entry:
        parts.append("Record when her treatment started, so that what follows from it is asked for.")
    return " ".join(parts)


def way_back(request: StaffRequest) -> dict[str, str]:
    """The list that the reader came from, at its place."""
    if Ability.SEE_CASELOAD not in request.user.abilities:
        return {"url": reverse("handoffs"), "words": "Back to handoffs"}
    place = request.session.get(PLACE, "")
    return {"url": reverse("caseload") + (f"?{place}" if place else ""), "words": "Back to caseload"}


def ids_in(text: str) -> frozenset[int]:
    """Ids from ``12,15``; whatever is no number is left out."""
    parts = [part for part in text.split(",")[:100] if part.isascii() and part.isdecimal()]
    return frozenset(int(part) for part in parts if len(part) < 19)
