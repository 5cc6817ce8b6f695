"""The pages about a baby placed away from her: the guided ones, what is known of it, how she was told, who stays."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from pathways.engine import Stage
from pathways.forms.moves import WhenForm
from pathways.forms.once import OnceForm
from pathways.forms.separation import BabiesForm, BackForm, KnownForm, PlacedAwayForm, WorkerForm
from pathways.forms.telling import ArrangeForm, ExplainForm, SignOffForm, ToldOfPlanForm
from pathways.guided import standing_of
from pathways.models import Event, Journey, PlacedAway
from pathways.models.separation import Written
from pathways.moves import separation as moves
from pathways.moves.recording import Recorded
from pathways.named_workers import name_worker, worker_of
from pathways.pages.separation import is_open_to, page_of
from pathways.plans.reading import current_plan
from pathways.plans.separation_plan import SEPARATION_PLAN
from pathways.seen import SentOtherwise
from pathways.separations import Known, placement_of, separations_of, write_known
from pathways.telling import arrange_telling, explain, sign_off, tell_plan
from pathways.views.changed import not_stored, typed_in
from pathways.views.her import around_her, her_journey, posted
from pathways.views.moves import guided
from pathways.views.one_form import one_form
from pathways.wording.entries import time_in_words

ON_PAPER = 1  # the version of a plan that is not written here


# -- what happened -------------------------------------------------------------------------------


@requires(Ability.RECORD_EVENT)
@get_or_post
def possible(request: StaffRequest, pk: int) -> HttpResponse:
    """A plan includes possible separation; afterwards it is arranged how she hears of it."""
    her = _protected(request, pk)
    form = WhenForm(posted(request))

    def save() -> Recorded:
        data = form.cleaned_data
        return moves.plan_possible(
            her, data["occurred_at"], note=data["note"], submission=data["submission"], by=request.user
        )

    answer = guided(request, her, moves.POSSIBLE, form, save)
    return redirect("separation", her.pk) if answer.status_code == 302 else answer


@requires(Ability.RECORD_EVENT)
@get_or_post
def placed_away(request: StaffRequest, pk: int) -> HttpResponse:
    """A baby is placed away: which, when; what stands under the label is asked of those whose role covers it."""
    her = her_journey(request, pk)
    covers = is_open_to(request.user, her)
    form = PlacedAwayForm(
        posted(request),
        possible=standing_of(her).where.with_her,
        nation=her.site.nation if covers else None,
        known=Known(_where_she_is(her)),
    )

    def save() -> Recorded:
        away = moves.Away(form.babies, form.cleaned_data["occurred_at"], form.known, form.told)
        return moves.place_away(her, away, submission=form.cleaned_data["submission"], by=request.user)

    return guided(request, her, moves.PLACED_AWAY, form, save, template="pathways/placed_away.html", covers=covers)


@requires(Ability.RECORD_EVENT)
@get_or_post
def at_relatives(request: StaffRequest, pk: int) -> HttpResponse:
    """She lives with her baby at relatives’: no separation."""
    her = her_journey(request, pk)
    form = BabiesForm(posted(request), possible=standing_of(her).where.with_her)

    def save() -> Recorded:
        data = form.cleaned_data
        return moves.live_at_relatives(
            her, form.babies, data["occurred_at"], submission=data["submission"], by=request.user
        )

    return guided(request, her, moves.AT_RELATIVES, form, save)


@requires(Ability.RECORD_EVENT)
@get_or_post
def back_with_her(request: StaffRequest, pk: int) -> HttpResponse:
    """A baby is back with her."""
    her = her_journey(request, pk)
    form = BackForm(posted(request), possible=moves.away_of(standing_of(her)))

    def save() -> Recorded:
        data = form.cleaned_data
        where = moves.Together(data["where"])
        return moves.bring_back(
            her, form.babies, data["occurred_at"], where, submission=data["submission"], by=request.user
        )

    return guided(request, her, moves.BACK_WITH_HER, form, save)


def _where_she_is(her: Journey) -> str:
    """Where she is herself, by what is recorded: filled in, and hers to change."""
    if her.stage == Stage.RESIDENTIAL_PLACEMENT:
        return PlacedAway.Setting.RESIDENTIAL
    return PlacedAway.Setting.INPATIENT if her.in_hospital else PlacedAway.Setting.COMMUNITY


# -- what is known, and how she was told ---------------------------------------------------------


@requires(Ability.SEE_JOURNEY)
@require_safe
def separation(request: StaffRequest, pk: int) -> HttpResponse:
    """The plan, how she was told, and each separation: for those whose role covers child protection."""
    her = _protected(request, pk)
    may_record = Ability.RECORD_EVENT in request.user.abilities
    context = {**around_her(her), "page": page_of(her, clock.now()), "may_record": may_record}
    return render(request, "pathways/separation.html", context)


@requires(Ability.RECORD_EVENT)
@get_or_post
def known(request: StaffRequest, pk: int, number: int) -> HttpResponse:
    """Write down what is known of one separation now."""
    her = _protected(request, pk)
    event = _separation(her, number)
    holds = placement_of(event)
    form = KnownForm(
        posted(request), babies=_babies_of(her, event), nation=her.site.nation, known=_known(holds) if holds else None
    )

    def save() -> str:
        write_known(
            her,
            event,
            form.known_of(_babies_of(her, event)),
            submission=form.cleaned_data["submission"],
            by=request.user,
        )
        return "Written down. The version before stays readable for whoever checks the record."

    return _act(request, her, form, save, title="What is known now", button="Write it down")


@requires(Ability.RECORD_EVENT)
@get_or_post
def explained(request: StaffRequest, pk: int, number: int) -> HttpResponse:
    """What happened was explained to her, and she has it in writing."""
    her = _protected(request, pk)
    event = _separation(her, number)
    form = ExplainForm(posted(request))

    def save() -> str:
        made = explain(her, event, form.told, submission=form.cleaned_data["submission"], by=request.user)
        if made.copy_on:
            return "Written down: it was explained to her, and she has it in writing."
        return "Written down. Her written copy is still owed to her."

    lead = "She is her baby’s mother. She hears in plain words what was decided, by whom, and what comes next."
    return _act(request, her, form, save, title="It was explained to her", lead=lead, button="Write it down")


@requires(Ability.RECORD_EVENT)
@get_or_post
def arrange(request: StaffRequest, pk: int) -> HttpResponse:
    """Arrange who tells her, where, with whom beside her, by which day."""
    her = _protected(request, pk)
    form = ArrangeForm(posted(request))

    def save() -> str:
        arrange_telling(her, form.arranged, submission=form.cleaned_data["submission"], by=request.user)
        return "Arranged. Write down here when she has been told."

    lead = "She hears of it in person and before labour, from somebody of whom she knows that they come."
    return _act(request, her, form, save, title="How she hears of it", lead=lead, button="Arrange it")


@requires(Ability.RECORD_EVENT)
@get_or_post
def told(request: StaffRequest, pk: int) -> HttpResponse:
    """She was told of the plan that includes possible separation."""
    her = _protected(request, pk)
    plan = current_plan(her, SEPARATION_PLAN)
    form = ToldOfPlanForm(posted(request), version=plan.version if plan else ON_PAPER)

    def save() -> str:
        tell_plan(her, form.told, submission=form.cleaned_data["submission"], by=request.user)
        return "Written down: she has been told of the plan."

    lead = "What she was told, in the words that were used. Write it as if she reads it with you."
    return _act(request, her, form, save, title="She was told of the plan", lead=lead, button="Write it down")


@requires(Ability.RECORD_EVENT)
@get_or_post
def signed(request: StaffRequest, pk: int) -> HttpResponse:
    """Whoever answers for safeguarding signs that she first hears of it in labour or not in person."""
    her = _protected(request, pk)
    form = SignOffForm(posted(request))

    def save() -> str:
        data = form.cleaned_data
        sign_off(
            her,
            data["name"],
            data["post"],
            data["reason"],
            at=data["signed_at"],
            submission=data["submission"],
            by=request.user,
        )
        return "Written down. She can be told; write down how, when it has happened."

    lead = "Only where it cannot be in person and before labour. She may ask who decided that, and why."
    return _act(request, her, form, save, title="Somebody signs for it", lead=lead, button="Write it down")


@requires(Ability.SEE_JOURNEY)
@require_safe
def her_copy(request: StaffRequest, pk: int, number: int) -> HttpResponse:
    """What she was told, for her to keep: her own words and hers alone, to print."""
    her = _protected(request, pk)
    rows = [row for row in page_of(her, clock.now()).separations if row.number == number]
    if not rows:
        raise Http404
    last = next((each for each in reversed(rows[0].told) if each.words), None)
    context = {**around_her(her), "told": last, "worker": worker_of(her), "number": number}
    return render(request, "pathways/separation_copy.html", context)


@requires(Ability.RECORD_EVENT)
@get_or_post
def named_worker(request: StaffRequest, pk: int) -> HttpResponse:
    """Name who stays with her after midwifery ends."""
    her = her_journey(request, pk)
    form = WorkerForm(posted(request))

    def save() -> str:
        data = form.cleaned_data
        made = name_worker(
            her,
            data["name"],
            data["service"],
            data["from_on"],
            told_her=data["told_her"] == "yes",
            submission=data["submission"],
            by=request.user,
        )
        return f"{made.name} stays with her." + ("" if made.told_her else " Tell her who it is.")

    now = worker_of(her)
    lead = (
        f"Now it is {now.name}, {now.service}." if now else "One name, whom she can ask for when midwifery has ended."
    )
    return _act(
        request,
        her,
        form,
        save,
        title="Who stays with her",
        lead=lead,
        button="Write it down",
        back=reverse("journey", args=[her.pk]),
    )


# -- what these pages share ----------------------------------------------------------------------


def _protected(request: StaffRequest, pk: int) -> Journey:
    """Her journey, for those whose role covers child protection; 404 for others, as if there were no such page."""
    her = her_journey(request, pk)
    if not is_open_to(request.user, her):
        raise Http404
    return her


def _separation(her: Journey, number: int) -> Event:
    events = separations_of(her)
    if not 1 <= number <= len(events):
        raise Http404
    return events[number - 1]


def _babies_of(her: Journey, event: Event) -> list[int]:
    """The babies that a separation is about: the one it names, else all of hers."""
    return [event.baby] if event.baby else list(her.babies.order_by("number").values_list("number", flat=True))


def _known(holds: PlacedAway) -> Known:
    with_whom = {each.baby: each.with_whom for each in holds.babies.all()}
    return Known(holds.setting, with_whom, holds.legal_basis, holds.decided_by)


def _sent_otherwise(request: StaffRequest, her: Journey, form: OnceForm, earlier: Written) -> HttpResponse:
    """This form was saved before, and says something else now."""
    return not_stored(
        request,
        her,
        title="This form was saved already, with other words",
        lead="What you changed since is not saved. Open the page again and write it down as well, if it is so.",
        stored=("Saved", [("By", f"{earlier.recorded_by}, {time_in_words(earlier.recorded_at)}")]),
        typed=typed_in(form),
    )


def _act(
    request: StaffRequest,
    her: Journey,
    form: OnceForm,
    save: Callable[[], str],
    *,
    back: str = "",
    **context: str,
) -> HttpResponse:
    """A page with one form, which leads to what is known of the separation, or ``back``; sent otherwise, both."""
    back = back or reverse("separation", args=[her.pk])

    def otherwise(sent: SentOtherwise) -> HttpResponse:
        return _sent_otherwise(request, her, form, sent.earlier)

    return one_form(request, her, form, save, back=back, otherwise=otherwise, **context)
