"""The guided pages: one moment each, asking only what it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from pathways.forms.moves import WhenForm
from pathways.forms.once import OnceForm
from pathways.guided import Move, standing_of
from pathways.models import Journey
from pathways.moves.labour import LABOUR, admit_in_labour
from pathways.moves.recording import Recorded
from pathways.projection import fact_of
from pathways.recording import Refused
from pathways.seen import SentOtherwise
from pathways.shown import Shown
from pathways.views.changed import saved_otherwise
from pathways.views.her import around_her, her_journey, posted
from pathways.what_if import WhatIf
from pathways.wording.consequences import summary

post_or_get = require_http_methods(["GET", "HEAD", "POST"])


def guided(
    request: StaffRequest,
    her: Journey,
    move: Move,
    form: OnceForm,
    save: Callable[[], Recorded],
    *,
    template: str = "pathways/guided.html",
    **context: Any,
) -> HttpResponse:
    """Show the page, or save it and go back to hers, which then says what followed.

    Where it does not fit where she is, the page says so instead of asking; if it stopped fitting while somebody typed,
    the verb refuses and what was typed stays.
    """
    if request.method == "POST" and form.is_valid():
        what_if = WhatIf.of(her, clock.now())
        try:
            recorded = save()
        except SentOtherwise as sent:
            return saved_otherwise(request, her, form, sent.earlier)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"Recorded. {_follows(request, her, what_if, recorded)}".strip())
            return redirect("journey", her.pk)
    fits = request.method == "POST" or move.offered(standing_of(her))
    return render(request, template, {**around_her(her), "form": form, "move": move, "fits": fits, **context})


def _follows(request: StaffRequest, her: Journey, what_if: WhatIf, recorded: Recorded) -> str:
    """What the page says of her handoffs afterwards; nothing when the form had been sent before."""
    if recorded.again:
        return ""
    found = what_if.with_facts([fact_of(event) for event in recorded.events])
    shown = Shown.to(request.user, her.woman_id).of(found)
    return summary(shown, max(her.babies.count(), 1), what_if.at)


@requires(Ability.RECORD_EVENT)
@post_or_get
def labour(request: StaffRequest, pk: int) -> HttpResponse:
    """She is in labour: when she came."""
    her = her_journey(request, pk)
    form = WhenForm(posted(request))

    def save() -> Recorded:
        data = form.cleaned_data
        return admit_in_labour(
            her, data["occurred_at"], note=data["note"], submission=data["submission"], by=request.user
        )

    return guided(request, her, LABOUR, form, save)
