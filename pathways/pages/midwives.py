"""Who can be a woman's midwife at a site, and how many women each of them has. Three SQL queries."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from carecoord.access.abilities import ABILITIES, Ability
from carecoord.access.models import Membership, User
from carecoord.sites.models import Site
from pathways.engine import Stage
from pathways.models import Journey

CASELOAD_ROLES = [role for role, abilities in ABILITIES.items() if Ability.SEE_CASELOAD in abilities]


@dataclass(frozen=True)
class Colleague:
    """A midwife with a caseload, and the women she has; closed journeys do not count."""

    user: User
    team: str
    women: int
    buddy_for: int

    @property
    def words(self) -> str:
        """``A. Reid, Bridge caseload team: 12 women, buddy for 3``."""
        women = "1 woman" if self.women == 1 else f"{self.women} women"
        buddy = f", buddy for {self.buddy_for}" if self.buddy_for else ""
        return f"{self.user}, {self.team}: {women}{buddy}"


def colleagues(site: Site) -> list[Colleague]:
    """Everybody with a caseload at ``site`` today, by name."""
    memberships = (
        Membership.objects.current()
        .filter(team__site=site, role__in=CASELOAD_ROLES, user__is_active=True)
        .select_related("user", "team")
        .order_by("user__name", "user_id", "team__code")
    )
    first_of_each: dict[int, Membership] = {}
    for membership in memberships:
        first_of_each.setdefault(membership.user_id, membership)
    women, buddies = _counted(site, "named_midwife"), _counted(site, "buddy")
    return [
        Colleague(each.user, each.team.name, women.get(each.user_id, 0), buddies.get(each.user_id, 0))
        for each in first_of_each.values()
    ]


def _counted(site: Site, who: str) -> dict[int, int]:
    """Open journeys at ``site`` by the person in that place."""
    going_on = Journey.objects.filter(site=site).exclude(stage=Stage.CLOSED).exclude(**{who: None})
    return dict(going_on.order_by(who).values_list(who).annotate(women=Count("woman", distinct=True)))
