"""What a change does to a woman's handoffs: which open, which end, which move, which fall away. Pure.

Compares two answers of the engine for the same instant, one without and one with the change, so that
a page can say what follows before anything is saved, and what followed afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pathways.engine import LATE_STATES, OPEN_STATES, Handoff

Key = tuple[str, str, str, int]


@dataclass(frozen=True)
class Changed:
    """A handoff before and after; both are there."""

    before: Handoff
    after: Handoff

    @property
    def becomes_late(self) -> bool:
        """Whether it is overdue or missed only because of the change."""
        return self.after.state in LATE_STATES and self.before.state not in LATE_STATES


@dataclass(frozen=True)
class Consequences:
    """Handoffs in the order of the pathway's definitions."""

    opened: tuple[Handoff, ...]
    gone: tuple[Handoff, ...]
    ended: tuple[Changed, ...]
    reopened: tuple[Changed, ...]
    moved: tuple[Changed, ...]

    def __bool__(self) -> bool:
        return bool(self.opened or self.gone or self.ended or self.reopened or self.moved)


def key_of(handoff: Handoff) -> Key:
    """What makes a handoff the same one in two answers."""
    return handoff.moment, handoff.step, str(handoff.subject), handoff.occurrence


def consequences(before: Iterable[Handoff], after: Iterable[Handoff]) -> Consequences:
    """How ``after`` differs from ``before``. A handoff that is new and already ended is no news."""
    old = {key_of(handoff): handoff for handoff in before}
    new = {key_of(handoff): handoff for handoff in after}
    both = [Changed(old[key], new[key]) for key in new if key in old]
    was_open = [pair for pair in both if pair.before.state in OPEN_STATES]
    return Consequences(
        opened=tuple(new[key] for key in new if key not in old and new[key].state in OPEN_STATES),
        gone=tuple(old[key] for key in old if key not in new),
        ended=tuple(pair for pair in was_open if pair.after.state not in OPEN_STATES),
        reopened=tuple(
            pair for pair in both if pair.before.state not in OPEN_STATES and pair.after.state in OPEN_STATES
        ),
        moved=tuple(pair for pair in both if pair.before.due_at != pair.after.due_at),
    )
