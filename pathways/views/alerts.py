"""Alerts: what somebody was told of, "I have this", putting off, taking back; and whether alerts are honest."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from carecoord.delivery.pages import undelivered
from carecoord.refused import Refused
from pathways.alerting.caps import choices_to_put_off, longest_put_off
from pathways.alerting.holding import (
    TWICE,
    UNDO_WITHIN,
    AlreadyEnded,
    AlreadyHeld,
    give_back_alert,
    put_off,
    severity_of,
    take,
    take_alert,
    times_put_off,
)
from pathways.alerting.holding import undo as take_back
from pathways.alerting.listing import one_of
from pathways.forms.alerts import PutOffForm
from pathways.models import Flag, Hold
from pathways.pages.alerts import AlertsPage, line_of, page_for
from pathways.pages.honesty import SPANS, honesty_page
from pathways.shown import Shown
from pathways.site_rules import rules_of
from pathways.views.her import around_her, her_journey, posted, shown
from pathways.visibility import journeys_visible_to
from pathways.wording.entries import time_in_words

LARGEST = 2**63 - 1


@requires(Ability.SEE_HANDOFFS)
@require_safe
def alerts(request: StaffRequest) -> HttpResponse:
    """What I was told of and nobody has ended yet, by woman; for managers, lines without a woman."""
    now = clock.now()
    page = page_for(request.user, now)
    shown(request, page.women)
    context = {
        "page": page,
        "at": time_in_words(now),
        "site": request.user.site_in_words,
        "undo": _undo(request, page),
        "sees_women": Ability.SEE_JOURNEY in request.user.abilities,
        "may_act": Ability.ANSWER_HANDOFF in request.user.abilities,
        "undelivered": undelivered(request.user, now),
    }
    return render(request, "pathways/alerts.html", context)


def _undo(request: StaffRequest, page: AlertsPage) -> dict[str, str] | None:
    """What the reader has just said and can still take back, with where to."""
    if told := _number(request.GET.get("back")):
        line = next((each for each in page.blind if each.alert == told and each.held_by_me), None)
        here = reverse("give_back_alert", args=[told])
        return {"text": line.held, "url": here, "what": "I have this"} if line else None
    if not (pk := _number(request.GET.get("undo"))):
        return None
    recent = Hold.objects.filter(pk=pk, by=request.user, undone_at=None, at__gt=clock.now() - UNDO_WITHIN)
    hold = recent.first()
    if hold is None:
        return None
    until = clock.due_in_words(hold.until)
    taken = hold.kind == Hold.Kind.TAKEN
    text = f"You have this until {until}. Nobody further is told before then." if taken else f"Put off until {until}."
    return {
        "text": text,
        "url": reverse("undo_hold", args=[hold.pk]),
        "what": "I have this" if taken else "putting it off",
    }


@requires(Ability.ANSWER_HANDOFF)
@require_POST
def take_flag(request: StaffRequest, pk: int) -> HttpResponse:
    """ "I have this"."""
    flag = _flag(request, pk)
    try:
        hold = take(flag, submission=_submission(request), by=request.user)
    except Refused as refused:
        messages.warning(request, refused.sentence)
        return redirect("alerts")
    return redirect(f"{reverse('alerts')}?undo={hold.pk}#w{flag.journey_id}")


@requires(Ability.ANSWER_HANDOFF)
@require_http_methods(["GET", "HEAD", "POST"])
def put_off_flag(request: StaffRequest, pk: int) -> HttpResponse:
    """Until when it can wait, and why."""
    now = clock.now()
    flag = _flag(request, pk)
    alert = one_of(request.user, pk, now)
    if alert is None:
        messages.info(request, "This has been dealt with meanwhile.")
        return redirect("alerts")
    her = her_journey(request, flag.journey_id)
    severity, rules = severity_of(flag), rules_of(her.rules_site)
    form = PutOffForm(posted(request), ends=choices_to_put_off(severity, now, rules))
    if request.method == "POST" and form.is_valid():
        try:
            hold = put_off(
                flag,
                form.cleaned_data["until"],
                form.reason,
                submission=form.cleaned_data["submission"],
                by=request.user,
            )
        except (AlreadyHeld, AlreadyEnded) as refused:
            messages.warning(request, refused.sentence)
            return redirect("alerts")
        except Refused as refused:
            form.refuse(refused)
        else:
            return redirect(f"{reverse('alerts')}?undo={hold.pk}#w{flag.journey_id}")
    context = {
        **around_her(her),
        "form": form,
        "line": line_of(alert, request.user, now),
        "longest": longest_put_off(severity, now, rules).in_words,
        "left": TWICE - times_put_off(flag),
    }
    return render(request, "pathways/put_off.html", context)


@requires(Ability.ANSWER_HANDOFF)
@require_POST
def undo_hold(request: StaffRequest, pk: int) -> HttpResponse:
    """Take back what I have just said of an alert."""
    mine = Hold.objects.filter(by=request.user, journey__in=journeys_visible_to(request.user))
    hold = get_object_or_404(mine.select_related("flag__journey"), pk=pk)
    return _taken_back(request, lambda: take_back(hold, by=request.user))


@requires(Ability.SEE_HANDOFFS)
@require_POST
def take_told(request: StaffRequest, pk: int) -> HttpResponse:
    """ "I have this", of an alert whose woman I may not see."""
    _check_number(pk)
    try:
        take_alert(pk, submission=_submission(request), by=request.user)
    except PermissionDenied:
        raise Http404 from None
    except Refused as refused:
        messages.warning(request, refused.sentence)
        return redirect("alerts")
    return redirect(f"{reverse('alerts')}?back={pk}")


@requires(Ability.SEE_HANDOFFS)
@require_POST
def give_back(request: StaffRequest, pk: int) -> HttpResponse:
    """Take back ``take_told``."""
    _check_number(pk)
    return _taken_back(request, lambda: give_back_alert(pk, by=request.user))


@requires(Ability.SEE_HANDOFFS)
@require_safe
def honesty(request: StaffRequest) -> HttpResponse:
    """What became of the alerts of each moment, and how many people are told how much."""
    days = next((span for span in SPANS if str(span) == request.GET.get("days")), SPANS[0])
    today = clock.today()
    context = {
        "page": honesty_page(today - timedelta(days=days - 1), today),
        "site": request.user.site_in_words,
        "days": days,
        "spans": [(f"{span} days", f"?days={span}", span == days) for span in SPANS],
        "rounded": Ability.SEE_JOURNEY not in request.user.abilities,
    }
    return render(request, "pathways/honesty.html", context)


def _flag(request: StaffRequest, pk: int) -> Flag:
    """An alert's flag that the reader may see; 404 just as for one that is not there."""
    flags = Flag.objects.filter(journey__in=journeys_visible_to(request.user), rung__isnull=False)
    flag = get_object_or_404(flags.select_related("journey"), pk=pk)
    if not Shown.to(request.user, flag.journey.woman_id).moment(flag.handoff_key.split(".")[0]):
        raise Http404
    return flag


def _taken_back(request: StaffRequest, verb: Any) -> HttpResponse:
    try:
        verb()
    except Refused as refused:
        messages.warning(request, refused.sentence)
    else:
        messages.success(request, "Taken back. The alert stands as before.")
    return redirect("alerts")


def _submission(request: StaffRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("submission", ""))
    except ValueError:
        return None


def _check_number(pk: int) -> None:
    """404 for a number that no row can have: the database's functions take none so long."""
    if pk > LARGEST:
        raise Http404


def _number(text: str | None) -> int:
    """A row's number in an address; 0 for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0
