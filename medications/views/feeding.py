"""The pages of one agreed message on feeding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from medications import feeding as verbs
from medications.forms.feeding import DifferedForm, PlanForm, SharedForm, TakeBackForm
from medications.models import FeedingPlan
from medications.pages.feeding import SIDES, feeding_of
from medications.wording.feeding import WHO_SAYS
from pathways.forms.once import OnceForm
from pathways.forms.signing import BesideForm
from pathways.models import Journey
from pathways.pages.colleagues import who_signs
from pathways.views.her import around_her, her_journey, posted
from pathways.views.one_form import one_form


@requires(Ability.SEE_JOURNEY)
@require_safe
def feeding(request: StaffRequest, pk: int) -> HttpResponse:
    """What was agreed, who signed it, what was said differently, and which source says what."""
    her = her_journey(request, pk)
    page = feeding_of(her, request.user)
    context = {**around_her(her), "page": page, "who_says": WHO_SAYS, "babies": her.babies.count()}
    return render(request, "medications/feeding.html", context)


@requires(Ability.RECORD_EVENT)
@get_or_post
def write(request: StaffRequest, pk: int) -> HttpResponse:
    """Write the next version."""
    her = her_journey(request, pk)
    form = PlanForm(posted(request))

    def written() -> str:
        data = form.cleaned_data
        plan = verbs.write_plan(her, data["text"], submission=data["submission"], by=request.user)
        return f"Version {plan.version} is written. It counts when a midwife and a consultant have signed it."

    hint = "It counts once a midwife and a neonatal or obstetric consultant have signed it. Until then the last does."
    return _act(request, her, form, written, title="Write the feeding plan", button="Write it, and sign", hint=hint)


@requires(Ability.RECORD_EVENT)
@get_or_post
def sign(request: StaffRequest, pk: int, version: int) -> HttpResponse:
    """Sign oneself; or let the other side sign beside one."""
    her = her_journey(request, pk)
    plan = _version(her, version)
    side = "consultant" if plan.midwife_id else "midwife"
    beside = bool(request.GET.get("beside"))
    form: OnceForm = OnceForm(posted(request))
    if beside:
        roles = verbs.CONSULTANTS if side == "consultant" else verbs.MIDWIVES
        people = who_signs(her.site_id, frozenset(roles), without=request.user)
        form = BesideForm(posted(request), people=people, label=f"{SIDES[side]}: who signs?")

    def signed() -> str:
        signer = form.second if isinstance(form, BesideForm) else request.user
        made = verbs.sign(plan, signer=signer, by=request.user)
        return "Agreed: both have signed. Tell her." if made.agreed_at else "Signed. The other side is still to sign."

    return _act(
        request,
        her,
        form,
        signed,
        title=f"Sign version {plan.version}",
        button="Sign it",
        hint="You sign that this is what you tell her, and that you tell her nothing else.",
        quote=plan.text,
        beside="" if beside else "?beside=1",
    )


@requires(Ability.RECORD_EVENT)
@get_or_post
def share(request: StaffRequest, pk: int, version: int) -> HttpResponse:
    """She has been told of it."""
    her = her_journey(request, pk)
    plan = _version(her, version)
    form = SharedForm(posted(request))

    def told() -> str:
        data = form.cleaned_data
        verbs.share(plan, at=data["at"], told_by=data["told_by"], by=request.user)
        return "Recorded: she has been told, and everybody reads the same."

    return _act(request, her, form, told, title="She has been told", button="Record it", hint="", quote=plan.text)


@requires(Ability.RECORD_EVENT)
@get_or_post
def take_back(request: StaffRequest, pk: int, version: int) -> HttpResponse:
    """Nobody goes on with a version that waits."""
    her = her_journey(request, pk)
    plan = _version(her, version)
    form = TakeBackForm(posted(request))

    def taken_back() -> str:
        verbs.take_back(plan, form.cleaned_data["reason"], by=request.user)
        return "Taken back. It stays readable; write the next version when you agree."

    return _act(
        request, her, form, taken_back, title=f"Take version {plan.version} back", button="Take it back", hint=""
    )


@requires(Ability.RECORD_EVENT)
@get_or_post
def differently(request: StaffRequest, pk: int) -> HttpResponse:
    """I advised differently, or I heard somebody who did."""
    her = her_journey(request, pk)
    babies = list(her.babies.order_by("number").values_list("number", flat=True))
    form = DifferedForm(posted(request), babies=babies)

    def said() -> str:
        data = form.cleaned_data
        baby = int(data["baby"]) if data.get("baby") else (babies[0] if babies else None)
        differed = verbs.Differed(data["said"], data["said_by"], data["said_to"], data["said_at"], baby)
        verbs.advise_differently(her, differed, submission=data["submission"], by=request.user)
        return "Written down. The two who sign the plan settle it with each other, and she is told."

    hint = "Nobody is blamed. It brings both back to one plan, so that she is not left alone with two answers."
    return _act(request, her, form, said, title="Advised differently", button="Write it down", hint=hint)


def _version(her: Journey, version: int) -> FeedingPlan:
    plan = get_object_or_404(FeedingPlan.objects.select_related("midwife", "consultant"), journey=her, version=version)
    if not plan.stands:
        raise Http404
    plan.journey = her
    return plan


def _act(request: StaffRequest, her: Journey, form: OnceForm, verb: Callable[[], str], **context: Any) -> HttpResponse:
    """A page with one form: show it, or do what it asks and go back to the plan."""
    back = reverse("feeding", args=[her.pk])
    context = {"back_words": "Back to the feeding plan", "template": "medications/feeding_form.html", **context}
    return one_form(request, her, form, verb, back=back, **context)
