"""A journey ends for one of four reasons, with all that each asks for, and is opened again with a manager's word."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from pathways.actions import Draft, Refused, correct_event, record_event
from pathways.engine import Stage
from pathways.models import Closing, Event, Journey, OutsideTry, Reopening
from pathways.moves.ending import close, managers_of, reopen
from pathways.moves.outside import Asked, ask_outside, sign_off
from pathways.projection import differences
from pathways.rules.ending import Reason, Said
from pathways.seen import SentOtherwise
from tests.ending import settle
from tests.factories import ago, claimed, happened, journey, staff

pytestmark = pytest.mark.django_db

METHADONE = {"medication": "methadone_oral_1mg_ml"}
YEAR = Said(retention="in_treatment", medicine_with="Dr V. Menon, Harbour", words="She is proud.")
LEFT = Said(moved_said_by="she")
STOP = Said(naloxone="has_it", rights_explained=True, words="I want to be left alone now.")


@pytest.fixture
def midwife() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def manager() -> User:
    return staff(Role.SERVICE_MANAGER, name="M. Okafor")


@pytest.fixture
def record(midwife: User) -> Journey:
    """Born 366 days ago, home with her, in treatment."""
    made = journey(midwife=midwife, edd=clock.today(ago(366)))
    happened(
        made,
        ("first_contact", ago(580)),
        ("booking_completed", ago(570)),
        ("treatment_started", ago(560), METHADONE),
        ("baby_born", ago(366), {"place": "home"}, 1),
        ("contact_made", ago(1)),
    )
    return made


def again(record: Journey) -> Journey:
    return Journey.objects.get(pk=record.pk)


def asked(record: Journey, by: User, what: str = "care", result: str = "no_answer", **fields: Any) -> OutsideTry:
    known = {"because": "moving", "to_whom": "Maternity, Porto", "tried_at": ago(hours=1), **fields}
    said_by = "Dr Costa" if result == "acknowledged" else ""
    return ask_outside(record, Asked(what=what, result=result, said_by=said_by, **known), by=by)


def is_closed(record: Journey) -> bool:
    assert differences(again(record), clock.now()) == []
    return again(record).is_closed


# -- the year is over ------------------------------------------------------------------------------


def test_a_year_that_is_over_reviewed_and_settled_ends(record: Journey, midwife: User) -> None:
    settle(record)
    close(record, Reason.COMPLETED, YEAR, by=midwife)
    assert is_closed(record)
    kept = Closing.objects.get()
    assert (kept.reason, kept.retention, kept.medicine_with) == ("completed", "in_treatment", "Dr V. Menon, Harbour")
    assert kept.event.details == {"reason": "completed"}
    assert kept.event.recorded_by == midwife


def test_what_is_urgent_and_open_keeps_it_open(record: Journey, midwife: User) -> None:
    settle(record, "CLOSE_12M")
    with pytest.raises(Refused, match="To be done, or ended with its reason"):
        close(record, Reason.COMPLETED, YEAR, by=midwife)
    assert not is_closed(record)


def test_a_clock_that_every_contact_renews_does_not_keep_it_open_until_it_is_late(
    record: Journey, midwife: User
) -> None:
    settle(record)
    happened(record, ("contact_made", clock.now()))
    assert record.handoffs.open().filter(moment="LOST_CONTACT").exists()
    with time_machine.travel(ago(-8)), pytest.raises(Refused, match="Contact or outreach"):
        close(record, Reason.COMPLETED, YEAR, by=User.objects.get(pk=midwife.pk))
    close(record, Reason.COMPLETED, YEAR, by=midwife)
    assert is_closed(record)


def test_before_the_year_is_over_nothing_ends_it_as_completed(midwife: User) -> None:
    made = journey(midwife=midwife)
    happened(made, ("baby_born", ago(340), {"place": "home"}, 1), ("contact_made", ago(1)))
    settle(made)
    with pytest.raises(Refused, match="not over yet"):
        close(made, Reason.COMPLETED, YEAR, by=midwife)
    assert not is_closed(made)


def test_after_a_loss_she_may_end_earlier(midwife: User) -> None:
    made = journey(midwife=midwife, edd=clock.today(ago(-20)))
    happened(made, ("booking_completed", ago(200)), ("pregnancy_loss", ago(90)), ("contact_made", ago(1)))
    settle(made)
    said = replace(YEAR, medicine_with="")
    with pytest.raises(Refused, match="her loss is not over"):
        close(made, Reason.COMPLETED, said, by=midwife)
    close(made, Reason.COMPLETED, replace(said, prefers_earlier=True), by=midwife)
    assert is_closed(made)
    assert Closing.objects.get().prefers_earlier


# -- she has moved ---------------------------------------------------------------------------------


def test_somebody_there_has_to_have_her_and_her_treatment(record: Journey, midwife: User) -> None:
    with pytest.raises(Refused, match="by name, has to say"):
        close(record, Reason.MOVED_OUT, LEFT, by=midwife)
    asked(record, midwife, result="acknowledged")
    with pytest.raises(Refused, match="A prescriber where she goes"):
        close(record, Reason.MOVED_OUT, LEFT, by=midwife)
    asked(record, midwife, what="medicine", result="acknowledged")
    close(record, Reason.MOVED_OUT, LEFT, by=midwife)
    assert is_closed(record)


def test_a_yes_that_was_taken_back_is_none(record: Journey, midwife: User) -> None:
    for what in ("care", "medicine"):
        asked(record, midwife, what=what, result="acknowledged")
    asked(record, midwife, result="refused")
    with pytest.raises(Refused, match="Tried without a yes: 1"):
        close(record, Reason.MOVED_OUT, LEFT, by=midwife)


def test_a_try_for_another_reason_does_not_count(record: Journey, midwife: User) -> None:
    for what in ("care", "medicine"):
        asked(record, midwife, what=what, result="acknowledged", because="custody")
    with pytest.raises(Refused, match="Tried without a yes: 0"):
        close(record, Reason.MOVED_OUT, LEFT, by=midwife)


def test_three_tries_and_a_sign_off_take_the_place_of_a_yes(record: Journey, midwife: User) -> None:
    lead = staff(Role.SAFEGUARDING_MIDWIFE)
    claimed(record, lead)
    asked(record, midwife, what="medicine", result="acknowledged")
    for tried in range(3):
        with pytest.raises(Refused, match=f"asked {tried} times"):
            sign_off(record, "Her sister says that she is well.", by=lead)
        asked(record, midwife)
    with pytest.raises(Refused, match="safeguarding lead is to read"):
        close(record, Reason.MOVED_OUT, LEFT, by=midwife)
    with pytest.raises(PermissionDenied):
        sign_off(record, "Fine.", by=midwife)
    sign_off(record, "Her sister says that she is well.", by=lead)
    close(record, Reason.MOVED_OUT, LEFT, by=midwife)
    assert is_closed(record)


def test_nobody_moved_whom_nobody_reached(record: Journey, midwife: User) -> None:
    for what in ("care", "medicine"):
        asked(record, midwife, what=what, result="acknowledged")
    with pytest.raises(Refused, match="look for her"):
        close(record, Reason.MOVED_OUT, Said(), by=midwife)


# -- she asks to stop it ---------------------------------------------------------------------------


def test_her_record_stops_when_her_prescriber_knows_or_she_does_not_want_it(record: Journey, midwife: User) -> None:
    with pytest.raises(Refused, match="Her prescriber is to say"):
        close(record, Reason.WITHDREW, STOP, by=midwife)
    close(record, Reason.WITHDREW, replace(STOP, medicine_refused=True), by=midwife)
    assert is_closed(record)
    assert Closing.objects.get().medicine_refused


def test_medicine_safety_outlives_the_record(record: Journey, midwife: User) -> None:
    happened(record, ("dose_confirmed", ago(6), METHADONE))
    asked(record, midwife, what="medicine", result="acknowledged", because="stopping")
    close(record, Reason.WITHDREW, STOP, by=midwife)
    assert record.handoffs.open().filter(moment="OST_3DAY_GAP").exists()
    assert record.flags.filter(cleared_at=None, handoff__moment="OST_3DAY_GAP").exists()


# -- opened in error -------------------------------------------------------------------------------


def test_only_what_nobody_worked_with_was_opened_in_error(midwife: User) -> None:
    made, said = journey(midwife=midwife), Said(words="It was her sister.")
    _, missed = happened(made, ("first_contact", ago(3)), ("contact_missed", ago(2)))
    with pytest.raises(Refused, match="Contact did not happen"):
        close(made, Reason.OPENED_IN_ERROR, said, by=midwife)
    correct_event(missed, reason="her sister's appointment", by=midwife)
    close(made, Reason.OPENED_IN_ERROR, said, by=midwife)
    assert is_closed(made)


# -- whoever closes it -----------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.WARD_MIDWIFE, Role.OST_PRESCRIBER, Role.SERVICE_MANAGER])
def test_others_close_nothing(role: Role) -> None:
    made, somebody = journey(), staff(role)
    claimed(made, somebody)
    with pytest.raises(PermissionDenied):
        close(made, Reason.OPENED_IN_ERROR, Said(words="x"), by=somebody)


def test_the_plain_form_closes_nothing(record: Journey, midwife: User) -> None:
    for kind in ("closed", "reopened", "custody_started", "custody_ended", "service_declined"):
        with pytest.raises(Refused, match="a page of its own"):
            record_event(record, Draft(kind, clock.now(), details={"reason": "completed"}), by=midwife)


def test_a_form_sent_twice_closes_once(midwife: User) -> None:
    made, form, said = journey(midwife=midwife), uuid.uuid4(), Said(words="It was her sister.")
    first = close(made, Reason.OPENED_IN_ERROR, said, submission=form, by=midwife)
    second = close(made, Reason.OPENED_IN_ERROR, said, submission=form, by=midwife)
    assert (second.events, second.again) == (first.events, True)
    assert Closing.objects.count() == 1
    with pytest.raises(SentOtherwise):
        close(made, Reason.OPENED_IN_ERROR, replace(said, words="No pregnancy."), submission=form, by=midwife)
    with pytest.raises(Refused, match="no longer fits"):
        close(made, Reason.OPENED_IN_ERROR, said, submission=uuid.uuid4(), by=midwife)


# -- opened again ----------------------------------------------------------------------------------


def test_a_manager_agrees_and_she_stands_where_she_stood(record: Journey, midwife: User, manager: User) -> None:
    settle(record)
    close(record, Reason.COMPLETED, YEAR, by=midwife)
    reopen(record, "She is back.", agreed_by=manager, by=midwife)
    assert again(record).stage == Stage.POSTNATAL_COMMUNITY
    assert not is_closed(record)
    kept = Reopening.objects.get()
    assert (kept.agreed_by, kept.opened_by) == (manager, midwife)
    assert kept.event.details == {"reason": "She is back."}


def test_nobody_else_agrees(record: Journey, midwife: User, manager: User) -> None:
    settle(record)
    close(record, Reason.COMPLETED, YEAR, by=midwife)
    elsewhere = staff(Role.SERVICE_MANAGER, site="CALD")
    for nobody in (midwife, elsewhere, staff(Role.WARD_COORDINATOR, team="maple")):
        with pytest.raises(Refused, match="manager of her site"):
            reopen(record, "She is back.", agreed_by=nobody, by=midwife)
    with pytest.raises(Refused, match="Say why"):
        reopen(record, " ", agreed_by=manager, by=midwife)
    assert managers_of(record.site) == [manager]
    assert is_closed(record)


def test_what_was_agreed_elsewhere_before_does_not_close_it_a_second_time(
    record: Journey, midwife: User, manager: User
) -> None:
    for what in ("care", "medicine"):
        asked(record, midwife, what=what, result="acknowledged")
    close(record, Reason.MOVED_OUT, LEFT, by=midwife)
    reopen(record, "She is back.", agreed_by=manager, by=midwife)
    with pytest.raises(Refused, match="by name, has to say"):
        close(record, Reason.MOVED_OUT, LEFT, by=midwife)


def test_after_her_death_nothing_is_opened_again(record: Journey, midwife: User, manager: User) -> None:
    happened(record, ("mother_died", ago(0)))
    with pytest.raises(Refused, match="no longer fits"):
        reopen(record, "Wrong woman.", agreed_by=manager, by=midwife)
    assert Event.objects.filter(kind="reopened").count() == 0
