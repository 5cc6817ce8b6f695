"""The forty clock changes of twenty years, and everything that has a time: nothing is lost, doubled or an hour off.

What should come out is worked out here in another way than the product does it: from the rule in words (on the last
Sundays of March and October, at one o'clock UTC), without a time zone database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.db.models import Count

from carecoord import clock
from carecoord.backup.nightly import next_night
from pathways.engine.due import shift
from pathways.engine.offsets import Offset, Unit, parse_offset
from pathways.engine.site import SiteRules
from pathways.models import Alert, DutyPost, Flag, Handoff, Journey
from pathways.moments import ALL
from pathways.moments.ladders import LADDERS, Post
from pathways.sweep import sweep_site
from tests.factories import journey, owed
from tests.faults.people import everybody
from tests.rules.story import site

HOUR, HALF, DAY = timedelta(hours=1), timedelta(minutes=30), timedelta(days=1)
YEARS = range(2026, 2046)
OFFSETS = "PT0H PT1H PT2H PT4H PT8H PT12H PT24H PT36H PT72H -PT12H -PT24H P1D P2D P3D P14D -P1D -P7D".split()
OFFSETS += "P1WD P2WD P3WD -P1WD 24:00".split()
EIGHT, NIGHT = time(8), time(1, 30)


# -- the clock in another way -----------------------------------------------------------------------


def change_of(year: int, month: int) -> datetime:
    """The instant at which the clocks change in that month."""
    day = date(year, month, 31)
    return datetime.combine(day - timedelta(days=day.isoweekday() % 7), time(1), UTC)


CHANGES = [change_of(year, month) for year in YEARS for month in (3, 10)]


def wall(instant: datetime) -> datetime:
    """What London's clocks show."""
    summer = change_of(instant.year, 3) <= instant < change_of(instant.year, 10)
    return instant.replace(tzinfo=None) + (HOUR if summer else timedelta())


def of_wall(shown: datetime) -> datetime:
    """When London's clocks show that: the first time of two; where they never do, when they show an hour more."""
    both = (shown.replace(tzinfo=UTC) - HOUR, shown.replace(tzinfo=UTC))
    return next((instant for instant in both if wall(instant) == shown), both[1])


def should_be(instant: datetime, offset: Offset, rules: SiteRules) -> datetime:
    """The rules, section 4, in other words."""
    if offset.unit is Unit.HOURS:
        return instant + offset.amount * HOUR
    if offset.unit is Unit.DAYS:
        return of_wall(wall(instant) + offset.amount * DAY)
    if offset.unit is Unit.END_OF_DAY:
        return of_wall(datetime.combine(wall(instant).date() + DAY, time()))
    shown = wall(instant)
    day = (shown - timedelta(microseconds=1)).date()  # midnight ends a day
    for _ in range(abs(offset.amount)):
        day += DAY if offset.amount > 0 else -DAY
        while not rules.is_working_day(day):
            day += DAY if offset.amount > 0 else -DAY
    return of_wall(datetime.combine(day + DAY, time()))


def around(change: datetime, *, hours: int = 24) -> Iterator[datetime]:
    """Every half hour before and after a clock change."""
    return (change + number * HALF for number in range(-2 * hours, 2 * hours + 1))


def first_sweep_from(instant: datetime) -> datetime:
    """The next half hour: the sweeps of this test run on each."""
    left = (instant - datetime(2026, 1, 1, tzinfo=UTC)) % HALF
    return instant + (HALF - left if left else timedelta())


def said(instant: datetime, what: object, came: datetime | None, wanted: datetime | None) -> str:
    return f"{what} from {instant:%Y-%m-%d %H:%M} UTC: {came} where {wanted} was wanted"


# -- due times, ladders, digests, nights: the rules alone -------------------------------------------


def test_every_offset_keeps_its_promise(fault: Any) -> None:
    """Hours are real hours, days keep the time on the wall, working days end at midnight, in both nations."""
    for change in CHANGES[: fault.size(full=40, small=12)]:
        for rules in (site("ENG"), site("SCO")):
            for instant in around(change):
                for text in OFFSETS:
                    offset = parse_offset(text)
                    came, wanted = shift(instant, offset, rules), should_be(instant, offset, rules)
                    fault.tried += 1
                    if came != wanted:
                        fault.found(said(instant, text, came, wanted))


def test_every_level_of_a_ladder_is_reached_once_and_in_its_order(fault: Any) -> None:
    """Sweeps each half hour, from before the due time until after the last level: each level in one of them."""
    for change in CHANGES[: fault.size(full=40, small=12)]:
        for nation in ("ENG", "SCO"):
            rules = site(nation)
            for due in around(change):
                for ladder in LADDERS.values():
                    fault.tried += 1
                    reached = [shift(due, rung.after, rules) for rung in ladder.rungs]
                    wanted = [should_be(due, rung.after, rules) for rung in ladder.rungs]
                    seen = [[at for at in half_hours(due, wanted) if at - HALF < level <= at] for level in reached]
                    if reached != wanted or reached != sorted(reached) or any(len(sweeps) != 1 for sweeps in seen):
                        fault.found(said(due, ladder.key, reached[-1], wanted[-1]))


