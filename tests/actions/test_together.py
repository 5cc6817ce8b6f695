"""Keeping mother and baby together: the offer is written down before she is discharged without her baby."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from pathways.actions import Draft, Refused, answer_handoff, record_event
from pathways.guided import Move, standing_of
from pathways.models import Departure, Journey, StayOffer
from pathways.moves.leaving import Leaving, leave_hospital
from pathways.moves.together import PLAN_HOME, Plan, answered_babies, offer_stay, plan_home
from pathways.projection import differences
from pathways.seen import SentOtherwise
from tests.factories import ago, happened, staff
from tests.together import answer, offered, on_ward_with_babies, soon, stage_of

pytestmark = pytest.mark.django_db

LEAVES = Move(**{**vars(PLAN_HOME), "key": "leaves", "kinds": ("mother_discharged",)})


@pytest.fixture
def nurse() -> User:
    return staff(Role.WARD_MIDWIFE, team="maple")


@pytest.fixture
def record() -> Journey:
    return on_ward_with_babies()


@pytest.fixture
def twins() -> Journey:
    return on_ward_with_babies(2)


def leave(record: Journey, *with_her: int, by: User, **fields: Any) -> Any:
    fields.setdefault("at", clock.now())
    return leave_hospital(record, LEAVES, Leaving(with_her=frozenset(with_her), **fields), by=by)


class TestLeaving:
    def test_without_her_baby_it_is_refused_until_the_offer_is_written_down(self, record: Journey, nurse: User) -> None:
        with pytest.raises(Refused, match="offer her a place with her baby") as refused:
            leave(record, by=nurse)
        assert refused.value.field == "baby_1"
        offered(record, by=nurse)
        leave(record, by=nurse)
        assert stage_of(record) == "postnatal_inpatient"  # until the baby leaves, or is placed elsewhere
        assert not record.in_hospital
        departure = Departure.objects.get()
        assert (departure.with_her, departure.staying, departure.own_decision) == ([], [1], False)
        assert departure.event.details["own_decision"] == "no"
        assert not differences(record, clock.present())

    def test_with_her_baby_both_are_home_at_once(self, record: Journey, nurse: User) -> None:
        leave(record, 1, by=nurse)
        assert stage_of(record) == "postnatal_community"
        assert [event.kind for event in record.events.order_by("pk")][-2:] == ["mother_discharged", "baby_discharged"]
        assert not differences(record, clock.present())

    def test_of_twins_each_who_stays_needs_its_own_offer(self, twins: Journey, nurse: User) -> None:
        offered(twins, 2, by=nurse)
        with pytest.raises(Refused, match="without Baby 1"):
            leave(twins, by=nurse)
        leave(twins, 1, by=nurse)
        assert Departure.objects.get().staying == [2]
        assert stage_of(twins) == "postnatal_inpatient"

    def test_an_offer_of_an_earlier_stay_does_not_count(self, record: Journey, nurse: User) -> None:
        offered(record, by=nurse, offered_at=ago(1))
        leave(record, by=nurse, at=ago(0.5))
        happened(record, ("admitted", ago(0.2), {"reason": "postnatal"}))
        with pytest.raises(Refused, match="offer her a place"):
            leave(record, by=nurse)

    def test_her_own_decision_is_never_refused(self, twins: Journey, nurse: User) -> None:
        happened(twins, ("observation_started", ago(1), {}, 2))
        leave(twins, 2, by=nurse, own_decision=True, medicine_tried="tried", naloxone_tried="arranged")
        departure = Departure.objects.get()
        assert (departure.with_her, departure.staying) == ([2], [1])
        assert (departure.medicine_tried, departure.naloxone_tried) == ("tried", "arranged")
        assert departure.event.details["own_decision"] == "yes"
        assert stage_of(twins) == "postnatal_inpatient"

    def test_a_baby_under_observation_does_not_go_home_unsaid(self, record: Journey, nurse: User) -> None:
        happened(record, ("observation_started", ago(1), {}, 1))
        with pytest.raises(Refused, match="End the observation first"):
            leave(record, 1, by=nurse)
        happened(record, ("observation_ended", ago(0.1), {}, 1))
        leave(record, 1, by=nurse)

    def test_an_imported_answer_is_an_answer(self, record: Journey, nurse: User) -> None:
        told = {"moment": "MOTHER_STAYS", "step": "offer_answered", "stay_offer": "parent_room"}
        happened(record, ("handoff_completed", ago(1), told, 1))
        leave(record, by=nurse)

    def test_the_same_form_twice_counts_once_and_another_text_is_told_apart(self, record: Journey, nurse: User) -> None:
        form, at = uuid.uuid4(), clock.now()
        first = leave(record, 1, by=nurse, at=at, submission=form)
        assert leave(record, 1, by=nurse, at=at, submission=form).again
        assert not first.again
        assert Departure.objects.count() == 1
        with pytest.raises(SentOtherwise):
            leave(record, 1, by=nurse, at=at, submission=form, words="something else")

    def test_who_is_not_in_hospital_leaves_none(self, record: Journey, nurse: User) -> None:
        leave(record, 1, by=nurse)
        with pytest.raises(Refused, match="no longer fits"):
            leave(record, by=nurse)

    def test_nobody_records_it_on_a_plain_form(self, record: Journey, nurse: User) -> None:
        for kind in ("mother_discharged", "mother_discharge_planned", "residential_placement_started"):
            with pytest.raises(Refused, match="page of its own"):
                record_event(record, Draft(kind, clock.now()), by=nurse)

    def test_it_is_for_who_takes_part_in_her_care(self, record: Journey) -> None:
        with pytest.raises(PermissionDenied):
            leave(record, by=staff(Role.WARD_MIDWIFE, site="CALD", team="birch"))


class TestOffer:
    def test_it_completes_what_is_owed_with_what_is_written(self, record: Journey, nurse: User) -> None:
        plan_home(record, Plan(soon()), by=nurse)
        owed = record.handoffs.get(moment="MOTHER_STAYS")
        with pytest.raises(Refused, match="page of its own"):
            answer_handoff(owed, Draft("handoff_completed", clock.now()), by=nurse)
        offered(record, by=nurse)
        owed.refresh_from_db()
        assert owed.state == "completed_on_time"
        event = record.events.get(kind="handoff_completed")
        assert event.details["stay_offer"] == "not_available"
        assert event.details["woman_choice"] == "She wanted to stay; there was no place"
        assert event.details["apart_plan"].startswith("Visiting: 10:00 to 16:00 each day, by taxi; feeding: ")
        assert not differences(record, clock.present())

    def test_answered_before_it_was_owed_it_is_not_asked_twice(self, record: Journey, nurse: User) -> None:
        offered(record, by=nurse)
        plan_home(record, Plan(soon()), by=nurse)
        assert record.handoffs.get(moment="MOTHER_STAYS").state == "completed_on_time"

    def test_who_leaves_with_her_is_not_owed_a_place(self, twins: Journey, nurse: User) -> None:
        plan_home(twins, Plan(soon(), with_her=frozenset({1})), by=nurse)
        assert twins.handoffs.get(moment="MOTHER_STAYS").subject_number == 2

    def test_a_plan_that_parts_them_later_opens_it(self, record: Journey, nurse: User) -> None:
        plan_home(record, Plan(soon(), with_her=frozenset({1})), by=nurse)
        with pytest.raises(Refused, match="Write when her baby is expected"):
            plan_home(record, Plan(soon(25)), by=nurse)
        plan_home(record, Plan(soon(25), later={1: soon(60)}), by=nurse)
        assert record.handoffs.get(moment="MOTHER_STAYS").state == "due_soon"

    def test_a_later_answer_replaces_an_earlier_one(self, record: Journey, nurse: User) -> None:
        offered(record, by=nurse)
        offered(record, by=nurse, offer="parent_room", because="", choice="stays", visiting="", feeding="")
        assert answered_babies(record, standing_of(record)) == {1}
        assert StayOffer.objects.order_by("-pk")[0].choice == "stays"

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"because": ""}, "because"),
            ({"because": "other", "note": ""}, "note"),
            ({"offer": "parent_room", "choice": "stays"}, "because"),
            ({"offer": "parent_room", "because": ""}, "choice"),
            ({"choice": "stays"}, "choice"),
            ({"visiting": " "}, "visiting"),
            ({"feeding": ""}, "feeding"),
            ({"medicine_from": ""}, "medicine_from"),
            ({"baby": 2}, "baby"),
            ({"offered_at": "ahead"}, "at"),
        ],
    )
    def test_what_is_not_whole_says_what_to_do(
        self, record: Journey, nurse: User, fields: dict[str, Any], field: str
    ) -> None:
        if fields.get("offered_at") == "ahead":
            fields = {"offered_at": soon()}
        with pytest.raises(Refused) as refused:
            offer_stay(record, answer(**fields), by=nurse)
        assert refused.value.field == field
        assert not StayOffer.objects.exists()

    def test_who_is_not_in_treatment_is_not_asked_about_medicine(self, nurse: User) -> None:
        offered(on_ward_with_babies(treated=False), by=nurse, medicine_from="")
        assert StayOffer.objects.count() == 1

    def test_the_same_form_twice_counts_once(self, record: Journey, nurse: User) -> None:
        sent = answer(submission=uuid.uuid4())
        assert not offer_stay(record, sent, by=nurse).again
        assert offer_stay(record, sent, by=nurse).again
        assert StayOffer.objects.count() == 1
        with pytest.raises(Refused, match="with other words"):
            offer_stay(record, answer(submission=sent.submission, feeding="bottles"), by=nurse)

    def test_a_plan_for_the_past_is_none(self, record: Journey, nurse: User) -> None:
        with pytest.raises(Refused, match="has passed"):
            plan_home(record, Plan(ago(0.1)), by=nurse)
        with pytest.raises(Refused, match="leaves with her"):
            plan_home(record, Plan(soon(20), later={1: soon(19)}), by=nurse)
