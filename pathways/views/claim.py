"""Opening a record that no grant shows: by saying why, for a sealed one with its ground; and closing it again.

Everything that identifies her travels by POST. The session keeps her id between the two pages, and nothing else.
"""

from __future__ import annotations

import time

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from carecoord.access.abilities import Ability
from carecoord.access.actions import break_glass, claim, close_opening
from carecoord.access.labels import Label
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from carecoord.access.models import Ground, Reason
from carecoord.access.reauthentication import ask_again, recently
from carecoord.refused import Refused
from pathways.forms.access import ClaimForm, SealedForm
from pathways.views.her import posted
from pathways.visibility import journeys_visible_to

SEALED = "sealed_asked_for"  # in the session: the woman's id, and when
SEALED_FOR = 15 * 60  # seconds; the database counts them too

# The same for a woman who is not here, of another site, locked, in conflict, or one of several.
NOTHING = (
    "No record was opened. Check the spelling of both names, the date of birth and the number; "
    "or ring the named midwife through the switchboard."
)
TOO_MANY = (
    "You have asked ten times within an hour. Wait a little, or ring the named midwife through the switchboard; "
    "your privacy officer can help too."
)


@requires(Ability.CLAIM)
@get_or_post
def claim_record(request: StaffRequest) -> HttpResponse:
    """ "I am caring for somebody whose record I cannot open": who she is, and why."""
    form = ClaimForm(posted(request))
    said = ""
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        found = claim(form.sought, Reason(data["reason"]), data["note"], by=request.user)
        if found.said == "sealed":
            request.session[SEALED] = [found.woman_id, int(time.time())]
            return redirect("sealed")
        if found.woman_id and (to_her := _to_her_journey(request, found.woman_id)):
            if found.said == "opened":
                messages.success(request, "Her record is open to you for 12 hours. Her midwife is told.")
            return to_her
        said = TOO_MANY if found.said == "too_many" else NOTHING
    return render(request, "pathways/claim.html", {"form": form, "said": said})


@requires(Ability.BREAK_GLASS)
@get_or_post
def sealed(request: StaffRequest) -> HttpResponse:
    """Open the sealed record that was asked for just now: the ground, the parts, and once more who is asking."""
    woman_id, asked_at = request.session.get(SEALED, (None, 0))
    if woman_id is None or time.time() - asked_at > SEALED_FOR:
        return redirect("claim")
    if not recently(request):
        return ask_again(reverse("sealed"))
    form = SealedForm(posted(request), labels=request.user.labels)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        labels = [Label(label) for label in data.get("labels", [])]
        try:
            opening = break_glass(woman_id, Ground(data["ground"]), data["reason"], labels, by=request.user)
        except Refused as refused:
            form.refuse(refused)
        else:
            del request.session[SEALED]
            if opening and (to_her := _to_her_journey(request, woman_id)):
                return to_her
            messages.error(request, NOTHING)
            return redirect("claim")
    return render(request, "pathways/sealed.html", {"form": form})


@requires(Ability.CLAIM)
@require_POST
def close(request: StaffRequest, pk: int) -> HttpResponse:
    """Close a record before its time. The same answer for an opening that is not there."""
    if pk < 2**63:
        close_opening(pk, by=request.user)
    messages.success(request, "Her record is closed.")
    return redirect("start")


def _to_her_journey(request: StaffRequest, woman_id: int) -> HttpResponse | None:
    latest = journeys_visible_to(request.user).filter(woman=woman_id).order_by("-number").first()
    return redirect("journey", latest.pk) if latest else None
