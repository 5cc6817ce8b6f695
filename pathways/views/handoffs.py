"""The list of handoffs: offered, waited for, accepted, owed by the team; and answering one."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from pathways.actions import ENDED_BY_REACHING_HER, AlreadyAnswered, Refused, answer_handoff
from pathways.answered_by import EndedBy
from pathways.context import remember_offered
from pathways.engine import OPEN_STATES, SubjectKind
from pathways.forms.answer import COMPLETED, AnswerForm
from pathways.forms.offers import DeclineForm
from pathways.guided import page_completing
from pathways.models import Handoff
from pathways.pages import offers
from pathways.pages import team_handoffs as team
from pathways.pages.ending import reopened_in_words
from pathways.pages.plans import waiting_count
from pathways.plans.kinds import KINDS
from pathways.plans.reading import knows_of
from pathways.projection import fact_of
from pathways.rules.plans import PlanKind
from pathways.seen import SentOtherwise
from pathways.shown import Shown
from pathways.views.changed import saved_otherwise
from pathways.views.her import around_her, her_journey, posted, shown
from pathways.visibility import handoffs_visible_to, journeys_visible_to
from pathways.what_if import WhatIf
from pathways.wording.consequences import summary
from pathways.wording.entries import details_of, time_in_words
from pathways.wording.handoffs import card_of, step_of

# What the address says: the event it records, the button, the heading of the form.
ANSWERS: dict[str, tuple[str, str, str]] = {
    "done": (COMPLETED, "Record that it is done", "Record that it is done"),
    "declined": ("handoff_declined", "She declined", "She declined"),
    "not-applicable": ("handoff_not_applicable", "Not applicable", "It does not apply to her"),
    "unable": ("handoff_unable", "Could not be done", "It could not be done"),
}
HINTS = {
    "declined": "Her decision ends this handoff only. It closes nothing else, and it can be offered again.",
    "not-applicable": "For example because it was arranged another way before she came here.",
    "unable": "For example because the service does not exist here. This is counted as a gap, not as her choice.",
}


ALL_CHIPS: tuple[offers.Part | team.Chip, ...] = (*offers.PARTS, *team.CHIPS)

# -- the list ------------------------------------------------------------------------------------


@requires(Ability.SEE_HANDOFFS)
@require_safe
def handoffs(request: StaffRequest) -> HttpResponse:
    """What the team owes and waits for; for managers, numbers without women."""
    now = clock.now()
    context: dict[str, Any] = {"at": time_in_words(now), "site": request.user.site_in_words}
    if Ability.SEE_JOURNEY not in request.user.abilities:
        counted = {
            "tallies": team.tallies(request.user, now),
            "refused_moves": offers.refused_moves(now),
            "reopened": reopened_in_words(now),
            "counts_stays": Ability.COUNT_STAYS in request.user.abilities,
            "sees_unmet": Ability.SEE_UNMET_NEEDS in request.user.abilities,
        }
        return render(request, "pathways/handoff_counts.html", {**context, **counted})
    listed = team.team_list(request.user, now)
    counts = {**offers.counts(request.user), **team.counts(listed)}
    remember_offered(request, counts[offers.OFFERED])
    chip = _chip(request.GET.get("show", ""), counts)
    context |= {
        "chips": [(each.label, counts[each.key], f"?show={each.key}", each == chip) for each in ALL_CHIPS],
        "chip": chip,
        "part": chip.key in offers.PART_OF,
        "query": f"show={chip.key}&",
        "sent_plans": waiting_count(request.user, journeys_visible_to(request.user)),
        "whose": _whose(request),
    }
    if chip.key == offers.OFFERED:
        context |= _offered(request, counts, now)
    elif chip.key in offers.PART_OF:
        waits = chip.key == offers.WAITING
        rows = offers.waiting(request.user, now) if waits else offers.accepted(request.user)
        page = _page(request, rows, offers.PAGE_SIZE, counts[chip.key])
        here = list(page.object_list)
        shown(request, [each.journey.woman_id for each in here])
        context |= {"page_obj": page, "waiting": offers.waiting_rows(here, request.user, now)}
    else:
        page = _page(request, team.shown(listed, team.BY_KEY[chip.key]), team.PAGE_SIZE, counts[chip.key])
        owed = list(page.object_list)
        shown(request, [handoff.journey.woman_id for handoff in owed])
        context |= {"page_obj": page, "rows": team.rows(owed, request.user, now)}
    _remember_place(request, chip.key, context["page_obj"].number)
    return render(request, "pathways/handoffs.html", context)


def _chip(asked: str, counts: dict[str, int]) -> offers.Part | team.Chip:
    """What the address asks for; else the first that has something to show, what needs action where none has."""
    found = next((chip for chip in ALL_CHIPS if chip.key == asked), None)
    return found or next((chip for chip in ALL_CHIPS if counts[chip.key]), team.CHIPS[0])


def _offered(request: StaffRequest, counts: dict[str, int], now: datetime) -> dict[str, Any]:
    """The cards of what is offered, and below them the first of what the reader waits for."""
    page = _page(request, offers.offered(request.user), offers.CARDS, counts[offers.OFFERED])
    made = list(page.object_list)
    waits = list(offers.waiting(request.user, now)[: offers.FEW_WAITING]) if counts[offers.WAITING] else []
    shown(request, [each.journey.woman_id for each in (*made, *waits)])
    return {
        "page_obj": page,
        "cards": [(card, DeclineForm(auto_id=f"id_{card.pk}_%s")) for card in offers.cards(made, request.user, now)],
        "waiting": offers.waiting_rows(waits, request.user, now) if made else [],
        "waiting_count": counts[offers.WAITING],
    }


def _page(request: StaffRequest, rows: Any, size: int, count: int) -> Page:
    return _Paginator(rows, size, count).get_page(request.GET.get("page"))


class _Paginator(Paginator):
    """A paginator that is told the count, which the chips have asked for anyway."""

    def __init__(self, rows: Any, size: int, known_count: int) -> None:
        super().__init__(rows, size)
        self.known_count = known_count

    @cached_property
    def count(self) -> int:
        return self.known_count


def _remember_place(request: StaffRequest, show: str, number: int) -> None:
    """So that the way back from a woman's page leads here."""
    place = f"show={show}&page={number}"
    if request.session.get("handoffs_place") != place:
        request.session["handoffs_place"] = place


