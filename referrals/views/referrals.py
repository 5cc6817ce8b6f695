"""The pages of referrals: the worklist, one referral with its ways on, and sending one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from pathways.actions import AlreadyAnswered, Refused
from pathways.forms.once import OnceForm
from pathways.views.her import around_her, her_journey, posted, shown
from pathways.views.one_form import one_form
from pathways.visibility import is_open_to
from pathways.wording.entries import time_in_words
from referrals import looping
from referrals.forms.referrals import StepForm, TakeBackForm
from referrals.models import Referral
from referrals.pages import worklist
from referrals.pages.referral import by_phone, one, page_of, way_for
from referrals.pages.worklist import Filters, referrals_visible_to
from referrals.wording.referrals import Way

# -- the worklist --------------------------------------------------------------------------------


@requires(Ability.SEE_REFERRALS)
@require_safe
def referrals(request: StaffRequest) -> HttpResponse:
    """What came back, what waits for the reader's team, what others owe."""
    now, filters = clock.now(), _filters(request)
    counts = worklist.counts(request.user, filters, now)
    part = _part(request.GET.get("show", ""), counts)
    pages = Paginator(worklist.listed(request.user, part.key, filters, now), worklist.PAGE_SIZE)
    pages.count = counts[part.key]  # the parts have been counted anyway
    page = pages.get_page(request.GET.get("page"))
    here = list(page.object_list)
    shown(request, [each.journey.woman_id for each in here])
    context = {
        "at": time_in_words(now),
        "site": request.user.site_in_words,
        "chips": [
            (each.label, counts[each.key], f"?{filters.query}show={each.key}", each == part) for each in worklist.PARTS
        ],
        "part": part,
        "rows": worklist.rows_of(here, request.user, now),
        "page_obj": page,
        "query": f"{filters.query}show={part.key}&",
        "filters": filters,
        "whose": worklist.WHOSE,
    }
    return render(request, "referrals/referrals.html", context)


def _filters(request: StaffRequest) -> Filters:
    whose = request.GET.get("whose", "")
    return Filters(whose if whose in dict(worklist.WHOSE) else "", request.GET.get("late") == "yes")


def _part(asked: str, counts: dict[str, int]) -> worklist.Part:
    """What the address asks for; else the first that has something to show."""
    return worklist.PART_OF.get(asked) or next((each for each in worklist.PARTS if counts[each.key]), worklist.PARTS[0])


# -- one referral --------------------------------------------------------------------------------


@requires(Ability.SEE_REFERRALS)
@require_safe
def referral(request: StaffRequest, pk: int) -> HttpResponse:
    """What was asked, what she agreed to, every step, and the ways on."""
    found = _hers(request, pk)
    page = page_of(found, request.user, clock.now())
    return render(request, "referrals/referral.html", {**around_her(found.journey), "page": page})


@requires(Ability.REFER)
@get_or_post
def step(request: StaffRequest, pk: int, way: str) -> HttpResponse:
    """The next step: accept, decline, an appointment, what came of it."""
    found = _hers(request, pk)
    sends, receives = _sides(request, found)
    chosen = way_for(found, way, sends=sends, receives=receives)
    if chosen is None:
        messages.info(request, "This is no way on any more. Look at how it stands.")
        return redirect("referral", pk)
    form = StepForm(posted(request), way=chosen, by_phone=by_phone(chosen, receives=receives))

    def done() -> None:
        looping.step(found, form.stepping, by=request.user)

    return _act(request, found, form, done, chosen)


@requires(Ability.REFER)
@require_POST
def acknowledge(request: StaffRequest, pk: int) -> HttpResponse:
    """One click of the team that it was sent to: it has arrived."""
    found = _hers(request, pk)
    return _at_once(
        request,
        found,
        lambda: looping.step(found, looping.Stepping(looping.State.ACKNOWLEDGED), by=request.user),
        "Acknowledged. The sender can see that it has arrived.",
    )


@requires(Ability.REFER)
@require_POST
def remind(request: StaffRequest, pk: int) -> HttpResponse:
    """Remind the service."""
    found = _hers(request, pk)
    return _at_once(request, found, lambda: looping.remind(found, by=request.user), "They are told that you wait.")


@requires(Ability.REFER)
@require_POST
def take_over(request: StaffRequest, pk: int) -> HttpResponse:
    """From now on the reader sees that it does not get lost."""
    found = _hers(request, pk)
    return _at_once(request, found, lambda: looping.take_over(found, by=request.user), "It is in your hands now.")


@requires(Ability.REFER)
@get_or_post
def take_back(request: StaffRequest, pk: int) -> HttpResponse:
    """She takes back what she agreed to."""
    found = _hers(request, pk)
    page = page_of(found, request.user, clock.now())
    form = TakeBackForm(posted(request), standing=[each.purpose for each in page.consents if each.given])

    def taken_back() -> str:
        data = form.cleaned_data
        looping.take_back_consent(found, data["purpose"], data["words"], by=request.user)
        return "Written down, and it holds from now on."

    return one_form(
        request,
        found.journey,
        form,
        taken_back,
        title="She takes it back",
        lead="Her word counts at once. Without sharing there is no referral, and it is withdrawn.",
        button="Write it down",
        **_back(found),
    )


def _hers(request: StaffRequest, pk: int) -> Referral:
    """The referral, if its reader may see the woman; 404 just as for one that is not there."""
    whose = get_object_or_404(referrals_visible_to(request.user).only("journey_id"), pk=pk)
    her = her_journey(request, whose.journey_id)
    found = one(her, pk)
    if found is None:
        raise Http404
    found.journey = her
    return found


def _sides(request: StaffRequest, found: Referral) -> tuple[bool, bool]:
    """Whether the reader speaks for the sender, and for the service."""
    page = page_of(found, request.user, clock.now())
    return page.sends, page.receives


def _back(found: Referral) -> dict[str, Any]:
    return {"back": reverse("referral", args=[found.pk]), "back_words": "Back to the referral"}


def _act(request: StaffRequest, found: Referral, form: OnceForm, verb: Callable[[], Any], way: Way) -> HttpResponse:
    """A page with one form: show it, or take the step. Where that closed her record to the reader: to the list."""
    back = _back(found)
    if request.method == "POST" and form.is_valid():
        try:
            verb()
        except AlreadyAnswered as faster:
            messages.info(request, faster.sentence)
            return redirect(back["back"])
        except Refused as refused:
            form.refuse(refused)
        else:
            return _went(request, found, way.said)
    context = {
        **around_her(found.journey),
        "form": form,
        "title": way.title,
        "lead": way.lead,
        "button": way.button,
        **back,
    }
    return render(request, "pathways/one_form.html", context)


def _at_once(request: StaffRequest, found: Referral, verb: Callable[[], Any], said: str) -> HttpResponse:
    """Do it at once and say so, or why not."""
    try:
        verb()
    except AlreadyAnswered as faster:
        messages.info(request, faster.sentence)
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        return _went(request, found, said)
    return redirect("referral", found.pk)


def _went(request: StaffRequest, found: Referral, said: str) -> HttpResponse:
    """To the referral; to the list where the step has closed her record to whoever took it."""
    messages.success(request, said)
    return redirect("referral", found.pk) if is_open_to(request.user, found.journey_id) else redirect("referrals")
