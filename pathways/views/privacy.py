"""The privacy officer's queues: openings to look at, and records that could be one woman's."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.actions import review_opening, see_notices
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from carecoord.access.models import Notice, Opening
from carecoord.refused import Refused
from pathways.forms.access import MatchForm, ReviewForm
from pathways.models import MatchReview
from pathways.pages import privacy
from pathways.views.her import posted
from pathways.visibility import journeys_visible_to
from pathways.wording.entries import time_in_words
from pathways.wording.grants import NOTICES, labels_in_words

_TO_REVIEW = (Notice.Key.CLAIMED, Notice.Key.UNSEALED)
MOST_NOTICES = 100


@requires(Ability.REVIEW_ACCESS)
@require_safe
def reviews(request: StaffRequest) -> HttpResponse:
    """What was opened by saying why, what is overdue first; and who asked in vain."""
    now = clock.now()
    context = {
        "waiting": privacy.to_review(request.user, now),
        "reviewed": privacy.reviewed(request.user, now),
        "in_vain": privacy.asked_in_vain(),
        "site": request.user.site_in_words,
    }
    return render(request, "pathways/reviews.html", context)


@requires(Ability.REVIEW_ACCESS)
@get_or_post
def review(request: StaffRequest, pk: int) -> HttpResponse:
    """One opening: who, why, which pages; and what the officer finds."""
    opening = get_object_or_404(privacy.openings_for(request.user), pk=pk)
    if request.method == "POST" and opening.outcome:
        messages.info(request, "Somebody has looked at this opening meanwhile. Read what they found.")
        return redirect("review", pk)
    form = ReviewForm(posted(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            review_opening(opening, Opening.Outcome(data["outcome"]), data["note"], by=request.user)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "Your review is saved.")
            return redirect("reviews")
    context = {
        "opening": opening,
        "row": privacy.row_of(opening, opening.user.role_in_words, clock.now()),
        "ended": time_in_words(opening.closed_at or opening.ends_at),
        "parts": labels_in_words(opening.labels),
        "pages": privacy.pages_of(opening),
        "form": form,
    }
    return render(request, "pathways/review.html", context)


@requires(Ability.REVIEW_ACCESS)
@require_safe
def matches(request: StaffRequest) -> HttpResponse:
    """Records that could be one woman's, side by side."""
    context = {"matches": privacy.matches(), "site": request.user.site_in_words}
    return render(request, "pathways/matches.html", context)


@requires(Ability.REVIEW_ACCESS)
@get_or_post
def match(request: StaffRequest, pk: int) -> HttpResponse:
    """One pair, and whether they are the same person."""
    found = privacy.matches(pk) if pk < 2**63 else []
    if not found:
        raise Http404
    form = MatchForm(posted(request))
    if request.method == "POST" and form.is_valid():
        outcome = form.cleaned_data["outcome"]
        if not privacy.decide_match(pk, outcome, form.cleaned_data["note"]):
            messages.info(request, "Somebody has decided this meanwhile.")
        elif outcome == MatchReview.Outcome.SAME:
            messages.success(request, "Saved. Both named midwives are told; they agree which record goes on.")
        else:
            messages.success(request, "Saved: they are different people.")
        return redirect("matches")
    return render(request, "pathways/match.html", {"match": found[0], "form": form})


@requires(Ability.SEE_NOTICES)
@get_or_post
def notices(request: StaffRequest) -> HttpResponse:
    """What the reader was told; POST marks it as read."""
    if request.method == "POST":
        see_notices(by=request.user)
        return redirect("notices")
    told = list(privacy.notices_of(request.user)[:MOST_NOTICES])
    latest = journeys_visible_to(request.user).filter(woman__in={each.woman_id for each in told}).order_by("number")
    hers = dict(latest.values_list("woman", "pk"))
    officer = Ability.REVIEW_ACCESS in request.user.abilities
    rows = [
        {
            "words": NOTICES[each.key],
            "when": time_in_words(each.at),
            "woman": each.woman_id,
            "is_new": each.seen_at is None,
            "journey": hers.get(each.woman_id),
            "review": officer and each.key in _TO_REVIEW,
            "is_death": each.key == Notice.Key.DEATH_REPORTED,
            "is_call": each.key == Notice.Key.ASKS_CALL,
        }
        for each in told
    ]
    return render(request, "pathways/notices.html", {"rows": rows, "any_new": any(row["is_new"] for row in rows)})
