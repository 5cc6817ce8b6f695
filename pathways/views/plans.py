"""The pages of her plans: all of them, one of them, writing and signing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from pathways.actions import Refused
from pathways.forms.once import OnceForm
from pathways.forms.plans import SaidYesForm, WriteForm
from pathways.forms.signing import BesideForm
from pathways.models import CarePlan, Journey
from pathways.pages.changed import Change, lately
from pathways.pages.colleagues import who_signs
from pathways.pages.plans import PlanPage, Version, asked_for, plan_lines, plan_page, version_of, with_all
from pathways.panels import WITH_HER_PLANS
from pathways.plans import writing
from pathways.plans.kinds import KINDS
from pathways.plans.reading import plans_open_to
from pathways.rules.plans import PlanKind
from pathways.seen import Changed, Seen
from pathways.views.changed import Theirs, conflict_page
from pathways.views.her import around_her, her_journey, posted
from pathways.views.one_form import one_form


@requires(Ability.SEE_JOURNEY)
@require_safe
def plans(request: StaffRequest, pk: int) -> HttpResponse:
    """Every plan of hers, one line each; other parts add theirs."""
    her = her_journey(request, pk)
    panels = WITH_HER_PLANS.filled(her, request.user, clock.now())
    lines = plan_lines(her, request.user, also=asked_for(her, request.user))
    context = {**around_her(her), "lines": lines, "panels": panels}
    return render(request, "pathways/plans.html", context)


@requires(Ability.SEE_JOURNEY)
@require_safe
def plan(request: StaffRequest, pk: int, which: str) -> HttpResponse:
    """One kind: what counts, what waits to be signed, who has it, and what was before."""
    her = her_journey(request, pk)
    context = {**around_her(her), "page": page_of(request, her, which)}
    return render(request, "pathways/plan.html", context)


@requires(Ability.SEE_JOURNEY)
@require_safe
def version(request: StaffRequest, pk: int, which: str, version: int) -> HttpResponse:
    """One version as it was written, whether it counts or not."""
    her = her_journey(request, pk)
    shown = version_in_words(request, her, which, version)
    return render(request, "pathways/plan_version.html", {**around_her(her), "version": shown, "kind": KINDS[which]})


@requires(Ability.RECORD_EVENT)
@get_or_post
def write(request: StaffRequest, pk: int, which: str) -> HttpResponse:
    """Write the next version, beginning with the newest one."""
    her = her_journey(request, pk)
    page = page_of(request, her, which)
    if not page.may_write:
        raise Http404
    newest = writing.newest_of(her, page.kind)
    stands = writing.texts_of(newest, page.kind)
    form = WriteForm(posted(request), kind=page.kind, initial=stands)
    form.shows(Seen.of(f"plan {page.kind.key} {her.pk}", stands, newest.version if newest else 0))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            written = writing.write(
                her, page.kind, form.texts, seen=form.sight, submission=data["submission"], by=request.user
            )
        except Changed as changed:
            return _others_wrote(request, her, form, changed)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _written(written, page))
            return redirect("plan", her.pk, page.kind.key)
    form.show_theirs()
    context = {**around_her(her), "form": form, "page": page, "back": reverse("plan", args=[her.pk, page.kind.key])}
    if newest and request.method != "POST":
        context["lately"] = lately(Change(newest.written_by, newest.written_at), request.user)
    return render(request, "pathways/plan_write.html", context)


def _written(plan: CarePlan, page: PlanPage) -> str:
    sides = writing.sides_in_words(page.kind)
    words = f"Version {plan.version} is written. It counts when both have signed it: {sides}."
    if page.waiting and any(each.who for each in page.waiting.signed):
        return f"{words} Who had signed version {page.waiting.row.version} signs again."
    return words


def _others_wrote(request: StaffRequest, her: Journey, form: WriteForm, changed: Changed) -> HttpResponse:
    """Somebody wrote another version meanwhile, and changed the same sections."""
    newest = writing.newest_of(her, form.kind)
    now = writing.texts_of(newest, form.kind)
    change = Change(newest.written_by, newest.written_at) if newest else None
    theirs = [Theirs(name, now[name], change) for name in changed.fields]
    return conflict_page(request, her, form, theirs, carries={"stood": form.sight.looked_at(now, changed.fields)})


@requires(Ability.RECORD_EVENT)
@get_or_post
def sign(request: StaffRequest, pk: int, which: str, version: int) -> HttpResponse:
    """Sign for one's side; or let somebody of the other side sign beside one."""
    her = her_journey(request, pk)
    shown = version_in_words(request, her, which, version)
    beside = bool(request.GET.get("beside"))
    form: OnceForm = OnceForm(posted(request))
    if beside:
        roles = {role for side in shown.open_sides for role in side.roles}
        people = who_signs(her.site_id, roles, without=request.user)
        form = BesideForm(posted(request), people=people, label="Who signs?")

    def signed() -> str:
        signer = form.second if isinstance(form, BesideForm) else request.user
        return _after_signing(writing.sign(shown.row, signer=signer, by=request.user))

    context = _about(her, shown, which, title=f"Sign version {version}", button="Sign it")
    context |= {"template": "pathways/plan_sign.html", "beside": "" if beside else "?beside=1"}
    return one_form(request, her, form, signed, **context)


@requires(Ability.RECORD_EVENT)
@get_or_post
def said_yes(request: StaffRequest, pk: int, which: str, version: int, side: str) -> HttpResponse:
    """Write down that somebody without an account agreed for their side."""
    her = her_journey(request, pk)
    shown = version_in_words(request, her, which, version)
    for_side = KINDS[which].side(side)
    if for_side is None or not for_side.without_account:
        raise Http404
    form = SaidYesForm(posted(request), side=for_side)

    def agreed() -> str:
        data = form.cleaned_data
        made = writing.write_down_yes(shown.row, for_side, data["who"], at=data["at"], by=request.user)
        return _after_signing(made)

    context = _about(her, shown, which, title=f"{for_side.title}: write down their yes", button="Write it down")
    return one_form(request, her, form, agreed, template="pathways/plan_sign.html", **context)


def _after_signing(plan: CarePlan) -> str:
    if plan.agreed_at:
        return "Both have signed: this version counts. Send it to those who need it, and go through it with her."
    return "Signed. The other side is still to sign."


def page_of(request: StaffRequest, her: Journey, which: str) -> PlanPage:
    """The page of one kind; 404 where there is no such kind, or the reader may not know of it."""
    declared = KINDS.get(which)
    page = plan_page(her, declared, request.user) if declared else None
    if page is None:
        raise Http404
    return page


def version_in_words(request: StaffRequest, her: Journey, which: str, version: int) -> Version:
    """One version; 404 just the same where it is not there and where it is not open to the reader."""
    declared = KINDS.get(which)
    row = with_all(plans_open_to(request.user, her).filter(kind=which, version=version)).first() if declared else None
    if row is None or declared is None:
        raise Http404
    row.journey = her
    return version_of(row, declared)


def _about(her: Journey, shown: Version, which: str, title: str, button: str) -> dict[str, Any]:
    """What a form about one version shows beside its fields."""
    declared: PlanKind = KINDS[which]
    return {
        "version": shown,
        "kind": declared,
        "title": title,
        "button": button,
        "back": reverse("plan", args=[her.pk, which]),
        "back_words": f"Back to the {declared.title.lower()}",
    }
