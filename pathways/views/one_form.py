"""A page with one form about her: show it, or do what it asks and go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from carecoord.access.middleware import StaffRequest
from pathways.actions import AlreadyAnswered, Refused
from pathways.forms.once import OnceForm
from pathways.models import Journey
from pathways.seen import SentOtherwise
from pathways.views.her import around_her
from pathways.views.signing import second_is_here, signs_beside

ONE_FORM = "pathways/one_form.html"


def one_form(
    request: StaffRequest,
    her: Journey,
    form: OnceForm,
    verb: Callable[[], str],
    *,
    back: str,
    template: str = ONE_FORM,
    otherwise: Callable[[SentOtherwise], HttpResponse] | None = None,
    **context: Any,
) -> HttpResponse:
    """``verb`` does it and answers with what to say. Where somebody was faster, that is said on the page ``back``.

    ``otherwise`` answers a form that was saved before and says something else now; without it, the form says so.
    Where a second person signs on the form, they show first that it is them. ``context``: ``title``, ``button``,
    ``back_words``, and what else the template shows.
    """
    if request.method == "POST" and form.is_valid() and second_is_here(request, form):
        try:
            said = verb()
        except AlreadyAnswered as faster:
            messages.info(request, faster.sentence)
            return redirect(back)
        except Refused as refused:
            if otherwise and isinstance(refused, SentOtherwise):
                return otherwise(refused)
            form.refuse(refused)
        else:
            messages.success(request, said)
            return redirect(back)
    known = {**around_her(her), "form": form, "back": back, **context, **signs_beside(request, form)}
    return render(request, template, known)
