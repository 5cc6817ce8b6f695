"""Whom people tell of her death: those there are, and nobody who is not."""

from __future__ import annotations

from pathways.rules.loss import PEOPLE, people_to_tell

ALWAYS = ["incident_lead", "next_of_kin", "gp", "review"]


def test_everybody_is_told_where_there_is_a_baby_and_a_treatment() -> None:
    assert people_to_tell(baby_lives=True, in_treatment=True) == list(PEOPLE)


def test_nobody_is_on_the_list_who_is_not_there() -> None:
    assert people_to_tell(baby_lives=False, in_treatment=False) == ALWAYS
    assert set(people_to_tell(baby_lives=True, in_treatment=False)) - set(ALWAYS) == {"health_visitor", "social_worker"}
    assert set(people_to_tell(baby_lives=False, in_treatment=True)) - set(ALWAYS) == {"prescriber", "pharmacy"}


def test_each_line_says_who_and_why() -> None:
    for person in PEOPLE.values():
        assert person.title
        assert person.why.endswith(".")
