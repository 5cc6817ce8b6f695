"""What comes along into the journey of a further pregnancy: only what she agrees to."""

from __future__ import annotations

from django.db import transaction

from carecoord.access.abilities import Ability
from carecoord.access.models import User
from pathways.actions import Refused
from pathways.models import CarriedHistory, Journey
from pathways.recording import lock
from pathways.visibility import check_may


@transaction.atomic
def carry_history(journey: Journey, earlier_journeys: bool, words: str, *, by: User) -> CarriedHistory:
    """Write down whether whoever cares for her now may read her earlier journeys; what she said last holds."""
    journey = lock(journey)
    check_may(by, Ability.RECORD_EVENT, woman_id=journey.woman_id)
    if journey.number == 1:
        raise Refused("This is her first journey here. There is nothing that could come along.")
    return CarriedHistory.objects.create(
        journey=journey, earlier_journeys=earlier_journeys, words=words.strip(), asked_by=by
    )


def carries_earlier(journey: Journey) -> bool:
    """Whether she agreed that her earlier journeys are read with this one."""
    newest = journey.carried_history.order_by("-pk").values_list("earlier_journeys", flat=True).first()
    return bool(newest)
