"""What every page shows around its content: the pages that its reader may open."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from pathways.pages.offers import offered_to
from pathways.pages.privacy import notices_of

PAGES = (
    ("Caseload", "caseload", Ability.SEE_JOURNEY),
    ("Handoffs", "handoffs", Ability.SEE_HANDOFFS),
    ("Notices", "notices", Ability.SEE_NOTICES),
    ("Privacy", "privacy", Ability.REVIEW_ACCESS),
    ("System", "system", Ability.SEE_SYSTEM),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``nav``, as (label, url, count, current), and ``now`` (aware, UTC)."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"now": clock.now()}
    has_caseload = Ability.SEE_CASELOAD in user.abilities
    links = [
        ("Women" if name == "caseload" and not has_caseload else label, reverse(name), ability)
        for label, name, ability in PAGES
    ]
    waiting = {reverse("notices"): partial(_unseen, user), reverse("handoffs"): partial(offered_count, request)}
    return {
        "now": clock.now(),
        "nav": [
            (label, url, waiting.get(url), request.path.startswith(url))
            for label, url, ability in links
            if ability in user.abilities
        ],
    }


def offered_count(request: HttpRequest) -> int:
    """How many handoffs are offered to whoever reads this page. Asked once a page."""
    known: int | None = getattr(request, "offered_to_reader", None)
    if known is None:
        user = request.user
        known = 0
        if isinstance(user, User) and Ability.HAND_OVER in user.abilities:
            known = offered_to(user).count()
        remember_offered(request, known)
    return known


def remember_offered(request: HttpRequest, number: int) -> None:
    """So that a page that has counted them is not asked again."""
    request.offered_to_reader = number  # type: ignore[attr-defined]


def _unseen(user: User) -> int:
    """How many notices wait. Called by the template, so a page without the bar does not ask."""
    return notices_of(user).filter(seen_at=None).count()
