"""What makes an open handoff fall away (rules, section 5, rule 3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from pathways.engine.definitions import Ending, Moment
from pathways.engine.due import Due
from pathways.engine.facts import Fact
from pathways.engine.opened import Opened
from pathways.engine.pregnancy import Pregnancy
from pathways.engine.stage import POSTNATAL_STAGES, PREGNANCY_STAGES, STAGE_ORDER, Stage
from pathways.engine.subjects import Subject, SubjectKind

# These end a handoff while it is overdue, too; all others only while it is pending or due soon.
_ALSO_OVERDUE = frozenset({Ending.MOTHER_DIED, Ending.CLOSED, Ending.BABY_DIED, Ending.TRANSFER_REFUSED})


def superseding(pregnancy: Pregnancy, moment: Moment, opened: Opened, subject: Subject, due: Due) -> Fact | None:
    """The first fact after the opening one that makes the handoff fall away while it was still open enough."""
    found = [
        fact
        for ending, fact in (*_moves(pregnancy, moment, due), *_other_endings(pregnancy, moment, subject))
        if ending not in moment.survives and opened.fact.order < fact.order and fact.at < _open_until(ending, due)
    ]
    return min(found, key=lambda fact: fact.order, default=None)


def _open_until(ending: Ending, due: Due) -> datetime:
    return due.missed_at if ending in _ALSO_OVERDUE else due.at


def _moves(pregnancy: Pregnancy, moment: Moment, due: Due) -> Iterator[tuple[Ending, Fact]]:
    """Changes of stage that leave the moment behind. A move to ``closed`` is counted by the fact that closes."""
    for move in pregnancy.moves:
        if move.stage and move.stage is not Stage.CLOSED and _leaves_behind(move.stage, moment, due):
            yield _ending_by_move_to(move.stage), move.fact


def _leaves_behind(stage: Stage, moment: Moment, due: Due) -> bool:
    """Whether a move to ``stage``, one that the moment does not list, is to ``separated`` or later than all it lists.

    After a loss her own care goes on: that move counts only for gestation rules, and for moments of the pregnancy.
    """
    if stage in moment.stages:
        return False
    if stage is Stage.BEREAVEMENT and not due.by_gestation and not PREGNANCY_STAGES.issuperset(moment.stages):
        return False
    return stage is Stage.SEPARATED or STAGE_ORDER[stage] > max(STAGE_ORDER[listed] for listed in moment.stages)


def _ending_by_move_to(stage: Stage) -> Ending:
    if stage is Stage.SEPARATED:
        return Ending.SEPARATED_STAGE
    if stage is Stage.BEREAVEMENT:
        return Ending.BEREAVEMENT_STAGE
    return Ending.POSTNATAL_STAGE if stage in POSTNATAL_STAGES else Ending.LATER_STAGE


def _other_endings(pregnancy: Pregnancy, moment: Moment, subject: Subject) -> Iterator[tuple[Ending, Fact]]:
    """Facts that end handoffs of this moment and subject whatever the stage."""
    kinds = [(Ending.MOTHER_DIED, "mother_died"), (Ending.CLOSED, "closed")]
    if subject.kind is SubjectKind.BABY:
        kinds.append((Ending.BABY_DIED, "baby_died"))
    if subject.kind is SubjectKind.TRANSFER:
        kinds.append((Ending.TRANSFER_REFUSED, "transfer_refused"))
    if Ending.BABY_PLACED_AWAY in moment.falls_away_on:
        kinds.append((Ending.BABY_PLACED_AWAY, "separated"))
    if Ending.WENT_HOME in moment.falls_away_on:
        kinds.append((Ending.WENT_HOME, "mother_discharged"))
    if Ending.BABY_BACK in moment.falls_away_on:
        kinds.append((Ending.BABY_BACK, "reunified"))
    for ending, kind in kinds:
        yield from ((ending, fact) for fact in pregnancy.facts(kind, subject))
