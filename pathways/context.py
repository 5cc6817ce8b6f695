"""What every page shows around its content: the pages that its reader may open."""

from __future__ import annotations

from functools import cached_property, partial
from typing import Any

from django.db.models import Count, DateTimeField, Func, IntegerField, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from pathways.pages.offers import offered_to
from pathways.pages.privacy import notices_of

PAGES = (
    ("Caseload", "caseload", Ability.SEE_JOURNEY),
    ("Ward", "wards", Ability.SEE_WARD),
    ("Handoffs", "handoffs", Ability.SEE_HANDOFFS),
    ("Alerts", "alerts", Ability.SEE_HANDOFFS),
    ("Notices", "notices", Ability.SEE_NOTICES),
    ("Privacy", "privacy", Ability.REVIEW_ACCESS),
    ("System", "system", Ability.SEE_SYSTEM),
)


class _ToActOn(Func):
    """The open alerts that the acting person was told of and nobody holds, as in alerting.listing.count_to_act_on."""

    template = "(SELECT count(*) FROM pathways_my_alerts() WHERE held_until IS NULL OR held_until <= %(expressions)s)"
    output_field = IntegerField()


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
    waiting = _Waiting(user)
    counts = {
        reverse("notices"): waiting.notices,
        reverse("alerts"): waiting.alerts,
        reverse("handoffs"): partial(offered_count, request),
    }
    return {
        "now": clock.now(),
        "nav": [
            (label, url, counts.get(url), request.path.startswith(url))
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


class _Waiting:
    """What waits for somebody: the numbers in the bar. One SQL query, and none for a page without the bar."""

    def __init__(self, user: User) -> None:
        self.user = user

    def notices(self) -> int:
        return self._counted[0]

    def alerts(self) -> int:
        return self._counted[1]

    @cached_property
    def _counted(self) -> tuple[int, int]:
        unseen = notices_of(self.user).filter(seen_at=None).order_by().values(of=Value(1))
        notices = Subquery(unseen.annotate(many=Count("pk")).values("many"))
        alerts = _ToActOn(Value(clock.now(), output_field=DateTimeField()))
        known = User.objects.filter(pk=self.user.pk).values_list(Coalesce(notices, 0), alerts)
        return known.get()
