"""What her days allow, as times: when she can be away from home, and what of it is hers already.

Times of day are London's, and so is what they become on a day on which the clocks change.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from carecoord import clock
from referrals.rules.trips import Span

_END_OF_DAY = time.max


@dataclass(frozen=True, slots=True)
class HerDays:
    """When she can be away. ``safe_*``: the days and hours that are safe for her, where the plan keeps to them.

    ``dose``: her time at the pharmacy. ``travel``: one way, from where she is, wherever the place is.
    """

    leaves_after: time | None = None
    home_by: time | None = None
    dose: tuple[time, time] | None = None
    travel: timedelta = timedelta()
    not_on: frozenset[int] = frozenset()  # ISO weekdays
    safe_days: frozenset[int] = frozenset()  # ISO weekdays; empty: any
    safe_from: time | None = None
    safe_until: time | None = None

    def allows(self, day: date) -> bool:
        """Whether she can come on that weekday at all."""
        return day.isoweekday() not in self.not_on and (not self.safe_days or day.isoweekday() in self.safe_days)

    def hours(self) -> tuple[time, time]:
        """From when until when she can be away, journeys included."""
        since = max(filter(None, (self.leaves_after, self.safe_from)), default=time.min)
        return since, min(filter(None, (self.home_by, self.safe_until)), default=_END_OF_DAY)

    def away(self, first: date, last: date) -> tuple[Span, ...]:
        """The times in which she can be away from home, from ``first`` to ``last``."""
        since, until = self.hours()
        if since >= until:
            return ()
        return tuple((at_on(day, since), at_on(day, until)) for day in _days(first, last) if self.allows(day))

    def doses(self, first: date, last: date) -> tuple[Span, ...]:
        """Her time at the pharmacy on each day, with the way there from a place and back to one."""
        if self.dose is None:
            return ()
        since, until = self.dose
        return tuple((at_on(day, since) - self.travel, at_on(day, until) + self.travel) for day in _days(first, last))


@dataclass(frozen=True, slots=True)
class Fit:
    """One thing that her day asks for, in words, and whether a visit keeps to it."""

    words: str
    kept: bool


def fits(hers: HerDays, day: date, begins: datetime, ends: datetime) -> list[Fit]:
    """How a visit from ``begins`` until ``ends`` lies round her day, the way there and back included."""
    leaves, home = begins - hers.travel, ends + hers.travel
    found = [] if hers.allows(day) else [Fit("one of the days on which she can come", False)]
    if hers.dose:
        found.append(_dose_fits(hers.dose, day, leaves, home))
    if hers.leaves_after:
        found.append(Fit(f"leaves after {hers.leaves_after:%H:%M}", at_on(day, hers.leaves_after) <= leaves))
    if hers.home_by:
        found.append(Fit(f"back by {hers.home_by:%H:%M}", home <= at_on(day, hers.home_by)))
    if hers.safe_from or hers.safe_until:
        since, until = hers.safe_from or time.min, hers.safe_until or _END_OF_DAY
        found.append(Fit("inside her safe hours", at_on(day, since) <= leaves and home <= at_on(day, until)))
    return found


def _dose_fits(dose: tuple[time, time], day: date, leaves: datetime, home: datetime) -> Fit:
    since, until = at_on(day, dose[0]), at_on(day, dose[1])
    if until <= leaves:
        return Fit(f"pharmacy first, {dose[0]:%H:%M}", True)
    if home <= since:
        return Fit(f"pharmacy after it, {dose[0]:%H:%M}", True)
    return Fit(f"her pharmacy time, {dose[0]:%H:%M}", False)


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def at_on(day: date, at: time) -> datetime:
    """That time on London's clocks. One that the spring change skips is read by the clock before it."""
    return datetime.combine(day, at, clock.LONDON).astimezone(UTC)
