"""She leaves hospital: with each baby or without, as planned or on her own decision (pathway, section 2.3).

Her discharge asks first for the offer of a place with every baby who stays. Her own decision is never refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carecoord import clock
from carecoord.access.models import User
from carecoord.refused import Refused
from pathways.guided import Move, Standing, standing_of
from pathways.models import Departure, Journey
from pathways.moves.recording import Recorded, record_move
from pathways.moves.together import answered_babies
from pathways.recording import Draft, lock
from pathways.rules.together import Parting, observed, why_not_yet
from pathways.seen import fingerprint


@dataclass(frozen=True)
class Leaving:
    """How she leaves; without a time, now. ``with_her``: the babies in hospital who leave with her.

    ``details`` belong to the fact, beside what the form says.
    """

    at: datetime | None = None
    with_her: frozenset[int] = frozenset()
    own_decision: bool = False
    where: str = Departure.Where.HOME
    words: str = ""
    medicine_tried: str = ""
    naloxone_tried: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    submission: UUID | None = None

    def said(self, journey: Journey) -> str:
        """Stands for what the form says (recording.fingerprint)."""
        words = {**vars(self), "with_her": sorted(self.with_her), "details": ""}
        return fingerprint(journey.pk, *words.values())


@transaction.atomic
def leave_hospital(journey: Journey, move: Move, leaving: Leaving, *, by: User) -> Recorded:
    """Record that she left, and the babies who left with her; ``move`` is the page. The first event is hers.

    Raises Refused where a baby stays, or leaves its observation, and it is not her own decision.
    """
    journey = lock(journey)
    babies = standing_of(journey).where.with_her_in_hospital
    at = leaving.at or clock.now()
    details = {**leaving.details, "own_decision": "yes" if leaving.own_decision else "no"}
    going = sorted(leaving.with_her & babies) if leaving.own_decision else sorted(leaving.with_her)
    hers = Draft("mother_discharged", at, details=details, submission=leaving.submission)
    drafts = [hers, *(Draft("baby_discharged", at, baby=baby) for baby in going)]
    recorded = record_move(
        journey,
        move,
        drafts,
        said=leaving.said(journey),
        check=lambda standing: _check(journey, leaving, standing),
        by=by,
    )
    if not recorded.again:
        Departure.objects.create(
            journey=journey,
            event=recorded.events[0],
            site=journey.site,
            own_decision=leaving.own_decision,
            where=leaving.where,
            with_her=going,
            staying=sorted(babies - set(going)),
            words=leaving.words.strip(),
            medicine_tried=leaving.medicine_tried if leaving.own_decision else "",
            naloxone_tried=leaving.naloxone_tried if leaving.own_decision else "",
            recorded_by=by,
        )
    return recorded


def parting_of(journey: Journey, standing: Standing, with_her: frozenset[int]) -> Parting:
    """What the rule is asked of: who is in hospital with her, and what is written down. One query."""
    return Parting(
        born=len(standing.where.born),
        babies=standing.where.with_her_in_hospital,
        with_her=with_her,
        answered=answered_babies(journey, standing),
        observed=observed(standing.facts),
    )


def _check(journey: Journey, leaving: Leaving, standing: Standing) -> None:
    """Raise Refused where something has to be written down first."""
    if leaving.own_decision:
        return
    if not_yet := why_not_yet(parting_of(journey, standing, leaving.with_her)):
        raise Refused(not_yet.sentence, field=f"baby_{not_yet.baby}")
