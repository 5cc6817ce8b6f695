"""Whether a service takes a woman like her: every answer of a service, every woman, and what is said of it."""

from __future__ import annotations

from itertools import product

import pytest

from referrals.models import Service
from referrals.rules.fit import CONDITIONS, Fit, Fits, Her, fit

FACTS = [condition.fact for condition in CONDITIONS]
# The answer that turns her away, for each thing that is asked.
TURNS_AWAY = {
    "late_booker": ("takes_late_bookers", "no"),
    "new_to_services": ("needs_earlier_engagement", "yes"),
    "with_baby": ("takes_babies", "no"),
    "after_removal": ("takes_after_removal", "no"),
    "from_elsewhere": ("takes_from_elsewhere", "no"),
}


@pytest.mark.parametrize("fact", FACTS)
def test_one_answer_turns_her_away_one_takes_her_and_silence_is_asked(fact: str) -> None:
    column, no = TURNS_AWAY[fact]
    her, yes = Her(**{fact: True}), "yes" if no == "no" else "no"
    condition = next(each for each in CONDITIONS if each.fact == fact)
    assert fit({column: no}, her) == Fit(Fits.NO, against=(condition.refuses,))
    assert fit({column: yes}, her) == Fit(Fits.YES)
    for silence in ({column: "ask"}, {}):
        assert fit(silence, her) == Fit(Fits.ASK, to_ask=(condition.ask,))


def test_what_is_not_so_of_her_is_not_asked() -> None:
    assert fit(dict(TURNS_AWAY.values()), Her()) == Fit(Fits.YES)


def test_one_no_is_stronger_than_what_has_to_be_asked() -> None:
    found = fit({"takes_late_bookers": "no"}, Her(late_booker=True, with_baby=True))
    assert (found.fits, len(found.against), len(found.to_ask)) == (Fits.NO, 1, 1)


def test_every_woman_and_every_service_have_one_answer() -> None:
    """All 32 women against all 243 services, from the words of the study: a no beats a question, a question a yes."""
    for known in product((False, True), repeat=len(FACTS)):
        her = Her(**dict(zip(FACTS, known, strict=True)))
        for said in product(("yes", "no", "ask"), repeat=len(FACTS)):
            answers = dict(zip((condition.answer for condition in CONDITIONS), said, strict=True))
            asked = [TURNS_AWAY[fact] for fact, holds in zip(FACTS, known, strict=True) if holds]
            wanted = Fits.YES
            if any(answers[column] == "ask" for column, _ in asked):
                wanted = Fits.ASK
            if any(answers[column] == no for column, no in asked):
                wanted = Fits.NO
            assert fit(answers, her).fits is wanted, (her, answers)


def test_every_answer_is_a_column_of_a_service_and_every_fact_one_of_hers() -> None:
    columns = {field.name for field in Service._meta.concrete_fields if field.name.startswith(("takes_", "needs_"))}
    assert {condition.answer for condition in CONDITIONS} == columns
    assert set(FACTS) == set(Her.__dataclass_fields__)
