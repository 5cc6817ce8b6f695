"""How she may be told, the legal bases of both nations, and what her own care is made of."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pathways.engine import State
from pathways.moments import by_key
from pathways.rules.her_care import HER_CARE, OF_HER_CARE, next_of
from pathways.rules.legal_basis import ALL_LEGAL_BASES, LEGAL_BASES
from pathways.rules.telling import How, Way, latest_day_problem, needs_sign_off

TODAY = date(2026, 11, 20)
EDD = date(2027, 1, 15)


@pytest.mark.parametrize("how", How)
@pytest.mark.parametrize("in_labour", [False, True])
@pytest.mark.parametrize("told_before", [False, True])
def test_only_in_person_and_before_labour_needs_nobodys_sign_off(how: How, in_labour: bool, told_before: bool) -> None:
    gently = how is How.IN_PERSON and not in_labour
    assert needs_sign_off(Way(how, in_labour), told_before=told_before) is not (gently or told_before)


@pytest.mark.parametrize(
    ("latest", "edd", "is_well"),
    [
        (EDD - timedelta(days=1), EDD, True),
        (EDD, EDD, False),
        (TODAY, EDD, True),
        (TODAY - timedelta(days=1), EDD, False),
        (TODAY, None, True),
        (None, EDD, False),
    ],
)
def test_the_latest_day_lies_ahead_and_before_the_birth(latest: date | None, edd: date | None, is_well: bool) -> None:
    assert (latest_day_problem(latest, edd=edd, today=TODAY) == "") is is_well


def test_each_nation_has_its_own_bases_and_one_agreed_in_the_family() -> None:
    england, scotland = (dict(LEGAL_BASES[nation]) for nation in ("ENG", "SCO"))
    assert england.keys() & scotland.keys() == {"family_agreement"}
    assert {"eng_s20", "eng_s31", "eng_s38", "eng_s44", "eng_s46"} < england.keys()
    assert {"sco_s25", "sco_cpo", "sco_icso", "sco_cso", "sco_kinship"} < scotland.keys()
    assert england | scotland == ALL_LEGAL_BASES
    assert max(map(len, ALL_LEGAL_BASES)) <= 20  # the column


def test_every_step_of_her_care_is_declared_and_every_separation_step_is_in_it() -> None:
    for moment, step in OF_HER_CARE:
        assert by_key[moment].step(step)
    after_separation = {
        (moment.key, step.key) for moment in by_key.values() if moment.key.startswith("SEP_") for step in moment.steps
    }
    assert after_separation <= OF_HER_CARE


def test_what_is_said_of_her_care_is_declared_as_evidence() -> None:
    for line in HER_CARE:
        declared = {item.key for moment, _ in line.owed for item in by_key[moment].evidence}
        assert set(line.says) <= declared, line.key


def test_the_most_urgent_is_next_and_what_has_ended_is_not() -> None:
    assert (
        next_of([(State.PENDING, 1, "later"), (State.MISSED, 9, "missed"), (State.OVERDUE, 2, "overdue")]) == "missed"
    )
    assert next_of([(State.DUE_SOON, 5, "second"), (State.DUE_SOON, 4, "first")]) == "first"
    assert next_of([(State.COMPLETED_LATE, 1, "done"), (State.DECLINED, 1, "no")]) is None
