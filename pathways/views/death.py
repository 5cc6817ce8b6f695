"""The page of her own death: reported by one, confirmed by another; then whom people have told."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from pathways.forms.death import ConfirmForm, NotifiedForm, ReportForm, WithdrawForm
from pathways.forms.once import OnceForm
from pathways.models import DeathReport, Journey
from pathways.moves.death import confirm_death, report_death, tell_of_death, waiting_report, withdraw_report
from pathways.pages.death import her_death as death_of
from pathways.recording import Refused
from pathways.rules.loss import PEOPLE
from pathways.views.her import around_her, her_journey, posted
from pathways.views.moves import post_or_get
from pathways.visibility import is_open_to


@requires(Ability.RECORD_DEATH)
@post_or_get
def her_death(request: StaffRequest, pk: int) -> HttpResponse:
    """Report that she has died; once reported, what waits for a second person; once confirmed, whom to tell."""
    her = her_journey(request, pk)
    form = ReportForm(posted(request))

    def save() -> str:
        data = form.cleaned_data
        report_death(her, data["died_at"], data["known_from"], submission=data["submission"], by=request.user)
        return "Reported. Nothing is sent to her any more. A second person, who knows it too, confirms it."

    return _saved(request, her, form, save) or _page(request, her, form)


@requires(Ability.RECORD_DEATH)
@require_http_methods(["POST"])
def confirm(request: StaffRequest, pk: int) -> HttpResponse:
    """The second person confirms the report."""
    her = her_journey(request, pk)
    report = _newest_report(her)
    form = ConfirmForm(request.POST)

    def save() -> str:
        confirm_death(report, form.cleaned_data["confirmed_from"], by=request.user)
        return "Confirmed. Her record is locked. These people have to know; each is told by a person."

    return _saved(request, her, form, save) or _page(request, her, form)


@requires(Ability.RECORD_DEATH)
@require_http_methods(["POST"])
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """The report was wrong."""
    her = her_journey(request, pk)
    report = _newest_report(her)
    form = WithdrawForm(request.POST)

    def save() -> str:
        withdraw_report(report, form.cleaned_data["because"], by=request.user)
        return "Taken back. What was called back stays so: decide with her midwife what is sent to her again."

    return _saved(request, her, form, save) or _page(request, her, form)


@requires(Ability.RECORD_DEATH)
@post_or_get
def told(request: StaffRequest, pk: int, who: str) -> HttpResponse:
    """Somebody who has to know was told, or need not be."""
    her = her_journey(request, pk)
    found = death_of(her, request.user, clock.now())
    person = next((each for each in found.people if each.key == who), None) if found else None
    if person is None:
        raise Http404
    form = NotifiedForm(posted(request))

    def save() -> str:
        tell_of_death(her, who, form.notified, submission=form.cleaned_data["submission"], by=request.user)
        return f"Written down: {PEOPLE[who].title}."

    context = {**around_her(her), "form": form, "person": person}
    return _saved(request, her, form, save) or render(request, "pathways/told_of_death.html", context)


def _newest_report(her: Journey) -> DeathReport:
    """The report that waits, else the last one, so that a form sent twice is answered; 404 where there is none."""
    report = waiting_report(her) or DeathReport.objects.filter(journey=her).order_by("-id").first()
    if report is None:
        raise Http404
    return report


def _saved(request: StaffRequest, her: Journey, form: OnceForm, save: Callable[[], str]) -> HttpResponse | None:
    """Save what was sent and go on to the page, or to the reader's first where hers is closed to them; else None.

    What was refused without a field was overtaken by a colleague: the page then shows how it stands, and says so.
    """
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        messages.success(request, save())
    except Refused as refused:
        if refused.field in form.fields:
            form.refuse(refused)
            return None
        messages.warning(request, refused.sentence)
    return redirect("her_death", her.pk) if is_open_to(request.user, her.pk) else redirect("start")


def _page(request: StaffRequest, her: Journey, form: OnceForm) -> HttpResponse:
    """The page as it stands now; a form that was refused stands in its place, with what was typed."""
    her = Journey.objects.select_related("woman", "site", "team", "named_midwife", "buddy").get(pk=her.pk)
    forms: dict[str, OnceForm] = {each.__name__: each() for each in (ReportForm, ConfirmForm, WithdrawForm)}
    forms[type(form).__name__] = form
    context = {**around_her(her), "found": death_of(her, request.user, clock.now()), "form": form, "forms": forms}
    return render(request, "pathways/her_death.html", context)
