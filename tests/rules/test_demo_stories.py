"""The demonstration's stories: they show what they declare on every day of the year, at every hour of it."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from functools import cache

import pytest

from carecoord import clock
from carecoord.access.demo import DEMO_SITES
from carecoord.clock import LONDON
from carecoord.sites.models import Site
from pathways import engine
from pathways.demo.life import Life
from pathways.demo.routine import CONTACTS, facts_of, is_told_by_the_ward, lived, stay_of
from pathways.demo.stories import Calendar, JourneyStory, Told, UnreadableStory, stories_of, told
from pathways.engine import Fact, Stage
from pathways.moments import ALL
from pathways.site_rules import rules_of

RANK = ["missed", "overdue", "due_soon", "pending"]
A_TUESDAY = date(2026, 3, 10)
VISITS = ("contact_made", "postnatal_visit")
TALKS = ("SEP_EXPLAIN", "SEP_CONTACT", "SEP_MIDWIFERY", "SEP_OST_NALOXONE_24H", "LOSS_BEREAVEMENT")
LONG_DAY = date(2026, 10, 25)  # the clocks go back
DAYS = [
    A_TUESDAY,
    date(2026, 3, 29),  # a Sunday: the clocks go forward
    date(2026, 4, 6),  # Easter Monday, a working day in Scotland only
    LONG_DAY,
    date(2026, 11, 21),  # a Saturday
    date(2027, 1, 1),
    date(2028, 2, 29),
]


@cache
def everybody(today: date) -> list[tuple[Life, list[Told]]]:
    """Every journey of the demonstration, told in full on a day."""
    return [
        (life, lived(life, told(journey, today)))
        for site_code in DEMO_SITES
        for woman in stories_of(site_code)
        for journey in woman.journeys
        for life in [
            Life(
                woman.ref,
                journey,
                Calendar.of(journey, today).edd,
                site_code,
                rules_of(Site(code=site_code)),
                today,
            )
        ]
    ]


def shown(life: Life, facts: list[Fact], now: datetime) -> str:
    """What the caseload says of a journey at an instant: the most urgent of what is open.

    The medicine of women who are on the ward now is no part of a story: the ward's own demonstration tells it.
    """
    handoffs = engine.handoffs(ALL, life.rules, facts, now, edd_at_entry=life.edd)
    stay = stay_of(facts)
    open_ones = (each for each in handoffs if each.state in RANK and not is_told_by_the_ward(each, stay))
    worst = min((str(each.state) for each in open_ones), key=RANK.index, default="pending")
    return "on_track" if worst == "pending" else worst


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_the_caseload_says_what_each_story_declares_at_any_hour(today: date) -> None:
    wrong = []
    # Where somebody is due soon for 24 hours, a day of 25 begins one hour before.
    first = time(2) if today == LONG_DAY else time(0, 1)
    for life, lines in everybody(today):
        facts = facts_of(lines)
        for hour in (first, time(7), time(12), time(23, 59)):
            now = clock.from_local(datetime.combine(today, hour))
            if (says := shown(life, facts, now)) != life.story.shows:
                wrong.append(f"{life.ref} at {hour}: {says}, declared {life.story.shows}")
    assert wrong == []


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_everything_happened_before_today_and_in_waking_hours_where_she_is_visited(today: date) -> None:
    for life, lines in everybody(today):
        assert all(line.occurred_at < life.horizon for line in lines), life.ref
        for line in lines:
            if line.kind in VISITS or line.details.get("moment") in TALKS:
                assert 8 <= line.occurred_at.astimezone(LONDON).hour < 20, (life.ref, line)


def test_the_demonstration_is_told_the_same_way_twice() -> None:
    life, lines = everybody(A_TUESDAY)[0]
    assert lived(life, told(life.story, A_TUESDAY)) == lines


def test_most_women_are_on_track_and_the_first_screen_is_that_of_the_design() -> None:
    shows = {
        (site_code, woman.ref): journey.shows
        for site_code in DEMO_SITES
        for woman in stories_of(site_code)
        for journey in woman.journeys
        if " closed " not in journey.story
    }
    counts = Counter(shows.values())
    assert (counts["missed"] + counts["overdue"]) / len(shows) <= 0.15
    assert counts["on_track"] > len(shows) / 2
    at_ashford = Counter(
        journey.shows for woman in stories_of("ASHF") for journey in woman.journeys if journey.midwife == "midwife"
    )
    assert (at_ashford["missed"], at_ashford["overdue"], at_ashford["due_soon"]) == (3, 4, 7)


def test_sites_differ_as_in_the_study() -> None:
    weeks: dict[str, list[int]] = {}
    offered: dict[str, set[str]] = {}
    for life, lines in everybody(A_TUESDAY):
        booked = next((line for line in lines if line.kind == "booking_completed"), None)
        if booked:
            week, _ = engine.gestation_on(life.edd, life.day_of(booked.occurred_at))
            weeks.setdefault(life.site_code, []).append(week)
        for line in lines:
            if line.details.get("moment") == "POSTNATAL_TX_OPTIONS":
                offered.setdefault(life.site_code, set()).add(line.details.get("option_status", ""))
    late = {site: sum(week >= 13 for week in booked) / len(booked) for site, booked in weeks.items()}
    assert late["CALD"] == max(late.values()) > 0.6
    assert max(late[site] for site in late if site != "CALD") < 0.3
    assert "offered" in offered["GLEN"]
    assert "not_commissioned" in offered["CALD"]


def test_somebody_who_thrives_had_everything_in_time() -> None:
    life, lines = next(each for each in everybody(A_TUESDAY) if each[0].ref == "A19")
    handoffs = engine.handoffs(ALL, life.rules, facts_of(lines), life.horizon, edd_at_entry=life.edd)
    states = Counter(str(each.state) for each in handoffs)
    assert states.keys() <= {"completed_on_time", "pending"}
    assert states["completed_on_time"] > 25


def test_what_a_story_says_went_otherwise_did() -> None:
    for life, lines in everybody(A_TUESDAY):
        handoffs = engine.handoffs(ALL, life.rules, facts_of(lines), life.horizon, edd_at_entry=life.edd)
        states = {f"{each.moment}.{each.step}": str(each.state) for each in handoffs}
        assert all(states[step] == "completed_late" for step in life.story.late), life.ref
        assert all(kind == f"handoff_{states[step]}" for step, (kind, _) in life.story.instead.items()), life.ref
        assert all(states[step] in RANK for step in life.story.leave), life.ref


def test_somebody_out_of_contact_is_seen_by_nobody() -> None:
    life, lines = next(each for each in everybody(A_TUESDAY) if each[0].ref == "A03")
    assert max(life.day_of(line.occurred_at) for line in lines if line.kind in CONTACTS) == A_TUESDAY - timedelta(15)


@pytest.mark.parametrize("today", DAYS[:2], ids=str)
def test_every_stage_is_there(today: date) -> None:
    stages = Counter(engine.stage_history(facts_of(lines))[-1].stage for _, lines in everybody(today))
    assert stages.keys() == set(Stage)
    assert stages[Stage.ANTENATAL] > 15
    assert stages[Stage.POSTNATAL_COMMUNITY] > 10


ANTENATAL = JourneyStory(now="31+4", story="")


@pytest.mark.parametrize(
    ("when", "day"),
    [
        ("31+4", A_TUESDAY),
        ("31+3", date(2026, 3, 9)),
        ("11+3", date(2025, 10, 20)),
        ("-40", date(2026, 1, 29)),
        ("+1", date(2026, 3, 11)),
        ("due", date(2026, 5, 8)),
    ],
)
def test_days_are_gestations_or_count_from_today(when: str, day: date) -> None:
    assert Calendar.of(ANTENATAL, A_TUESDAY).day(when) == day


def test_days_count_from_the_birth() -> None:
    calendar = Calendar.of(JourneyStory(now="day 12", birth="39+2", story=""), A_TUESDAY)
    assert calendar.day("d0") == calendar.day("39+2") == date(2026, 2, 26)
    assert calendar.day("d12") == A_TUESDAY


def test_a_line_says_when_what_with_which_details_by_whom_and_a_note() -> None:
    text = '-3 14:50 handoff_declined moment=HV_ANTENATAL step=contact reason="Not now" by=hv | She may ask again.'
    (line,) = told(JourneyStory(now="31+4", story=text), A_TUESDAY)
    assert line.occurred_at == clock.from_local(datetime(2026, 3, 7, 14, 50))  # noqa: DTZ001
    assert (line.kind, line.by, line.note) == ("handoff_declined", "hv", "She may ask again.")
    assert line.details == {"moment": "HV_ANTENATAL", "step": "contact", "reason": "Not now"}


def test_dates_among_the_details_are_placed_in_time() -> None:
    text = "d1 10:00 mother_discharge_planned planned_for=d4@14:00\nd4 15:00 mother_discharged next_dose_on=d5"
    planned, home = told(JourneyStory(now="day 9", birth="39+2", story=text), date(2026, 4, 2))
    assert planned.details == {"planned_for": "2026-03-28T14:00:00+00:00"}
    assert home.details == {"next_dose_on": "2026-03-29"}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("+0 10:00 contact_made", "it has not happened before today"),
        ("d4 10:00 contact_made", "'d4' is no day"),
        ("-4 01:30 contact_made", "does not exist on every day"),
        ("-4 contact_made", "not enough values"),
    ],
)
def test_a_line_that_cannot_be_told_is_named_with_its_problem(line: str, problem: str) -> None:
    with pytest.raises(UnreadableStory, match=problem) as refused:
        told(JourneyStory(now="31+4", story=line), A_TUESDAY)
    assert line in str(refused.value)
