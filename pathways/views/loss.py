"""The pages after a loss, and of a baby's death: thin; they parse, call a verb, and render."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from pathways.actions import AlreadyAnswered
from pathways.forms.loss import BabyDiedForm, HerWordsForm, LeadForm, LossForm, ToldForm
from pathways.forms.once import OnceForm
from pathways.guided import standing_of
from pathways.models import Journey
from pathways.moves.loss import (
    BABY_DIED,
    LOSS,
    name_lead,
    record_babys_death,
    record_loss,
    say_her_words,
    say_how_told,
    waiting_for_a_lead,
)
from pathways.moves.recording import Recorded
from pathways.pages.loss import AfterLoss, after_loss
from pathways.recording import Refused
from pathways.views.her import around_her, her_journey, posted
from pathways.views.moves import guided, post_or_get


@requires(Ability.RECORD_EVENT)
@post_or_get
def loss(request: StaffRequest, pk: int) -> HttpResponse:
    """She has lost the pregnancy."""
    her = her_journey(request, pk)
    form = LossForm(posted(request))

    def save() -> Recorded:
        data = form.cleaned_data
        return record_loss(
            her,
            data["kind"],
            data["occurred_at"],
            form.chosen,
            note=data["note"],
            submission=data["submission"],
            by=request.user,
        )

    return guided(request, her, LOSS, form, save)


@requires(Ability.RECORD_EVENT)
@post_or_get
def baby_died(request: StaffRequest, pk: int) -> HttpResponse:
    """A baby of hers has died."""
    her = her_journey(request, pk)
    where = standing_of(her).where
    form = BabyDiedForm(posted(request), babies=sorted(where.living) or [1])

    def save() -> Recorded:
        data = form.cleaned_data
        return record_babys_death(
            her,
            form.baby,
            data["occurred_at"],
            form.told,
            note=data["note"],
            submission=data["submission"],
            by=request.user,
        )

    away = bool(where.living & where.placed_away)
    return guided(request, her, BABY_DIED, form, save, template="pathways/baby_died.html", away=away)


def _lost(request: StaffRequest, pk: int) -> tuple[Journey, AfterLoss]:
    """Her journey, and what stands there after the loss; 404 where nothing was lost."""
    her = her_journey(request, pk)
    found = after_loss(her, request.user, clock.now())
    if found is None:
        raise Http404
    return her, found


def _page(
    request: StaffRequest, her: Journey, form: OnceForm, title: str, lead: str, **context: object
) -> HttpResponse:
    return render(
        request,
        "pathways/after_loss_form.html",
        {**around_her(her), "form": form, "title": title, "lead": lead, **context},
    )


@requires(Ability.RECORD_EVENT)
@post_or_get
def her_words(request: StaffRequest, pk: int) -> HttpResponse:
    """How she wants what happened to be spoken of."""
    her, _ = _lost(request, pk)
    chosen = her.words_of_loss.order_by("-id").first()
    initial = {"bereavement": chosen.bereavement, "her_words": chosen.words} if chosen else {}
    form = HerWordsForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            say_her_words(her, form.chosen, submission=form.cleaned_data["submission"], by=request.user)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "Her words are written down. Everybody who works with her reads them.")
            return redirect("journey", her.pk)
    return _page(request, her, form, "How she wants it spoken of", "She chooses the words for what happened.")


@requires(Ability.RECORD_EVENT)
@post_or_get
def told(request: StaffRequest, pk: int, baby: int) -> HttpResponse:
    """How she was told that this baby died."""
    her, found = _lost(request, pk)
    if baby not in standing_of(her).where.died:
        raise Http404
    form = ToldForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            say_how_told(her, baby, form.told, submission=form.cleaned_data["submission"], by=request.user)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "Written down: how she was told.")
            return redirect("journey", her.pk)
    so_far = [line.words for line in found.tellings if line.baby == baby]
    lead = "Face to face, by somebody she knows, with somebody beside her. Never first by phone, message or letter."
    return _page(request, her, form, "Telling her", lead, so_far=so_far)


@requires(Ability.ANSWER_HANDOFF)
@post_or_get
def lead(request: StaffRequest, pk: int) -> HttpResponse:
    """Who leads after the loss, and her next dose."""
    her, _ = _lost(request, pk)
    if request.method != "POST" and waiting_for_a_lead(her) is None:
        return redirect("journey", her.pk)
    form = LeadForm(posted(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            name_lead(
                her,
                data["lead"],
                data["next_dose"],
                data["occurred_at"],
                submission=data["submission"],
                by=request.user,
            )
        except AlreadyAnswered as refused:
            messages.info(request, refused.sentence)
            return redirect("journey", her.pk)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "She has somebody who leads from now on. Tell her who it is.")
            return redirect("journey", her.pk)
    why = "After a loss she needs one person who leads, and her medicine without a gap."
    return _page(request, her, form, "Who leads from now on", why)
