"""Giving women another midwife or buddy: whose, which, to whom, looked at, done and counted."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from carecoord.refused import Refused
from pathways.forms.reassign import BUDDY, ReassignForm
from pathways.pages.caseload import sites_of
from pathways.pages.midwives import WEIGHTS_IN_WORDS, Colleague, colleagues
from pathways.pages.reassign import HerLine, Source, chosen, sources, women_of
from pathways.reassigning import Reassigned, reassign
from pathways.views.her import posted, shown


@requires(Ability.ASSIGN_MIDWIFE)
@require_http_methods(["GET", "HEAD", "POST"])
def reassigning(request: StaffRequest) -> HttpResponse:
    """``of`` says whose women: the id of a colleague, or ``nobody``. Without it, whose there are."""
    source = chosen(request.user, request.GET.get("of", ""))
    if source is None:
        return render(request, "pathways/reassign_whose.html", _whose(request))
    women = women_of(request.user, source, clock.now())
    shown(request, [each.woman for each in women])
    people = [each for site in sites_of(request.user) for each in colleagues(site) if each.user.pk != source.user]
    form = ReassignForm(
        posted(request),
        women=[(str(each.journey), each.words) for each in women],
        people=[(str(each.user.pk), each.words) for each in people],
    )
    context = {"form": form, "source": source, "nobody": not people, "weights": WEIGHTS_IN_WORDS}
    if request.method != "POST" or "edit" in request.POST or not form.is_valid():
        return render(request, "pathways/reassign.html", context)
    to = next(each for each in people if str(each.user.pk) == form.cleaned_data["to"])
    if not form.cleaned_data["seen"]:
        return render(request, "pathways/reassign_confirm.html", {**context, **_preview(form, women, to)})
    try:
        done = reassign(
            [int(pk) for pk in form.cleaned_data["women"]],
            to.user,
            as_buddy=form.cleaned_data["place"] == BUDDY,
            by=request.user,
        )
    except Refused as refused:
        form.refuse(refused)
        return render(request, "pathways/reassign.html", context)
    _say(request, done, to, source, as_buddy=form.cleaned_data["place"] == BUDDY)
    return redirect("reassign")


def _whose(request: StaffRequest) -> dict[str, Any]:
    """Whose women there are, and how much everybody at the reader's sites has."""
    return {
        "sources": sources(request.user),
        "sites": [(site.name, colleagues(site)) for site in sites_of(request.user)],
        "weights": WEIGHTS_IN_WORDS,
    }


def _preview(form: ReassignForm, women: list[HerLine], to: Colleague) -> dict[str, Any]:
    """What comes of it, before it is done."""
    wanted = [int(pk) for pk in form.cleaned_data["women"]]
    as_buddy = form.cleaned_data["place"] == BUDDY
    given = [each for each in women if each.journey in wanted]
    after = to.load if as_buddy else to.load.with_more([(each.stage, each.late) for each in given])
    return {
        "to": to,
        "as_buddy": as_buddy,
        "chosen": given,
        "before": to.load.words,
        "after": after.words,
    }


def _say(request: StaffRequest, done: Reassigned, to: Colleague, source: Source, *, as_buddy: bool) -> None:
    """What came of it, counted."""
    who = "you" if to.user == request.user else str(to.user)
    place = "buddy" if as_buddy else "named midwife"
    if done.given:
        verb = "are" if who == "you" else "is"
        messages.success(
            request, f"{_women(done.given)}: {who} {verb} {'her' if done.given == 1 else 'their'} {place} now."
        )
    if done.already:
        messages.info(request, f"{_women(done.already)}: {who} already. Nothing changed.")
    if done.conflict:
        messages.warning(
            request,
            f"{_women(done.conflict)} left out: {who} must not see their record. Choose somebody else for them.",
        )
    others = done.left_out - done.conflict
    if others:
        why = "closed meanwhile, no longer open to you" + (", or without a midwife to be buddy of" if as_buddy else "")
        messages.warning(request, f"{_women(others)} left out: {why}.")


def _women(number: int) -> str:
    return "1 woman" if number == 1 else f"{number} women"
