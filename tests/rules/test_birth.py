"""Births of one pregnancy: what is recorded of each, and what could not have been so."""

from __future__ import annotations

from datetime import datetime

import pytest

from pathways.engine import Fact, Stage, stage_history
from pathways.rules.birth import Birth, Outcome, facts_of, first_problem, next_numbers
from tests.rules.story import at, fact

NOW = at("2027-02-20 12:00")
ADMITTED = fact("admitted", "2027-02-20 01:00", reason="labour")


def born(baby: int, when: str, outcome: str = "hospital", now: str = "with_mother") -> Birth:
    return Birth(baby, at(when), Outcome(outcome), "" if outcome == "stillborn" else now)


def recorded(births: list[Birth], facts: list[Fact], came_in_at: datetime | None = None) -> list[Fact]:
    """The facts after these births, in the order of recording."""
    lines = facts_of(births, facts, came_in_at, NOW)
    new = [Fact(line.kind, line.at, 1000 + number, line.baby, line.details) for number, line in enumerate(lines)]
    return [*facts, *new]


def stage_after(facts: list[Fact]) -> Stage | None:
    return stage_history(facts)[-1].stage


def test_the_one_born_first_is_baby_1() -> None:
    assert next_numbers([], 2) == [1, 2]
    assert next_numbers([1, 2], 1) == [3]


def test_each_baby_has_a_birth_and_a_place() -> None:
    births = [born(1, "2027-02-20 05:00"), born(2, "2027-02-20 05:20", now="neonatal_unit")]
    told = [(line.kind, line.baby, dict(line.details)) for line in facts_of(births, [ADMITTED], None, NOW)]
    assert told == [
        ("baby_born", 1, {"place": "hospital"}),
        ("baby_place_recorded", 1, {"place": "with_mother"}),
        ("baby_born", 2, {"place": "hospital"}),
        ("baby_place_recorded", 2, {"place": "neonatal_unit"}),
    ]


def test_a_place_is_said_to_the_minute_so_that_the_next_form_sorts_after_it() -> None:
    said = facts_of([born(1, "2027-02-20 05:00")], [ADMITTED], None, NOW.replace(second=40))[1]
    assert said.at == NOW
    just_born = facts_of([Birth(1, NOW.replace(second=30), Outcome.IN_HOSPITAL, "with_mother")], [], NOW, NOW)[-1]
    assert just_born.at == NOW.replace(second=30)


def test_where_nobody_knows_where_the_baby_is_nothing_is_said_of_it() -> None:
    lines = facts_of([born(1, "2027-02-20 05:00", now="")], [ADMITTED], None, NOW)
    assert [line.kind for line in lines] == ["baby_born"]


@pytest.mark.parametrize("first", ["hospital", "stillborn"])
def test_twins_of_whom_one_was_stillborn_leave_her_with_a_living_baby(first: str) -> None:
    second = "stillborn" if first == "hospital" else "hospital"
    births = [born(1, "2027-02-20 05:00", first), born(2, "2027-02-20 05:20", second)]
    assert first_problem(births, [ADMITTED], None) is None
    after = recorded(births, [ADMITTED])
    assert stage_after(after) is Stage.POSTNATAL_INPATIENT
    loss = next(each for each in after if each.kind == "pregnancy_loss")
    assert loss.details == {"kind": "stillbirth"}
    assert loss.at >= next(each.at for each in after if each.kind == "baby_born")


def test_which_baby_was_stillborn_stands_in_the_note() -> None:
    births = [born(1, "2027-02-20 05:00"), born(2, "2027-02-20 05:20", "stillborn")]
    assert facts_of(births, [ADMITTED], None, NOW)[-1].note == "Baby 2 was stillborn."


def test_where_no_baby_lives_the_page_for_a_loss_is_the_right_one() -> None:
    problem = first_problem([born(1, "2027-02-20 05:00", "stillborn")], [ADMITTED], None)
    assert problem
    assert (problem.field, "page for a loss" in problem.sentence) == ("outcome_1", True)
    living = [ADMITTED, fact("baby_born", "2027-02-20 04:00", 1, place="hospital")]
    assert first_problem([born(2, "2027-02-20 05:00", "stillborn")], living, None) is None


@pytest.mark.parametrize(
    ("births", "field"),
    [
        ([born(1, "2027-02-20 05:20"), born(2, "2027-02-20 05:00")], "at_2"),
        ([born(1, "2027-02-20 05:00"), born(2, "2027-02-22 05:01")], "at_2"),
        ([born(1, "2027-02-20 05:00", "home")], "at_1"),
        ([born(1, "2027-02-20 00:59")], "came_in_at"),
    ],
)
def test_what_could_not_have_been_so(births: list[Birth], field: str) -> None:
    problem = first_problem(births, [ADMITTED], None)
    assert problem
    assert problem.field == field


def test_a_birth_at_home_and_one_in_hospital_after_she_came_in() -> None:
    births = [born(1, "2027-02-20 05:00", "home"), born(2, "2027-02-20 06:00")]
    problem = first_problem(births, [], None)
    assert problem
    assert problem.field == "came_in_at"
    came_in_at = at("2027-02-20 05:40")
    assert first_problem(births, [], came_in_at) is None
    after = recorded(births, [], came_in_at)
    assert next(each.details for each in after if each.kind == "admitted") == {"reason": "labour"}
    assert stage_after(after) is Stage.POSTNATAL_INPATIENT


def test_who_comes_in_after_a_birth_at_home_is_admitted_for_postnatal_care() -> None:
    births = [born(1, "2027-02-20 05:00", "home")]
    assert stage_after(recorded(births, [])) is Stage.POSTNATAL_COMMUNITY
    after = recorded(births, [], at("2027-02-20 05:40"))
    assert next(each.details for each in after if each.kind == "admitted") == {"reason": "postnatal"}
    assert stage_after(after) is Stage.POSTNATAL_INPATIENT


def test_who_gave_birth_before_she_came_was_not_admitted_in_labour() -> None:
    problem = first_problem([born(1, "2027-02-20 00:30", "home")], [ADMITTED], None)
    assert problem
    assert (problem.field, "entered in error" in problem.sentence) == ("at_1", True)
    twins = [born(1, "2027-02-20 00:30", "home"), born(2, "2027-02-20 02:00")]
    assert first_problem(twins, [ADMITTED], None) is None


def test_she_cannot_come_in_twice() -> None:
    problem = first_problem([born(1, "2027-02-20 05:00")], [ADMITTED], at("2027-02-20 04:00"))
    assert problem
    assert problem.field == "came_in_at"
