"""The pages of coming into hospital, other than in labour, and of going home undelivered."""

from __future__ import annotations

from django.http import HttpResponse

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from pathways.engine import History
from pathways.forms.admission import ReadmissionForm, UndeliveredForm
from pathways.forms.moves import WhenForm
from pathways.guided import standing_of
from pathways.moves.admission import ADMITTED, HOME_UNDELIVERED, READMITTED, admit, go_home_undelivered, readmit
from pathways.moves.recording import Recorded
from pathways.views.her import her_journey, posted
from pathways.views.moves import guided, post_or_get


@requires(Ability.RECORD_EVENT)
@post_or_get
def admitted(request: StaffRequest, pk: int) -> HttpResponse:
    """She is admitted while pregnant and not in labour."""
    her = her_journey(request, pk)
    form = WhenForm(posted(request))

    def save() -> Recorded:
        data = form.cleaned_data
        return admit(her, data["occurred_at"], note=data["note"], submission=data["submission"], by=request.user)

    return guided(request, her, ADMITTED, form, save)


@requires(Ability.RECORD_EVENT)
@post_or_get
def readmitted(request: StaffRequest, pk: int) -> HttpResponse:
    """She is back in hospital after the birth or loss; asked who of her babies came with her."""
    her = her_journey(request, pk)
    where = standing_of(her).where
    form = ReadmissionForm(posted(request), babies=sorted(where.with_her - where.babies_in_hospital))

    def save() -> Recorded:
        data = form.cleaned_data
        submission, note = data["submission"], data["note"]
        return readmit(
            her, data["occurred_at"], with_her=form.with_her, note=note, submission=submission, by=request.user
        )

    return guided(request, her, READMITTED, form, save)


@requires(Ability.RECORD_EVENT)
@post_or_get
def home_undelivered(request: StaffRequest, pk: int) -> HttpResponse:
    """Labour has not started and she goes home; what she needs on the way is named, and stops nothing."""
    her = her_journey(request, pk)
    now = clock.now()
    in_treatment = History(standing_of(her).facts, now).in_treatment_at(now)
    form = UndeliveredForm(posted(request), in_treatment=in_treatment)

    def save() -> Recorded:
        data = form.cleaned_data
        return go_home_undelivered(
            her,
            data["occurred_at"],
            own_decision=data["own_decision"] == "yes",
            next_dose_on=data.get("next_dose_on"),
            note=data["note"],
            submission=data["submission"],
            by=request.user,
        )

    return guided(request, her, HOME_UNDELIVERED, form, save, template="pathways/home_undelivered.html")
