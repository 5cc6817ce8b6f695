"""Trying again when she was not reached: by which way, when, and from when on a person decides how to go on.

Pure: what she agreed to, what was tried and the instant are arguments. Nothing here ends anything. What it proposes
lies inside what she agreed to; where that is not known any more, a way is left that sends nothing to her.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from carecoord import clock


class Way(StrEnum):
    """How somebody tried to reach her; the values are those of what she agreed to, and one of our own."""

    CALL = "call"
    TEXT = "text"
    EMAIL = "email"
    LETTER = "letter"
    THROUGH = "through"
    VISIT = "visits"
    WHERE_SHE_COMES = "comes"  # speaking to her at a service where she comes anyway: nothing is sent to her


class Result(StrEnum):
    """What came of a try. Never reached is not the same as reached and "not now"."""

    REACHED = "reached"
    NOT_NOW = "not_now"
    NO_ANSWER = "no_answer"
    MESSAGE_LEFT = "message_left"
    DID_NOT_COME = "did_not_come"
    NOT_HERS = "not_hers"
    CANCELLED_BY_US = "cancelled_by_us"
    CANCELLED_BY_HER = "cancelled_by_her"


REACHED_HER = frozenset({Result.REACHED, Result.NOT_NOW})
# What counts towards the limit: a time that we or she put off is no try.
COUNTED = frozenset({Result.NO_ANSWER, Result.MESSAGE_LEFT, Result.DID_NOT_COME, Result.NOT_HERS})


class Choice(StrEnum):
    """How a person decided to go on. None of them ends her care."""

    GO_ON = "go_on"
    ASK_PARTNERS = "ask_partners"
    PAUSE = "pause"


class State(StrEnum):
    """How the search for her stands."""

    IN_TOUCH = "in_touch"
    TRY = "try"
    DECIDE = "decide"
    PAUSED = "paused"


# Parts of a day by the London clock; "another time of day" is another of these.
PARTS_OF_A_DAY = ((time(9), time(12)), (time(12), time(16)), (time(16), time(19)))
_FURTHEST = 28  # days ahead in which a time is looked for


@dataclass(frozen=True, slots=True)
class Limit:
    """After how many tries, or how many days of trying, a person decides. A site says so in its file."""

    tries: int
    days: int


@dataclass(frozen=True, slots=True)
class Tried:
    """One try. ``again_at`` and ``again_way``: when and how somebody said that they would try next."""

    at: datetime
    way: str
    result: str
    again_at: datetime | None = None
    again_way: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """How a person decided to go on, and until when it holds; ``until`` is a London date."""

    at: datetime
    choice: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Agreed:
    """What she agreed to. ``way`` is blank where nothing holds: not agreed, not safe any more, not asked for weeks."""

    way: str = ""
    days: Sequence[int] = ()
    begins: time | None = None
    ends: time | None = None
    in_her_words: bool = False  # her hours stand in words that only a person can read
    may_be_visited: bool = False


@dataclass(frozen=True, slots=True)
class NextTry:
    """When and by which way. ``at`` is None where her hours stand in words. ``said``: a person chose it."""

    way: Way
    at: datetime | None
    said: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How the search stands: how many tries count, which comes next, since when somebody has to decide."""

    state: State
    tries: int = 0
    next: NextTry | None = None
    decide_since: datetime | None = None
    until: date | None = None


def ways_open(agreed: Agreed) -> tuple[Way, ...]:
    """The ways that are open now, the one that she named first. There is always one that sends nothing to her."""
    named = [Way(agreed.way)] if agreed.way else []
    visit = [Way.VISIT] if agreed.may_be_visited and Way.VISIT not in named else []
    return (*named, *visit, Way.WHERE_SHE_COMES)


def is_inside(agreed: Agreed, at: datetime) -> bool:
    """Whether an instant lies on her days and in her hours, on the clock on the wall in London."""
    local = at.astimezone(clock.LONDON)
    on_her_days = not agreed.days or local.isoweekday() in agreed.days
    return on_her_days and (agreed.begins or time.min) <= local.time() < (agreed.ends or time.max)


