"""A time of a session was chosen on the day's page: for whom is it?"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from pathways.views.her import shown
from referrals.models import Session
from referrals.pages.for_whom import for_whom as page_of
from referrals.pages.times import is_time
from referrals.wording.booking import session_in_words


@requires(Ability.BOOK)
@require_http_methods(["GET", "HEAD", "POST"])
def for_whom(request: StaffRequest, session: int) -> HttpResponse:
    """``at`` is the time. A name is looked up by POST, so that no address holds it; the answer is kept nowhere."""
    rows = Session.objects.select_related("clinic__place", "room", "clinician").filter(
        clinic__place__site__in=request.user.site_ids, cancelled_at=None
    )
    of, asked_for = get_object_or_404(rows, pk=session), request.GET.get("at", "")
    at = asked_for if is_time(asked_for) else ""
    page = page_of(of, at, request.POST.get("q", ""), request.user, clock.now())
    shown(request, page.women)
    context = {"page": page, "session": of, "at": at, "words": session_in_words(of)}
    return render(request, "referrals/for_whom.html", context)
