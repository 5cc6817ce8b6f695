"""Recording a dose: the first signature, the second, and the page of who was faster."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.acting import asking_for
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from carecoord.access.models import User
from carecoord.access.vouching import vouch
from carecoord.audit.reads import record_read
from carecoord.refused import Refused
from medications import giving
from medications.forms.dose import DoseForm, SecondForm
from medications.giving import AlreadyGiven, Entered, PlanChanged, TimeRanOut
from medications.models import Decision, Dose, DueDose, Outcome, Plan, Signing
from medications.pages.bedside import address_back, around_her_bed, named, on_duty, quote_of, seconds_of
from medications.pages.doses import entered_lines, next_in_words, not_recorded, recorded_side, taken_today, yours_side
from medications.planning import active_plan, changed_in_words
from medications.wording.doses import DO_NOT_GIVE, heading_of, when
from medications.wording.times import hour
from pathways.models import Journey
from pathways.views.her import her_journey, posted, route_of
from pathways.views.signing import signs


@requires(Ability.WORK_ON_WARD)
@get_or_post
def dose(request: StaffRequest, pk: int, due: int) -> HttpResponse:
    """Record what came of a dose that is due."""
    her = her_journey(request, pk)
    asked = get_object_or_404(DueDose.objects.select_related("plan__prescriber"), pk=due, journey=her)
    asked.plan.journey = her
    if request.method != "POST" and (stands := giving.standing_dose(asked.pk)):
        return already_page(request, her, stands)
    return _dose_page(request, her, asked, asked.plan)


@requires(Ability.WORK_ON_WARD)
@get_or_post
def unscheduled(request: StaffRequest, pk: int) -> HttpResponse:
    """Record a dose that the plan had not asked for at that time."""
    her = her_journey(request, pk)
    return _dose_page(request, her, None, active_plan(her))


def _dose_page(request: StaffRequest, her: Journey, due: DueDose | None, plan: Plan | None) -> HttpResponse:
    now, active = clock.now(), active_plan(her)
    owed = giving.reassessment_owed(her, now)
    decisions = list(_decisions_for(her)) if owed else None
    kept = _kept(request, her, due)
    known = {"initial": {"seen": active.pk if active else 0, **(DoseForm.again(kept) if kept else {})}}
    form = DoseForm(posted(request), decisions=decisions, **known)
    status = 200
    if request.method == "POST" and form.is_valid():
        answer = _first(request, her, due, form)
        if answer is not None:
            return answer
        status = 409 if form.plan_changed else 200
    shown = active or plan
    context = {
        **around_her_bed(her, now),
        "form": form,
        "due": due,
        "due_words": when(due.due_at, now) if due else "",
        "quote": quote_of(shown, now) if shown else None,
        "other_plan": due is not None and active is not None and due.plan_id != active.pk and changed_in_words(active),
        "two": bool(plan and plan.two_sign),
        "owed": owed,
        "instead": [] if due else not_recorded(her, now),
        "today": taken_today(her, now),
        **signs(request, request.user),
    }
    return render(request, "medications/dose.html", context, status=status)


def _decisions_for(her: Journey) -> Any:
    kinds = (Decision.Kind.REASSESSED, Decision.Kind.RESTART)
    rows = Decision.objects.filter(journey=her, struck_at=None, kind__in=kinds).select_related("prescriber")
    return rows.order_by("-decided_at")[:3]


def _kept(request: StaffRequest, her: Journey, due: DueDose | None) -> Entered | None:
    """What this person had signed first for the same dose and nobody signed with them: it stays in the form."""
    asked = request.GET.get("again", "")
    if not asked.isdecimal() or len(asked) > 18:
        return None
    found = Signing.objects.filter(pk=int(asked), journey=her, due=due, first_by=request.user, dose=None).first()
    return Entered.from_json(found.entered) if found else None


def _first(request: StaffRequest, her: Journey, due: DueDose | None, form: DoseForm) -> HttpResponse | None:
    """Keep the first signature and lead on; None where something has to be put right on the form."""
    if problem := vouch(request, request.user):
        form.add_error(None, problem)
        return None
    data = form.cleaned_data
    try:
        signing = giving.sign_first(
            her, due, form.entered, seen=data["seen"] or None, submission=data["submission"], by=request.user
        )
    except PlanChanged as changed:
        form.add_error(None, changed.sentence)
        form.plan_changed = True
        active = active_plan(her)
        form.look_at(active.pk if active else 0)
        return None
    except Refused as refused:
        form.refuse(refused)
        return None
    stands = giving.recorded_already(signing)
    if stands and stands.submission != signing.submission:
        return already_page(request, her, stands, signing)
    if not giving.needs_second(signing.plan, form.entered):
        return _stored(request, her, signing, None)
    return redirect("medicine_sign", her.pk, signing.pk)


def _stored(request: StaffRequest, her: Journey, signing: Signing, second: User | None) -> HttpResponse:
    """Store what was signed; or show who was faster."""
    try:
        made = giving.record_dose(signing, witness=second, by=request.user)
    except AlreadyGiven as faster:
        return already_page(request, her, faster.dose, signing, second)
    messages.success(request, f"Stored once: {Outcome(made.outcome).label}, {when(made.given_at, clock.now())}.")
    return redirect(address_back(her))


# -- the second signature --------------------------------------------------------------------------


@requires(Ability.WITNESS)
@get_or_post
def sign(request: StaffRequest, pk: int, signing: int) -> HttpResponse:
    """Sign as the second person: at one's own machine, or in the browser of the first, whose session stays."""
    her = her_journey(request, pk)
    rows = Signing.objects.select_related("plan__prescriber", "due", "first_by", "dose")
    asked = get_object_or_404(rows, pk=signing, journey=her)
    asked.journey = asked.plan.journey = her
    is_first = asked.first_by_id == request.user.pk
    people = seconds_of(her, without=asked.first_by) if is_first else []
    form = SecondForm(posted(request), people=[(str(each.pk), named(each)) for each in people])
    status = 200
    if request.method == "POST":
        if "take_back" in request.POST and is_first:
            return _taken_back(request, her, asked)
        if form.is_valid():
            answer = _second(request, her, asked, form, people)
            if answer is not None:
                return answer
            status = 409 if form.too_late else 200
    elif asked.dose:
        return already_page(request, her, asked.dose)
    return render(request, "medications/sign.html", _sign_context(request, her, asked, form, people), status=status)


