"""Rules, section 1: what counts as a fact, the order of facts, exposure, treatment, whose fact is whose."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from pathways.engine import Fact, History, Subject, SubjectKind, current_edd, in_order, planned_for
from pathways.engine.subjects import Belonging
from tests.rules.story import Story, at, booked, born, fact

NOW = at("2030-01-01 00:00")


def test_only_facts_up_to_now_count() -> None:
    story = booked()
    assert not story.exists("FEEDING_PLAN.signed_x2", now="2026-07-28 09:59")
    assert story.exists("FEEDING_PLAN.signed_x2", now="2026-07-28 10:00")


def test_order_is_by_time_then_by_recording() -> None:
    later = fact("contact_made", "2026-08-02 10:00")
    first = fact("contact_made", "2026-08-01 10:00")
    tied = fact("contact_missed", "2026-08-01 10:00")
    assert in_order([tied, later, first]) == [first, tied, later]


def test_order_looks_at_the_instant_not_at_the_offset() -> None:
    summer = fact("contact_made", "2026-07-01T10:30:00+01:00")
    utc = fact("contact_made", "2026-07-01T10:00:00+00:00")
    assert in_order([utc, summer]) == [summer, utc]


def test_history_finds_first_latest_and_nth() -> None:
    one, two = fact("admitted", "2026-08-01 10:00"), fact("admitted", "2026-09-01 10:00")
    history = History([two, one], NOW)
    assert (history.first("admitted"), history.latest("admitted")) == (one, two)
    assert (history.nth("admitted", 2), history.nth("admitted", 3), history.nth("admitted", 0)) == (two, None, None)


class TestBaby:
    def test_blank_means_baby_1(self) -> None:
        assert fact("baby_born", "2027-02-20 09:00").baby_number == 1

    def test_may_be_named_in_the_details(self) -> None:
        assert Fact("baby_discharged", NOW, 1, None, {"baby": "2"}).baby_number == 2

    def test_the_column_counts_before_the_details(self) -> None:
        assert Fact("baby_discharged", NOW, 1, 3, {"baby": "2"}).baby_number == 3

    def test_all_in_the_details_names_none(self) -> None:
        assert Fact("separated", NOW, 1, None, {"baby": "all"}).named_baby is None

    def test_blank_means_all_babies_for_separated_and_reunified(self) -> None:
        story = born().add("baby_born", "2027-02-20 09:20", 2, place="hospital")
        assert story.add("separated", "2027-02-25 10:00").stage() == "separated"
        assert story.add("reunified", "2027-03-25 10:00", 2).stage() == "postnatal_community"


class TestEdd:
    def test_the_latest_agreed_counts(self) -> None:
        facts = [
            fact("dating_agreed", "2026-09-01 10:00", edd="2027-03-10"),
            fact("dating_agreed", "2026-08-01 10:00", edd="2027-03-05"),
        ]
        assert current_edd(facts, date(2027, 3, 1)) == date(2027, 3, 10)

    def test_before_the_first_agreement_the_one_at_entry(self) -> None:
        assert current_edd([], date(2027, 3, 1)) == date(2027, 3, 1)
        assert current_edd([], None) is None

    def test_is_read_in_both_forms_of_a_date(self) -> None:
        assert current_edd([fact("dating_agreed", "2026-08-01 10:00", edd="05/03/2027")], None) == date(2027, 3, 5)

    @pytest.mark.parametrize("nonsense", ["", "soon", "2027-02-30"])
    def test_an_unreadable_one_does_not_count(self, nonsense: str) -> None:
        facts = [fact("dating_agreed", "2026-08-01 10:00", edd=nonsense)]
        assert current_edd(facts, date(2027, 3, 1)) == date(2027, 3, 1)


class TestExposureAndTreatment:
    def history(self, *facts: Fact) -> History:
        return History(facts, NOW)

    def test_exposure_is_shown_by_opioids_disclosed(self) -> None:
        other = fact("drug_use_disclosed", "2026-08-01 10:00", opioid="no", in_treatment="no")
        shows = fact("drug_use_disclosed", "2026-08-02 10:00", opioid="yes")
        assert self.history(other).first_exposure() is None
        assert self.history(shows, other).first_exposure() is shows

    def test_exposure_is_shown_by_treatment_started(self) -> None:
        start = fact("treatment_started", "2026-08-01 10:00")
        assert self.history(start).first_exposure() is start

    def test_in_treatment_after_a_start_until_an_end(self) -> None:
        history = self.history(
            fact("treatment_started", "2026-08-01 10:00"), fact("treatment_ended", "2026-08-05 10:00")
        )
        assert [history.in_treatment_at(at(f"2026-08-0{day} 10:00")) for day in (1, 4, 5)] == [True, True, False]
        assert not history.in_treatment_at(at("2026-08-01 09:59"))


class TestBelonging:
    def test_the_nth_admission_separation_and_transfer(self) -> None:
        facts = [
            fact("admitted", "2026-09-01 10:00", reason="antenatal"),
            fact("separated", "2026-09-02 10:00"),
            fact("admitted", "2026-10-01 10:00", reason="labour"),
            fact("transfer_requested", "2026-10-02 10:00"),
        ]
        belonging = Belonging(facts)
        numbers = {kind: [one.number for one in belonging.subjects(kind)] for kind in SubjectKind}
        assert numbers[SubjectKind.ADMISSION] == [1, 2]
        assert numbers[SubjectKind.SEPARATION] == numbers[SubjectKind.TRANSFER] == [1]
        assert numbers[SubjectKind.BABY] == []

    def test_a_discharge_belongs_to_the_latest_admission_before_it(self) -> None:
        first, second = (
            fact("mother_discharged", "2026-09-02 10:00"),
            fact("mother_discharge_planned", "2026-10-02 10:00"),
        )
        facts = [fact("admitted", "2026-09-01 10:00"), first, fact("admitted", "2026-10-01 10:00"), second]
        belonging = Belonging(facts)
        assert belonging.subject_of(first, SubjectKind.ADMISSION) == Subject(SubjectKind.ADMISSION, 1)
        assert belonging.subject_of(second, SubjectKind.ADMISSION) == Subject(SubjectKind.ADMISSION, 2)

    def test_with_no_admission_a_planned_discharge_opens_nothing_of_an_admission(self) -> None:
        story = booked().add("treatment_started", "2026-06-01 10:00")
        story.add("baby_born", "2027-02-20 09:00", 1, place="hospital")
        story.add("mother_discharge_planned", "2027-02-21 10:00", planned_for="2027-02-22T10:00:00+00:00")
        for name in ("DISCHARGE_OST_HANDOVER.both_acknowledged", "NALOXONE_DISCHARGE.outcome"):
            assert not story.exists(name)
        assert not story.exists("MOTHER_STAYS.offer_answered")

    def test_an_acceptance_belongs_to_the_latest_request_before_it(self) -> None:
        story = booked().add("transfer_requested", "2026-09-01 10:00", to="GLEN")
        story.add("transfer_refused", "2026-09-02 10:00").add("transfer_requested", "2026-10-01 10:00", to="TAYM")
        story.add("transfer_accepted", "2026-10-02 10:00")
        assert story.state("SITE_TRANSFER.accepted", subject="transfer:1") == "superseded"
        assert story.state("SITE_TRANSFER.accepted", subject="transfer:2") == "completed_on_time"


def test_the_latest_plan_counts() -> None:
    plans = [
        fact("mother_discharge_planned", "2027-02-21 10:00", planned_for="2027-02-22T10:00:00+00:00"),
        fact("mother_discharge_planned", "2027-02-21 11:00", planned_for="23/02/2027 15:00"),
        fact("mother_discharge_planned", "2027-02-21 12:00"),
    ]
    assert planned_for(plans) == datetime(2027, 2, 23, 15, tzinfo=UTC)


def test_a_pregnancy_without_facts_has_nothing() -> None:
    assert Story().handoffs() == []
