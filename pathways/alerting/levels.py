"""Which levels of a ladder an alert has reached by an instant. Pure: no database, no Django."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pathways.engine import SiteRules
from pathways.engine.offsets import Offset, Unit
from pathways.engine.times import days_later, hours_later, working_days_later
from pathways.moments.ladders import Ladder, Post

Holder = tuple[int, Post]  # a user's id, and the post they are told in


@dataclass(frozen=True)
class Level:
    """One level that was reached: which, when, and whom it tells."""

    rung: int
    reached_at: datetime
    people: tuple[Holder, ...]
    nobody_on_duty: bool


def instants(ladder: Ladder, due_at: datetime, rules: SiteRules) -> list[datetime]:
    """When each level of a ladder is due, counted from the due time of the handoff by the site's own calendar."""
    return [shifted(due_at, rung.after, rules) for rung in ladder.rungs]


def by_the_hour(ladder: Ladder) -> bool:
    """Whether a ladder counts in hours, so that who is on duty at that very hour matters."""
    return all(rung.after.unit is not Unit.WORKING_DAYS for rung in ladder.rungs)


def shifted(instant: datetime, offset: Offset, rules: SiteRules) -> datetime:
    """``offset`` after an instant, which itself is meant where it is nothing."""
    if not offset.amount:
        return instant
    if offset.unit is Unit.WORKING_DAYS:
        return working_days_later(instant, offset.amount, rules.zone, rules.is_working_day)
    if offset.unit is Unit.DAYS:
        return days_later(instant, offset.amount, rules.zone)
    return hours_later(instant, offset.amount)


def reached(
    due: Sequence[datetime],
    told: int | None,
    at: datetime,
    who: Callable[[int], tuple[Holder, ...]],
    last_resort: Callable[[], tuple[Holder, ...]],
    *,
    held_until: datetime | None = None,
) -> tuple[list[Level], datetime | None]:
    """The levels above ``told`` that are reached by ``at``, and when the next one is due (None: that was the last).

    A level with nobody on duty passes to the next one at once; after the last one to ``last_resort``. What a hold
    kept back counts from its end.
    """
    levels: list[Level] = []
    passed_on: datetime | None = None
    for rung in range(0 if told is None else told + 1, len(due)):
        when = passed_on or max(filter(None, (due[rung], held_until)))
        if when > at:
            return levels, when
        people = who(rung)
        passed_on = None if people else when
        is_last = rung == len(due) - 1
        levels.append(Level(rung, when, people or (last_resort() if is_last else ()), nobody_on_duty=not people))
    return levels, None
