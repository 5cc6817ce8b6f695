"""Going home: leaving is never refused, nothing completes unless both have it, and no closed day is passed over."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, datetime

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carecoord import clock
from carecoord.access.models import Team, User
from carecoord.access.roles import Role
from carecoord.refused import Refused
from medications import leaving
from medications.checklist import checklist_of, checklists_of
from medications.leaving import Entry
from medications.models import LeavingEntry
from medications.pages.going_home import copy_of
from medications.pages.leaving import leaving_lines, points_of
from pathways import offering
from pathways.engine import State
from pathways.models import Journey
from pathways.offering import Proposal
from tests.factories import ago, happened, staff
from tests.medicine import dose, leaves, leaving_entry, on_ward, plan, statement, ward_midwife
from tests.roles import BOOKKEEPING

pytestmark = pytest.mark.django_db

HANDOVER = "DISCHARGE_OST_HANDOVER"
FRIDAY = date(2026, 11, 27)  # before 30 November: a bank holiday in Scotland, not in England
WEEKEND = [date(2026, 11, 28), date(2026, 11, 29)]


def local(day: date, at: str) -> datetime:
    return clock.from_local(datetime.fromisoformat(f"{day} {at}"))


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
    """A woman of Ashford Bridge in treatment, four days on the ward, who goes home at three."""
    made = on_ward(since=ago(4))
    arranged(made, "quay-pharmacy")
    return made


def arranged(made: Journey, pharmacy: str) -> None:
    happened(
        made,
        ("supply_arranged", ago(3), {"pharmacy": pharmacy}),
        ("mother_discharge_planned", ago(hours=3), {"planned_for": "2026-11-27 15:00"}),
    )


def given(record: Journey, at: datetime | None = None) -> None:
    """The dose of this morning."""
    dose(
        plan(record, signed_at=ago(3)),
        given_at=at or local(FRIDAY, "09:31"),
        given_by=staff(name="L. Grant"),
        witness=staff(name="K. Moe"),
    )


def next_dose(day: date, source: str = "quay-pharmacy") -> Entry:
    return Entry("next_dose", "agreed", day=day, source=source)


def said(item: str, who: str) -> Entry:
    return Entry(item, "acknowledged", who=who, at=ago(hours=1))


def all_but_the_prescriber(record: Journey, by: User) -> None:
    given(record)
    entries = [
        next_dose(date(2026, 11, 30)),
        *(Entry("cover", "prior_day_supply", day=day, words="collected on Friday") for day in WEEKEND),
        said("pharmacy", "T. Ford, pharmacist"),
        Entry("own_medicine", "none_kept"),
        Entry("naloxone", "supplied", expires_on=date(2028, 3, 31), who="she and her sister"),
        Entry("sleep", "given"),
        Entry("copy", "given"),
    ]
    for entry in entries:
        leaving.write(record, entry, by=by)


def state(record: Journey, moment: str = HANDOVER) -> str:
    return record.handoffs.get(moment=moment).state


class TestNeverBlocked:
    def test_she_can_leave_with_nothing_arranged_and_all_of_it_stays_owed(self, record: Journey, midwife: User) -> None:
        leaving.leave(record, leaves(own_decision=True), by=midwife)
        record.refresh_from_db()
        assert not record.in_hospital
        checklist = checklist_of(record, clock.now())
        assert checklist.facts.left_at == clock.now()
        assert set(checklist.missing) == {
            *("last_dose", "next_dose", "cover", "pharmacy", "prescriber"),
            *("own_medicine", "naloxone", "sleep", "copy"),
        }
        assert leaving_lines([record], clock.now())[record.pk].state == "overdue"
        assert record.handoffs.get(moment=HANDOVER).ended_at is None
        assert checklist.entries["left"].answer == "own_choice"

    def test_what_is_arranged_after_she_left_still_completes_it(self, record: Journey, midwife: User) -> None:
        leaving.leave(record, leaves(), by=midwife)
        all_but_the_prescriber(record, midwife)
        assert record.handoffs.get(moment=HANDOVER).ended_at is None
        leaving.write(record, said("prescriber", "Dr P. Anand"), by=midwife)
        assert state(record).startswith("completed")

    def test_only_a_time_that_cannot_be_is_refused(self, record: Journey, midwife: User) -> None:
        with pytest.raises(Refused, match="admitted"):
            leaving.leave(record, leaves(ago(5)), by=midwife)
        with pytest.raises(Refused, match="future"):
            leaving.leave(record, leaves(ago(hours=-1)), by=midwife)
        leaving.leave(record, leaves(), by=midwife)
        with pytest.raises(Refused, match="written down already"):
            leaving.leave(record, leaves(), by=midwife)

    def test_the_discharge_names_the_day_of_the_next_dose(self, record: Journey, midwife: User) -> None:
        leaving.write(record, next_dose(date(2026, 11, 30)), by=midwife)
        event = leaving.leave(record, leaves(), by=midwife)
        assert event.details == {"next_dose_on": "2026-11-30", "own_decision": "no"}


class TestHandover:
    def test_it_completes_only_when_both_have_acknowledged(self, record: Journey, midwife: User) -> None:
        all_but_the_prescriber(record, midwife)
        assert record.handoffs.get(moment=HANDOVER).ended_at is None
        leaving.write(record, Entry("prescriber", "told", who="reception", at=ago(hours=1)), by=midwife)
        assert record.handoffs.get(moment=HANDOVER).ended_at is None
        leaving.write(record, said("prescriber", "Dr P. Anand"), by=midwife)
        assert state(record) == State.COMPLETED_ON_TIME
        answer = record.events.get(kind="handoff_completed", details__moment=HANDOVER)
        assert answer.details == {
            "moment": HANDOVER,
            "step": "both_acknowledged",
            "admission": "1",
            "last_ward_dose_at": "Fri 27 Nov 2026, 09:31, L. Grant and K. Moe",
            "next_dose_on": "2026-11-30",
            "next_dose_place": "Quay Pharmacy",
            "pharmacy_acknowledged_by": "T. Ford, pharmacist, Fri 27 Nov 2026, 11:00",
            "prescriber_acknowledged_by": "Dr P. Anand, Fri 27 Nov 2026, 11:00",
            "closed_day_cover": "prior_day_supply",
            "woman_has_written_copy": "yes",
        }

    def test_a_reason_why_nobody_acknowledged_is_no_acknowledgement(self, record: Journey, midwife: User) -> None:
        all_but_the_prescriber(record, midwife)
        leaving.write(record, Entry("prescriber", "not_done", words="nobody answered"), by=midwife)
        assert checklist_of(record, clock.now()).is_whole
        assert record.handoffs.get(moment=HANDOVER).ended_at is None

    def test_one_uncovered_day_keeps_it_open(self, record: Journey, midwife: User) -> None:
        all_but_the_prescriber(record, midwife)
        leaving.write(record, next_dose(date(2026, 12, 1)), by=midwife)
        leaving.write(record, said("prescriber", "Dr P. Anand"), by=midwife)
        assert checklist_of(record, clock.now()).uncovered == [date(2026, 11, 30)]
        assert record.handoffs.get(moment=HANDOVER).ended_at is None

    def test_the_drug_service_acknowledges_by_accepting_the_offer(self, record: Journey, midwife: User) -> None:
        prescriber = staff(Role.OST_PRESCRIBER, team="harbour", name="P. Anand")
        made = offering.offer(
            record.handoffs.get(moment=HANDOVER),
            Proposal(to_team=Team.objects.get(site=record.site, code="harbour"), told="not_yet"),
            by=midwife,
        )
        offering.accept(made, by=prescriber)
        checklist = checklist_of(record, clock.now())
        assert checklist.acknowledged("prescriber")
        assert not checklist.acknowledged("pharmacy")
        assert checklist.accepted_by.startswith("P. Anand, Harbour drug service")
        all_but_the_prescriber(record, midwife)
        assert state(record) == State.COMPLETED_ON_TIME

    def test_what_was_said_of_an_earlier_admission_does_not_count(self, record: Journey, midwife: User) -> None:
        all_but_the_prescriber(record, midwife)
        leaving.leave(record, leaves(ago(hours=0.5)), by=midwife)
        happened(record, ("admitted", ago(hours=0.2)))
        checklist = checklist_of(record, clock.now())
        assert checklist.facts.admission == 2
        assert not checklist.entries
        assert checklist.last_dose is None
        assert copy_of(checklist, names_it=True).medicine is None


class TestClosedDays:
    def test_the_same_friday_needs_another_day_in_scotland(self, record: Journey) -> None:
        scottish = on_ward(site="GLEN", since=ago(4))
        arranged(scottish, "glen-pharmacy")
        assert checklist_of(record, clock.now()).uncovered == WEEKEND
        assert checklist_of(scottish, clock.now()).uncovered == [*WEEKEND, date(2026, 11, 30)]

    def test_a_next_dose_on_a_closed_day_is_refused_unless_it_says_how(self, midwife: User) -> None:
        scottish = on_ward(site="GLEN", since=ago(4))
        arranged(scottish, "glen-pharmacy")
        nurse = staff(Role.WARD_MIDWIFE, site="GLEN", team=_ward(scottish))
        with pytest.raises(Refused, match="bank holiday in Scotland"):
            leaving.write(scottish, next_dose(date(2026, 11, 30), "glen-pharmacy"), by=nurse)
        leaving.write(
            scottish, Entry("next_dose", "agreed", day=date(2026, 11, 30), words="the hospital pharmacy"), by=nurse
        )

    def test_another_pharmacy_that_is_closed_too_covers_nothing(self, record: Journey, midwife: User) -> None:
        with pytest.raises(Refused, match="closed on Sundays"):
            leaving.write(
                record, Entry("cover", "alt_pharmacy", day=date(2026, 11, 29), source="bridge-pharmacy"), by=midwife
            )
        leaving.write(
            record, Entry("cover", "alt_pharmacy", day=date(2026, 11, 28), source="bridge-pharmacy"), by=midwife
        )
        assert checklist_of(record, clock.now()).uncovered == [date(2026, 11, 29)]

    def test_a_day_that_needs_no_cover_takes_none(self, record: Journey, midwife: User) -> None:
        with pytest.raises(Refused, match="needs no cover"):
            leaving.write(record, Entry("cover", "ward_supply", day=date(2026, 12, 3)), by=midwife)

    def test_it_warns_48_hours_ahead_and_not_before(self) -> None:
        made = on_ward(since=ago(4))
        happened(
            made,
            ("supply_arranged", ago(3), {"pharmacy": "quay-pharmacy"}),
            ("mother_discharge_planned", ago(3), {"planned_for": "2026-11-27 15:00"}),
        )
        for at, warns in (("14:59", False), ("15:00", True)):
            now = local(date(2026, 11, 25), at)
            assert checklist_of(made, now).warns is warns
            assert (leaving_lines([made], now)[made.pk].state == "due_soon") is warns

    def test_where_no_pharmacy_is_named_the_page_says_that_it_assumes_one(self) -> None:
        made = on_ward(since=ago(4))
        checklist = checklist_of(made, clock.now())
        assert not checklist.pharmacy_known
        assert checklist.pharmacy is not None


class TestRefused:
    @pytest.mark.parametrize(
        "entry",
        [
            Entry("pharmacy", "acknowledged", who=" ", at=None),
            Entry("pharmacy", "acknowledged", who="T. Ford"),
            Entry("next_dose", "agreed"),
            Entry("next_dose", "agreed", day=FRIDAY, source="quay-pharmacy"),
            Entry("next_dose", "agreed", day=date(2027, 3, 1), source="quay-pharmacy"),
            Entry("next_dose", "agreed", day=date(2026, 11, 30), source="glen-pharmacy"),
            Entry("naloxone", "supplied", expires_on=date(2026, 11, 1)),
            Entry("own_medicine", "sent_home"),
            Entry("copy", "not_done", words="  "),
            Entry("copy", "perhaps"),
            Entry("left", "planned"),
            Entry("nothing", "given"),
        ],
    )
    def test_with_a_sentence_and_nothing_is_stored(self, record: Journey, midwife: User, entry: Entry) -> None:
        with pytest.raises(Refused):
            leaving.write(record, entry, by=midwife)
        assert not LeavingEntry.objects.filter(journey=record).exists()

    def test_a_time_to_come(self, record: Journey, midwife: User) -> None:
        with pytest.raises(Refused, match="future"):
            leaving.write(record, Entry("pharmacy", "acknowledged", who="T. Ford", at=ago(hours=-1)), by=midwife)

    def test_a_woman_who_is_not_theirs_and_a_role_that_states_no_medicine(self, record: Journey) -> None:
        for somebody in (staff(Role.WARD_MIDWIFE, site="CALD", team="birch"), staff(Role.HEALTH_VISITOR, team="hv")):
            with pytest.raises(PermissionDenied):
                leaving.write(record, Entry("copy", "given"), by=somebody)


def test_a_later_entry_replaces_the_earlier_which_stays(record: Journey, midwife: User) -> None:
    leaving.write(record, Entry("naloxone", "declined"), by=midwife)
    leaving.write(record, Entry("naloxone", "supplied", who="she"), by=midwife)
    assert checklist_of(record, clock.now()).entries["naloxone"].answer == "supplied"
    assert record.leaving_entries.filter(item="naloxone").count() == 2


def test_naloxone_in_hand_completes_its_own_handoff(record: Journey, midwife: User) -> None:
    leaving.write(record, Entry("naloxone", "supplied", expires_on=date(2028, 3, 31), who="she"), by=midwife)
    assert state(record, "NALOXONE_DISCHARGE") == State.COMPLETED_ON_TIME
    answer = record.events.get(kind="handoff_completed", details__moment="NALOXONE_DISCHARGE")
    assert answer.details["naloxone_expiry"] == "2028-03-31"
    assert answer.details["training_given"] == "yes"


def test_the_same_form_sent_twice_counts_once(record: Journey, midwife: User) -> None:
    sent = uuid.uuid4()
    first = leaving.write(record, Entry("copy", "given", submission=sent), by=midwife)
    assert leaving.write(record, Entry("copy", "given", submission=sent), by=midwife) == first
    assert record.leaving_entries.count() == 1


def test_a_board_of_forty_asks_four_questions() -> None:
    records = []
    for number in range(40):
        made = on_ward(since=ago(4), bed=str(number))
        arranged(made, "quay-pharmacy")
        leaving_entry(made, "copy", "given")
        records.append(made.pk)
    loaded = list(Journey.objects.filter(pk__in=records).select_related("site"))
    with CaptureQueriesContext(connection) as asked:
        lines = leaving_lines(loaded, clock.now())
    assert len([one for one in asked if not one["sql"].startswith(BOOKKEEPING)]) == 4
    assert len(lines) == 40
    assert lines[records[0]].words == "home Fri 27 Nov, 15:00: no dose arranged for Sat 28 Nov, Sun 29 Nov"


def test_many_are_answered_as_one_is(record: Journey, midwife: User) -> None:
    all_but_the_prescriber(record, midwife)
    other = on_ward(since=ago(2), bed="4")
    both = checklists_of([record, other], clock.now())
    for each in (record, other):
        alone = checklist_of(each, clock.now())
        assert both[each.pk].missing == alone.missing
        assert both[each.pk].uncovered == alone.uncovered
        assert points_of(both[each.pk]) == points_of(alone)


class TestHerCopy:
    def test_her_medicine_stands_word_for_word_as_the_prescriber_wrote_it(self, record: Journey) -> None:
        statement(record, said_at=ago(3), words="methadone oral solution 1 mg/ml, 40 mg once a day")
        checklist = checklist_of(record, clock.now())
        found = copy_of(checklist, names_it=True)
        assert found.medicine is not None
        assert found.medicine.words == "methadone oral solution 1 mg/ml, 40 mg once a day"
        plan(record, words="methadone oral solution 1 mg/ml, 45 mg once a day, supervised", signed_at=ago(2))
        found = copy_of(checklist, names_it=True)
        assert found.medicine is not None
        assert found.medicine.words == "methadone oral solution 1 mg/ml, 45 mg once a day, supervised"

    def test_it_says_each_day_and_whom_to_ring(self, record: Journey, midwife: User) -> None:
        all_but_the_prescriber(record, midwife)
        found = copy_of(checklist_of(record, clock.now()), names_it=True)
        assert found.days == [
            ("Fri 27 Nov 2026", "on the ward, before you leave"),
            ("Sat 28 Nov 2026", "Quay Pharmacy is closed: you get it on the day before (collected on Friday)"),
            ("Sun 29 Nov 2026", "Quay Pharmacy is closed: you get it on the day before (collected on Friday)"),
            ("Mon 30 Nov 2026", "Quay Pharmacy, open 08:30 to 18:00"),
        ]
        assert [(each.name, each.hours) for each in found.numbers] == [
            ("Quay Pharmacy", "Mon to Fri 08:30 to 18:00"),
            ("Harbour drug service", "Mon to Fri 09:00 to 17:00"),
        ]

    def test_unnamed_it_tells_nobody_which_medicine(self, record: Journey) -> None:
        statement(record)
        found = copy_of(checklist_of(record, clock.now()), names_it=False)
        assert found.medicine is None
        assert not found.has_naloxone


def _ward(record: Journey) -> str:
    return Team.objects.filter(site=record.site, kind=Team.Kind.WARD).order_by("code")[0].code
