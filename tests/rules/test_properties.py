"""What holds for every history that can be entered, however unlikely (Hypothesis)."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from carecoord.clock import LONDON
from carecoord.sites.calendars import working_days
from pathways.engine import (
    FACT_KINDS,
    OPEN_STATES,
    AboutBaby,
    DetailType,
    Fact,
    Handoff,
    SiteRules,
    Stage,
    State,
    SubjectKind,
    current_edd,
    handoffs,
    stage_history,
    whereabouts,
)
from pathways.engine.times import days_later, working_days_later
from pathways.moments import ALL, by_key, validate_details
from pathways.moments.products import PRODUCTS
from tests.rules.story import site, source

# No deadline: the machine may be busy. No stored examples: a test run leaves nothing behind.
tried = settings(max_examples=120, deadline=None, database=None)
often = settings(tried, max_examples=250)

START = datetime(2026, 2, 1, tzinfo=UTC)
LAST = START + timedelta(days=700)
END = LAST + timedelta(days=900)
BY_THE_CLOCK = (State.PENDING, State.DUE_SOON, State.OVERDUE, State.MISSED)
STEPS = [(moment, step) for moment in ALL for step in moment.steps]
OF_IMMEDIATE_SAFETY = {"DISCHARGE_OST_HANDOVER", "NALOXONE_DISCHARGE", "SEP_OST_NALOXONE_24H"} | {
    moment.key for moment in ALL if moment.key.startswith("OST_") or moment.key == "POCD_RECEIPT"
}
NEEDED_BY_THE_BABY = {"NOWS_START", "NOWS_COMPLETE", "HV_NEW_BABY", "PREDISCHARGE_MEETING"}
CONTACTS = {"first_contact", "booking_completed", "contact_made", "postnatal_visit"}

instants = st.integers(0, 700 * 24 * 4).map(lambda quarters: START + timedelta(minutes=15 * quarters))
SOURCES = {
    "service": source("prescriber"),
    "corner": source("pharmacy", mon_fri="09:00-13:00, 14:00-17:30", sat="09:00-12:00"),
    "north": source("pharmacy", "SCO", mon_fri="08:30-18:00"),
}
sites = st.sampled_from(
    [
        site("ENG"),
        site("SCO", SOURCES),
        site("ENG", SOURCES, nows_hours="PT72H", prebirth_conf_ga="34+0", ward_medicine_from="2026-09-01"),
    ]
)
edds = st.none() | st.dates(date(2026, 2, 1), date(2027, 12, 31))


def _values(kind: str, draw: st.DrawFn) -> dict[str, str]:
    """Details that pass the checks, each left out now and then unless it is required."""
    found: dict[str, str] = {}
    for detail in FACT_KINDS[kind].details:
        if not detail.required and draw(st.booleans()):
            continue
        found[detail.name] = {
            DetailType.DATE: lambda: draw(st.dates(date(2026, 2, 1), date(2027, 12, 31))).isoformat(),
            DetailType.TIME: lambda: draw(instants).isoformat(),
            DetailType.YES_NO: lambda: draw(st.sampled_from(["yes", "no"])),
            DetailType.CHOICE: lambda d=detail: draw(st.sampled_from([value for value, _ in d.choices])),
            DetailType.PRODUCT: lambda: draw(st.sampled_from(sorted(PRODUCTS))),
            DetailType.NUMBER: lambda: str(draw(st.integers(1, 2))),
            DetailType.SITE: lambda: "GLEN",
            DetailType.MOMENT: lambda: "",
            DetailType.STEP: lambda: "",
            DetailType.TEXT: lambda: draw(st.sampled_from(["because", *SOURCES])),
        }[detail.type]()
    if "moment" in found:
        moment, step = draw(st.sampled_from(STEPS))
        found |= {"moment": moment.key, "step": step.key}
    return found


@st.composite
def facts(draw: st.DrawFn, kinds: tuple[str, ...] = tuple(FACT_KINDS), sequence: int = 0) -> Fact:
    kind = draw(st.sampled_from(kinds))
    about = FACT_KINDS[kind].about_baby
    baby = draw(st.none() | st.integers(1, 3)) if about is not AboutBaby.NO else None
    return Fact(kind, draw(instants), sequence, baby, _values(kind, draw))


# The first steps of a true history, so that much opens; then whatever comes.
COMMON = (
    "first_contact",
    "booking_completed",
    "treatment_started",
    "dose_confirmed",
    "admitted",
    "dose_scheduled",
    "dose_given",
    "baby_born",
    "separated",
)


@st.composite
def histories(draw: st.DrawFn, longest: int = 25) -> list[Fact]:
    told = [draw(facts(kinds=(kind,))) for kind in COMMON if draw(st.booleans())]
    told += draw(st.lists(facts(), max_size=longest))
    return [replace(fact, sequence=number) for number, fact in enumerate(told)]


def ask(rules: SiteRules, told: list[Fact], now: datetime, edd: date | None) -> list[Handoff]:
    return handoffs(ALL, rules, told, now, edd_at_entry=edd)


def keyed(found: list[Handoff]) -> Mapping[tuple[Any, ...], Handoff]:
    return {(one.moment, one.step, one.subject, one.occurrence): one for one in found}


@given(histories(), sites, edds, instants)
@often
def test_every_history_that_passes_the_checks_gets_an_answer(
    told: list[Fact], rules: SiteRules, edd: date | None, now: datetime
) -> None:
    for fact in told:
        assert validate_details(fact.kind, fact.baby, fact.details) == []
    found = ask(rules, told, now, edd)
    assert len(keyed(found)) == len(found)
    for one in found:
        assert one.warn_at <= one.due_at <= one.missed_at
        assert one.opened_at <= now
        assert (one.ended_at is None) == (one.state in OPEN_STATES)
        for instant in (one.opened_at, one.warn_at, one.due_at, one.missed_at, one.not_before, one.ended_at):
            assert instant is None or instant.tzinfo is UTC


@given(histories(), sites, edds, st.randoms(use_true_random=False))
@tried
def test_the_order_in_which_facts_are_given_does_not_matter(
    told: list[Fact], rules: SiteRules, edd: date | None, chance: random.Random
) -> None:
    shuffled = list(told)
    chance.shuffle(shuffled)
    assert ask(rules, shuffled, END, edd) == ask(rules, told, END, edd)


@given(histories(), sites, edds, st.randoms(use_true_random=False))
@tried
def test_the_order_of_recording_matters_only_for_ties(
    told: list[Fact], rules: SiteRules, edd: date | None, chance: random.Random
) -> None:
    # Apart by a second each: no ties.
    apart = [
        replace(fact, occurred_at=fact.occurred_at + timedelta(seconds=number)) for number, fact in enumerate(told)
    ]
    assume(len({fact.occurred_at for fact in apart}) == len(apart))
    numbers = [fact.sequence for fact in apart]
    chance.shuffle(numbers)
    recorded_otherwise = [replace(fact, sequence=number) for fact, number in zip(apart, numbers, strict=True)]
    assert ask(rules, recorded_otherwise, END, edd) == ask(rules, apart, END, edd)


@given(histories(), histories(), sites, edds, instants)
@tried
def test_what_has_not_happened_yet_changes_nothing(
    told: list[Fact], later: list[Fact], rules: SiteRules, edd: date | None, now: datetime
) -> None:
    to_come = [
        replace(
            fact, sequence=1000 + fact.sequence, occurred_at=now + (fact.occurred_at - START) + timedelta(seconds=1)
        )
        for fact in later
    ]
    assert ask(rules, [*told, *to_come], now, edd) == ask(rules, told, now, edd)


@given(histories(), sites, edds, st.integers(0, 900 * 24), st.integers(0, 900 * 24))
@often
def test_with_the_same_facts_a_handoff_only_grows_later(
    told: list[Fact], rules: SiteRules, edd: date | None, hours: int, more: int
) -> None:
    earlier = keyed(ask(rules, told, LAST + timedelta(hours=hours), edd))
    later = keyed(ask(rules, told, LAST + timedelta(hours=hours + more), edd))
    assert earlier.keys() == later.keys()
    for key, before in earlier.items():
        after = later[key]
        assert replace(before, state=after.state) == after
        if before.state in BY_THE_CLOCK:
            assert BY_THE_CLOCK.index(before.state) <= BY_THE_CLOCK.index(after.state)
        else:
            assert before.state == after.state


@given(histories(), sites, edds)
@often
def test_nothing_is_born_missed_by_gestation(told: list[Fact], rules: SiteRules, edd: date | None) -> None:
    for one in ask(rules, told, END, edd):
        step_rules = by_key[one.moment].step(one.step).rules
        if one.late_entry:
            assert any(rule.offset.is_gestation for rule in step_rules)
        if all(rule.offset.is_gestation for rule in step_rules):
            assert one.due_at > one.opened_at


@given(histories(), sites, edds, instants)
@tried
def test_every_subject_exists(told: list[Fact], rules: SiteRules, edd: date | None, now: datetime) -> None:
    so_far = [fact for fact in told if fact.occurred_at <= now]
    counts = {
        SubjectKind.ADMISSION: sum(fact.kind == "admitted" for fact in so_far),
        SubjectKind.SEPARATION: sum(fact.kind == "separated" for fact in so_far),
        SubjectKind.TRANSFER: sum(fact.kind == "transfer_requested" for fact in so_far),
        SubjectKind.DOSE: 2 + sum(fact.kind == "dose_scheduled" for fact in so_far),  # 1 and 2 can be named
    }
    for one in ask(rules, told, now, edd):
        if one.subject.kind is SubjectKind.PREGNANCY:
            assert one.subject.number == 0
        elif one.subject.kind is SubjectKind.BABY:
            assert one.subject.number in whereabouts(so_far).born
        else:
            assert 1 <= one.subject.number <= counts[one.subject.kind]


@given(histories(), sites, edds, instants, st.integers(0, 48))
@often
def test_closing_hides_no_medication_flag(
    told: list[Fact], rules: SiteRules, edd: date | None, separated_at: datetime, hours: int
) -> None:
    told = [*told, Fact("treatment_started", START, 1000), Fact("separated", separated_at, 1001)]
    closed = [*told, Fact("closed", separated_at + timedelta(hours=hours), 1002)]
    before, after = (ask(rules, facts_, END, edd) for facts_ in (told, closed))
    assert [one for one in after if one.moment in OF_IMMEDIATE_SAFETY] == [
        one for one in before if one.moment in OF_IMMEDIATE_SAFETY
    ]


@given(histories(), sites, edds)
@tried
def test_after_her_death_only_what_a_living_baby_needs_is_open(
    told: list[Fact], rules: SiteRules, edd: date | None
) -> None:
    died = LAST + timedelta(hours=1)
    for one in ask(rules, [*told, Fact("mother_died", died, 1000)], died, edd):
        if one.moment not in NEEDED_BY_THE_BABY:
            assert one.state not in (State.PENDING, State.DUE_SOON, State.OVERDUE)


@given(histories(), sites, edds, facts(kinds=("contact_made", "contact_missed")))
@tried
def test_a_contact_moves_only_the_contact_handoff(
    told: list[Fact], rules: SiteRules, edd: date | None, contact: Fact
) -> None:
    with_contact = ask(rules, [*told, replace(contact, sequence=1000)], END, edd)
    without = ask(rules, told, END, edd)
    assert [one for one in with_contact if one.moment != "LOST_CONTACT"] == [
        one for one in without if one.moment != "LOST_CONTACT"
    ]


@given(histories(), sites, edds)
@tried
def test_contact_occurrences_follow_each_other(told: list[Fact], rules: SiteRules, edd: date | None) -> None:
    found = [one for one in ask(rules, told, END, edd) if one.moment == "LOST_CONTACT"]
    assert [one.occurrence for one in found] == list(range(1, len(found) + 1))
    assert [one.opened_at for one in found] == sorted(one.opened_at for one in found)
    contacts = sorted(fact.occurred_at for fact in told if fact.kind in CONTACTS)
    for one in found:
        assert not [at for at in contacts if one.opened_at < at < one.due_at and one.ended_at is None]


@given(histories())
@often
def test_stages_lead_from_one_to_the_next(told: list[Fact]) -> None:
    moves = stage_history(told)
    for before, after in pairwise(moves):
        assert after.before == before.stage
        assert after.since >= before.since
    for move in moves:
        assert move.before != move.stage
        if move.before is Stage.CLOSED:
            assert move.fact.kind == "reopened"


@given(histories(), edds)
@tried
def test_the_edd_is_one_that_somebody_gave(told: list[Fact], edd: date | None) -> None:
    given_dates = {fact.details["edd"] for fact in told if fact.kind == "dating_agreed"}
    found = current_edd(told, edd)
    assert found == edd if not given_dates else found is not None and found.isoformat() in given_dates


@given(st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1), timezones=st.just(LONDON)), st.integers(-400, 400))  # noqa: DTZ001
@often
def test_days_keep_the_wall_clock_or_lie_one_hour_after_a_gap(instant: datetime, days: int) -> None:
    wanted = instant.replace(tzinfo=None, fold=0) + timedelta(days=days)
    found = days_later(instant, days, LONDON).astimezone(LONDON)
    assert found.replace(tzinfo=None, fold=0) - wanted in (timedelta(0), timedelta(hours=1))
    if found.replace(tzinfo=None, fold=0) == wanted:
        assert found.fold == 0


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(1, 30),
    st.sampled_from(["ENG", "SCO"]),
)
@often
def test_working_days_there_and_back(instant: datetime, days: int, nation: str) -> None:
    is_working_day = working_days(nation)
    there = working_days_later(instant, days, LONDON, is_working_day)
    day = there.astimezone(LONDON).date() - timedelta(days=1)  # the day that this midnight ends
    assert is_working_day(day)
    assert there > instant
    back = working_days_later(there, -days, LONDON, is_working_day)
    assert back <= instant + timedelta(days=1)
    assert working_days_later(back, days, LONDON, is_working_day) == there
