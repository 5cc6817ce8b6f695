"""The list of women from whom a baby was placed away: their own support, by what is due."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from pathways.pages.separated import rows_for
from pathways.views.her import shown


@requires(Ability.SEE_SEPARATED)
@require_safe
def separated(request: StaffRequest) -> HttpResponse:
    """Every woman who is open to the reader, whoever's support is most urgent first."""
    now = clock.now()
    rows = rows_for(request.user, now)
    shown(request, [row.woman for row in rows])
    context = {"rows": rows, "site": request.user.site_in_words, "at": clock.due_in_words(now)}
    return render(request, "pathways/separated.html", context)
