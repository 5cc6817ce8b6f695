"""How a journey ends and is opened again; and what runs beside the stages."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.labels import Label
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from pathways.forms.ending import AskedAgainForm, ClosingForm, DecliningForm, OutsideForm, ReopenForm, SignOffForm
from pathways.forms.moves import WhenForm
from pathways.guided import Move, standing_of
from pathways.models import Journey
from pathways.moves.at_the_end import known_of
from pathways.moves.custody import INTO_CUSTODY, OUT_OF_CUSTODY, record_custody
from pathways.moves.declining import DECLINING, decline_service, declined, take_up_service
from pathways.moves.ending import ENDING, REOPENING, close, managers_of, reopen
from pathways.moves.outside import OUTSIDE, ask_outside, sign_off
from pathways.moves.recording import Recorded
from pathways.pages.beside import ask_again_lines
from pathways.pages.ending import tries_in_words, way_to_end, ways_to_end
from pathways.rules.ending import Reason
from pathways.views.her import around_her, her_journey, posted, shown
from pathways.views.moves import guided
from pathways.visibility import labels_for
from pathways.wording.ending import HER_RIGHTS, service_in_words

NOTHING_FOLLOWS = Recorded([])


# -- ending ----------------------------------------------------------------------------------------


@requires(Ability.END_JOURNEY)
@require_safe
def ending(request: StaffRequest, pk: int) -> HttpResponse:
    """The ways in which a journey can end, and what each of them still lacks."""
    her = her_journey(request, pk)
    standing = standing_of(her)
    fits = ENDING.offered(standing)
    ways = ways_to_end(her, standing, request.user, clock.now()) if fits else []
    return render(request, "pathways/ending.html", {**around_her(her), "move": ENDING, "ways": ways, "fits": fits})


@requires(Ability.END_JOURNEY)
@get_or_post
def close_for(request: StaffRequest, pk: int, reason: str) -> HttpResponse:
    """Close a journey for one reason; what is missing is shown before anything is asked."""
    her = her_journey(request, pk)
    if reason not in set(Reason):
        raise Http404
    why, standing, now = Reason(reason), standing_of(her), clock.now()
    form = ClosingForm(posted(request), reason=why, known=known_of(her, standing, why, now))

    def save() -> Recorded:
        return close(her, why, form.said, submission=form.cleaned_data["submission"], by=request.user)

    context = {
        "way": way_to_end(her, standing, why, request.user, now),
        "tries": tries_in_words(her, standing, why),
        "rights": HER_RIGHTS if why is Reason.WITHDREW else (),
    }
    return guided(request, her, ENDING, form, save, template="pathways/closing.html", **context)


@requires(Ability.REOPEN)
@get_or_post
def reopening(request: StaffRequest, pk: int) -> HttpResponse:
    """Open a closed journey again, with a manager's word."""
    her = her_journey(request, pk)
    managers = {str(each.pk): each for each in managers_of(her.site)}
    form = ReopenForm(posted(request), managers=list(managers.values()))

    def save() -> Recorded:
        data = form.cleaned_data
        agreed_by = managers[data["agreed_by"]]
        return reopen(her, data["why"], agreed_by=agreed_by, submission=data["submission"], by=request.user)

    return guided(request, her, REOPENING, form, save)


# -- somebody outside ------------------------------------------------------------------------------


@requires(Ability.OPEN_ADDRESS)
@get_or_post
def outside(request: StaffRequest, pk: int) -> HttpResponse:
    """Write down that somebody outside was asked to take her on, and what they said."""
    her = _hers_with_address(request, pk)
    form = OutsideForm(posted(request))

    def save() -> Recorded:
        ask_outside(her, form.asked, by=request.user)
        return NOTHING_FOLLOWS

    return guided(request, her, OUTSIDE, form, save, template="pathways/outside.html", tries=_tries(her))


@requires(Ability.SIGN_OFF)
@get_or_post
def signing_off(request: StaffRequest, pk: int) -> HttpResponse:
    """Safeguarding reads what was tried for a woman who moved away, and agrees that her journey may end."""
    her = _hers_with_address(request, pk)
    form = SignOffForm(posted(request))

    def save() -> Recorded:
        data = form.cleaned_data
        sign_off(her, data["words"], submission=data["submission"], by=request.user)
        return NOTHING_FOLLOWS

    return guided(request, her, OUTSIDE, form, save, template="pathways/sign_off.html", tries=_tries(her))


def _tries(her: Journey) -> Any:
    return her.outside_tries.select_related("recorded_by").order_by("-pk")


def _hers_with_address(request: StaffRequest, pk: int) -> Journey:
    """Her journey, for whoever may know where she is."""
    her = her_journey(request, pk)
    if Label.ADDRESS not in labels_for(request.user, her.woman_id):
        raise PermissionDenied
    return her


# -- custody ---------------------------------------------------------------------------------------


@requires(Ability.OPEN_ADDRESS)
@get_or_post
def custody_start(request: StaffRequest, pk: int) -> HttpResponse:
    """She is taken into custody."""
    return _custody(request, pk, INTO_CUSTODY)


@requires(Ability.OPEN_ADDRESS)
@get_or_post
def custody_end(request: StaffRequest, pk: int) -> HttpResponse:
    """She is back."""
    return _custody(request, pk, OUT_OF_CUSTODY)


def _custody(request: StaffRequest, pk: int, move: Move) -> HttpResponse:
    her = _hers_with_address(request, pk)
    form = WhenForm(posted(request))

    def save() -> Recorded:
        data = form.cleaned_data
        return record_custody(
            her, move, data["occurred_at"], note=data["note"], submission=data["submission"], by=request.user
        )

    return guided(request, her, move, form, save)


# -- a service that she declines -------------------------------------------------------------------


@requires(Ability.RECORD_EVENT)
@get_or_post
def declining(request: StaffRequest, pk: int) -> HttpResponse:
    """She does not want a service for now, and is asked again on a day."""
    her = her_journey(request, pk)
    form = DecliningForm(posted(request))

    def save() -> Recorded:
        return decline_service(her, form.choice, by=request.user)

    return guided(request, her, DECLINING, form, save)


@requires(Ability.RECORD_EVENT)
@require_safe
def ask_again(request: StaffRequest) -> HttpResponse:
    """The women who are to be asked again, since the day has come that was agreed with them."""
    lines, women = ask_again_lines(request.user, clock.now())
    shown(request, women)
    return render(request, "pathways/ask_again.html", {"lines": lines})


@requires(Ability.RECORD_EVENT)
@get_or_post
def asked_again(request: StaffRequest, pk: int, service: str) -> HttpResponse:
    """She was asked again about a service that she had declined: what she says now."""
    her = her_journey(request, pk)
    before = next((each for each in declined(her) if each.service == service), None)
    if before is None and request.method != "POST":
        raise Http404
    form = AskedAgainForm(posted(request))

    def save() -> Recorded:
        choice = form.choice_of(service)
        if form.takes_up:
            take_up_service(her, choice, by=request.user)
            return NOTHING_FOLLOWS
        return decline_service(her, choice, by=request.user)

    context = {"before": before, "service": service_in_words(service)}
    return guided(request, her, DECLINING, form, save, template="pathways/asked_again.html", **context)
