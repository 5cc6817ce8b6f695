"""A mother-and-baby placement: it begins with a prescriber there, ends with her baby or, recorded first, without."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from carecoord import clock
from carecoord.access.models import User
from pathways.actions import Refused
from pathways.models import Address, Journey, Placement
from pathways.moves.placement import End, Home, Start, Supply, end_placement, start_placement
from pathways.projection import differences
from tests.factories import ago, happened, staff
from tests.together import on_ward_with_babies, stage_of

pytestmark = pytest.mark.django_db

WHERE = Home("The Willows, 4 Mill Lane", "ZX1 4CD", protected=True)


@pytest.fixture
def midwife() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def at_home(midwife: User) -> Journey:
    made = on_ward_with_babies(midwife=midwife, born=6)
    happened(made, ("baby_discharged", ago(2), {}, 1), ("mother_discharged", ago(2)))
    return made


def start(**fields: Any) -> Start:
    known = {
        "kind": "rehab",
        "home": WHERE,
        "out_of_area": True,
        "prescriber": "The Willows’ doctor",
        "confirmed_by": "Dr E. Moss, prescriber",
        **fields,
    }
    return Start(**known)


def test_she_moves_there_with_her_baby(at_home: Journey, midwife: User) -> None:
    start_placement(at_home, start(), by=midwife)
    assert stage_of(at_home) == "residential_placement"
    placement = Placement.objects.get()
    assert (placement.prescriber, placement.out_of_area) == ("The Willows’ doctor", True)
    address = Address.objects.get()
    assert (address.kind, address.lines, address.protected) == ("resident", "The Willows, 4 Mill Lane", True)
    assert "Willows, 4" not in str(list(at_home.events.values_list("details", "note")))  # where she is stands apart
    assert not differences(at_home, clock.present())


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"prescriber": "", "confirmed_by": ""}, "prescriber"),
        ({"confirmed_by": " "}, "confirmed_by"),
        ({"home": Home()}, "lines"),
    ],
)
def test_it_does_not_begin_without_a_place_and_a_prescriber(
    at_home: Journey, midwife: User, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        start_placement(at_home, start(**fields), by=midwife)
    assert refused.value.field == field
    assert not Placement.objects.exists()
    assert stage_of(at_home) == "postnatal_community"


def test_who_is_not_in_treatment_needs_no_prescriber(midwife: User) -> None:
    record = on_ward_with_babies(midwife=midwife, treated=False, born=6)
    happened(record, ("baby_discharged", ago(2), {}, 1), ("mother_discharged", ago(2)))
    start_placement(record, start(prescriber="", confirmed_by=""), by=midwife)
    assert stage_of(record) == "residential_placement"


def test_in_hospital_she_leaves_it_first(midwife: User) -> None:
    with pytest.raises(Refused, match="no longer fits"):
        start_placement(on_ward_with_babies(midwife=midwife), start(), by=midwife)


def test_it_ends_with_her_baby_at_a_new_address_with_who_has_her_medicine(at_home: Journey, midwife: User) -> None:
    start_placement(at_home, start(at=ago(1)), by=midwife)
    end = End(with_baby=True, home=Home("9 Weaver Row"), supply=Supply("harbour", "quay-pharmacy"))
    end_placement(at_home, end, by=midwife)
    assert stage_of(at_home) == "postnatal_community"
    arranged = at_home.events.get(kind="supply_arranged")
    assert arranged.details == {"service": "harbour", "pharmacy": "quay-pharmacy"}
    left, home = Address.objects.order_by("pk")[1:]
    assert (left.kind, left.lines, left.ends_on) == ("resident", "", clock.today())
    assert (home.kind, home.lines) == ("home", "9 Weaver Row")
    assert not differences(at_home, clock.present())


def test_without_her_baby_where_the_baby_is_placed_is_recorded_first(at_home: Journey, midwife: User) -> None:
    start_placement(at_home, start(at=ago(1)), by=midwife)
    with pytest.raises(Refused, match="A baby is placed away") as refused:
        end_placement(at_home, End(with_baby=False, home=Home()), by=midwife)
    assert refused.value.field == "with_baby"
    happened(at_home, ("separated", ago(0.1)))
    assert stage_of(at_home) == "separated"
    with pytest.raises(Refused, match="no baby is with her"):
        end_placement(at_home, End(with_baby=True, home=Home()), by=midwife)
    end_placement(at_home, End(with_baby=False, home=Home()), by=midwife)
    assert stage_of(at_home) == "separated"  # her own care goes on as it was
    assert not differences(at_home, clock.present())


def test_in_pregnancy_it_leaves_her_where_she_is(midwife: User) -> None:
    record = on_ward_with_babies(0, midwife=midwife)
    happened(record, ("booking_completed", ago(99)))
    assert stage_of(record) == "intrapartum"
    happened(record, ("mother_discharged", ago(1)))
    start_placement(record, start(), by=midwife)
    assert stage_of(record) == "antenatal"
    with pytest.raises(Refused, match="no longer fits"):
        start_placement(record, start(), by=midwife)
    end_placement(record, End(with_baby=None, home=Home()), by=midwife)
    assert stage_of(record) == "antenatal"


def test_the_same_form_twice_counts_once(at_home: Journey, midwife: User) -> None:
    form = start(submission=uuid.uuid4())
    assert not start_placement(at_home, form, by=midwife).again
    assert start_placement(at_home, form, by=midwife).again
    assert Placement.objects.count() == Address.objects.count() == 1
