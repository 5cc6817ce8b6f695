"""The pages of a mother-and-baby placement: it begins, it ends."""

from __future__ import annotations

from django.http import HttpResponse

from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from pathways.forms.placement import PlacementEndForm, PlacementStartForm
from pathways.guided import standing_of
from pathways.moves.placement import END, START, end_placement, start_placement
from pathways.moves.together import is_treated
from pathways.views.her import her_journey, posted
from pathways.views.moves import guided, post_or_get


@requires(Ability.RECORD_EVENT)
@post_or_get
def start(request: StaffRequest, pk: int) -> HttpResponse:
    """She moves to a mother-and-baby placement."""
    her = her_journey(request, pk)
    form = PlacementStartForm(posted(request), treated=is_treated(standing_of(her)))
    return guided(request, her, START, form, lambda: start_placement(her, form.start, by=request.user))


@requires(Ability.RECORD_EVENT)
@post_or_get
def end(request: StaffRequest, pk: int) -> HttpResponse:
    """Her placement ends, with her baby or without."""
    her = her_journey(request, pk)
    standing = standing_of(her)
    form = PlacementEndForm(
        posted(request), site=her.site.definition, pregnant=standing.pregnant, treated=is_treated(standing)
    )
    return guided(request, her, END, form, lambda: end_placement(her, form.end, by=request.user))