def _whose(request: StaffRequest) -> str:
    if Ability.SEE_CASELOAD in request.user.abilities:
        return "women of your teams"
    return "what your role gives or receives"


# -- answering one -------------------------------------------------------------------------------


@requires(Ability.ANSWER_HANDOFF)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: StaffRequest, pk: int, answer: str) -> HttpResponse:
    """Complete a handoff with its evidence, or end it with a reason. The first answer counts."""
    if answer not in ANSWERS:
        raise Http404
    handoff = get_object_or_404(handoffs_visible_to(request.user).with_live_state(), pk=pk)
    handoff.journey = her_journey(request, handoff.journey_id)
    if not Shown.to(request.user, handoff.journey.woman_id).moment(handoff.moment):
        raise Http404
    if request.method != "POST" and (elsewhere := _answered_elsewhere(handoff, answer)):
        return elsewhere
    kind, _, title = ANSWERS[answer]
    moment, step = step_of(handoff)
    form = AnswerForm(posted(request), kind=kind, evidence=moment.evidence_for(step.key))
    if request.method == "POST" and form.is_valid():
        try:
            return _answered(request, handoff, form)
        except SentOtherwise as sent:
            return saved_otherwise(request, handoff.journey, form, sent.earlier)
        except AlreadyAnswered:
            handoff.refresh_from_db()
            return _too_late(request, handoff, form, status=409)
        except Handoff.DoesNotExist:
            raise Http404 from None  # an entry was corrected meanwhile, and nothing is owed any more
        except Refused as refused:
            form.refuse(refused)
    elif handoff.state not in OPEN_STATES:
        return _too_late(request, handoff, None, status=409 if request.method == "POST" else 200)
    now = clock.now()
    context = {
        **around_her(handoff.journey),
        "form": form,
        "title": title,
        "hint": HINTS.get(answer, ""),
        "card": card_of(handoff, list(handoff.journey.handoffs.all()), handoff.journey, request.user, now),
        "others": _other_ways(handoff, answer),
        "plan": _plan_of(request, handoff),
    }
    return render(request, "pathways/answer.html", context)


