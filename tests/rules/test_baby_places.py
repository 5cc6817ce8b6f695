"""Where each baby is: what was said last, until something moves mother or baby."""

from __future__ import annotations

import pytest

from pathways.engine import Fact
from pathways.rules.baby_places import Place, places_of
from pathways.wording.babies import PLACES
from tests.rules.story import at, fact

BORN = fact("baby_born", "2027-02-20 05:00", 1, place="hospital")


def said(place: str, when: str = "2027-02-20 06:00", baby: int = 1) -> Fact:
    return fact("baby_place_recorded", when, baby, place=place)


def place(*facts: Fact, baby: int = 1) -> Place:
    return places_of([BORN, *facts])[baby].place


def test_nobody_said_anything() -> None:
    assert place() is Place.BOTH_IN_HOSPITAL
    assert place(fact("mother_discharged", "2027-02-21 05:00")) is Place.IN_HOSPITAL_WITHOUT_HER
    home = [fact("baby_discharged", "2027-02-21 04:00", 1), fact("mother_discharged", "2027-02-21 05:00")]
    assert place(*home) is Place.WITH_MOTHER
    assert place(*home, fact("admitted", "2027-02-23 05:00", reason="postnatal")) is Place.HOME_WITHOUT_HER


@pytest.mark.parametrize("words", ["with_mother", "transitional_care", "neonatal_unit", "other_hospital"])
def test_what_was_said_last_counts(words: str) -> None:
    assert place(said("neonatal_unit", "2027-02-20 05:30"), said(words)) is Place(words)
    assert places_of([BORN, said(words)])[1].said_at == at("2027-02-20 06:00")


def test_each_baby_has_their_own_place() -> None:
    twin = fact("baby_born", "2027-02-20 05:20", 2, place="hospital")
    found = places_of([BORN, twin, said("neonatal_unit", baby=2)])
    assert {number: each.place for number, each in found.items()} == {1: Place.BOTH_IN_HOSPITAL, 2: Place.NEONATAL_UNIT}


def test_beside_her_holds_until_she_goes_out_or_comes_in() -> None:
    out = fact("mother_discharged", "2027-02-21 05:00")
    assert place(said("transitional_care"), out) is Place.IN_HOSPITAL_WITHOUT_HER
    assert place(said("neonatal_unit"), out) is Place.NEONATAL_UNIT
    home = [out, fact("baby_discharged", "2027-02-22 05:00", 1), said("with_mother_and_kin", "2027-02-22 05:00")]
    assert place(*home) is Place.WITH_MOTHER_AND_KIN
    assert place(*home, fact("admitted", "2027-02-23 05:00", reason="postnatal")) is Place.HOME_WITHOUT_HER


def test_going_home_ends_what_was_said_of_the_hospital() -> None:
    gone = [fact("mother_discharged", "2027-02-21 05:00"), fact("baby_discharged", "2027-02-22 05:00", 1)]
    assert place(said("neonatal_unit"), *gone) is Place.WITH_MOTHER


def test_a_baby_placed_away_and_back_and_one_who_died() -> None:
    away = fact("separated", "2027-02-22 05:00")
    assert place(said("neonatal_unit"), away) is Place.PLACED_AWAY
    assert place(said("neonatal_unit"), away, fact("reunified", "2027-03-22 05:00")) is Place.BOTH_IN_HOSPITAL
    assert place(said("neonatal_unit"), fact("baby_died", "2027-02-22 05:00", 1)) is Place.DIED


def test_every_place_has_its_words() -> None:
    assert set(PLACES) == set(Place)
