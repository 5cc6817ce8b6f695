"""Where each baby is, as somebody said it last and as far as nothing has changed since. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pathways.engine import Fact, Whereabouts, in_order
from pathways.engine.whereabouts import babies_concerned


class Place(StrEnum):
    """Where a baby is. The first five are said (``baby_place_recorded``), the others follow from what happened."""

    WITH_MOTHER = "with_mother"
    TRANSITIONAL_CARE = "transitional_care"
    NEONATAL_UNIT = "neonatal_unit"
    OTHER_HOSPITAL = "other_hospital"
    WITH_MOTHER_AND_KIN = "with_mother_and_kin"
    BOTH_IN_HOSPITAL = "both_in_hospital"
    IN_HOSPITAL_WITHOUT_HER = "in_hospital_without_her"
    HOME_WITHOUT_HER = "home_without_her"
    PLACED_AWAY = "placed_away"
    DIED = "died"


# Said while she was beside the baby: they hold until she goes in or out of hospital herself.
BESIDE_HER = frozenset({Place.WITH_MOTHER, Place.TRANSITIONAL_CARE, Place.WITH_MOTHER_AND_KIN})
# Said of a baby in hospital, wherever the baby was born.
SAID_IN_HOSPITAL = frozenset({Place.TRANSITIONAL_CARE, Place.NEONATAL_UNIT, Place.OTHER_HOSPITAL})


@dataclass(frozen=True, slots=True)
class BabyIs:
    """Where one baby is; ``said_at`` is when somebody said so, None where it follows from what happened."""

    place: Place
    said_at: datetime | None = None


def places_of(facts: Iterable[Fact]) -> dict[int, BabyIs]:
    """Where each baby of this pregnancy is after these facts (in any order), by number."""
    where, said = Whereabouts(), dict[int, Fact]()
    for fact in in_order(facts):
        where.apply(fact)
        for number in _moved_by(fact, said, where):
            said.pop(number, None)
        if fact.kind == "baby_place_recorded":
            said[fact.baby_number] = fact
    return {number: _place(number, said.get(number), where) for number in sorted(where.born)}


def _moved_by(fact: Fact, said: dict[int, Fact], where: Whereabouts) -> set[int]:
    """The babies of whom what was said no longer holds."""
    if fact.kind == "baby_discharged":
        return {fact.baby_number}
    if fact.kind in ("separated", "reunified"):
        return babies_concerned(fact, where.born)
    if fact.kind in ("admitted", "mother_discharged"):
        return {number for number, words in said.items() if words.details.get("place") in BESIDE_HER}
    return set()


def _place(number: int, said: Fact | None, where: Whereabouts) -> BabyIs:
    if number in where.died:
        return BabyIs(Place.DIED)
    if number in where.placed_away:
        return BabyIs(Place.PLACED_AWAY)
    if said:
        return BabyIs(Place(said.details["place"]), said.occurred_at)
    if number in where.babies_in_hospital:
        return BabyIs(Place.BOTH_IN_HOSPITAL if where.mother_in_hospital else Place.IN_HOSPITAL_WITHOUT_HER)
    return BabyIs(Place.HOME_WITHOUT_HER if where.mother_in_hospital else Place.WITH_MOTHER)
