"""A baby is placed away from her, is with her at relatives’, or comes back (pathway, section 2.3).

Separation opens care: her own handoffs begin in the transaction of the fact, and nothing here closes anything.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from carecoord.access.abilities import Ability
from carecoord.access.models import User
from carecoord.refused import Refused
from pathways.engine import Stage
from pathways.guided import Move, Standing, standing_of
from pathways.models import Journey
from pathways.moves.recording import Recorded, record_move
from pathways.recording import Draft, lock
from pathways.seen import fingerprint
from pathways.separations import Known, add_known, check_protected
from pathways.telling import Told, add_told

GROUP = "Social care"

POSSIBLE = Move(
    key="separation_possible",
    title="A plan includes possible separation",
    lead="Social care’s plan, or a change of it, includes that a baby may be placed away from her. She hears of it in "
    "person, in good time and before labour; how, is arranged on the next page.",
    group=GROUP,
    ability=Ability.RECORD_EVENT,
    page="separation_possible",
    offered=lambda standing: not standing.closed and (standing.pregnant or bool(standing.where.with_her)),
    kinds=("separation_possible",),
)
PLACED_AWAY = Move(
    key="placed_away",
    title="A baby is placed away from her",
    lead="Her own care goes on, and more of it begins now. Reminders about the baby stop in this moment.",
    group=GROUP,
    ability=Ability.RECORD_EVENT,
    page="placed_away",
    offered=lambda standing: not standing.closed and bool(standing.where.with_her),
    kinds=("separated",),
)
AT_RELATIVES = Move(
    key="at_relatives",
    title="She lives with her baby at relatives’",
    lead="Family or friends look after the baby, and she lives there too. They are together: this is no separation.",
    group=GROUP,
    ability=Ability.RECORD_EVENT,
    page="at_relatives",
    offered=lambda standing: not standing.closed and bool(standing.where.with_her),
)
BACK_WITH_HER = Move(
    key="back_with_her",
    title="A baby is back with her",
    lead="The health visitor’s care for the baby begins again. What was promised to her for the year goes on.",
    group=GROUP,
    ability=Ability.RECORD_EVENT,
    page="back_with_her",
    offered=lambda standing: not standing.closed and bool(away_of(standing)),
    kinds=("reunified",),
    likely=frozenset({Stage.SEPARATED.value}),
)
MOVES = (POSSIBLE, PLACED_AWAY, AT_RELATIVES, BACK_WITH_HER)


class Together(StrEnum):
    """Where they live when they are together again."""

    HOME = "home"
    RELATIVES = "relatives"
    PLACEMENT = "placement"


@dataclass(frozen=True)
class Away:
    """Which babies are placed away, and when. What stands under the label comes from those whose role covers it."""

    babies: frozenset[int]
    at: datetime
    known: Known | None = None
    told: Told | None = None


def away_of(standing: Standing) -> set[int]:
    """Her living babies that are placed away from her."""
    return standing.where.living & standing.where.placed_away


def plan_possible(
    journey: Journey, at: datetime, *, note: str = "", submission: UUID | None = None, by: User
) -> Recorded:
    """A plan includes possible separation since ``at``. Raises Refused; PermissionDenied without the label."""
    check_protected(journey, by)
    draft = Draft("separation_possible", at, note=note, submission=submission)
    return record_move(journey, POSSIBLE, [draft], by=by)


@transaction.atomic
def place_away(journey: Journey, away: Away, *, submission: UUID | None = None, by: User) -> Recorded:
    """These babies are placed away from her: her own care opens with it. Raises Refused.

    All that are with her are one separation, a baby of several is one by itself.
    """
    journey = lock(journey)
    if away.known or away.told:
        check_protected(journey, by)
    with_her = standing_of(journey).where.with_her
    drafts = _drafts("separated", away.babies, with_her, away.at, submission)
    said = fingerprint(journey.pk, sorted(away.babies), away.at.isoformat(), away.known, away.told)
    recorded = _record(journey, PLACED_AWAY, drafts, away.babies, with_her, said=said, by=by)
    for event in () if recorded.again else recorded.events:
        if away.known:
            add_known(journey, event, _of(away.known, event.baby), by=by)
        if away.told:
            add_told(journey, event, away.told, by=by)
    return recorded


@transaction.atomic
def live_at_relatives(
    journey: Journey, babies: frozenset[int], at: datetime, *, submission: UUID | None = None, by: User
) -> Recorded:
    """She lives with these babies at relatives’ who look after them. Raises Refused."""
    journey = lock(journey)
    with_her = standing_of(journey).where.with_her
    drafts = _places(babies, at, "with_mother_and_kin", submission)
    said = fingerprint(journey.pk, sorted(babies), at.isoformat())
    return _record(journey, AT_RELATIVES, drafts, babies, with_her, said=said, by=by)


@transaction.atomic
def bring_back(
    journey: Journey,
    babies: frozenset[int],
    at: datetime,
    where: Together,
    *,
    submission: UUID | None = None,
    by: User,
) -> Recorded:
    """These babies are back with her. Her own support of the year goes on. Raises Refused."""
    journey = lock(journey)
    standing = standing_of(journey)
    drafts = _drafts("reunified", babies, away_of(standing), at, submission)
    place = "with_mother_and_kin" if where is Together.RELATIVES else "with_mother"
    drafts += _places(babies, at, place)
    if where is Together.PLACEMENT and standing.stage is not Stage.RESIDENTIAL_PLACEMENT:
        drafts.append(Draft("residential_placement_started", at))
    said = fingerprint(journey.pk, sorted(babies), at.isoformat(), where)
    return _record(journey, BACK_WITH_HER, drafts, babies, away_of(standing), said=said, by=by)


def _drafts(
    kind: str, babies: Collection[int], concerned: Collection[int], at: datetime, submission: UUID | None
) -> list[Draft]:
    """One fact where it is all of them, else one for each baby; the first carries the submission."""
    all_of_them = len(babies) > 1 and set(babies) == set(concerned)
    numbers: list[int | None] = [None] if all_of_them else list(sorted(babies))
    return [
        Draft(kind, at, baby=number, submission=None if place else submission) for place, number in enumerate(numbers)
    ]


def _places(babies: Collection[int], at: datetime, place: str, submission: UUID | None = None) -> list[Draft]:
    return [
        Draft(
            "baby_place_recorded",
            at,
            baby=number,
            details={"place": place},
            submission=None if order else submission,
        )
        for order, number in enumerate(sorted(babies))
    ]


def _of(known: Known, baby: int | None) -> Known:
    """What is known of the babies that one fact is about."""
    about = {number: whom for number, whom in known.with_whom.items() if baby in (None, number)}
    return Known(known.setting, about, known.legal_basis, known.decided_by)


def _record(
    journey: Journey,
    move: Move,
    drafts: list[Draft],
    babies: Collection[int],
    possible: Collection[int],
    *,
    said: str,
    by: User,
) -> Recorded:
    """``record_move`` of a page about some of her babies. Raises Refused for one that it cannot be about."""
    wrong = Refused("Choose which of her babies this is about.", field="babies")
    if not babies:
        raise wrong
    recorded = record_move(journey, move, drafts, said=said, by=by)
    if not recorded.again and not set(babies) <= set(possible):
        raise wrong
    return recorded
