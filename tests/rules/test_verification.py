"""How far her medicine is confirmed: never without both, never by what no longer counts, always by the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from carecoord.sites.definitions import site_definition
from medications.rules.verification import (
    ALLOWED,
    ASKED,
    BY_CLOCK,
    COVERED,
    Asked,
    Said,
    Standing,
    State,
    as_written,
    differences,
    may_follow,
    standing,
)
from medications.wording.verification import SEES

ADMITTED = datetime(2026, 11, 20, 5, 30, tzinfo=UTC)
LAST_DOSE = ADMITTED - timedelta(hours=20)
NOW = ADMITTED + timedelta(hours=6)
METHADONE = "methadone_oral_1mg_ml"
WHAT_DIFFERS: dict[str, dict[str, Any]] = {
    "product": {"product": "buprenorphine_sl"},
    "strength": {"strength": "10 mg/ml"},
    "amount": {"amount": "40"},
    "frequency": {"frequency": "bd"},
    "last_dose": {"last_dose_at": LAST_DOSE - timedelta(minutes=1)},
}


def said(source: str = "prescriber", hours: float = 1, **fields: Any) -> Said:
    """What a source says that many hours after she came: 45 mg once a day."""
    known: dict[str, Any] = {
        "pk": 1,
        "admission": 1,
        "product": METHADONE,
        "strength": "1 mg/ml",
        "amount": "45",
        "unit": "mg",
        "frequency": "od",
        "times": (("09:30", ""),),
        "words": "45 mg once a day",
        "last_dose_at": LAST_DOSE,
        "said_at": ADMITTED + timedelta(hours=hours),
        **fields,
    }
    return Said(source=source, **known)


def asked(source: str = "prescriber", hours: float = 0.5, **fields: Any) -> Asked:
    return Asked(source, ADMITTED + timedelta(hours=hours), **fields)


def stands(*rows: Said, calls: Sequence[Asked] = (), now: datetime = NOW, **more: Any) -> Standing:
    known: dict[str, Any] = {
        "admission": 1,
        "admitted_at": ADMITTED,
        "last_confirmed_at": None,
        "closed": {},
        "now": now,
        **more,
    }
    return standing(rows, calls, **known)


# -- what must never be: verified without both, or by what no longer counts --


@pytest.mark.parametrize("alone", ASKED)
def test_one_source_alone_is_never_enough(alone: str) -> None:
    found = stands(said(alone), said(alone, 2, pk=2), said("own_card", 3, pk=3), said("she_says", 3, pk=4))
    assert found.state is State.PARTIAL
    assert found.missing == tuple(source for source in ASKED if source != alone)


@pytest.mark.parametrize("name", WHAT_DIFFERS)
def test_two_that_differ_are_a_conflict_that_names_what(name: str) -> None:
    other = said("pharmacy", 2, pk=2, **WHAT_DIFFERS[name])
    found = stands(said(), other)
    assert found.state is State.CONFLICT
    assert name in found.differs
    assert (found.prescriber, found.pharmacy) == (said(), other)
    assert stands(said(), said("pharmacy", 2, pk=2)).state is State.VERIFIED


def test_the_amount_of_either_dose_of_a_split_day_counts_and_so_does_its_time() -> None:
    def split(source: str, *times: tuple[str, str]) -> Said:
        return said(source, frequency="bd", times=times)

    hers = split("prescriber", ("08:00", "30"), ("20:00", "15"))
    assert stands(hers, split("pharmacy", ("20:00", "15.0"), ("08:00", "30"))).state is State.VERIFIED
    for other in ((("08:00", "15"), ("20:00", "30")), (("09:00", "30"), ("20:00", "15")), ()):
        assert stands(hers, split("pharmacy", *other)).differs == ("times",)


def test_a_struck_statement_and_one_of_another_admission_count_for_nothing() -> None:
    both = said(), said("pharmacy", 2, pk=2)
    assert stands(both[0], replace(both[1], struck=True)).state is State.PARTIAL
    assert stands(both[0], replace(both[1], admission=2)).state is State.PARTIAL
    before_she_came = replace(both[1], said_at=ADMITTED - timedelta(minutes=1))
    assert stands(both[0], before_she_came).state is State.PARTIAL


def test_what_was_confirmed_before_she_came_is_asked_again() -> None:
    before = said(hours=-50, admission=None), said("pharmacy", -49, pk=2, admission=None)
    found = stands(*before)
    assert (found.state, found.prescriber, found.missing) == (State.EXPIRED, None, ASKED)
    assert "admitted again" in found.because
    assert stands(before[0]).state is State.UNVERIFIED
    assert stands(*before, calls=[asked()]).state is State.REQUESTED


def test_after_72_hours_without_a_dose_both_are_asked_again_and_not_a_minute_before() -> None:
    both = said(), said("pharmacy", 2, pk=2)
    gone = LAST_DOSE + timedelta(hours=72)
    assert stands(*both, now=gone - timedelta(minutes=1)).state is State.VERIFIED
    found = stands(*both, now=gone)
    assert (found.state, found.missing) == (State.EXPIRED, ASKED)
    assert "72 hours" in found.because
    dose = LAST_DOSE + timedelta(hours=24)
    assert stands(*both, now=gone, last_confirmed_at=dose, confirmed=[dose]).state is State.VERIFIED
    # a dose afterwards does not make the old record good again
    late = gone + timedelta(hours=5)
    assert stands(*both, now=late, last_confirmed_at=late, confirmed=[late]).state is State.EXPIRED
    # whoever says it knowing of the gap, says it anew
    again = said(hours=53, pk=3), said("pharmacy", 54, pk=4)
    assert stands(*both, *again, now=late).state is State.VERIFIED


def test_an_injection_lasts_as_long_as_it_lasts_with_its_window() -> None:
    weekly = {"product": "laib_weekly", "frequency": "weekly", "strength": "", "times": ()}
    both = said(**weekly), said("pharmacy", 2, pk=2, **weekly)
    gone = LAST_DOSE + timedelta(days=9)
    assert stands(*both, now=gone - timedelta(minutes=1)).state is State.VERIFIED
    assert stands(*both, now=gone).state is State.EXPIRED


@pytest.mark.parametrize("name", WHAT_DIFFERS)
def test_a_changed_prescription_ends_it_and_the_other_is_asked_again(name: str) -> None:
    both = said(), said("pharmacy", 2, pk=2)
    changed = said(hours=3, pk=3, **WHAT_DIFFERS[name])
    found = stands(*both, changed)
    assert (found.state, found.missing) == (State.EXPIRED, ("pharmacy",))
    assert name in found.differs
    assert stands(*both, changed, calls=[asked("pharmacy", 4)]).state is State.PARTIAL
    same = said("pharmacy", 5, pk=4, **WHAT_DIFFERS[name])
    assert stands(*both, changed, same).state is State.VERIFIED
    assert stands(*both, changed, replace(same, amount="12")).state is State.CONFLICT


def test_after_a_move_to_another_site_both_are_asked_again() -> None:
    both = said(), said("pharmacy", 2, pk=2)
    found = stands(*both, moved_at=ADMITTED + timedelta(hours=4))
    assert (found.state, "moved" in found.because) == (State.EXPIRED, True)
    assert stands(*both, moved_at=ADMITTED + timedelta(hours=1)).state is State.VERIFIED
    at_home = [replace(each, admission=None) for each in both]
    known: dict[str, Any] = {"admission": None, "admitted_at": None}
    assert stands(*at_home, **known).state is State.VERIFIED
    assert stands(*at_home, moved_at=ADMITTED + timedelta(hours=4), **known).state is State.EXPIRED


def test_at_home_the_last_dose_is_not_compared_and_days_without_news_are_no_gap() -> None:
    at_home: dict[str, Any] = {"admission": None}
    both = said(**at_home), said("pharmacy", 2, last_dose_at=None, **at_home)
    known: dict[str, Any] = {"admission": None, "admitted_at": None, "now": NOW + timedelta(days=30)}
    assert stands(*both, **known).state is State.VERIFIED
    assert stands(both[0], replace(both[1], amount="40"), **known).differs == ("amount",)


def test_a_last_dose_that_one_of_them_does_not_know_is_not_agreed_on() -> None:
    found = stands(said(last_dose_at=None), said("pharmacy", 2, pk=2))
    assert (found.state, found.missing) == (State.PARTIAL, ("prescriber",))
    assert "has not said when" in found.because
    assert stands(said(last_dose_at=None), said("pharmacy", 2, last_dose_at=None)).state is State.PARTIAL


def test_the_same_minute_is_the_same_dose() -> None:
    later = said("pharmacy", 2, last_dose_at=LAST_DOSE + timedelta(seconds=59))
    assert stands(said(), later).state is State.VERIFIED


def test_what_has_no_amount_is_compared_in_its_words() -> None:
    free: dict[str, Any] = {
        **{"product": "dihydrocodeine_other", "frequency": "custom", "strength": ""},
        **{"amount": "", "unit": "", "words": "30 mg tablets, three a day"},
    }
    same = said("pharmacy", 2, **{**free, "words": "30 MG tablets,  three a day"})
    assert stands(said(**free), same).state is State.VERIFIED
    assert stands(said(**free), replace(same, words="two a day")).differs == ("words",)


# -- at night --


def test_where_whoever_is_missing_is_closed_it_is_out_of_hours() -> None:
    opens = {"prescriber": ADMITTED + timedelta(hours=9), "pharmacy": ADMITTED + timedelta(hours=8)}
    found = stands(closed=opens)
    assert (found.state, found.opens_at) == (State.OOH, opens["pharmacy"])
    assert stands(closed={"prescriber": opens["prescriber"]}).state is State.UNVERIFIED
    assert stands(said("pharmacy"), closed=opens).opens_at == opens["prescriber"]
    assert stands(said(), said("pharmacy"), closed=opens).state is State.VERIFIED
    assert stands(said(), said("pharmacy", amount="40"), closed=opens).state is State.CONFLICT


def closed_at(site: str, at: datetime) -> dict[str, datetime | None]:
    return {
        source.kind: source.hours.next_opening(at)
        for source in site_definition(site).sources
        if not source.hours.is_open(at)
    }


@pytest.mark.parametrize(
    ("day", "closed_in_england", "closed_in_scotland"),
    [
        (datetime(2026, 11, 30, 11, tzinfo=UTC), False, True),  # St Andrew's day
        (datetime(2026, 1, 2, 11, tzinfo=UTC), False, True),
        (datetime(2026, 8, 3, 11, tzinfo=UTC), False, True),
        (datetime(2026, 8, 31, 11, tzinfo=UTC), True, False),
        (datetime(2026, 11, 24, 11, tzinfo=UTC), False, False),
    ],
)
def test_who_can_be_asked_follows_the_calendar_of_the_nation(
    day: datetime, closed_in_england: bool, closed_in_scotland: bool
) -> None:
    for site, is_closed in (("ASHF", closed_in_england), ("GLEN", closed_in_scotland)):
        found = stands(admitted_at=day - timedelta(hours=1), now=day, closed=closed_at(site, day))
        assert (found.state is State.OOH) == is_closed, site
        assert bool(found.opens_at) == is_closed
        if found.opens_at:
            assert found.opens_at > day


# -- all of it, in any order --

GAPS = st.sampled_from([timedelta(minutes=30), timedelta(hours=3), timedelta(hours=30), timedelta(hours=80)])
VALUES = st.fixed_dictionaries(
    {
        "amount": st.sampled_from(["45", "45.0", "40"]),
        "last_dose_at": st.sampled_from([LAST_DOSE, LAST_DOSE, LAST_DOSE - timedelta(days=1), None]),
    }
)
FACTS = st.tuples(
    st.sampled_from(["say", "say", "say", "ask", "dose", "nothing"]), st.sampled_from(ASKED), VALUES, GAPS
)
Told = tuple[list[Said], list[Asked], list[datetime], datetime]


def told(facts: Any) -> list[Told]:
    """What was known after each of the facts: one at a time, some time apart."""
    rows: list[Said] = []
    calls: list[Asked] = []
    doses: list[datetime] = []
    found: list[Told] = [([], [], [], ADMITTED)]
    at = ADMITTED
    for number, (kind, source, values, apart) in enumerate(facts, start=1):
        at += apart
        if kind == "say":
            rows = [*rows, said(source, pk=number, said_at=at, **values)]
        elif kind == "ask":
            calls = [*calls, Asked(source, at)]
        elif kind == "dose":
            doses = [*doses, at]
        found.append((rows, calls, doses, at))
    return found


def state_of(what: Told, now: datetime, closed: Any = None) -> Standing:
    rows, calls, doses, _ = what
    last = max((dose for dose in doses if dose <= now), default=None)
    return stands(*rows, calls=calls, now=now, last_confirmed_at=last, confirmed=doses, closed=closed or {})


@given(st.lists(FACTS, max_size=9))
def test_states_follow_each_other_by_the_table_alone(facts: Any) -> None:
    history = told(facts)
    for before, after in pairwise(history):
        now = after[3]
        was, waited, found = state_of(before, before[3]), state_of(before, now), state_of(after, now)
        assert waited.state in {was.state} | BY_CLOCK[was.state], "time passes"
        assert may_follow(waited.state, found.state), "something is said or asked"
        if found.is_verified and not waited.is_verified:
            assert waited.state not in (State.UNVERIFIED, State.REQUESTED), "never by one source"


@given(st.lists(FACTS, max_size=6), st.sets(st.sampled_from(ASKED), min_size=1))
def test_closed_sources_cover_only_what_they_could_still_say(facts: Any, shut: set[str]) -> None:
    what = told(facts)[-1]
    beneath, found = state_of(what, what[3]), state_of(what, what[3], dict.fromkeys(shut))
    covered = beneath.state in COVERED and set(beneath.missing) <= shut
    assert found.state is (State.OOH if covered else beneath.state)
    assert (found.prescriber, found.pharmacy, found.missing) == (beneath.prescriber, beneath.pharmacy, beneath.missing)


@given(st.lists(FACTS, max_size=9), st.sets(st.sampled_from(ASKED)))
def test_verified_is_two_that_agree_on_everything(facts: Any, shut: set[str]) -> None:
    what = told(facts)[-1]
    found = state_of(what, what[3], dict.fromkeys(shut))
    if found.is_verified:
        assert found.prescriber
        assert found.pharmacy
        assert not differences(found.prescriber, found.pharmacy)
        assert found.prescriber.last_dose_at is not None
        newest = {source: [row for row in what[0] if row.source == source][-1] for source in ASKED}
        assert newest == {"prescriber": found.prescriber, "pharmacy": found.pharmacy}
        assert (found.missing, found.differs) == ((), ())
    else:
        assert found.missing or found.differs
    if found.state is State.OOH:
        assert set(found.missing) <= shut


@given(st.lists(FACTS, max_size=8), st.integers(0, 8), st.randoms())
def test_what_is_struck_through_is_as_if_it_had_never_been_said_in_whatever_order(
    facts: Any, which: int, random: Any
) -> None:
    rows, calls, doses, now = told(facts)[-1]
    assume(rows)
    struck = rows[which % len(rows)]
    crossed = [replace(row, struck=True) if row is struck else row for row in rows]
    never = [row for row in rows if row is not struck]
    random.shuffle(crossed)
    assert state_of((crossed, calls, doses, now), now) == state_of((never, calls, doses, now), now)


def test_the_table_is_the_pathways_and_every_state_says_what_the_ward_sees() -> None:
    assert {state.value: {each.value for each in then} for state, then in ALLOWED.items()} == {
        "unverified": {"requested"},
        "requested": {"partial", "conflict", "ooh"},
        "partial": {"verified", "conflict", "ooh"},
        "verified": {"expired"},
        "conflict": {"verified"},
        "ooh": {"partial", "verified"},
        "expired": {"requested"},
    }
    assert set(SEES) == set(State) == set(BY_CLOCK)
    assert not may_follow(State.VERIFIED, State.PARTIAL)
    assert not may_follow(State.CONFLICT, State.PARTIAL)


@pytest.mark.parametrize(
    ("text", "written"),
    [("45", "45"), ("45.0", "45"), ("45.00", "45"), ("045", "45"), ("7.5", "7.5"), ("7.50", "7.5"), ("0.4", "0.4")],
)
def test_an_amount_is_compared_as_it_is_written(text: str, written: str) -> None:
    assert as_written(text) == written


@given(st.from_regex(r"\A[0-9]{1,4}([.][0-9]{1,3})?\Z"), st.from_regex(r"\A[0-9]{1,4}([.][0-9]{1,3})?\Z"))
def test_two_amounts_are_alike_where_they_are_the_same_number(one: str, other: str) -> None:
    assert (as_written(one) == as_written(other)) == (float(one) == float(other))
