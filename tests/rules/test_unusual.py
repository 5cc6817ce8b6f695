"""Each rule of unusual access: what it finds, and what it leaves alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from carecoord.audit.unusual.day import name_of
from carecoord.audit.unusual.rules import BY_KEY, RULES, Day, Her, Look, Name

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
ME, OTHER, HER = 1, 2, 100
STAFF = {ME: Name("reid", "a"), OTHER: Name("okoro", "d")}


def looks(number: int = 1, **said: Any) -> list[Look]:
    """At as many women, by me."""
    return [Look(ME, HER + place, AT, **said) for place in range(number)]


def day(found: list[Look], *, last: str = "lowe", initials: str = "pj", **more: Any) -> Day:
    staff = {**STAFF, **{look.actor_id: Name(f"n{look.actor_id}", "x") for look in found if look.actor_id > OTHER}}
    women = {look.woman_id: Her(7, last, frozenset(initials)) for look in found}
    at_site = {7: frozenset(STAFF.values())}
    return Day(found, staff, women, **{"at_site": at_site, **more})


def keys(of: Day) -> list[str]:
    """The rules that find something."""
    return [rule.key for rule in RULES if list(rule.find(of))]


def test_ordinary_work_is_not_unusual() -> None:
    assert keys(day(looks(12, has_duty=True, is_own=True, wrote=True, at_night=True), usual={ME: 10})) == []
    assert keys(day(looks(2, has_duty=True))) == []
    assert keys(day([])) == []


def test_ones_own_name_is_perhaps_ones_own_record() -> None:
    found = day(looks(wrote=True, is_own=True, has_duty=True), last="reid", initials="ka")
    assert keys(found) == ["own_record"]
    (find,) = BY_KEY["own_record"].find(found)
    assert find == (ME, HER, 7, AT, 1)


def test_the_same_last_name_is_perhaps_family_unless_something_was_recorded() -> None:
    assert keys(day(looks(has_duty=True), last="reid")) == ["same_last_name"]
    assert keys(day(looks(has_duty=True, wrote=True), last="reid")) == []


def test_the_name_of_somebody_who_works_there() -> None:
    assert keys(day(looks(has_duty=True), last="okoro", initials="d")) == ["colleague"]
    assert keys(day(looks(has_duty=True), last="okoro", initials="e")) == []
    for explained in ({"wrote": True}, {"is_own": True}):
        assert keys(day(looks(has_duty=True, **explained), last="okoro", initials="d")) == []


def test_after_the_duty_had_ended() -> None:
    assert keys(day(looks(had_duty=True, claimed=True, wrote=True))) == ["after_duty"]
    assert keys(day(looks(had_duty=True, has_duty=True))) == []


def test_a_claim_that_nothing_explains() -> None:
    assert keys(day(looks(claimed=True))) == ["unexplained_claim"]
    for explained in ("has_duty", "wrote"):
        assert keys(day(looks(claimed=True, **{explained: True}))) == []


@pytest.mark.parametrize(
    ("number", "usual", "found"),
    [(16, 2.0, True), (15, 2.0, False), (31, 10.0, True), (30, 10.0, False), (41, None, True), (40, None, False)],
)
def test_far_more_women_than_usual(number: int, usual: float | None, found: bool) -> None:
    of = day(looks(number, has_duty=True, is_own=True, wrote=True), usual={} if usual is None else {ME: usual})
    assert keys(of) == (["volume"] if found else [])
    if found:
        assert list(BY_KEY["volume"].find(of)) == [(ME, None, 7, AT, number)]


def test_many_women_of_others_at_night() -> None:
    assert keys(day(looks(5, at_night=True, has_duty=True))) == ["at_night"]
    assert keys(day(looks(4, at_night=True, has_duty=True))) == []
    assert keys(day(looks(5, has_duty=True))) == []
    for explained in ("is_own", "wrote"):
        assert keys(day(looks(5, at_night=True, has_duty=True, **{explained: True}))) == []


def test_the_same_woman_again_and_again() -> None:
    assert keys(day(looks(days=6, has_duty=True))) == ["watched"]
    assert keys(day(looks(days=5, has_duty=True))) == []
    for explained in ("wrote_lately", "is_own"):
        assert keys(day(looks(days=6, has_duty=True, **{explained: True}))) == []


def test_many_who_had_not_looked_before() -> None:
    crowd = [Look(10 + number, HER, AT, has_duty=True) for number in range(8)]
    assert keys(day(crowd)) == ["crowd"]
    assert list(BY_KEY["crowd"].find(day(crowd))) == [(None, HER, 7, AT, 8)]
    assert keys(day(crowd[:7])) == []
    for explained in ({"is_first": False}, {"is_own": True}, {"wrote": True}):
        assert keys(day([Look(10 + number, HER, AT, has_duty=True, **explained) for number in range(8)])) == []


def test_somebody_who_is_unknown_is_passed_over() -> None:
    assert keys(Day([Look(99, HER, AT, claimed=True)], STAFF, {})) == []


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("A. Reid", Name("reid", "a")),
        ("Dr V. Menon", Name("menon", "v")),
        ("Róisín Ní Bhriain", Name("nibhriain", "r")),
        ("J. P. O’Connor-Łukasz", Name("oconnorlukasz", "j")),
        ("Reid", Name("reid", "")),
        ("Dr", Name("", "")),
    ],
)
def test_names_as_colleagues_write_them(written: str, name: Name) -> None:
    assert name_of(written) == name


def test_every_rule_says_why_in_words() -> None:
    assert len(BY_KEY) == len(RULES) == 9
    for rule in RULES:
        assert rule.why.format(number=7).endswith(".")
        assert len(rule.key) <= 30
