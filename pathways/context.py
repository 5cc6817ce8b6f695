"""What every page shows around its content: the pages that its reader may open."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from carecoord import clock
from carecoord.access.abilities import Ability

PAGES = (
    ("Caseload", "caseload", Ability.SEE_JOURNEY),
    ("Handoffs", "handoffs", Ability.SEE_HANDOFFS),
    ("Privacy", "privacy", Ability.REVIEW_ACCESS),
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
    return {
        "now": clock.now(),
        "nav": [
            (label, url, None, request.path.startswith(url))
            for label, url, ability in links
            if ability in user.abilities
        ],
    }
