"""What a change does to her handoffs, in words: in a table before it is saved, in a sentence afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pathways.consequences import Changed, Consequences
from pathways.engine import LATE_STATES, OPEN_STATES, Handoff
from pathways.wording.handoffs import due_in_words, title_in_words
from pathways.words import STATE_NAMES

MOST_NAMED = 6  # titles in one sentence


@dataclass(frozen=True)
class Line:
    """One handoff that changes. ``state`` is an engine state, for its shape; ``old`` and ``new`` are due times."""

    title: str
    old: str
    new: str
    state: str
    was: str
    becomes: str
    is_late: bool


@dataclass(frozen=True)
class Preview:
    """What would change, in the parts of a page."""

    opened: list[Line]
    moved: list[Line]
    moved_ended: list[Line]
    ended: list[Line]
    reopened: list[Line]
    gone: list[Line]

    def __bool__(self) -> bool:
        return any((self.opened, self.moved, self.moved_ended, self.ended, self.reopened, self.gone))

    @property
    def becoming_late(self) -> int:
        """How many would be overdue or missed that are not so now."""
        return sum(line.is_late for line in (*self.moved, *self.opened, *self.reopened))


def preview(found: Consequences, babies: int, at: datetime) -> Preview:
    """A change as a page shows it before it is saved."""
    moved = [pair for pair in found.moved if _is_open(pair.before) and _is_open(pair.after)]
    ended = [pair for pair in found.moved if not _is_open(pair.before) and not _is_open(pair.after)]
    return Preview(
        opened=[_line(Changed(each, each), babies, at, new=True) for each in found.opened],
        moved=[_line(pair, babies, at) for pair in _by_due(moved)],
        moved_ended=[_line(pair, babies, at) for pair in _by_due(ended)],
        ended=[_line(pair, babies, at) for pair in found.ended],
        reopened=[_line(pair, babies, at) for pair in found.reopened],
        gone=[_line(Changed(each, each), babies, at) for each in found.gone],
    )


def summary(found: Consequences, babies: int, at: datetime) -> str:
    """``New: First visit. Done: Booking. Moved: Outreach (now Wed 25 Nov).``; nothing where nothing changed."""
    ended = [pair.after for pair in found.ended]
    moved = [
        f"{_title(pair.after, babies)} (now {due_in_words(pair.after.due_at, at)})"
        for pair in found.moved
        if _is_open(pair.after)
    ]
    parts = [
        _part("New", [_title(each, babies) for each in found.opened]),
        *(
            _part(STATE_NAMES[state], [_title(each, babies) for each in ended if each.state is state])
            for state in dict.fromkeys(each.state for each in ended)
        ),
        _part("Open again", [_title(pair.after, babies) for pair in found.reopened]),
        _part("Moved", moved),
        _part("Gone", [_title(each, babies) for each in found.gone]),
    ]
    return " ".join(filter(None, parts))


def _line(pair: Changed, babies: int, at: datetime, *, new: bool = False) -> Line:
    after = pair.after
    late_now = after.state in LATE_STATES and (new or pair.before.state not in LATE_STATES)
    return Line(
        title=_title(after, babies),
        old=due_in_words(pair.before.due_at, at),
        new=due_in_words(after.due_at, at),
        state=after.state.value,
        was=STATE_NAMES[pair.before.state],
        becomes=STATE_NAMES[after.state],
        is_late=late_now,
    )


def _is_open(handoff: Handoff) -> bool:
    return handoff.state in OPEN_STATES


def _title(handoff: Handoff, babies: int) -> str:
    subject = handoff.subject
    return title_in_words(handoff.moment, handoff.step, subject.kind.value, subject.number, babies=babies)


def _by_due(pairs: Iterable[Changed]) -> list[Changed]:
    return sorted(pairs, key=lambda pair: pair.after.due_at)


def _part(word: str, titles: list[str]) -> str:
    if not titles:
        return ""
    named = "; ".join(titles[:MOST_NAMED])
    left = len(titles) - MOST_NAMED
    return f"{word}: {named}{f' and {left} more' if left > 0 else ''}."
