"""How long an alert can be held back: by severity, whether somebody has it or puts it off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from carecoord import clock
from pathways.engine import Severity, SiteRules
from pathways.engine.times import days_later, hours_later, working_days_later


@dataclass(frozen=True)
class Cap:
    """The latest end of a hold, and its length in words."""

    until: datetime
    in_words: str


def longest_taken(severity: Severity, at: datetime, rules: SiteRules) -> Cap:
    """Until when "I have this", said at ``at``, keeps an alert from climbing."""
    if severity is Severity.S2:
        return Cap(hours_later(at, 24), "24 hours")
    return _for_both(severity, at, rules)


def longest_put_off(severity: Severity, at: datetime, rules: SiteRules) -> Cap:
    """Until when an alert can be put off at ``at``."""
    if severity is Severity.S2:
        return Cap(noon_of_next_working_day(at, rules), "noon of the next working day")
    return _for_both(severity, at, rules)


def _for_both(severity: Severity, at: datetime, rules: SiteRules) -> Cap:
    if severity is Severity.S1:
        return Cap(hours_later(at, 4), "4 hours")
    if severity is Severity.S3:
        return Cap(working_days_later(at, 3, rules.zone, rules.is_working_day), "3 working days")
    return Cap(days_later(at, 7, rules.zone), "7 days")


def noon_of_next_working_day(at: datetime, rules: SiteRules) -> datetime:
    """12:00 London on the first working day after that of ``at``."""
    its_end = working_days_later(at, 1, rules.zone, rules.is_working_day)
    return clock.from_local(datetime.combine(clock.today(its_end - timedelta(microseconds=1)), time(12)))


def choices_to_put_off(severity: Severity, at: datetime, rules: SiteRules) -> list[tuple[datetime, str]]:
    """The ends that a form offers, within the cap, the soonest first, each in words."""
    cap = longest_put_off(severity, at, rules).until
    ends = [hours_later(at, hours) for hours in (1, 2, 4)]
    ends += [noon_of_next_working_day(at, rules), *(days_later(at, days, rules.zone) for days in (1, 2, 3, 5, 7)), cap]
    offered = sorted({end for end in ends if at < end <= cap})
    return [(end, clock.due_in_words(end)) for end in offered]
