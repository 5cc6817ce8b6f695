"""Treatment after birth: what is written down of each option, and what is completed by going through them with her."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from carecoord.refused import Refused
from pathways.actions import AlreadyAnswered, answer_handoff
from pathways.engine import Stage
from pathways.models import Event, Handoff, Journey
from pathways.recording import Draft
from referrals.models import TreatmentOption
from referrals.options import EXPLORED, OUTCOME, Option, go_through, newest_options, write_option
from tests.factories import ago, happened, journey, staff
from tests.services import service

pytestmark = pytest.mark.django_db
KIND = "mother_and_baby"


@pytest.fixture
def midwife(db: None) -> User:
    return staff(name="A. Reid")


@pytest.fixture
def pregnant(midwife: User) -> Journey:
    made = journey(midwife=midwife, edd=clock.today(ago(-100)))
    happened(made, ("first_contact", ago(100)), ("booking_completed", ago(90)))
    return made


@pytest.fixture
def after_birth(midwife: User) -> Journey:
    made = journey(midwife=midwife, edd=clock.today(ago(3)))
    happened(made, ("booking_completed", ago(140)), ("baby_born", ago(3), {"place": "home"}, 1))
    return made


def owed(record: Journey, moment: str) -> Handoff:
    return record.handoffs.get(moment=moment)


def refused(field: str, verb: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(Refused) as caught:
        verb(*args, **kwargs)
    assert caught.value.field == field
    return caught.value.sentence


def test_the_newest_of_a_kind_counts_and_the_same_form_counts_once(pregnant: Journey, midwife: User) -> None:
    there, form = service(KIND, capacity=6, free_places=0), uuid4()
    for _ in range(2):
        write_option(pregnant, Option(KIND, "no_place", there, "yes", submission=form), by=midwife)
    assert TreatmentOption.objects.count() == 1
    write_option(pregnant, Option(KIND, "offered", there, words=" A place came free. "), by=midwife)
    counts = newest_options(pregnant)
    assert list(counts) == [KIND]
    assert (counts[KIND].status, counts[KIND].words, counts[KIND].by) == ("offered", "A place came free.", midwife)


def test_whoever_does_not_see_her_writes_nothing(pregnant: Journey) -> None:
    for stranger in (staff(site="GLEN"), staff(Role.SERVICE_MANAGER, team="office")):
        with pytest.raises(PermissionDenied):
            write_option(pregnant, Option(KIND, "not_commissioned"), by=stranger)
        with pytest.raises(PermissionDenied):
            go_through(pregnant, KIND, by=stranger)


def test_what_is_offered_is_a_service_of_that_kind_that_takes_her(pregnant: Journey, midwife: User) -> None:
    refused("service", write_option, pregnant, Option(KIND, "offered"), by=midwife)
    other = service("residential")
    refused("service", write_option, pregnant, Option(KIND, "offered", other), by=midwife)
    ended = service(KIND, site="GLEN", ended_on=clock.today(), ended_why="x")
    refused("service", write_option, pregnant, Option(KIND, "offered", ended), by=midwife)
    far = service(KIND, site="CALD", takes_from_elsewhere="no")
    refused("service", write_option, pregnant, Option(KIND, "offered", far), by=midwife)
    lacking = service(KIND, exists="not_commissioned")
    refused("service", write_option, pregnant, Option(KIND, "declined", lacking), by=midwife)
    taking = service(KIND, site="TAYM", takes_from_elsewhere="ask")
    assert write_option(pregnant, Option(KIND, "offered", taking, "yes"), by=midwife).service == taking


@pytest.mark.parametrize(("wrong", "field"), [({"status": "maybe"}, "status"), ({"would_move": "?"}, "would_move")])
def test_only_declared_answers_are_written(pregnant: Journey, midwife: User, wrong: dict[str, str], field: str) -> None:
    option = Option(**{"kind": KIND, "status": "no_place", "service": service(KIND), **wrong})
    refused(field, write_option, pregnant, option, by=midwife)


def test_that_it_does_not_exist_is_not_said_of_what_the_directory_has(pregnant: Journey, midwife: User) -> None:
    there = service(KIND)
    assert str(there) in refused("status", write_option, pregnant, Option(KIND, "not_commissioned"), by=midwife)
    service(KIND, site="GLEN")  # what is elsewhere is not here
    assert write_option(pregnant, Option("residential", "not_commissioned", would_move="yes"), by=midwife)


# -- going through them with her --------------------------------------------------------------------------


def test_going_through_them_completes_what_is_owed_and_writes_down_what_is_not_there(
    pregnant: Journey, midwife: User
) -> None:
    service("day_treatment", exists="not_commissioned")
    there = service("residential", free_places=3)
    write_option(pregnant, Option("residential", "accepted", there), by=midwife)
    go_through(pregnant, "residential", by=midwife)
    done = owed(pregnant, EXPLORED)
    assert done.state == "completed_on_time"
    event = Event.objects.get(kind="handoff_completed")
    assert event.details["option_status"] == "accepted"
    assert event.details["option"] == "Residential treatment: she accepted; Day programme: does not exist here"
    assert {row.kind: row.status for row in TreatmentOption.objects.all()} == {
        "residential": "accepted",
        "day_treatment": "not_commissioned",
    }
    with pytest.raises(AlreadyAnswered):
        go_through(pregnant, "residential", by=midwife)


def test_what_she_wants_most_can_be_what_is_not_there(pregnant: Journey, midwife: User) -> None:
    service(KIND, exists="not_commissioned")
    go_through(pregnant, KIND, by=midwife)
    assert Event.objects.get(kind="handoff_completed").details["option_status"] == "not_commissioned"


def test_nothing_is_completed_without_a_word_of_what_she_wants_most(pregnant: Journey, midwife: User) -> None:
    service(KIND)
    refused("wanted", go_through, pregnant, KIND, by=midwife)
    assert not TreatmentOption.objects.exists()
    assert owed(pregnant, EXPLORED).state not in ("completed_on_time", "completed_late")


def test_after_the_birth_an_offer_is_no_answer(after_birth: Journey, midwife: User) -> None:
    there = service(KIND)
    write_option(after_birth, Option(KIND, "offered", there), by=midwife)
    assert "an answer is owed" in refused("wanted", go_through, after_birth, KIND, by=midwife)
    write_option(after_birth, Option(KIND, "criteria_not_met", there), by=midwife)
    go_through(after_birth, KIND, by=midwife)
    assert owed(after_birth, OUTCOME).state == "completed_on_time"
    event = Event.objects.get(kind="handoff_completed", details__moment=OUTCOME)
    assert event.details["option_status"] == "criteria_not_met"


def test_no_other_form_completes_it(pregnant: Journey, midwife: User) -> None:
    evidence = {"option": "all of them", "option_status": "declined"}
    with pytest.raises(Refused, match="a page of its own"):
        answer_handoff(owed(pregnant, EXPLORED), Draft("handoff_completed", clock.now(), details=evidence), by=midwife)


@pytest.mark.parametrize("stage", [Stage.BEREAVEMENT, Stage.CLOSED, ""])
def test_it_is_not_asked_after_a_loss_or_at_the_end(midwife: User, stage: str) -> None:
    made = journey(midwife=midwife)
    if stage == Stage.BEREAVEMENT:
        happened(made, ("booking_completed", ago(90)), ("pregnancy_loss", ago(1)))
    elif stage == Stage.CLOSED:
        happened(made, ("booking_completed", ago(90)), ("closed", ago(1), {"reason": "completed"}))
    with pytest.raises(Refused):
        write_option(made, Option(KIND, "not_commissioned"), by=midwife)
    assert not TreatmentOption.objects.exists()


def test_who_is_apart_from_her_baby_is_still_asked(after_birth: Journey, midwife: User) -> None:
    happened(after_birth, ("separated", ago(1), {}, 1))
    there = service("residential")
    assert write_option(after_birth, Option("residential", "accepted", there, "yes"), by=midwife)
