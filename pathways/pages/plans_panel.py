"""Her plans, needs and goals in a few lines, on the page of her journey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from carecoord.access.models import User
from pathways.engine import Stage
from pathways.models import Journey
from pathways.pages.needs import NeedsLine, needs_line
from pathways.pages.plans import PlanLine, plan_lines
from pathways.plans.kinds import KINDS
from pathways.plans.reading import covers
from pathways.rules.plans import PlanKind
from pathways.timeline.telling import is_pregnant

# Nothing of a birth or of a baby is read there.
OVER = frozenset({Stage.BEREAVEMENT, Stage.CLOSED})


@dataclass(frozen=True)
class HerPlans:
    """What the panel shows."""

    lines: Sequence[PlanLine]
    needs: NeedsLine
    plans_url: str


def plans_panel(journey: Journey, reader: User, now: datetime) -> HerPlans:
    """Two queries where nothing is written, five at most."""
    lines = [] if journey.stage in OVER else plan_lines(journey, reader, also=_asked_of_all(journey, reader))
    return HerPlans(lines, needs_line(journey), reverse("plans", args=[journey.pk]))


def _asked_of_all(journey: Journey, reader: User) -> list[PlanKind]:
    """What every pregnant woman is to have; what only some need is asked for on the page of her plans."""
    if not is_pregnant(journey):
        return []
    return [kind for kind in KINDS if not kind.only_where_owed and covers(reader, journey, kind)]
