"""Who can be a woman's midwife at a site, and how much each of them has. Three SQL queries.

The numbers are the whole caseload's, also of women whom the reader may not see: the database counts, and shows no row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import connection

from carecoord import clock
from carecoord.access.abilities import CASELOAD_ROLES
from carecoord.access.models import Cover, Membership, User
from carecoord.sites.models import Site
from pathways.engine import Stage

# What a woman counts for by stage, 1 where it is not said. A local decision until a site makes its own: no source gives
# numbers. It is shown beside the count and limits nobody (pathway 3.3: no hard cap).
STAGE_WEIGHTS: Mapping[str, int] = {
    Stage.INTRAPARTUM: 2,
    Stage.POSTNATAL_INPATIENT: 2,
    Stage.RESIDENTIAL_PLACEMENT: 2,
    Stage.SEPARATED: 2,
    Stage.BEREAVEMENT: 2,
}
WEIGHTS_IN_WORDS = "In the weight, a woman in labour, on the ward, in a placement, separated or after a loss counts 2."


@dataclass
class Workload:
    """The women somebody has; closed journeys do not count. ``late`` of them have something overdue or missed."""

    women: int = 0
    weight: int = 0
    late: int = 0
    buddy_for: int = 0

    @property
    def words(self) -> str:
        """``12 women (weight 15), 3 with something overdue, buddy for 3``."""
        women = "1 woman" if self.women == 1 else f"{self.women} women"
        weight = f" (weight {self.weight})" if self.women else ""
        late = f", {self.late} with something overdue" if self.late else ""
        buddy = f", buddy for {self.buddy_for}" if self.buddy_for else ""
        return f"{women}{weight}{late}{buddy}"

    def with_more(self, women: Sequence[tuple[str, bool]]) -> Workload:
        """With so many more women, each as her stage and whether something of hers is overdue."""
        weight = sum(weight_of(stage) for stage, _ in women)
        late = sum(late for _, late in women)
        return Workload(self.women + len(women), self.weight + weight, self.late + late, self.buddy_for)


@dataclass(frozen=True)
class Colleague:
    """A midwife with a caseload, and how much she has; ``away``: who covers for her today; ``leaves``: her last day."""

    user: User
    team: str
    load: Workload = field(default_factory=Workload)
    away: str = ""
    leaves: date | None = None

    @property
    def words(self) -> str:
        """``A. Reid, Bridge caseload team: 12 women (weight 15), buddy for 3``."""
        away = f"; away, {self.away} covers" if self.away else ""
        leaves = f"; last day {clock.day_in_words(self.leaves)}" if self.leaves else ""
        return f"{self.user}, {self.team}: {self.load.words}{away}{leaves}"


def weight_of(stage: str) -> int:
    """What one woman counts for in that stage."""
    return STAGE_WEIGHTS.get(stage, 1)


def colleagues(site: Site) -> list[Colleague]:
    """Everybody with a caseload at ``site`` today, by name."""
    now = clock.now()
    memberships = (
        Membership.objects.current()
        .filter(team__site=site, role__in=CASELOAD_ROLES, user__is_active=True)
        .select_related("user", "team")
        .order_by("user__name", "user_id", "team__code")
    )
    held: dict[int, list[Membership]] = {}
    for membership in memberships:
        held.setdefault(membership.user_id, []).append(membership)
    loads, away = workloads(site.pk, now), _away(list(held), clock.today(now))
    return [
        Colleague(
            theirs[0].user, theirs[0].team.name, loads.get(user, Workload()), away.get(user, ""), _last_day(theirs)
        )
        for user, theirs in held.items()
    ]


def workloads(site: int, at: datetime) -> dict[int, Workload]:
    """What everybody named at a site has, by their id; they need not work there any more. One SQL query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT midwife, stage, as_buddy, women, late FROM pathways_workload(%s, %s)", [site, at])
        rows = cursor.fetchall()
    found: dict[int, Workload] = {}
    for midwife, stage, as_buddy, women, late in rows:
        load = found.setdefault(midwife, Workload())
        if as_buddy:
            load.buddy_for += women
        else:
            load.women += women
            load.weight += women * weight_of(stage)
            load.late += late
    return found


def _away(users: list[int], today: date) -> dict[int, str]:
    covers = Cover.objects.filter(midwife__in=users, ended_at=None, starts_on__lte=today, ends_on__gte=today)
    return dict(covers.order_by("-pk").values_list("midwife", "covered_by__name"))


def _last_day(held: list[Membership]) -> date | None:
    """The day after which none of these goes on; None where one has no end."""
    ends = [each.ends_on for each in held]
    return None if None in ends else max(end for end in ends if end)