def half_hours(due: datetime, levels: list[datetime]) -> Iterator[datetime]:
    """The sweeps from a due time to the last level of its ladder."""
    at = first_sweep_from(due)
    while levels and at <= levels[-1] + HALF:
        yield at
        at += HALF


@pytest.mark.parametrize(("at", "following"), [
    (EIGHT, lambda after: clock.from_local(datetime.combine(clock.today(after) + DAY, EIGHT))),
    (NIGHT, lambda after: next_night(after, NIGHT)),
], ids=["digest", "backup"])  # fmt: skip
def test_each_morning_and_each_night_comes_once(
    fault: Any, at: time, following: Callable[[datetime], datetime]
) -> None:
    """From one to the next over two weeks: as many as days, at the same time on the wall (but for the one skipped)."""
    for change in CHANGES[: fault.size(full=40, small=12)]:
        begins = wall(change).date() - 7 * DAY
        instant = of_wall(datetime.combine(begins, at))
        for number in range(1, 15):
            came, wanted = following(instant), of_wall(datetime.combine(begins + number * DAY, at))
            fault.tried += 1
            if came != wanted:
                fault.found(said(instant, at, came, wanted))
            instant = wanted


# -- flags and alerts, in the database, with the time moved -----------------------------------------


@pytest.mark.django_db
def test_every_handoff_is_flagged_and_every_level_told_once_and_in_time(fault: Any) -> None:
    """Handoffs of every ladder, due each half hour around the change; a sweep each half hour, at the time of then."""
    chosen, hours = (CHANGES, 6) if fault.full else (CHANGES[1:2], 1)
    fault.size(full=len(chosen) * 25 * len(LADDERS), small=5 * len(LADDERS))
    for change in chosen:
        with transaction.atomic(), time_machine.travel(change - 60 * DAY, tick=False):
            record = well_staffed()
            dues = list(enumerate(around(change, hours=hours), 1))
            handoffs = [owed_at(record, ladder, due, number) for number, due in dues for ladder in LADDERS]
            last = max(level for ladder, handoff in handoffs for level in levels_of(handoff, ladder))
            sweep_each_half_hour(record.site_id, change - hours * HOUR, last + HOUR)
            for ladder, handoff in handoffs:
                fault.tried += 1
                for problem in what_is_wrong(handoff, ladder):
                    fault.found(f"{ladder} {handoff.due_at:%Y-%m-%d %H:%M} UTC: {problem}")
            transaction.set_rollback(True)


def well_staffed() -> Journey:
    """A journey at a site where somebody is on duty in every post, day and night."""
    people = everybody("ASHF")
    record = journey(midwife=people["specialist_midwife ASHF"])
    anybody = people["specialist_midwife ASHF"]
    DutyPost.objects.bulk_create([DutyPost(site=record.site, post=post, user=anybody) for post in Post])
    return record


def owed_at(record: Journey, ladder: str, due: datetime, number: int) -> tuple[str, Handoff]:
    """A handoff on that ladder with that due time; missed six real hours after it."""
    moment = next(moment.key for moment in ALL if moment.ladder == ladder)
    return ladder, owed(record, moment, due=due, occurrence=number, missed_at=due + 6 * HOUR)


def sweep_each_half_hour(site: int, at: datetime, until: datetime) -> None:
    """Each tenth time there is a beat too many."""
    number = 0
    while at <= until:
        with time_machine.travel(at + timedelta(seconds=1), tick=False):
            for _ in range(1 + (number % 10 == 0)):
                sweep_site(site, at)
        at, number = at + HALF, number + 1


def levels_of(handoff: Handoff, ladder: str) -> list[datetime]:
    """When each level of its ladder should be reached."""
    return [should_be(handoff.due_at, rung.after, site("ENG")) for rung in LADDERS[ladder].rungs]


def what_is_wrong(handoff: Handoff, ladder: str) -> Iterator[str]:
    """How its flags and alerts differ from one flag, escalated once, and one alert for each level at its time."""
    flags = list(Flag.objects.filter(handoff=handoff).values_list("raised_at", "escalated_at"))
    wanted = [(first_sweep_from(handoff.due_at), first_sweep_from(handoff.missed_at))]
    if flags != wanted:
        yield f"flags {flags} where {wanted} was wanted"
    levels = levels_of(handoff, ladder)
    told = Alert.objects.filter(handoff=handoff).annotate(people=Count("told")).order_by("rung")
    came = [(alert.rung, alert.fired_at, alert.people > 0) for alert in told]
    due = [(number, level, True) for number, level in enumerate(levels)]
    if came != due:
        yield f"alerts {came} where {due} was wanted"
    late = [alert for alert in told if alert.made_at - first_sweep_from(alert.fired_at) > timedelta(minutes=1)]
    if late:
        yield f"{len(late)} alerts came late"
