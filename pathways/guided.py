"""What changes her journey has a page of its own, which asks only what that moment needs: the table of these pages.

A ``Move`` says which facts its page records and when it is offered. The plain form of those facts then leads to the
page, ``record_event`` refuses them, and the verb of the page (pathways/moves/) asks again, under the journey's lock,
whether it is offered. What the stage then is stays the engine's answer; the database's trigger has the last word.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from carecoord.access.abilities import Ability
from carecoord.refused import Refused
from pathways.engine import Fact, Stage, Whereabouts, stage_history, whereabouts
from pathways.models import Journey
from pathways.projection import events_that_count, facts_of


@dataclass(frozen=True)
class Standing:
    """Where she and her babies are after all that is recorded. ``stage`` is None before there is one."""

    stage: Stage | None
    where: Whereabouts
    facts: Sequence[Fact]

    @property
    def pregnant(self) -> bool:
        """No birth and no loss is recorded yet, and the journey is open."""
        return not self.where.born and self.stage in (None, Stage.BOOKING, Stage.ANTENATAL, Stage.INTRAPARTUM)

    @property
    def closed(self) -> bool:
        return self.stage is Stage.CLOSED


@dataclass(frozen=True)
class Move:
    """One page of its own. ``title`` and ``lead`` are read by staff; ``group`` is the heading it stands under.

    ``kinds``: the facts whose plain form it replaces. ``page``: the name of its address, which takes her id.
    ``completes``: the moments whose evidence it writes; they are not completed otherwise.
    ``likely``: the stages in which it stands first; "" before there is a stage.
    """

    key: str
    title: str
    lead: str
    group: str
    ability: Ability
    page: str
    offered: Callable[[Standing], bool]
    kinds: tuple[str, ...] = ()
    completes: tuple[str, ...] = ()
    likely: frozenset[str] = frozenset()


MOVES: dict[str, Move] = {}


def register(*moves: Move) -> None:
    """Add pages to the table, each once; an app does so in its ``ready``."""
    for move in moves:
        MOVES[move.key] = move


def standing_of(journey: Journey) -> Standing:
    """Where she stands now. One query."""
    facts = facts_of(events_that_count(journey))
    moves = stage_history(facts)
    return Standing(moves[-1].stage if moves else None, whereabouts(facts), facts)


def moves_for(kind: str) -> list[Move]:
    """The pages that record this kind of fact."""
    return [move for move in MOVES.values() if kind in move.kinds]


def page_completing(moment: str) -> Move | None:
    """The page that writes the evidence of this moment, where it has one of its own."""
    return next((move for move in MOVES.values() if moment in move.completes), None)


def check_offered(move: Move, journey: Journey) -> Standing:
    """Where she stands; raises Refused where the page is not offered (any more). The journey is locked."""
    standing = standing_of(journey)
    if not move.offered(standing):
        raise Refused(
            "Something else was recorded meanwhile, and this no longer fits where she is. "
            "Look at her page, and mark an entry as entered in error if it was wrong."
        )
    return standing
