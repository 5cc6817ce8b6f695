"""What every page shows around its content: the pages that its reader may open."""

from __future__ import annotations

from functools import cache, cached_property
from typing import Any

from django.db.models import Count, Func, IntegerField, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse

from carecoord import clock
from carecoord.access.abilities import Ability, abilities_of
from carecoord.access.middleware import StaffRequest
from carecoord.access.models import GIVEN, Reader, User
from carecoord.access.roles import Role
from carecoord.compiled import Compiled
from pathways.pages.offers import offered_to_reader
from pathways.pages.privacy import notices_for

PAGES = (
    ("Gaps", "gaps", Ability.SEE_GAPS),
    ("Caseload", "caseload", Ability.SEE_JOURNEY),
    ("Ward", "wards", Ability.SEE_WARD),
    ("Clinics", "clinics", Ability.SEE_CLINICS),
    ("Handoffs", "handoffs", Ability.SEE_HANDOFFS),
    ("Referrals", "referrals", Ability.SEE_REFERRALS),
    ("Alerts", "alerts", Ability.SEE_HANDOFFS),
    ("Notices", "notices", Ability.SEE_NOTICES),
    ("Privacy", "privacy", Ability.REVIEW_ACCESS),
    ("System", "system", Ability.SEE_SYSTEM),
    ("Answers on paper", "engagement_enter", Ability.ENTER_ENGAGEMENT),  # who sees her goes there from her page
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
        if name != "engagement_enter" or Ability.SEE_JOURNEY not in user.abilities
    ]
    waiting = _waiting(request, user)
    counts = {
        reverse("notices"): waiting.notices,
        reverse("alerts"): waiting.alerts,
        reverse("handoffs"): waiting.offers,
    }
    return {
        "now": clock.now(),
        "nav": [
            (label, url, counts.get(url), request.path.startswith(url))
            for label, url, ability in links
            if ability in user.abilities
        ],
    }


def offered_count(request: StaffRequest) -> int:
    """How many handoffs are offered to whoever reads this page. Asked once a page."""
    return _waiting(request, request.user).offers()


def remember_offered(request: HttpRequest, number: int) -> None:
    """A page that has counted what is offered says so, and the bar shows the same number."""
    request.offered_to_reader = number  # type: ignore[attr-defined]


class _Waiting:
    """What waits for somebody: the numbers in the bar. One SQL query, and none for a page without the bar."""

    def __init__(self, request: HttpRequest, user: User) -> None:
        self.request, self.user = request, user

    def notices(self) -> int:
        return int(self._counted.notices_unseen)

    def alerts(self) -> int:
        return int(self._counted.alerts_open)

    def offers(self) -> int:
        return int(getattr(self.request, "offered_to_reader", self._counted.offers_waiting))

    @cached_property
    def _counted(self) -> Any:
        return _numbers(frozenset(self.user.roles)).first(**Reader.of(self.user).given())


def _waiting(request: HttpRequest, user: User) -> _Waiting:
    """Of one request once."""
    known: _Waiting | None = getattr(request, "waiting", None)
    if known is None:
        known = request.waiting = _Waiting(request, user)  # type: ignore[attr-defined]
    return known


@cache
def _numbers(roles: frozenset[Role]) -> Compiled[User]:
    """Whoever reads, with the numbers of somebody with these roles."""
    notices = _many(notices_for(GIVEN.pk).filter(seen_at=None))
    hands_over = {Ability.HAND_OVER, Ability.SEE_JOURNEY} <= abilities_of(roles)
    offers = _many(offered_to_reader(GIVEN, roles)) if hands_over else Value(0)
    numbers = {
        "notices_unseen": Coalesce(notices, 0),
        "alerts_open": _ToActOn(GIVEN.now),
        "offers_waiting": Coalesce(offers, 0),
    }
    return Compiled(lambda: User.objects.filter(pk=GIVEN.pk).only("pk").annotate(**numbers))


def _many(rows: QuerySet[Any]) -> Subquery:
    return Subquery(rows.values(of=Value(1)).annotate(many=Count("pk")).values("many"))