def _answered_elsewhere(handoff: Handoff, answer: str) -> HttpResponse | None:
    """The way to the page that answers it: the other site's offer, the search for her, one that writes its evidence."""
    if handoff.subject == SubjectKind.TRANSFER:
        return redirect("offer_handoff", handoff.pk)
    if handoff.moment in ENDED_BY_REACHING_HER:
        return redirect("outreach", handoff.journey_id)
    page = page_completing(handoff.moment) if answer == "done" else None
    return redirect(page.page, handoff.journey_id) if page else None


def _other_ways(handoff: Handoff, answer: str) -> list[tuple[str, str]]:
    """The other answers, and handing it over."""
    ways = [
        (words, reverse("answer", args=[handoff.pk, key])) for key, (_, words, _) in ANSWERS.items() if key != answer
    ]
    return [*ways, ("Offer it to the other side", reverse("offer_handoff", args=[handoff.pk]))]


def _plan_of(request: StaffRequest, handoff: Handoff) -> PlanKind | None:
    """The kind of plan that it is about: what its page records completes the handoff by itself."""
    kind = KINDS.of_moment(handoff.moment)
    return kind if kind and knows_of(request.user, handoff.journey, kind) else None


def _answered(request: StaffRequest, handoff: Handoff, form: AnswerForm) -> HttpResponse:
    """Save the answer and go back to her page. Raises what the verb raises."""
    what_if = WhatIf.of(handoff.journey, clock.now())
    event = answer_handoff(handoff, form.draft, by=request.user)
    babies = max(handoff.journey.babies.count(), 1)
    sent_twice = any(fact.sequence == event.pk for fact in what_if.facts)
    found = Shown.to(request.user, handoff.journey.woman_id).of(what_if.with_fact(fact_of(event)))
    follows = "" if sent_twice else summary(found, babies, what_if.at)
    messages.success(request, f"Recorded. {follows}".strip())
    return redirect("journey", handoff.journey_id)


def _too_late(request: StaffRequest, handoff: Handoff, form: AnswerForm | None, *, status: int) -> HttpResponse:
    """Somebody was faster: what is recorded, beside what was typed and is not stored."""
    events = handoff.journey.events.filter(correction=None).select_related("recorded_by")
    recorded = EndedBy(events.order_by("occurred_at", "id")).entry(handoff)
    with_words = recorded is not None and Shown.to(request.user, handoff.journey.woman_id).words_of(recorded)
    context = {
        **around_her(handoff.journey),
        "handoff": handoff,
        "card": card_of(handoff, [handoff], handoff.journey, request.user, clock.now()),
        "recorded": recorded,
        "happened": time_in_words(recorded.occurred_at) if recorded else "",
        "note": recorded.note if recorded and with_words else "",
        "details": details_of(recorded, with_words=with_words) if recorded else [],
        "typed": _typed(form) if form else [],
    }
    return render(request, "pathways/answer_already.html", context, status=status)


def _typed(form: AnswerForm) -> list[tuple[str, str]]:
    """What was entered and is not stored, as (label, words)."""
    shown = []
    for field in form.visible_fields():
        value = form.cleaned_data.get(field.name)
        if value:
            words = time_in_words(value) if field.name == "occurred_at" else str(value)
            shown.append((str(field.label), dict(getattr(field.field, "choices", ())).get(words, words)))
    return shown
