"""When she is offered CE-8, and when never (pathway 7.2). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from carecoord import clock

_DAY = timedelta(days=1)
NEVER_WITHIN = timedelta(hours=72)  # of a separation or a loss; migration 0041 holds the same
APART_OR_LOST = frozenset({"separated", "pregnancy_loss", "baby_died"})


@dataclass(frozen=True, slots=True)
class Known:
    """What the windows are worked out from. Instants are aware."""

    booked_at: datetime | None
    edd: date | None
    born_at: datetime | None
    in_hospital: bool
    apart_or_lost_at: datetime | None = None  # the last time


@dataclass(frozen=True, slots=True)
class Window:
    """A time at which she is offered it, once. ``on_the_ward``: with the two questions about her stay."""

    key: str
    words: str
    on_the_ward: bool = False


AFTER_BOOKING = Window("booking", "after booking, for 28 days")
ABOUT_32_WEEKS = Window("32w", "from 31+0 to 33+6")
BEFORE_DISCHARGE = Window("discharge", "after the birth, while she is in hospital", on_the_ward=True)
SIX_WEEKS = Window("6w", "from day 35 to day 55 after the birth")
SIX_MONTHS = Window("6m", "from day 168 to day 209 after the birth")
WINDOWS = (AFTER_BOOKING, ABOUT_32_WEEKS, BEFORE_DISCHARGE, SIX_WEEKS, SIX_MONTHS)


def is_too_soon(apart_or_lost_at: datetime | None, at: datetime) -> bool:
    """Whether less than 72 hours have passed since a baby was placed away, or died, or the pregnancy was lost."""
    return apart_or_lost_at is not None and at - apart_or_lost_at < NEVER_WITHIN


def open_window(known: Known, at: datetime) -> Window | None:
    """The window that is open now; of two the later one."""
    if is_too_soon(known.apart_or_lost_at, at):
        return None
    return _after_birth(known, known.born_at, at) if known.born_at else _in_pregnancy(known, at)


def _in_pregnancy(known: Known, at: datetime) -> Window | None:
    if known.edd:
        days = 280 - (known.edd - clock.today(at)).days
        if 31 * 7 <= days < 34 * 7:
            return ABOUT_32_WEEKS
    return AFTER_BOOKING if known.booked_at and at < known.booked_at + 28 * _DAY else None


def _after_birth(known: Known, born_at: datetime, at: datetime) -> Window | None:
    if known.in_hospital:
        return BEFORE_DISCHARGE
    day = (clock.today(at) - clock.today(born_at)).days
    for window, first, after in ((SIX_WEEKS, 35, 56), (SIX_MONTHS, 168, 210)):
        if first <= day < after:
            return window
    return None
