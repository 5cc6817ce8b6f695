"""Her own death: one reports it, another confirms it; what stops with which, who still sees her, whom people tell."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, InternalError, transaction

from carecoord import clock
from carecoord.access.acting import acting_as
from carecoord.access.models import Conflict, Notice, Seal, User
from carecoord.access.roles import Role
from pathways.actions import Refused
from pathways.contact import Agreed, agree_contact
from pathways.engine import Stage
from pathways.models import DeathReport, Event, Journey, MessageToHer, ToldOfDeath
from pathways.moves.death import (
    Notified,
    confirm_death,
    report_death,
    tell_of_death,
    waiting_report,
    withdraw_report,
)
from pathways.projection import differences
from pathways.reaching import NotSafe, reach
from pathways.recording import Draft, append, lock
from pathways.silence import has_died
from pathways.visibility import journeys_visible_to
from tests.actions.test_losses import at_ten
from tests.factories import ago, claimed, happened, journey, staff
from tests.roles import WEB, as_role

pytestmark = pytest.mark.django_db

KNOWS = "The hospital rang: Dr Shah."


@pytest.fixture
def midwife() -> User:
    return staff()


@pytest.fixture
def second() -> User:
    return staff(Role.OBSTETRIC_DOCTOR, team="maple")


@pytest.fixture
def record(midwife: User, second: User) -> Journey:
    """A woman on the ward with her baby, in treatment."""
    made = journey(midwife=midwife)
    happened(
        made,
        ("first_contact", ago(90)),
        ("treatment_started", ago(80), {"medication": "methadone_oral_1mg_ml"}),
        ("admitted", ago(2), {"reason": "labour"}),
        ("baby_born", ago(1), {"place": "hospital"}, 1),
    )
    agree_contact(made.woman, Agreed("text"), {}, seen=None, by=midwife)
    claimed(made, second)
    return made


def reported(record: Journey, midwife: User, at: datetime | None = None) -> DeathReport:
    return report_death(record, at or ago(hours=3), KNOWS, by=midwife)


def test_with_the_first_report_everything_to_her_stops(record: Journey, midwife: User) -> None:
    waiting = [reach(record.woman, "tomorrow", at_ten(), own_care=own, by=midwife) for own in (True, False)]
    reported(record, midwife)
    assert not MessageToHer.objects.filter(pk__in=[each.pk for each in waiting], recalled_at=None).exists()
    with pytest.raises(NotSafe, match="second person"):
        reach(record.woman, "ring_us", at_ten(), own_care=True, by=midwife)
    record.refresh_from_db()
    assert record.stage == Stage.POSTNATAL_INPATIENT, "nothing is recorded of one person's word"


def test_who_knows_her_is_told_that_a_second_person_is_needed(record: Journey, midwife: User, second: User) -> None:
    buddy = staff()
    Journey.objects.filter(pk=record.pk).update(buddy=buddy)
    record.refresh_from_db()
    happened(record, ("contact_made", ago(hours=5)))
    Conflict.objects.create(woman=record.woman, user=buddy)
    with acting_as(second):
        report_death(record, ago(hours=3), KNOWS, by=second)
    told = set(Notice.objects.filter(key="death_reported", woman=record.woman).values_list("user", flat=True))
    assert told == {midwife.pk}, "not who reported it, not who must never see her, nobody else"


def test_the_second_person_records_it(record: Journey, midwife: User, second: User) -> None:
    (event,) = confirm_death(reported(record, midwife), "I was there.", by=second).events
    record.refresh_from_db()
    assert (event.kind, event.recorded_by, event.details, event.note) == ("mother_died", second, {}, "")
    assert (record.stage, has_died(record.woman)) == (Stage.CLOSED, True)
    still_to_come = record.handoffs.open().filter(missed_at__gt=clock.now())
    assert {handoff.subject for handoff in still_to_come} == {"baby"}, "what the baby needs goes on"
    assert Seal.objects.get(woman=record.woman).level == Seal.Level.LOCKED
    assert differences(record, clock.now()) == []


def test_nobody_confirms_their_own_report(record: Journey, midwife: User) -> None:
    report = reported(record, midwife)
    with pytest.raises(Refused, match="You reported it"):
        confirm_death(report, "I was there.", by=midwife)
    with pytest.raises(IntegrityError, match="her_death_is_confirmed_by_another"), transaction.atomic():
        DeathReport.objects.filter(pk=report.pk).update(
            confirmed_at=clock.now(), confirmed_by=midwife, confirmed_from="x"
        )
    assert not has_died(record.woman)


def test_who_may_not_cannot(record: Journey, midwife: User, second: User) -> None:
    report = reported(record, midwife)
    keeps_out = [staff(site="GLEN"), staff(Role.PHARMACIST, team="maple")]
    claimed(record, keeps_out[1])
    for person in keeps_out:
        for verb in (
            lambda person=person: report_death(record, ago(), KNOWS, by=person),
            lambda person=person: confirm_death(report, KNOWS, by=person),
            lambda person=person: withdraw_report(report, "x", by=person),
            lambda person=person: tell_of_death(record, "gp", Notified(False, words="x"), by=person),
        ):
            with pytest.raises(PermissionDenied):
                verb()


def test_the_same_form_twice_is_one_report_and_two_people_at_once_are_one_death(
    record: Journey, midwife: User, second: User
) -> None:
    form = uuid.uuid4()
    first = report_death(record, ago(hours=3), KNOWS, submission=form, by=midwife)
    assert report_death(record, ago(hours=3), KNOWS, submission=form, by=midwife) == first
    with pytest.raises(Refused, match="has reported it"):
        report_death(record, ago(hours=3), KNOWS, submission=uuid.uuid4(), by=second)
    done = confirm_death(first, "I was there.", by=second)
    again = confirm_death(first, "I was there.", by=second)
    assert (again.again, again.events) == (True, done.events)
    with pytest.raises(Refused, match="says that she has died"):
        report_death(record, ago(hours=3), KNOWS, submission=uuid.uuid4(), by=midwife)
    assert Event.objects.filter(kind="mother_died").count() == 1


def test_a_wrong_report_is_taken_back_with_its_reason(record: Journey, midwife: User, second: User) -> None:
    called_back = reach(record.woman, "tomorrow", at_ten(), own_care=True, by=midwife)
    report = reported(record, midwife)
    with pytest.raises(Refused, match="what was wrong"):
        withdraw_report(report, " ", by=second)
    withdraw_report(report, "Another woman of that name.", by=second)
    assert waiting_report(record) is None
    with pytest.raises(Refused, match="taken back"):
        confirm_death(report, "I was there.", by=second)
    called_back.refresh_from_db()
    assert called_back.recalled_at is not None, "somebody decides anew what is sent to her"
    assert reach(record.woman, "ring_us", at_ten(), own_care=True, by=midwife).pk
    with pytest.raises(InternalError, match="append-only"), transaction.atomic():
        DeathReport.objects.filter(pk=report.pk).update(withdrawn_because="")


@pytest.mark.parametrize(("died", "known"), [(timedelta(hours=-1), KNOWS), (timedelta(hours=1), "  ")])
def test_not_ahead_of_time_and_not_without_how_it_is_known(
    record: Journey, midwife: User, died: timedelta, known: str
) -> None:
    with pytest.raises(Refused):
        report_death(record, clock.now() - died, known, by=midwife)


def test_all_her_open_journeys_end(record: Journey, midwife: User, second: User) -> None:
    later = journey(woman=record.woman, midwife=midwife)
    happened(later, ("first_contact", ago(hours=5)))
    confirm_death(reported(later, midwife), "I was there.", by=second)
    for each in (record, later):
        each.refresh_from_db()
        assert each.stage == Stage.CLOSED
        assert differences(each, clock.now()) == []
    assert Event.objects.filter(kind="mother_died").count() == 2


def test_a_page_records_no_death_that_nobody_confirmed(record: Journey, midwife: User, second: User) -> None:
    with (
        as_role(WEB),
        acting_as(midwife),
        pytest.raises(IntegrityError, match="a second person"),
        transaction.atomic(),
    ):
        append(lock(record), [Draft("mother_died", ago(hours=3))], by=midwife)
    report = reported(record, midwife)
    with as_role(WEB), acting_as(second):
        confirm_death(report, "I was there.", by=second)
    assert has_died(record.woman)


def test_her_record_is_locked_to_a_few(record: Journey, midwife: User, second: User) -> None:
    ward = staff(Role.WARD_MIDWIFE, team="maple")
    keyworker = staff(Role.DRUG_SERVICE_KEYWORKER, team="harbour")
    passing_by = staff(Role.OBSTETRIC_DOCTOR, team="hospital")
    claimed(record, passing_by)
    assert all(sees(person, record) for person in (midwife, ward, keyworker, passing_by, second))
    report = reported(record, midwife, ago(hours=30))
    with as_role(WEB), acting_as(second):
        confirm_death(report, "I was there.", by=second)
    assert [person for person in (midwife, ward, keyworker, passing_by) if sees(person, record)] == [midwife]
    assert sees(second, record), "who confirmed it keeps what they opened, for its hours"


def sees(person: User, record: Journey) -> bool:
    person = User.objects.get(pk=person.pk)
    return journeys_visible_to(person).filter(pk=record.pk).exists()


# -- whom people tell ----------------------------------------------------------------------------


def test_people_are_told_by_people_and_only_once_it_is_confirmed(record: Journey, midwife: User, second: User) -> None:
    told = Notified(True, "Dr Shah", ago())
    with pytest.raises(Refused, match="second person"):
        tell_of_death(record, "gp", told, by=midwife)
    confirm_death(reported(record, midwife), "I was there.", by=second)
    form = uuid.uuid4()
    first = tell_of_death(record, "gp", told, submission=form, by=midwife)
    assert tell_of_death(record, "gp", told, submission=form, by=midwife) == first
    tell_of_death(record, "gp", Notified(False, words="She had none."), by=midwife)
    assert ToldOfDeath.objects.filter(journey=record, who="gp").count() == 2
    with pytest.raises(InternalError, match="append-only"), transaction.atomic():
        ToldOfDeath.objects.all().delete()


@pytest.mark.parametrize(
    ("notified", "field"),
    [
        (Notified(False), "words"),
        (Notified(True, "", datetime(2026, 1, 1, tzinfo=clock.LONDON)), "spoke_to"),
        (Notified(True, "Dr Shah"), "told_at"),
        (Notified(True, "Dr Shah", datetime(2999, 1, 1, tzinfo=clock.LONDON)), "told_at"),
    ],
)
def test_told_is_whom_and_when_or_why_not(
    record: Journey, midwife: User, second: User, notified: Notified, field: str
) -> None:
    confirm_death(reported(record, midwife), "I was there.", by=second)
    with pytest.raises(Refused) as refused:
        tell_of_death(record, "gp", notified, by=midwife)
    assert refused.value.field == field
