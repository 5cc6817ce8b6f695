"""How long it is since her last confirmed dose, and which of the site's texts that asks for (pathway 4.4).

Hours are real elapsed hours, also over the nights on which the clocks change. A gap states facts of timing; what they
ask for stands in the site's own policy (``policy_key``), word for word.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from medications.rules.products import WARD_PRODUCTS, WardProduct

Level = Literal["", "S2", "S1"]

LATE_AFTER = timedelta(hours=2)
UNSCHEDULED_AFTER = timedelta(hours=24)
REASSESS_AFTER = timedelta(hours=72)
# The longest first: the first that is reached counts.
LEVELS: tuple[tuple[timedelta, str], ...] = (
    (timedelta(hours=120), "gap_120h"),
    (REASSESS_AFTER, "gap_72h"),
    (timedelta(hours=48), "gap_48h"),
)
NOT_TREATED = "none_illicit_or_rx_opioid"


@dataclass(frozen=True, slots=True)
class Gap:
    """``hours`` since the last confirmed dose, whole ones; None where none is confirmed.

    ``level`` is how urgent, ``policy_key`` names the text of the site; both "" where nothing is asked for. ``words``
    say the fact alone. ``decide_since``: from then on a named prescriber decides before the next dose.
    """

    hours: int | None
    level: Level
    policy_key: str
    words: str
    decide_since: datetime | None = None

    @property
    def needs_decision(self) -> bool:
        """Whether the dose from before is no longer shown until a named prescriber has decided."""
        return self.decide_since is not None


def gap(
    last_taken_at: datetime | None,
    *,
    product: str,
    next_due_at: datetime | None,
    scheduled: bool,
    now: datetime,
    window: timedelta | None = None,
) -> Gap:
    """The gap at ``now`` (all times aware). ``next_due_at`` is the earliest dose that nobody has recorded yet.

    ``scheduled``: whether a dose is planned at all. ``window``: how late an injection may be, where the site has a
    number of its own.
    """
    declared = WARD_PRODUCTS.get(product)
    if product == NOT_TREATED:
        return Gap(None, "", "", "")
    if declared and declared.is_injection:
        return _of_injection(declared, last_taken_at, next_due_at, now, window)
    if last_taken_at is None:
        return _late(None, "No dose confirmed yet", next_due_at, now) or Gap(None, "", "", "No dose confirmed yet")
    since = elapsed(last_taken_at, now)
    hours, words = _hours(since), f"Last confirmed dose {in_words(since)} ago"
    for after, key in LEVELS:
        if since >= after:
            decide = last_taken_at.astimezone(UTC) + REASSESS_AFTER if after >= REASSESS_AFTER else None
            return Gap(hours, "S1", key, words, decide)
    if late := _late(hours, words, next_due_at, now):
        return late
    if since >= UNSCHEDULED_AFTER and not scheduled:
        return Gap(hours, "S2", "no_dose_scheduled", words)
    return Gap(hours, "", "", words)


def elapsed(since: datetime, now: datetime) -> timedelta:
    """Real time between two aware instants; none where ``since`` is still to come."""
    return max(now.astimezone(UTC) - since.astimezone(UTC), timedelta())


def in_words(span: timedelta) -> str:
    """``3 days 2 hours``, ``5 hours 20 minutes``, ``8 minutes``."""
    days, rest = divmod(int(span.total_seconds()), 86_400)
    hours, minutes = rest // 3600, rest % 3600 // 60
    parts = ((days, "day"), (hours, "hour")) if days else ((hours, "hour"), (minutes, "minute"))
    counted = [f"{number} {unit}" if number == 1 else f"{number} {unit}s" for number, unit in parts if number]
    return " ".join(counted) or "less than a minute"


def _hours(since: timedelta) -> int:
    return int(since.total_seconds()) // 3600


def _late(hours: int | None, words: str, next_due_at: datetime | None, now: datetime) -> Gap | None:
    if next_due_at is None or elapsed(next_due_at, now) < LATE_AFTER:
        return None
    return Gap(hours, "S1", "", f"{words}; the dose due {in_words(elapsed(next_due_at, now))} ago is not recorded")


def _of_injection(
    product: WardProduct,
    last_taken_at: datetime | None,
    next_due_at: datetime | None,
    now: datetime,
    window: timedelta | None,
) -> Gap:
    """An injection lasts: what counts is the window after the day on which the next one is due."""
    if last_taken_at is None:
        hours, words = None, "No injection confirmed yet"
    else:
        since = elapsed(last_taken_at, now)
        hours, words = _hours(since), f"Last confirmed injection {in_words(since)} ago"
    due = next_due_at or (last_taken_at and last_taken_at.astimezone(UTC) + timedelta(days=product.every_days))
    if due is None:
        return Gap(hours, "", "", words)
    closes = due.astimezone(UTC) + (timedelta(days=product.window_days) if window is None else window)
    if now > closes:
        return Gap(hours, "S1", "laib_overdue", words, closes)
    return Gap(hours, "", "", words)
