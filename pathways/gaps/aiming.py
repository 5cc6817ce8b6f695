"""For which numbers an aim can be set, and how one stands: from numbers that were told, never from women."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pathways.gaps.figures import share_in_words, span_in_words
from pathways.gaps.measures import Line, Measure, Shown, Table, Unit
from pathways.gaps.months import first_day, month_of
from pathways.gaps.rules import releases
from pathways.gaps.rules.disclosure import percentage
from pathways.gaps.rules.releases import Month
from pathways.gaps.rules.spc import Direction
from pathways.gaps.standing import direction_of, numbers

# CE-8 is not validated, and an aim for it would press women to answer kindly.
WITHOUT_AIMS = ("M24",)
# The shortest of these spans that is large enough for a percentage says how an aim stands, in steps of telling.
STEPS = (1, 2, 4)


@dataclass(frozen=True, slots=True)
class Aimable:
    """One line for which an aim can be set. ``key`` names it in an address: ``booked.12w``."""

    table: Table
    line: Line

    @property
    def key(self) -> str:
        """How forms and addresses name it."""
        return self.table.name_of(self.line)


def aimables(measure: Measure) -> list[Aimable]:
    """The lines for which an aim can be set: shares that are told by themselves, of which one way is better."""
    return [
        Aimable(table, line)
        for table in measure.tables
        for line in table.lines
        if measure.key not in WITHOUT_AIMS
        and table.shown is not Shown.GOVERNANCE
        and table.unit in (Unit.PERCENT, Unit.PER_100)
        and not (table.medians or line.parts_only)
        and direction_of(table, line) is not Direction.NEITHER
    ]


def value_in_words(table: Table, line: Line, value: int) -> str:
    """What an aim asks for: ``90 % or more``, ``8 or fewer per 100``."""
    or_so = "or more" if direction_of(table, line) is Direction.HIGHER else "or fewer"
    return f"{value} {or_so} per 100" if table.unit is Unit.PER_100 else f"{value} % {or_so}"


def soonest(table: Table, today: date) -> date:
    """The first day by which an aim of today can be reached: the last of the quarter, or year, that is told next."""
    return last_day(end_of_step(table, month_of(today)))


def end_of_step(table: Table, month: Month) -> Month:
    """The month after the quarter, or year, in which ``month`` lies."""
    step = table.told.step
    return month // step * step + step


def last_day(end: Month) -> date:
    """The last day before the month ``end``."""
    return first_day(end) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stands:
    """How an aim stands. ``reached`` is None where too little is told; ``final``: told up to its date."""

    words: str
    reached: bool | None = None
    final: bool = False


def stands(
    table: Table, line: Line, value: int, *, set_on: date, reach_by: date, kept: Sequence[releases.Block]
) -> Stands:
    """How an aim stands by the blocks ``kept``: what was told last, or at its date once that is told."""
    by = month_of(reach_by + timedelta(days=1)) // table.told.step * table.told.step
    final = bool(kept) and kept[-1].end >= by
    known = [block for block in kept if block.end <= by] if final else kept
    if final and (not known or known[-1].end <= month_of(set_on)):
        return Stands("Nothing was told of the time between.", final=True)
    found = _shortest(table, line, known)
    if found is None:
        return Stands("Too few to say yet." if not final else "Too few to say whether it was reached.", final=final)
    words, share = found
    reached = share >= value if direction_of(table, line) is Direction.HIGHER else share <= value
    if final:
        return Stands(f"{'Reached' if reached else 'Not reached'}: {words}.", reached, final)
    return Stands(f"Last told: {words}. {'There already' if reached else 'Not there yet'}.", reached)


def _shortest(table: Table, line: Line, kept: Sequence[releases.Block]) -> tuple[str, int] | None:
    for steps in STEPS:
        window = releases.window(kept, steps * table.told.step)
        shown = numbers(table, line, window.shown) if window else None
        share = percentage(*shown) if shown else None
        if window and share is not None:
            value, of = share_in_words(table, shown)
            per = " per 100," if table.unit is Unit.PER_100 else ""
            return f"{value}{per} {of}, {span_in_words(first_day(window.start), first_day(window.end))}", share
    return None
