"""What runs beside the stages: she is asked again, custody ends nothing, and who outside has her is written down."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from carecoord import clock
from carecoord.access.acting import acting_as
from carecoord.access.models import Grant, User
from carecoord.access.roles import Role
from pathways.actions import Refused, correct_event
from pathways.engine import OPEN_STATES
from pathways.models import Event, Journey, OutsideTry, ServiceChoice
from pathways.moves.custody import INTO_CUSTODY, OUT_OF_CUSTODY, record_custody
from pathways.moves.declining import Choice, decline_service, declined, take_up_service
from pathways.moves.outside import Asked, ask_outside
from pathways.projection import differences
from tests.ending import outside_try
from tests.factories import ago, claimed, happened, journey, staff
from tests.roles import WEB, as_role

pytestmark = pytest.mark.django_db

METHADONE = {"medication": "methadone_oral_1mg_ml"}


@pytest.fixture
def midwife() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def record(midwife: User) -> Journey:
    made = journey(midwife=midwife, edd=clock.today(ago(-150)))
    happened(made, ("first_contact", ago(20)), ("treatment_started", ago(15), METHADONE))
    return made


def choice(service: str = "maternity_care", days: int = 14, **fields: Any) -> Choice:
    known = {"chosen_at": ago(hours=1), "review_on": clock.today() + timedelta(days=days), **fields}
    return Choice(service, **known)


def open_handoffs(record: Journey) -> set[str]:
    return {each.key for each in record.handoffs.filter(state__in=OPEN_STATES)}


# -- a service that she declines -------------------------------------------------------------------


def test_who_declines_maternity_care_keeps_her_journey_and_is_asked_again(record: Journey, midwife: User) -> None:
    before, stage = open_handoffs(record), record.stage
    decline_service(record, choice(words="Not now."), by=midwife)
    record.refresh_from_db()
    assert (open_handoffs(record), record.stage) == (before, stage)
    assert not differences(record, clock.now())
    (kept,) = declined(record)
    assert (kept.service, kept.words, kept.review_on) == ("maternity_care", "Not now.", clock.today(ago(-14)))
    assert Event.objects.get(kind="service_declined").details["service"] == "maternity_care"


@pytest.mark.parametrize(("service", "days"), [("maternity_care", 15), ("maternity_care", 0), ("drug_service", 120)])
def test_the_offer_does_not_rest_too_long(record: Journey, midwife: User, service: str, days: int) -> None:
    with pytest.raises(Refused):
        decline_service(record, choice(service, days), by=midwife)
    assert not ServiceChoice.objects.exists()
    assert not Event.objects.filter(kind="service_declined").exists()


def test_asked_again_she_can_say_no_or_yes(record: Journey, midwife: User) -> None:
    decline_service(record, choice(days=7), by=midwife)
    decline_service(record, choice("mental_health", 30), by=midwife)
    decline_service(record, choice(days=14), by=midwife)
    assert [(each.service, each.review_on) for each in declined(record)] == [
        ("maternity_care", clock.today(ago(-14))),
        ("mental_health", clock.today(ago(-30))),
    ]
    take_up_service(record, Choice("maternity_care", ago(hours=1), words="All right."), by=midwife)
    assert [each.service for each in declined(record)] == ["mental_health"]
    with pytest.raises(Refused, match="takes it up already"):
        take_up_service(record, Choice("maternity_care", ago(hours=1)), by=midwife)


def test_declined_in_error_what_she_said_before_stands(record: Journey, midwife: User) -> None:
    decline_service(record, choice(days=7), by=midwife)
    recorded = decline_service(record, choice(days=14), by=midwife)
    correct_event(recorded.events[0], reason="another woman", by=midwife)
    assert [each.review_on for each in declined(record)] == [clock.today(ago(-7))]


def test_a_form_sent_twice_is_one_choice(record: Journey, midwife: User) -> None:
    said = choice(submission=uuid.uuid4())
    first, second = (decline_service(record, said, by=midwife) for _ in range(2))
    assert (first.again, second.again, ServiceChoice.objects.count()) == (False, True, 1)
    yes = Choice("maternity_care", ago(hours=1), submission=uuid.uuid4())
    assert take_up_service(record, yes, by=midwife) == take_up_service(record, yes, by=midwife)


# -- custody ---------------------------------------------------------------------------------------


def test_custody_ends_nothing_that_is_owed_to_her(record: Journey, midwife: User) -> None:
    happened(record, ("dose_confirmed", ago(1), METHADONE))
    before = open_handoffs(record)
    record_custody(record, INTO_CUSTODY, ago(hours=2), by=midwife)
    assert open_handoffs(record) == before
    assert any("OST_3DAY_GAP" in key for key in before)
    with pytest.raises(Refused, match="no longer fits"):
        record_custody(record, INTO_CUSTODY, ago(hours=1), by=midwife)
    record_custody(record, OUT_OF_CUSTODY, ago(hours=1), by=midwife)
    with pytest.raises(Refused, match="no longer fits"):
        record_custody(record, OUT_OF_CUSTODY, ago(hours=1), by=midwife)
    record.refresh_from_db()
    assert not differences(record, clock.now())


def test_only_who_may_know_where_she_is_records_it(record: Journey, midwife: User) -> None:
    on_ward = staff(Role.WARD_MIDWIFE, team="maple")
    claimed(record, on_ward)
    with pytest.raises(PermissionDenied):
        record_custody(record, INTO_CUSTODY, ago(hours=2), by=on_ward)
    Grant.objects.filter(woman=record.woman).update(labels=["general"])
    with pytest.raises(PermissionDenied):
        record_custody(record, INTO_CUSTODY, ago(hours=2), by=User.objects.get(pk=midwife.pk))


# -- somebody outside ------------------------------------------------------------------------------


def asked(**fields: Any) -> Asked:
    known = {"because": "custody", "what": "medicine", "to_whom": "Healthcare, HMP Low Moss", "result": "no_answer"}
    return Asked(**{**known, "tried_at": ago(hours=1), **fields})


def test_prison_healthcare_says_by_name_that_they_have_her_treatment(record: Journey, midwife: User) -> None:
    with pytest.raises(Refused, match="Write who said so"):
        ask_outside(record, asked(result="acknowledged"), by=midwife)
    with pytest.raises(Refused, match="in the future"):
        ask_outside(record, asked(tried_at=ago(-1)), by=midwife)
    form = asked(result="acknowledged", said_by="Sister Hall", submission=uuid.uuid4())
    assert ask_outside(record, form, by=midwife) == ask_outside(record, form, by=midwife)
    assert OutsideTry.objects.get().said_by == "Sister Hall"


def test_the_wall_keeps_it_from_who_may_not_know_where_she_is(record: Journey, midwife: User) -> None:
    on_ward = staff(Role.WARD_MIDWIFE, team="maple")
    claimed(record, on_ward)
    outside_try(record)
    for person, seen in ((midwife, 1), (on_ward, 0)):
        with as_role(WEB), acting_as(person), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pathways_outsidetry")
            assert cursor.fetchone()[0] == seen