def _second(
    request: StaffRequest, her: Journey, signing: Signing, form: SecondForm, people: list[User]
) -> HttpResponse | None:
    """Store the dose with the second signature; None where something has to be put right."""
    is_first = signing.first_by_id == request.user.pk
    chosen = form.cleaned_data.get("second", "")
    second = next((each for each in people if str(each.pk) == chosen), None) if is_first else request.user
    if second is None:
        form.add_error(None, "Ask a colleague to sign as the second person.")
        return None
    if problem := vouch(request, second):
        form.add_error(None, problem)
        return None
    try:
        answer = _stored(request, her, signing, second)
    except (TimeRanOut, PlanChanged) as late:
        form.add_error(None, late.sentence)
        form.too_late = True
        return None
    except Refused as refused:
        form.refuse(refused)
        return None
    if is_first:
        with asking_for(second):
            record_read(second, [her.woman_id], page=route_of(request))
    return answer


def _taken_back(request: StaffRequest, her: Journey, signing: Signing) -> HttpResponse:
    """Back to the form, with what was entered."""
    try:
        giving.take_back(signing, by=request.user)
    except Refused as refused:
        messages.error(request, refused.sentence)
    return redirect(again_url(her, signing))


def again_url(her: Journey, signing: Signing) -> str:
    """The form of the same dose with what had been entered."""
    if signing.due_id:
        address = reverse("medicine_dose", args=[her.pk, signing.due_id])
    else:
        address = reverse("medicine_unscheduled", args=[her.pk])
    return f"{address}?again={signing.pk}"


def _sign_context(
    request: StaffRequest, her: Journey, signing: Signing, form: SecondForm, people: list[User]
) -> dict[str, Any]:
    now = clock.now()
    left = int((signing.holds_until - now).total_seconds())
    is_first = signing.first_by_id == request.user.pk
    return {
        **around_her_bed(her, now),
        "form": form,
        "signing": signing,
        "signed_at": hour(signing.first_at),
        "due_words": when(signing.due.due_at, now) if signing.due else "",
        "quote": quote_of(signing.plan, now),
        "lines": entered_lines(Entered.from_json(signing.entered), now),
        "today": taken_today(her, now),
        "left": max(left, 0),
        "left_words": f"{max(left, 0) // 60} min {max(left, 0) % 60} s left",
        "waits": signing.waits(now),
        "is_first": is_first,
        "nobody": is_first and not people,
        "again": again_url(her, signing),
        **signs(request, None if is_first else request.user),
    }


# -- who was faster --------------------------------------------------------------------------------


def already_page(
    request: StaffRequest, her: Journey, stands: Dose, signing: Signing | None = None, second: User | None = None
) -> HttpResponse:
    """What is recorded, beside what somebody sent. 409 where something was sent: it is not stored."""
    now = clock.now()
    yours = (
        yours_side(Entered.from_json(signing.entered), signing.first_by, second, now) if signing is not None else None
    )
    context = {
        **around_her_bed(her, now),
        "dose": stands,
        "heading": heading_of(stands),
        "do_not": DO_NOT_GIVE if stands.blocked else "",
        "due_words": when(stands.due.due_at, now) if stands.due else "",
        "given_words": when(stands.given_at, now),
        "inside_gap": signing is not None and (stands.due_id is None or stands.due_id != signing.due_id),
        "recorded": recorded_side(stands, now),
        "yours": yours,
        "signing": signing,
        "next": next_in_words(her, now),
        "on_duty": on_duty(her, now),
    }
    return render(request, "medications/already.html", context, status=409 if yours else 200)
