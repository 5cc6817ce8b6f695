"""Into hospital and out of it again while the journey goes on where it was: not in labour, back after the birth,
home undelivered (pathway, section 2.3). Admitted in labour: labour.py. Home with or before her baby: another part."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from carecoord.access.abilities import Ability
from carecoord.access.models import User
from pathways.engine import Stage
from pathways.guided import Move, Standing
from pathways.models import Journey
from pathways.moves.recording import Recorded, record_move
from pathways.plans.birth_and_ward import BIRTH_AND_WARD
from pathways.plans.sending import send_again_to
from pathways.recording import Draft
from pathways.rules.baby_places import Place


def _after_the_pregnancy(standing: Standing) -> bool:
    """A baby was born, or she lost the pregnancy, and she is not in hospital."""
    over = bool(standing.where.born) or standing.stage is Stage.BEREAVEMENT
    return over and not standing.where.mother_in_hospital and not standing.closed


ADMITTED = Move(
    key="admitted",
    title="Admitted, not in labour",
    lead="She stays in hospital while she is pregnant. Her medicine is asked for from the hour she came in.",
    group="Hospital",
    ability=Ability.RECORD_EVENT,
    page="admitted",
    offered=lambda standing: (
        standing.pregnant and standing.stage is not Stage.INTRAPARTUM and not standing.where.mother_in_hospital
    ),
    kinds=("admitted",),
    likely=frozenset({Stage.ANTENATAL.value}),
)

READMITTED = Move(
    key="readmitted",
    title="Back in hospital after the birth or loss",
    lead="Her medicine is asked for again from the hour she came in, and her other care goes on.",
    group="Hospital",
    ability=Ability.RECORD_EVENT,
    page="readmitted",
    offered=_after_the_pregnancy,
    kinds=("admitted",),
    likely=frozenset({Stage.POSTNATAL_COMMUNITY.value}),
)

HOME_UNDELIVERED = Move(
    key="home_undelivered",
    title="Labour has not started: she goes home",
    lead="She goes home, still pregnant. When labour starts, record it again: everything then opens anew.",
    group="Hospital",
    ability=Ability.RECORD_EVENT,
    page="home_undelivered",
    offered=lambda standing: standing.stage is Stage.INTRAPARTUM and not standing.where.born,
    likely=frozenset({Stage.INTRAPARTUM.value}),
)


def admit(journey: Journey, at: datetime, *, note: str = "", submission: UUID | None = None, by: User) -> Recorded:
    """She was admitted while pregnant and not in labour. Raises Refused."""
    draft = Draft("admitted", at, details={"reason": "antenatal"}, note=note, submission=submission)
    return record_move(journey, ADMITTED, [draft], by=by)


def readmit(
    journey: Journey,
    at: datetime,
    *,
    with_her: Collection[int] = (),
    note: str = "",
    submission: UUID | None = None,
    by: User,
) -> Recorded:
    """She came back to hospital after the birth or loss; ``with_her``: the babies who came with her. Raises Refused."""
    also = {f"baby {number}": "with her" for number in sorted(with_her)}
    admitted = Draft("admitted", at, details={"reason": "postnatal"}, note=note, submission=submission, sent_with=also)
    beside = [
        Draft("baby_place_recorded", at, baby=number, details={"place": Place.WITH_MOTHER.value})
        for number in sorted(with_her)
    ]
    return record_move(journey, READMITTED, [admitted, *beside], by=by)


@transaction.atomic
def go_home_undelivered(
    journey: Journey,
    at: datetime,
    *,
    own_decision: bool = False,
    next_dose_on: date | None = None,
    note: str = "",
    submission: UUID | None = None,
    by: User,
) -> Recorded:
    """She went home, still pregnant; the ward is sent her birth and ward plan again, where it had it.

    Never refused for what is still owed. Raises Refused where it does not fit.
    """
    details = {"own_decision": "yes" if own_decision else "no"}
    if next_dose_on:
        details["next_dose_on"] = next_dose_on.isoformat()
    draft = Draft("mother_discharged", at, details=details, note=note, submission=submission)
    recorded = record_move(journey, HOME_UNDELIVERED, [draft], by=by)
    if not recorded.again and Ability.HAND_OVER in by.abilities:
        send_again_to(journey, BIRTH_AND_WARD.key, "ward", by=by)
    return recorded
