"""What was wrong with a dose: the record, struck through by two; or a second dose that was given all the same."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.acting import asking_for
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from carecoord.access.vouching import vouch
from carecoord.audit.reads import record_read
from carecoord.refused import Refused
from medications import correcting
from medications.forms.dose import TooForm, WrongForm
from medications.giving import Entered
from medications.models import Dose, Signing
from medications.pages.bedside import around_her_bed, named, on_duty, seconds_of
from medications.pages.doses import recorded_side
from medications.wording.local_policy import local_policy
from pathways.models import Journey
from pathways.views.her import her_journey, posted, route_of
from pathways.views.signing import signs


def _dose_of(her: Journey, dose: int) -> Dose:
    rows = Dose.objects.select_related("given_by", "witness", "due", "plan", "struck_by", "struck_with")
    found = get_object_or_404(rows, pk=dose, journey=her)
    found.journey = her
    return found


@requires(Ability.WORK_ON_WARD)
@get_or_post
def wrong(request: StaffRequest, pk: int, dose: int) -> HttpResponse:
    """Strike a wrong record through: a reason, and a second person."""
    her = her_journey(request, pk)
    asked, now = _dose_of(her, dose), clock.now()
    people = seconds_of(her, without=request.user)
    form = WrongForm(posted(request), people=[(str(each.pk), named(each)) for each in people])
    if request.method == "POST" and form.is_valid():
        second = next((each for each in people if str(each.pk) == form.cleaned_data.get("second")), None)
        problem = vouch(request, second) if second else "Ask a colleague to sign as the second person."
        try:
            if problem:
                raise Refused(problem)
            correcting.strike_dose(asked, form.cleaned_data["reason"], second=second, by=request.user)
        except Refused as refused:
            form.refuse(refused)
        else:
            if second:
                with asking_for(second):
                    record_read(second, [her.woman_id], page=route_of(request))
            messages.success(request, "Struck through. Both entries stay readable, and what happened can be recorded.")
            return redirect(around_her_bed(her, now)["medicine_url"])
    context = {
        **around_her_bed(her, now),
        "form": form,
        "dose": asked,
        "recorded": recorded_side(asked, now),
        "nobody": not people,
        **signs(request, None),
    }
    return render(request, "medications/wrong.html", context)


@requires(Ability.WORK_ON_WARD)
@get_or_post
def too(request: StaffRequest, pk: int, dose: int) -> HttpResponse:
    """I did give a dose too: said in words, and told to coordinator, doctor and pharmacist."""
    her = her_journey(request, pk)
    asked, now = _dose_of(her, dose), clock.now()
    form = TooForm(posted(request), initial=_entered(request, her))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            correcting.report_second_dose(
                asked, data["happened_at"], data["words"], submission=data["submission"], by=request.user
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "Written down. Coordinator, doctor and pharmacist are told now. Stay with her.")
            return redirect(around_her_bed(her, now)["medicine_url"])
    context = {
        **around_her_bed(her, now),
        "form": form,
        "dose": asked,
        "recorded": recorded_side(asked, now),
        "on_duty": on_duty(her, now),
        "policy": local_policy(her.site, "double_dose", clock.today(now)),
    }
    return render(request, "medications/too.html", context)


def _entered(request: StaffRequest, her: Journey) -> dict[str, object]:
    """What this person had entered on the page before: it is not typed twice."""
    asked = request.GET.get("signing", "")
    known = Signing.objects.filter(pk=int(asked) if asked.isdecimal() and len(asked) < 19 else 0, journey=her)
    found = known.filter(first_by=request.user).first()
    return {"happened_at": Entered.from_json(found.entered).given_at} if found else {}