def standing(
    tried: Iterable[Tried], decided: Decided | None, agreed: Agreed, limit: Limit, *, overdue: bool, now: datetime
) -> Standing:
    """How the search for her stands at ``now``.

    ``tried`` and ``decided`` (the newest) are what happened since somebody last reached her; ``overdue`` says that the
    time to be in touch is past. The count begins again with each decision.
    """
    tried = sorted(tried, key=lambda one: one.at)
    if not tried and not overdue:
        return Standing(State.IN_TOUCH)
    since = [one for one in tried if decided is None or one.at > decided.at]
    counted = [one for one in since if one.result in COUNTED]
    if decided and decided.until and clock.today(now) < decided.until and decided.choice == Choice.PAUSE:
        return Standing(State.PAUSED, len(counted), until=decided.until)
    due = _decision_due(counted, decided, limit)
    if due and due <= now:
        return Standing(State.DECIDE, len(counted), decide_since=due)
    after = since[-1].at if since else decided.at if decided else now
    found = next_try(tried, agreed, limit, after=after, at_once=not since)
    return Standing(State.TRY, len(counted), found, until=decided.until if decided else None)


def _decision_due(counted: Sequence[Tried], decided: Decided | None, limit: Limit) -> datetime | None:
    """From when on a person has to decide; None while nothing leads there."""
    found = []
    if decided and decided.until:
        found.append(clock.from_local(datetime.combine(decided.until, time.min)))
    if len(counted) >= limit.tries:
        found.append(counted[limit.tries - 1].at)
    if counted:
        found.append(counted[0].at + timedelta(days=limit.days))
    return min(found, default=None)


def next_try(
    tried: Sequence[Tried], agreed: Agreed, limit: Limit, *, after: datetime, at_once: bool = False
) -> NextTry:
    """The next try: another way than the last one if one is open, another time of day, inside what she agreed to.

    What a person said when they wrote down the last try holds, as long as it is still inside that. Tries are spread
    over the time of the limit; the first, and the first after a decision, is as soon as her hours allow (``at_once``).
    """
    last = tried[-1] if tried and not at_once else None
    if last and _still_holds(last, agreed):
        return NextTry(Way(last.again_way), last.again_at, said=True)
    way = _another_way(tried, agreed)
    if agreed.in_her_words and way != Way.WHERE_SHE_COMES:
        return NextTry(way, None)
    return NextTry(way, _another_time(tried, agreed, first=_days_between(limit, at_once=at_once), after=after))


def _still_holds(last: Tried, agreed: Agreed) -> bool:
    """Whether what was said of the next try is inside what she agreed to, as that is now."""
    return last.again_way in ways_open(agreed) and (last.again_at is None or is_inside(agreed, last.again_at))


def _days_between(limit: Limit, *, at_once: bool) -> int:
    return 0 if at_once else max(1, limit.days // limit.tries)


def _another_way(tried: Sequence[Tried], agreed: Agreed) -> Way:
    """The way tried least; not the last one where there is a choice."""
    ways = ways_open(agreed)
    used = [one.way for one in tried]
    gone = {one.way for one in tried if one.result == Result.NOT_HERS}
    left = [way for way in ways if way not in gone] or [Way.WHERE_SHE_COMES]
    others = [way for way in left if not used or way != used[-1]] or left
    return min(others, key=lambda way: (used.count(way), ways.index(way)))


def _another_time(tried: Sequence[Tried], agreed: Agreed, *, first: int, after: datetime) -> datetime | None:
    """The first time on a day of hers, in the part of a day that was tried least; None where her hours leave none."""
    hours = _her_parts(agreed)
    used = [_part(hours, one.at) for one in tried]
    for ahead in range(first, _FURTHEST):
        day = clock.today(after) + timedelta(days=ahead)
        if agreed.days and day.isoweekday() not in agreed.days:
            continue
        starts = [(used.count(part), _at(day, begins)) for part, (begins, _) in enumerate(hours)]
        ahead_of = [start for start in starts if start[1] > after]
        if ahead_of:
            return min(ahead_of)[1]
    return None


def _her_parts(agreed: Agreed) -> list[tuple[time, time]]:
    """The parts of a day as far as they lie in her hours; her hours as one where they lie in none."""
    begins, ends = agreed.begins or PARTS_OF_A_DAY[0][0], agreed.ends or PARTS_OF_A_DAY[-1][1]
    inside = [(max(start, begins), min(end, ends)) for start, end in PARTS_OF_A_DAY]
    return [(start, end) for start, end in inside if start < end] or [(begins, ends)]


def _part(hours: Sequence[tuple[time, time]], at: datetime) -> int:
    """In which part of the day an instant lies; the last one that had begun."""
    local = at.astimezone(clock.LONDON).time()
    return max((part for part, (begins, _) in enumerate(hours) if begins <= local), default=0)


def _at(day: date, wall: time) -> datetime:
    """That hour in London. One that the clocks skip is an hour later: nobody is tried in the middle of the night."""
    try:
        return clock.from_local(datetime.combine(day, wall))
    except clock.SkippedTime:
        return clock.from_local(datetime.combine(day, wall) + timedelta(hours=1))
