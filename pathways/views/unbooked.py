"""The pages for a woman in labour who was not booked: at the door, and her first record in the hours after."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from pathways.finding.duplicates import Candidate
from pathways.finding.registration import PossibleDuplicates
from pathways.forms.unbooked import FirstRecordForm, InLabourForm
from pathways.guided import standing_of
from pathways.moves.recording import Recorded
from pathways.moves.unbooked import FIRST_RECORD, arrive, write_first_record
from pathways.recording import Refused
from pathways.seen import SentOtherwise
from pathways.views.her import her_journey, posted, shown
from pathways.views.moves import guided, post_or_get
from pathways.views.women import could_be_her, holders_of, ids_in, way_back

ARRIVED = (
    "She is on the record and on the ward. A senior sees her within two hours; "
    "her first record and bloods follow within twelve, at her pace."
)
SENT_ALREADY = "She was added from this form already. What you changed since is not saved: open her page to change it."


@requires(Ability.ADD_WOMAN)
@post_or_get
def in_labour(request: StaffRequest) -> HttpResponse:
    """A woman in labour whom nobody knows: who she is and when she came. Asks first who could be here already."""
    form = InLabourForm(posted(request), by=request.user)
    candidates: list[Candidate] = []
    status = 200
    if request.method == "POST" and form.is_valid():
        submission, not_these = form.cleaned_data["submission"], ids_in(request.POST.get("not_these", ""))
        try:
            her = arrive(form.person, form.arrival, not_these=not_these, submission=submission, by=request.user)
        except PossibleDuplicates as found:
            candidates = found.candidates
        except SentOtherwise:
            form.add_error(None, SENT_ALREADY)
            status = 409
        except Refused as refused:
            form.refuse(refused)
            candidates = holders_of(form, request.user)
        else:
            messages.success(request, ARRIVED)
            return redirect("journey", her.pk)
    shown(request, [candidate.woman.pk for candidate in candidates])
    context = {"form": form, "back": way_back(request), **could_be_her(candidates, form)}
    return render(request, "pathways/in_labour.html", context, status=status)


@requires(FIRST_RECORD.ability)
@post_or_get
def first_record(request: StaffRequest, pk: int) -> HttpResponse:
    """What the next hours need of a woman who was not booked; what is known already is not asked again."""
    her = her_journey(request, pk)
    known = frozenset(fact.kind for fact in standing_of(her).facts)
    form = FirstRecordForm(posted(request), her=her, known=known)

    def save() -> Recorded:
        return write_first_record(her, form.record, submission=form.cleaned_data["submission"], by=request.user)

    return guided(request, her, FIRST_RECORD, form, save)
