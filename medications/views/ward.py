"""The pages of a ward: its board, the wall, who could come tonight, and how it looks at night."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from carecoord.access.models import Team
from medications.pages.board import Board, board_of, wards_of
from medications.pages.summaries import link
from medications.pages.tonight import expected_at, expected_of, not_open
from medications.pages.ward_facts import known_of
from pathways.views.her import route_of, shown

LOOK = "ward_look"  # the cookie: night or nothing; kept by the machine, whoever is signed in
NIGHT = "night"
STAMP = "X-Shown"
AGAIN_AFTER = 600  # seconds: a board that updates by itself is written down again after so long
YEAR = 365 * 24 * 3600


@requires(Ability.SEE_WARD)
@require_safe
def wards(request: StaffRequest) -> HttpResponse:
    """The wards of whoever asks; of one alone, its board."""
    found = wards_of(request.user)
    if len(found) == 1:
        return redirect("ward", found[0].code)
    return render(request, "medications/wards.html", {"wards": found})


@requires(Ability.SEE_WARD)
@require_safe
def ward(request: StaffRequest, code: str) -> HttpResponse:
    """The board; asked for by the page itself, only the part that changes."""
    board = board_of(one_ward(request, code), request.user, clock.now())
    counts = reverse("staying_together") if Ability.COUNT_STAYS in request.user.abilities else ""
    context = {**about(request, board), "handover_url": link("handover", code), "counts_url": counts}
    context["may_add"] = Ability.ADD_WOMAN in request.user.abilities
    part = "medications/board_now.html" if request.headers.get("HX-Request") else "medications/board.html"
    return render(request, part, context)


@requires(Ability.SEE_WARD)
@require_safe
def wall(request: StaffRequest, code: str) -> HttpResponse:
    """For a screen on the wall: beds and times, and nothing that says whose."""
    board = board_of(one_ward(request, code), request.user, clock.now())
    context = about(request, board)
    part = "medications/wall_now.html" if request.headers.get("HX-Request") else "medications/wall.html"
    return render(request, part, context)


@requires(Ability.SEE_WARD)
@require_safe
def tonight(request: StaffRequest, code: str) -> HttpResponse:
    """If she came in tonight: every woman from 22 weeks on who is open to the reader, least ready first."""
    asked, now = one_ward(request, code), clock.now()
    journeys = expected_at(asked.site_id, request.user, now)
    women = expected_of(known_of(journeys, now).values(), request.user, now)
    shown(request, [woman.woman_id for woman in women])
    missing = sum(not woman.ready.is_ready for woman in women)
    context = {"ward": asked, "women": women, "at": now, "look": look_of(request), "missing": missing}
    context["reach"] = not_open(asked.site_id, len(women), now)
    return render(request, "medications/tonight.html", context)


@requires(Ability.SEE_WARD)
@require_POST
def look(request: StaffRequest) -> HttpResponse:
    """Day or night, remembered by this machine."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = reverse("wards")
    answer = redirect(target)
    if request.POST.get("look") == NIGHT:
        answer.set_cookie(
            LOOK, NIGHT, max_age=YEAR, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
    else:
        answer.delete_cookie(LOOK, samesite="Lax")
    return answer


def one_ward(request: StaffRequest, code: str) -> Team:
    """The ward with this code among the reader's; 404 for any other, as for one that is not there."""
    for each in wards_of(request.user):
        if each.code == code:
            return each
    raise Http404


def look_of(request: StaffRequest) -> str:
    """``night``, or "" by day."""
    return NIGHT if request.COOKIES.get(LOOK) == NIGHT else ""


def about(request: StaffRequest, board: Board) -> dict[str, Any]:
    """Context of board and wall. Writes down whom they show."""
    return {
        "board": board,
        "ward": board.ward,
        "at": board.at,
        "look": look_of(request),
        "shown": _written_down(request, board),
        "here": request.path,
    }


def _written_down(request: StaffRequest, board: Board) -> str:
    """A page that asks again by itself is one look, for ten minutes, while it names the same women to the same person.

    Returns the proof of that look, which the page sends with its next question.
    """
    named = f"{request.user.pk} {route_of(request)} {sorted(set(board.ids))}"
    mark, signer = hashlib.sha256(named.encode()).hexdigest(), TimestampSigner(salt="ward board")
    given = request.headers.get(STAMP, "")
    try:
        if signer.unsign(given, max_age=AGAIN_AFTER) == mark:
            return given
    except BadSignature:
        pass
    shown(request, board.ids)
    return signer.sign(mark)
