"""The time axis of the timeline: three scales side by side, each in its own unit. Pure Python.

The middle scale counts days, so that what is near stays readable while the whole pregnancy and
the year after it stay in sight. All instants are aware; days are London days; lengths are px.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from carecoord import clock
from pathways.engine import date_at_gestation, gestation_on
from pathways.timeline.lettering import text_width

WIDTH = 1214  # of the drawing
LEFT = 131  # where time begins; the names of the lanes stand left of it
RIGHT = WIDTH
WIDE = 520  # the scale that was chosen; the other two share the rest
EDGE = 14  # a mark keeps this distance from the borders of its scale
TICK_GAP = 8

LONG_AGO = timedelta(days=310)  # before the birth; what happened earlier is drawn at the left edge
YEAR_AFTER = timedelta(days=366)
FORTY_SEVEN_WEEKS = timedelta(weeks=47)  # what is longer than a pregnancy is counted in months
FIRST_DAYS = timedelta(days=24)  # after a birth the days since it are drawn together
MILESTONES = ((42, "6 wk"), (91, "3 mo"), (182, "6 mo"), (273, "9 mo"), (365, "12 mo"))  # days after the birth


class Around(StrEnum):
    """Which part of the time is drawn wide."""

    TODAY = "today"
    PREGNANCY = "pregnancy"
    YEAR = "year"


class Unit(StrEnum):
    """What a scale counts in; the value is part of its name."""

    WEEK = "by week"
    DAY = "by day"
    MONTH = "by month"


@dataclass(frozen=True)
class Story:
    """What decides the axis: now, the first and last thing to show, the EDD, the first birth, the loss.

    ``loss``: when the last baby died or the pregnancy was lost. After it nothing counts on.
    """

    now: datetime
    first: datetime
    last: datetime
    edd: date | None = None
    birth: datetime | None = None
    loss: datetime | None = None

    @property
    def turn(self) -> datetime | None:
        """The end of the pregnancy: the birth or the loss, before them the EDD."""
        return self.birth or self.loss or (_noon(self.edd) if self.edd else None)

    def point(self, instant: datetime) -> str:
        """``day 12``, ``31+4`` or nothing: where she is at that instant."""
        day = clock.today(instant)
        if self.loss and instant > (self.birth or self.loss):
            return ""
        if self.birth and day >= clock.today(self.birth):
            return f"day {(day - clock.today(self.birth)).days}"
        if self.edd:
            return "{}+{}".format(*gestation_on(self.edd, day))
        return ""


@dataclass(frozen=True)
class Tick:
    """A mark of the axis: two short lines centred on ``x``."""

    x: float
    top: str
    bottom: str

    @property
    def half_width(self) -> float:
        return max(text_width(self.top), text_width(self.bottom)) / 2


@dataclass(frozen=True)
class Today:
    """The line of today and its label on the axis."""

    x: float
    box_x: float
    box_width: float
    top: str
    bottom: str

    @property
    def centre(self) -> float:
        return self.box_x + self.box_width / 2


@dataclass(frozen=True)
class Scale:
    """One stretch of time, drawn from ``x`` to ``end_x`` in one unit."""

    period: str
    unit: Unit
    start: datetime
    end: datetime
    x: float
    end_x: float
    wide: bool
    ticks: tuple[Tick, ...] = ()

    @property
    def name(self) -> str:
        """``Pregnancy, by week``."""
        return f"{self.period}, {self.unit}"

    @property
    def width(self) -> float:
        return self.end_x - self.x

    def x_at(self, instant: datetime) -> float:
        """Where an instant stands; before and after the scale, at its ends."""
        share = (instant - self.start) / (self.end - self.start)
        return self.x + (self.end_x - self.x) * min(max(share, 0.0), 1.0)

    def holds(self, instant: datetime) -> bool:
        return self.start <= instant < self.end


def scales_of(story: Story, around: Around) -> tuple[tuple[Scale, Scale, Scale], Today | None]:
    """The three scales, and today where it lies within them."""
    wide = {Around.TODAY: 1, Around.PREGNANCY: 0, Around.YEAR: 2}[around]
    narrow = (RIGHT - LEFT - WIDE) / 2
    times = _borders(story, around)
    periods = _periods(story, around, times)
    units = (Unit.MONTH if times[1] - times[0] > FORTY_SEVEN_WEEKS else Unit.WEEK, Unit.DAY, Unit.MONTH)
    drawn: list[Scale] = []
    x = float(LEFT)
    for place in range(3):
        end_x = x + (WIDE if place == wide else narrow)
        drawn.append(Scale(periods[place], units[place], times[place], times[place + 1], x, end_x, place == wide))
        x = end_x
    today = _today(story, drawn)
    before, days, after = (replace(scale, ticks=_ticks(story, scale, today)) for scale in drawn)
    return (before, days, after), today


def _borders(story: Story, around: Around) -> tuple[datetime, datetime, datetime, datetime]:
    turn = story.turn
    if around is Around.TODAY:
        just_born = story.birth and timedelta(0) <= story.now - story.birth <= FIRST_DAYS
        second = story.birth - timedelta(hours=60) if just_born and story.birth else story.now - timedelta(days=12)
        third = story.now + timedelta(days=14)
    else:
        second = (turn or story.now) - timedelta(days=3)
        third = second + timedelta(days=31)
    earliest = (turn or story.now) - LONG_AGO
    start = min(max(story.first, earliest), second - timedelta(days=28)) - timedelta(days=3)
    end = max(story.last, (turn or story.now) + YEAR_AFTER, third + timedelta(days=28))
    return start, second, third, end + timedelta(days=30)  # the last tick has room for its words


def _periods(story: Story, around: Around, times: tuple[datetime, ...]) -> tuple[str, str, str]:
    """What each scale shows."""
    turn, (_, second, third, _) = story.turn, times
    if turn is None:
        return "Before", "Around today" if around is Around.TODAY else "The weeks ahead", "Later"
    first = "Pregnancy" if second <= turn else "Pregnancy and since"
    last = "Year after" if third >= turn else "To a year after" if story.loss else "To a year after the birth"
    if around is Around.TODAY:
        near = story.birth and not story.loss and second <= story.birth < third
        middle = "Birth and since" if near else "Around today"
    elif story.loss:
        middle = "The weeks after"
    else:
        middle = "Birth and after" if story.birth else "Around the EDD"
    return first, middle, last


def _today(story: Story, drawn: Iterable[Scale]) -> Today | None:
    for scale in drawn:
        if scale.holds(story.now):
            weekday = f"{story.now.astimezone(clock.LONDON):%a}"
            bottom = ", ".join(filter(None, (weekday, story.point(story.now))))
            width = max(text_width("Today", bold=True), text_width(bottom)) + 22
            x = min(max(scale.x_at(story.now), scale.x + 3), scale.end_x - 3)
            box_x = min(max(x - width / 2, LEFT), RIGHT - width)
            return Today(round(x, 1), round(box_x, 1), round(width, 1), "Today", bottom)
    return None


# -- ticks -------------------------------------------------------------------------------------


def _ticks(story: Story, scale: Scale, today: Today | None) -> tuple[Tick, ...]:
    """The closest ticks that leave each other room; the milestones of a year by importance."""
    if scale.unit is Unit.DAY:
        steps: Iterable[Iterable[tuple[datetime, str]]] = (_by_day(story, scale, step) for step in (2, 4, 7, 14))
    elif scale.unit is Unit.WEEK:
        steps = (_by_week(story, scale, step) for step in (4, 8, 12))
    elif story.turn:
        return _fitting(_milestones(story), scale, today, by_month=True)
    else:
        steps = (_by_calendar(scale, step) for step in (1, 2, 3, 6))
    fitting: tuple[Tick, ...] = ()
    for candidates in steps:
        inside = [(at, words) for at, words in candidates if scale.holds(at)]
        fitting = _fitting(inside, scale, today, by_month=False)
        crowded = len(_fitting(inside, scale, None, by_month=False)) < len(inside) - 2  # the ends may lack room
        if not crowded:
            break
    return fitting


def _fitting(
    candidates: Iterable[tuple[datetime, str]], scale: Scale, today: Today | None, *, by_month: bool
) -> tuple[Tick, ...]:
    """Those ticks that overlap nothing, the first ones first; in order of time."""
    taken = [(today.box_x, today.box_x + today.box_width)] if today else []
    kept: list[Tick] = []
    for at, words in candidates:
        if not scale.holds(at):
            continue
        bottom = f"{at.astimezone(clock.LONDON):%b}" if by_month else _day_and_month(at)
        tick = Tick(round(scale.x_at(at), 1), words, bottom)
        left, right = tick.x - tick.half_width, tick.x + tick.half_width
        free = all(right + TICK_GAP <= start or left - TICK_GAP >= end for start, end in taken)
        if free and left >= scale.x + 2 and right <= scale.end_x - 2:
            kept.append(tick)
            taken.append((left, right))
    return tuple(sorted(kept, key=lambda tick: tick.x))


def _by_week(story: Story, scale: Scale, step: int) -> Iterator[tuple[datetime, str]]:
    if story.edd is None:
        monday = clock.today(scale.start) - timedelta(days=clock.today(scale.start).weekday())
        for week in range(0, 60, step):
            yield _noon(monday + timedelta(weeks=week)), "Mon"
        return
    for week in range(0, 45, step):
        at = _noon(date_at_gestation(story.edd, week * 7))
        if not (story.loss and at > story.loss):
            yield at, f"{week}+0"


def _by_day(story: Story, scale: Scale, step: int) -> Iterator[tuple[datetime, str]]:
    """From the birth on where it is in sight, else from today to both sides."""
    if story.birth and not story.loss and scale.holds(story.birth):
        born_on = clock.today(story.birth)
        yield story.birth, "birth"
        for day in range(step, 40, step):
            yield _noon(born_on + timedelta(days=day)), f"day {day}"
        return
    origin = clock.today(story.now if scale.holds(story.now) else scale.start)
    for day in range(-28 // step * step, 40, step):
        at = _noon(origin + timedelta(days=day))
        yield at, story.point(at) or f"{at:%a}"


def _by_calendar(scale: Scale, step: int) -> Iterator[tuple[datetime, str]]:
    first = clock.today(scale.start)
    for month in range(0, 30, step):
        year, index = divmod(first.year * 12 + first.month - 1 + month, 12)
        yield _noon(date(year, index + 1, 1)), str(year)


def _milestones(story: Story) -> Iterator[tuple[datetime, str]]:
    turn = story.turn
    if turn is None:
        return
    if story.loss and not story.birth:
        yield turn, "loss"
    else:
        yield turn, "birth" if story.birth else "EDD"
    for days, words in reversed(MILESTONES):
        yield turn + timedelta(days=days), words
    if story.edd:
        for week in (28, 12, 20, 36):
            at = _noon(date_at_gestation(story.edd, week * 7))
            if at < turn:
                yield at, f"{week}+0"


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), clock.LONDON).astimezone(UTC)


def _day_and_month(at: datetime) -> str:
    return clock.day_in_words(clock.today(at), weekday=False, year=False)
