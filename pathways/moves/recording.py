"""What the verbs of the guided pages share: one lock, the same checks, the facts of one form at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction

from carecoord.access.models import User
from pathways.guided import Move, Standing, check_offered
from pathways.models import Event, Journey
from pathways.recording import Draft, append, check_draft, lock, said_by, sent_before
from pathways.seen import fingerprint
from pathways.visibility import check_may


@dataclass(frozen=True)
class Recorded:
    """The events of one form. ``again``: it had been sent before, and nothing was recorded now."""

    events: list[Event]
    again: bool = False


Ask = Callable[[Journey, Standing], Sequence[Draft]]


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

    def ask(_: Journey, standing: Standing) -> Sequence[Draft]:
        if check:
            check(standing)
        return drafts

    said = said or said_by(journey, drafts[0])
    return _record(journey, move, ask, said=said, submission=drafts[0].submission, by=by)


def record_asked(
    journey: Journey, move: Move, ask: Ask, *, said: Sequence[object], submission: UUID | None, by: User
) -> Recorded:
    """``record_move`` for facts that follow from where she stands: ``ask`` says which, under the lock.

    ``said`` is all that the form says. A form that was sent before asks nothing. Raises Refused, as ``ask`` may.
    """
    return _record(journey, move, ask, said=fingerprint(journey.pk, *said), submission=submission, by=by)


@transaction.atomic
def _record(journey: Journey, move: Move, ask: Ask, *, said: str, submission: UUID | None, by: User) -> Recorded:
    """The one way: lock, may they, was it sent before, does it fit, could it have happened, write it down."""
    journey = lock(journey)
    check_may(by, move.ability, woman_id=journey.woman_id)
    if earlier := sent_before(submission, said):
        return Recorded([earlier], again=True)
    drafts = list(ask(journey, check_offered(move, journey)))
    if not drafts:
        return Recorded([])
    drafts[0] = replace(drafts[0], submission=submission)
    for draft in drafts:
        check_draft(journey, draft)
    return Recorded(append(journey, drafts, said=said, by=by))
