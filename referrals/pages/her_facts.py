"""What the record says of her that services ask about."""

from __future__ import annotations

from pathways.engine import Stage
from pathways.guided import standing_of
from pathways.models import Journey
from pathways.pages.catch_up import LATE_BOOKING, UNBOOKED
from referrals.rules.fit import Her


def her_as_recorded(journey: Journey) -> Her:
    """Whether she booked late, has a baby with her, lives on without one placed away. Two queries.

    Who booked late counts as new to services unless she was in treatment before she booked. Whoever looks for her can
    say otherwise on the page.
    """
    late = journey.handoffs.filter(moment__in=(LATE_BOOKING, UNBOOKED)).exists()
    standing = standing_of(journey)
    booked = next((fact.occurred_at for fact in standing.facts if fact.kind == "booking_completed"), None)
    treated = any(
        fact.kind == "treatment_started" and (booked is None or fact.occurred_at < booked) for fact in standing.facts
    )
    return Her(
        late_booker=late,
        new_to_services=late and not treated,
        with_baby=bool(standing.where.with_her),
        after_removal=standing.stage is Stage.SEPARATED,
    )
