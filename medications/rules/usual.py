"""When her next usual dose is, from the times that a source states. Times alone: no amount is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from carecoord.clock import LONDON
from medications.rules.products import WARD_PRODUCTS, Frequency

_ONE_DAY = timedelta(days=1)


def next_usual_dose(
    product: str, frequency: str, times: Sequence[str], last_dose_at: datetime, *, not_before: datetime
) -> datetime | None:
    """The usual time after her last dose, in UTC; ``not_before`` where that has passed already. None if unknown.

    The last dose stands for the usual time of its London day that is nearest to it. Without a stated time a single
    dose comes at the same time of day; of doses that are split, or come as a source words it, none can be told.
    """
    if frequency == Frequency.CUSTOM or (frequency == Frequency.BD and len(times) < 2):
        return None
    local = last_dose_at.astimezone(LONDON)
    walls = sorted(time.fromisoformat(text) for text in times) or [local.time().replace(second=0, microsecond=0)]
    nearest = min(range(len(walls)), key=lambda place: abs(_minutes(walls[place]) - _minutes(local.time())))
    same_day = walls[nearest + 1 :]
    every = WARD_PRODUCTS[product].every_days
    day = local.date() if same_day else local.date() + every * _ONE_DAY
    due = datetime.combine(day, (same_day or walls)[0], LONDON).astimezone(UTC)
    return max(due, not_before.astimezone(UTC))


def _minutes(wall: time) -> int:
    return wall.hour * 60 + wall.minute
