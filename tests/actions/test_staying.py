"""Beds: who is where on the ward, and what must never be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from carecoord import clock
from carecoord.access.models import Team
from carecoord.access.roles import Role
from medications import staying
from medications.models import Stay
from medications.pages.last_doses import last_doses
from medications.pages.summaries import summaries_of
from pathways.actions import Refused, correct_event
from pathways.models import Journey
from tests.factories import ago, happened, journey, staff, woman
from tests.medicine import dose, on_ward, plan, ward_midwife

pytestmark = pytest.mark.django_db


@pytest.fixture
def nurse() -> Any:
    return ward_midwife(name="L. Grant")


def maple() -> Team:
    return Team.objects.get(site__code="ASHF", code="maple")


def admitted(**fields: Any) -> Journey:
    """In hospital, and nobody has said where."""
    record = journey(**fields)
    happened(record, ("admitted", ago(1), {"reason": "antenatal"}))
    return record


def running(record: Journey) -> Stay:
    return Stay.objects.get(journey=record, until=None)


def test_she_gets_a_bed_and_moves_on(nurse: Any) -> None:
    record = admitted()
    staying.place(record, maple(), " 3a ", by=nurse)
    assert (running(record).bed, running(record).admission) == ("3A", 1)
    staying.move(record, maple(), "5", by=nurse)
    assert running(record).bed == "5"
    assert Stay.objects.filter(journey=record).count() == 2


def test_a_taken_bed_is_refused_and_names_nobody(nurse: Any) -> None:
    on_ward(bed="3", last_name="Thorsteinsdottir", first_name="Maya")
    record = admitted(first_name="Ewa")
    with pytest.raises(Refused) as refused:
        staying.place(record, maple(), "3", by=nurse)
    assert refused.value.sentence == "Bed 3 is taken. Choose another, or move who is there."
    assert not Stay.objects.filter(journey=record).exists()


def test_the_same_bed_again_is_nothing_new(nurse: Any) -> None:
    record = on_ward(bed="3")
    staying.place(record, maple(), "3", by=nurse)
    assert Stay.objects.filter(journey=record).count() == 1


def test_away_keeps_her_bed_and_coming_back_ends_it(nurse: Any) -> None:
    record = on_ward(bed="7")
    back_at = clock.now() + timedelta(hours=2)
    staying.leave(record, Stay.Location.THEATRE, back_at=back_at, by=nurse)
    assert (running(record).bed, running(record).location, running(record).back_at) == ("7", "theatre", back_at)
    with pytest.raises(Refused):
        staying.place(admitted(first_name="Ewa"), maple(), "7", by=nurse)
    staying.leave(record, Stay.Location.BED, by=nurse)
    assert (running(record).location, running(record).back_at) == ("bed", None)


@pytest.mark.parametrize("hours", [-1, 49])
def test_when_she_is_back_lies_ahead(nurse: Any, hours: int) -> None:
    record = on_ward()
    with pytest.raises(Refused):
        staying.leave(record, Stay.Location.AWAY, back_at=clock.now() + timedelta(hours=hours), by=nurse)


@pytest.mark.parametrize("fact", ["mother_discharged", "mother_died"])
def test_going_home_or_her_death_frees_the_bed_by_itself(nurse: Any, fact: str) -> None:
    record = on_ward(bed="3")
    happened(record, (fact, ago(hours=1)))
    assert not Stay.objects.filter(journey=record, until=None).exists()
    staying.place(admitted(first_name="Ewa"), maple(), "3", by=nurse)


def test_a_birth_changes_no_bed(nurse: Any) -> None:
    record = on_ward(bed="3")
    happened(record, ("baby_born", ago(hours=1), {"place": "hospital"}))
    assert running(record).bed == "3"


def test_a_stay_of_an_earlier_admission_does_not_count(nurse: Any) -> None:
    record = on_ward(since=ago(5), bed="3")
    happened(record, ("mother_discharged", ago(3)), ("admitted", ago(1), {"reason": "labour"}))
    Stay.objects.filter(journey=record).update(until=None)  # as an import could leave it
    (woman,) = summaries_of([record], nurse, clock.now())
    assert (woman.in_hospital, woman.bed) == (True, "")
    staying.place(record, maple(), "4", by=nurse)
    assert (running(record).bed, running(record).admission) == ("4", 2)


def test_who_is_not_in_hospital_has_no_bed(nurse: Any) -> None:
    record = on_ward()
    happened(record, ("mother_discharged", ago(hours=1)))
    with pytest.raises(Refused, match="not in hospital"):
        staying.place(record, maple(), "4", by=nurse)


def test_a_ward_of_another_hospital_is_refused(nurse: Any) -> None:
    elsewhere = Team.objects.filter(kind=Team.Kind.WARD).exclude(site__code="ASHF")[0]
    with pytest.raises(Refused) as refused:
        staying.place(admitted(), elsewhere, "4", by=nurse)
    assert refused.value.field == "ward"


def test_beds_are_the_wards_own(nurse: Any) -> None:
    record = on_ward()
    for other in (staff(), staff(Role.OBSTETRIC_DOCTOR, team="hospital"), staff(Role.WARD_MIDWIFE, site="GLEN")):
        with pytest.raises(PermissionDenied):
            staying.place(record, maple(), "4", by=other)
        with pytest.raises(PermissionDenied):
            staying.leave(record, Stay.Location.AWAY, by=other)


# -- the last dose -----------------------------------------------------------------------------------------------


def test_the_last_dose_is_the_latest_one_that_stands(django_assert_num_queries: Any) -> None:
    record, other = on_ward(), on_ward(bed="4", first_name="Ewa")
    (first, second) = happened(
        record,
        ("dose_confirmed", ago(2), {"confirmed_by": "pharmacy", "admission": "1"}),
        ("dose_given", ago(1), {"admission": "1"}),
    )
    with django_assert_num_queries(1):
        found = last_doses([record, other], clock.now())
    assert set(found) == {record.pk}
    assert (found[record.pk].at, found[record.pk].kind) == (second.occurred_at, "dose_given")
    correct_event(second, reason="Another woman’s", by=ward_midwife())
    assert (found := last_doses([record], clock.now())[record.pk]).at == first.occurred_at
    assert found.by_words == "pharmacy"


def test_who_gave_and_who_watched_say_so() -> None:
    record = on_ward()
    (event,) = happened(record, ("dose_given", ago(hours=3), {"admission": "1"}))
    giver, watched = ward_midwife(name="L. Grant"), ward_midwife(name="K. Moe")
    given = dose(plan(record), given_at=event.occurred_at, given_by=giver, witness=watched, event=event)
    assert last_doses([record], clock.now())[record.pk].by_words == "L. Grant, K. Moe"
    type(given).objects.filter(pk=given.pk).update(
        struck_at=clock.now(), struck_by=giver, struck_reason="Not hers", struck_with=watched
    )
    assert last_doses([record], clock.now()) == {}


def test_what_lies_ahead_is_not_the_last_dose() -> None:
    record = on_ward()
    happened(record, ("dose_confirmed", ago(hours=1), {"confirmed_by": "ward"}))
    with time_machine.travel(ago(hours=2), tick=False):
        assert last_doses([record], clock.now()) == {}


def test_another_womans_dose_is_not_hers() -> None:
    record, other = on_ward(), on_ward(bed="4", woman=woman(first_name="Ewa"))
    happened(other, ("dose_given", ago(hours=1)))
    assert record.pk not in last_doses([record, other], clock.now())
