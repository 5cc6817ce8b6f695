"""What the verbs of the guided pages share: one lock, the same checks, the facts of one form at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import transaction

from carecoord.access.models import User
from pathways.guided import Move, Standing, check_offered
from pathways.models import Event, Journey
from pathways.recording import Draft, append, check_draft, lock, said_by, sent_before
from pathways.visibility import check_may


@dataclass(frozen=True)
class Recorded:
    """The events of one form. ``again``: it had been sent before, and nothing was recorded now."""

    events: list[Event]
    again: bool = False


@transaction.atomic
def record_move(
    journey: Journey,
    move: Move,
    drafts: Sequence[Draft],
    *,
    said: str = "",
    check: Callable[[Standing], object] | None = None,
    by: User,
) -> Recorded:
    """Record what one guided page says, once: its facts in their order, the first one carrying the ``submission``.

    ``said`` stands for all that the form says (recording.fingerprint); without it, for its first fact. ``check``
    raises Refused where what the form says cannot be, of where she stands under the lock. The journey
    stays locked until the transaction ends, so rows that belong to the facts can be written after it. Raises Refused,
    also where the page is not offered any more; SentOtherwise where the same form says something else now.
    """
    journey = lock(journey)
    check_may(by, move.ability, woman_id=journey.woman_id)
    said = said or said_by(journey, drafts[0])
    if earlier := sent_before(drafts[0].submission, said):
        return Recorded([earlier], again=True)
    standing = check_offered(move, journey)
    if check:
        check(standing)
    for draft in drafts:
        check_draft(journey, draft)
    return Recorded(append(journey, drafts, said=said, by=by))
