"""The first dose in the community, and doses of one day from two places."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from carecoord.refused import Refused
from medications import community, leaving
from medications.checklist import checklist_of
from medications.community import Report
from medications.leaving import Entry
from medications.models import CommunityDose
from pathways.actions import correct_event
from pathways.engine import State
from pathways.models import Journey
from tests.factories import ago, happened, staff
from tests.medicine import leaves, on_ward, ward_midwife
from tests.rules.story import at

pytestmark = pytest.mark.django_db
FRIDAY = date(2026, 11, 27)


@pytest.fixture(autouse=True)
def friday() -> Iterator[None]:
    """Friday, 27 November 2026, at noon."""
    with time_machine.travel(local(FRIDAY, "12:00"), tick=False):
        yield


@pytest.fixture
def midwife() -> User:
    return ward_midwife(name="L. Grant")


@pytest.fixture
def record() -> Journey:
    """A woman of Ashford Bridge in treatment, four days on the ward."""
    return on_ward(since=ago(4))


def local(day: date, time: str) -> Any:
    return at(f"{day} {time}")


class TestFirstCommunityDose:
    MOMENT = "FIRST_COMMUNITY_DOSE"

    @pytest.fixture
    def home(self, record: Journey, midwife: User) -> Iterator[Journey]:
        """She went home on Friday; it is Monday, two in the afternoon."""
        next_dose = Entry("next_dose", "agreed", day=date(2026, 11, 30), source="quay-pharmacy")
        leaving.write(record, next_dose, by=midwife)
        leaving.leave(record, leaves(local(FRIDAY, "11:45")), by=midwife)
        with time_machine.travel(local(date(2026, 11, 30), "14:00"), tick=False):
            yield record

    @pytest.fixture
    def keyworker(self) -> User:
        return staff(Role.DRUG_SERVICE_KEYWORKER, team="harbour")

    def report(self, **fields: Any) -> Report:
        known = {
            "outcome": "taken",
            "said_by": "pharmacy",
            "who": "T. Ford, pharmacist",
            "said_at": clock.now(),
            "taken_at": local(date(2026, 11, 30), "10:05"),
            **fields,
        }
        return Report(**known)

    def test_taken_completes_it(self, home: Journey, keyworker: User) -> None:
        assert home.handoffs.get(moment=self.MOMENT).ended_at is None
        made = community.report(home, self.report(), by=keyworker)
        assert home.handoffs.get(moment=self.MOMENT).state == State.COMPLETED_ON_TIME
        assert made.event is not None
        assert made.event.occurred_at == local(date(2026, 11, 30), "10:05")
        assert made.event.details == {
            "admission": "1",
            "confirmed_by": "pharmacy",
            "medication": "methadone_oral_1mg_ml",
        }

    def test_she_did_not_come_keeps_it_open(self, home: Journey, keyworker: User) -> None:
        community.report(home, self.report(outcome="not_attended", taken_at=None), by=keyworker)
        assert home.handoffs.get(moment=self.MOMENT).ended_at is None
        assert not home.events.filter(kind="dose_confirmed").exists()
        with time_machine.travel(local(date(2026, 12, 1), "09:00"), tick=False):
            live = home.handoffs.with_live_state(clock.now()).get(moment=self.MOMENT)
            assert live.live_state == State.MISSED

    @pytest.mark.parametrize(
        "wrong",
        [
            {"taken_at": None},
            {"who": " "},
            {"taken_at": local(date(2026, 11, 30), "15:00")},
            {"said_at": local(date(2026, 11, 30), "15:00")},
            {"taken_at": local(date(2026, 11, 1), "10:00")},
            {"outcome": "perhaps"},
            {"said_by": "neighbour"},
        ],
    )
    def test_what_cannot_be_is_refused(self, home: Journey, keyworker: User, wrong: dict[str, Any]) -> None:
        with pytest.raises(Refused):
            community.report(home, self.report(**wrong), by=keyworker)
        assert not CommunityDose.objects.exists()
        assert not home.events.filter(kind="dose_confirmed").exists()

    def test_sent_twice_it_counts_once(self, home: Journey, keyworker: User) -> None:
        sent = self.report(submission=uuid.uuid4())
        first = community.report(home, sent, by=keyworker)
        assert community.report(home, sent, by=keyworker) == first
        assert home.events.filter(kind="dose_confirmed").count() == 1

    def test_entered_in_error_it_is_owed_again(self, home: Journey, keyworker: User) -> None:
        made = community.report(home, self.report(), by=keyworker)
        assert made.event is not None
        correct_event(made.event, reason="another woman", by=keyworker)
        assert home.handoffs.get(moment=self.MOMENT).ended_at is None


class TestTwoPlacesOnOneDay:
    def test_a_dose_of_either_side_shows_the_other(self, record: Journey, midwife: User) -> None:
        happened(record, ("dose_given", local(FRIDAY, "09:31"), {"admission": "1"}))
        assert checklist_of(record, clock.now()).both == []
        leaving.leave(record, leaves(local(FRIDAY, "11:00")), by=midwife)
        later = Report("taken", "pharmacy", "T. Ford", clock.now(), local(FRIDAY, "11:50"))
        community.report(record, later, by=midwife)
        (found,) = checklist_of(record, clock.now()).both
        assert found.day == FRIDAY
        assert [each.setting.value for each in found.doses] == ["ward", "community"]

    def test_half_past_eleven_at_night_and_half_an_hour_after_midnight_are_two_days(self, record: Journey) -> None:
        happened(
            record,
            ("dose_given", local(date(2026, 11, 26), "23:30"), {"admission": "1"}),
            ("dose_confirmed", local(FRIDAY, "00:30"), {"admission": "1", "confirmed_by": "pharmacy"}),
        )
        assert checklist_of(record, clock.now()).both == []

    def test_part_of_a_dose_counts_and_one_that_was_held_does_not(self, record: Journey) -> None:
        happened(
            record,
            ("dose_confirmed", local(FRIDAY, "08:00"), {"admission": "1", "confirmed_by": "pharmacy"}),
            ("dose_outcome_recorded", local(FRIDAY, "09:00"), {"admission": "1", "outcome": "withheld_sedated"}),
        )
        assert checklist_of(record, clock.now()).both == []
        happened(record, ("dose_outcome_recorded", local(FRIDAY, "09:30"), {"admission": "1", "outcome": "part_given"}))
        assert len(checklist_of(record, clock.now()).both) == 1

    def test_two_doses_of_the_ward_are_none_of_it(self, record: Journey) -> None:
        happened(
            record,
            ("dose_given", local(FRIDAY, "08:00"), {"admission": "1"}),
            ("dose_confirmed", local(FRIDAY, "09:00"), {"admission": "1", "confirmed_by": "ward"}),
        )
        assert checklist_of(record, clock.now()).both == []


def test_an_injection_tells_when_the_next_is_due(midwife: User) -> None:
    made = on_ward(since=ago(4))
    happened(made, ("treatment_started", ago(3.5), {"medication": "laib_weekly"}))
    leaving.leave(made, leaves(ago(hours=2)), by=midwife)
    taken_at = ago(hours=1)
    report = community.report(made, Report("taken", "clinic", "Nurse B. Roy", clock.now(), taken_at), by=midwife)
    assert report.event is not None
    assert report.event.details["next_due"] == (taken_at + timedelta(days=7)).isoformat()
