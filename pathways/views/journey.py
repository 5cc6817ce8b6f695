"""The page of one journey, agreeing her EDD and naming her midwife."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.labels import Label
from carecoord.access.middleware import StaffRequest, requires
from carecoord.access.models import User
from pathways.actions import Draft, Refused, agree_edd, assign_named_midwife
from pathways.background import background_labels
from pathways.forms.edd import EddForm
from pathways.forms.midwife import MidwifeForm
from pathways.models import Journey
from pathways.pages.changed import changes_since, edd_agreed, last_change, lately
from pathways.pages.journey import FEW_ENTRIES, FEW_LATER, page_for
from pathways.pages.midwives import WEIGHTS_IN_WORDS, colleagues
from pathways.panels import ON_HER_JOURNEY
from pathways.seen import Changed, Seen, SentOtherwise
from pathways.shown import Shown
from pathways.timeline.scales import Around
from pathways.views.changed import Theirs, conflict_page, saved_otherwise
from pathways.views.her import around_her, her_journey, posted
from pathways.visibility import is_open_to, labels_for
from pathways.what_if import WhatIf
from pathways.wording.consequences import preview, summary

VIEWS = ((Around.TODAY, "Around today"), (Around.PREGNANCY, "Pregnancy"), (Around.YEAR, "Whole year"))
SHOWS = (("open", "Open"), ("done", "Done"), ("entries", "All entries"))
KEY = (
    ("circle", "", "", "happened"),
    ("ring", "", "", "expected"),
    ("square", "", "", "a plan or paper"),
    ("diamond", "", "", "handoff ended"),
    ("diamond-hollow", "", "", "handoff planned"),
    ("diamond-hollow", "due_soon", "", "due soon"),
    ("diamond", "overdue", "", "overdue"),
    ("diamond", "missed", "", "missed"),
    ("bubble", "", "hers", "her own words"),
    ("stretch", "", "stretch", "a stretch of time"),
)
# What the address may say beside the path; anything else is left out of the links.
_KEPT = ("around", "show", "later", "timeline", "from")


@requires(Ability.SEE_JOURNEY)
@require_safe
def journey(request: StaffRequest, pk: int) -> HttpResponse:
    """Who she is, where she is, what is next."""
    her = her_journey(request, pk)
    asked = request.GET.get("around", "")
    around = Around(asked) if asked in set(Around) else Around.YEAR if her.is_closed else Around.TODAY
    show = request.GET.get("show", "") if request.GET.get("show") in dict(SHOWS) else "open"
    page = page_for(her, request.user, around, clock.now())
    as_list = request.GET.get("timeline") == "list"
    counts = {"open": page.open_count, "done": len(page.done), "entries": len(page.entries)}
    all_later = request.GET.get("later") == "all"
    context = {
        "journey": her,
        "page": page,
        "panels": ON_HER_JOURNEY.filled(her, request.user, clock.now()),
        "may": _allowed(request, her),
        "back": _back(request, her),
        "drawing": page.drawing,
        "listed": page.listed,
        "key": KEY,
        "as_list": as_list,
        "views": [(label, _link(request, "timeline", around=view), view == around) for view, label in VIEWS],
        "list_url": _link(request, "timeline", timeline="" if as_list else "list"),
        "list_words": "Show as a drawing" if as_list else "Show as a list",
        "show": show,
        "shows": [
            (f"{label} {counts[key]}", _link(request, "handoffs", show=key), key == show) for key, label in SHOWS
        ],
        "later": page.later if all_later else page.later[:FEW_LATER],
        "later_url": "" if all_later or len(page.later) <= FEW_LATER else _link(request, "later", later="all"),
        "recent": [entry for entry in page.entries if entry.is_news][:FEW_ENTRIES],
        "entries_url": _link(request, "handoffs", show="entries"),
        "ask_contact": Ability.RECORD_EVENT in request.user.abilities and request.GET.get("ask") == "contact",
    }
    return render(request, "pathways/journey.html", context)


def _link(request: StaffRequest, place: str, **changed: str) -> str:
    """This page with something else shown; what was chosen before stays."""
    kept = {name: request.GET[name] for name in _KEPT if name in request.GET}
    query = urlencode({name: value for name, value in {**kept, **changed}.items() if value})
    return f"?{query}#{place}" if query else f"{request.path}#{place}"


def _allowed(request: StaffRequest, her: Journey) -> dict[str, bool]:
    """Which pages may be linked to: none that its reader may not open."""
    abilities = request.user.abilities
    return {
        "record": Ability.RECORD_EVENT in abilities,
        "answer": Ability.ANSWER_HANDOFF in abilities,
        "hand_over": Ability.HAND_OVER in abilities,
        "add_woman": Ability.ADD_WOMAN in abilities,
        "agree_edd": Ability.AGREE_EDD in abilities,
        "assign_midwife": Ability.ASSIGN_MIDWIFE in abilities,
        "manage_access": Ability.MANAGE_ACCESS in abilities,
        "see_who_looked": Ability.SEE_WHO_LOOKED in abilities,
        "open_contact": Ability.OPEN_ADDRESS in abilities and Label.ADDRESS in labels_for(request.user, her.woman_id),
        "see_background": bool(background_labels(request.user, her.woman_id)),
    }


def _back(request: StaffRequest, her: Journey) -> dict[str, str]:
    """The list that she was opened from, at its place."""
    from_handoffs = request.GET.get("from") == "handoffs" or Ability.SEE_CASELOAD not in request.user.abilities
    name, words = ("handoffs", "Back to handoffs") if from_handoffs else ("caseload", "Back to caseload")
    place = request.session.get(f"{name}_place", "")
    return {"url": f"{reverse(name)}{f'?{place}' if place else ''}#w{her.pk}", "words": words}


# -- EDD -----------------------------------------------------------------------------------------


@requires(Ability.AGREE_EDD)
@require_http_methods(["GET", "HEAD", "POST"])
def edd(request: StaffRequest, pk: int) -> HttpResponse:
    """Agree the EDD: entered, then everything that moves with it is shown, then saved."""
    her = her_journey(request, pk)
    form = EddForm(posted(request))
    form.shows(Seen.of(f"edd {her.pk}", {"edd": her.edd}))
    context = {**around_her(her), "form": form}
    if request.method != "POST":
        context["lately"] = lately(edd_agreed(her), request.user)
    if request.method != "POST" or "edit" in request.POST or not form.is_valid():
        return render(request, "pathways/edd.html", context)
    if "edd" in form.left_to_others:
        messages.info(request, "The EDD stays as it stands. Nothing was saved.")
        return redirect("journey", her.pk)
    now = clock.now()
    data = form.cleaned_data
    what_if = WhatIf.of(her, now)
    draft = Draft("dating_agreed", now, details={"edd": data["edd"].isoformat()})
    found = Shown.to(request.user, her.woman_id).of(what_if.with_draft(draft))
    if not data["seen"]:
        moving = preview(found, her.babies.count(), now)
        return render(request, "pathways/edd_preview.html", {**context, "preview": moving, "edd": data["edd"]})
    try:
        agree_edd(her, data["edd"], note=data["note"], seen=form.sight, submission=data["submission"], by=request.user)
    except Changed:
        return _other_edd(request, her, form)
    except SentOtherwise as sent:
        return saved_otherwise(request, her, form, sent.earlier)
    except Refused as refused:
        form.refuse(refused)
        return render(request, "pathways/edd.html", context)
    follows = summary(found, her.babies.count(), now)
    messages.success(request, f"EDD agreed: {clock.day_in_words(data['edd'])}. {follows}".strip())
    return redirect("journey", her.pk)


def _other_edd(request: StaffRequest, her: Journey, form: EddForm) -> HttpResponse:
    """Somebody agreed another one; what moves with mine is shown once more before it is saved."""
    now = {"edd": Journey.objects.get(pk=her.pk).edd}
    carries = {"stood": form.sight.looked_at(now, now)}
    return conflict_page(request, her, form, [Theirs("edd", now["edd"], edd_agreed(her))], carries=carries)


# -- her midwife ---------------------------------------------------------------------------------


@requires(Ability.ASSIGN_MIDWIFE)
@require_http_methods(["GET", "HEAD", "POST"])
def midwife(request: StaffRequest, pk: int) -> HttpResponse:
    """Name her midwife and a buddy, seeing how many women each of them has."""
    her = her_journey(request, pk)
    known = colleagues(her.site)
    named = {"midwife": str(her.named_midwife_id or ""), "buddy": str(her.buddy_id or "")}
    form = MidwifeForm(posted(request), choices=[(str(each.user.pk), each.words) for each in known], initial=named)
    form.shows(Seen.of(f"named {her.pk}", {"midwife": her.named_midwife, "buddy": her.buddy}, her.version))
    if request.method == "POST" and form.is_valid():
        try:
            return _named(request, her, form, {str(each.user.pk): each.user for each in known})
        except Changed as changed:
            return _others_named(request, her, form, changed)
        except SentOtherwise as sent:
            return saved_otherwise(request, her, form, sent.earlier)
        except Refused as refused:
            form.refuse(refused)
    form.show_theirs()
    context = {**around_her(her), "form": form, "nobody": not known, "weights": WEIGHTS_IN_WORDS}
    if request.method != "POST":
        context["lately"] = lately(last_change(her, ("named_midwife", "buddy")), request.user)
    return render(request, "pathways/midwife.html", context)


def _named(request: StaffRequest, her: Journey, form: MidwifeForm, known: dict[str, User]) -> HttpResponse:
    """Save what was chosen. Raises what the verb raises."""
    data, left = form.cleaned_data, form.left_to_others
    midwife = her.named_midwife if "midwife" in left and her.named_midwife else known[data["midwife"]]
    buddy = her.buddy if "buddy" in left else known.get(data["buddy"])
    event = assign_named_midwife(
        her, midwife, buddy=buddy, seen=form.sight, submission=data["submission"], by=request.user
    )
    now = event.journey  # as the verb left it: whoever gave her away can read her record no more
    words = f"Her midwife is {now.named_midwife}, {f'her buddy {now.buddy}' if now.buddy else 'without a buddy yet'}."
    if (now.named_midwife, now.buddy) != (midwife, buddy):
        words += " Somebody else changed the other one meanwhile; that is kept."
    messages.success(request, words)
    return redirect("journey", her.pk) if is_open_to(request.user, her.pk) else redirect("caseload")


def _others_named(request: StaffRequest, her: Journey, form: MidwifeForm, changed: Changed) -> HttpResponse:
    """Somebody named others meanwhile."""
    journey = Journey.objects.select_related("named_midwife", "buddy").get(pk=her.pk)
    now = {"midwife": journey.named_midwife, "buddy": journey.buddy}
    who = changes_since(journey, form.sight.version)
    theirs = [
        Theirs(name, now[name], who.get("named_midwife" if name == "midwife" else name), str(now[name] or "Nobody"))
        for name in changed.fields
    ]
    return conflict_page(request, her, form, theirs, carries={"stood": form.sight.looked_at(now, changed.fields)})
