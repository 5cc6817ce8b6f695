"""Medicine on the ward: who can be rung when, the first dose, each dose, the gap, and the way home."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.engine import DefinitionError, Fact, State, handoffs
from pathways.moments import ALL, check_site, validate_details
from tests.rules.story import Story, at, booked, fact, site, source
from tests.rules.test_properties import END, START, facts, tried

# 20 November 2026 is a Friday; 30 November is a bank holiday in Scotland only.
SOURCES = {
    "harbour": source("prescriber", mon_fri="09:00-17:00"),
    "bridge": source("pharmacy", mon_fri="09:00-17:30", sat="09:00-13:00"),
    "quay": source("pharmacy", mon_fri="08:30-18:00"),
}
SCOTTISH = {
    "service": source("prescriber", "SCO", mon_fri="09:00-17:00"),
    "pharmacy": source("pharmacy", "SCO", mon_fri="09:00-17:30"),
}
VERIFY, NOTICE = "OST_VERIFY.two_sources", "OST_ADMISSION_NOTICE.acknowledged"
GIVEN, DECISION = "OST_FIRST_DOSE.given_or_decision", "OST_FIRST_DOSE.decision"
DOSE, GAP = "OST_DOSE_LATE.outcome_recorded", "OST_3DAY_GAP.prescriber_reassessment"
COMMUNITY, HANDOVER = "FIRST_COMMUNITY_DOSE.confirmed", "DISCHARGE_OST_HANDOVER.both_acknowledged"
METHADONE = "methadone_oral_1mg_ml"


def treated(sources: object = SOURCES, medication: str = METHADONE, **parameters: str) -> Story:
    """In treatment since August."""
    story = booked(sources=sources, **parameters)  # type: ignore[arg-type]
    return story.add("treatment_started", "2026-08-01 10:00", medication=medication)


def admitted(when: str = "2026-11-20 10:00", sources: object = SOURCES, **parameters: str) -> Story:
    """In treatment, and admitted."""
    return treated(sources, **parameters).add("admitted", when, reason="antenatal")


class TestConfirmedWithTwo:
    def test_four_hours_where_both_are_open(self) -> None:
        assert admitted("2026-11-20 10:00").due(VERIFY) == at("2026-11-20 14:00")

    def test_at_night_one_hour_after_the_first_of_them_opens(self) -> None:
        assert admitted("2026-11-20 23:00").due(VERIFY) == at("2026-11-21 10:00")  # the pharmacy, on Saturday

    def test_where_one_is_closed_one_hour_after_that_one_opens(self) -> None:
        assert admitted("2026-11-21 10:00").due(VERIFY) == at("2026-11-23 10:00")  # the prescriber, on Monday

    def test_the_nations_bank_holiday_puts_it_off(self) -> None:
        assert admitted("2026-11-27 18:00", SCOTTISH).due(VERIFY) == at("2026-12-01 10:00")

    def test_the_clock_change_of_the_night_does_not_move_the_opening(self) -> None:
        assert admitted("2026-10-24 20:00").due(VERIFY) == at("2026-10-26 10:00")

    def test_the_pharmacy_arranged_last_counts(self) -> None:
        story = admitted("2026-11-21 14:00")
        assert story.due(VERIFY) == at("2026-11-23 10:00")
        story.add("supply_arranged", "2026-11-01 10:00", service="harbour", pharmacy="bridge")
        story.add("supply_arranged", "2026-11-10 10:00", pharmacy="quay")
        assert story.due(VERIFY) == at("2026-11-23 09:30")

    def test_an_arrangement_that_names_nobody_known_changes_nothing(self) -> None:
        story = admitted("2026-11-20 23:00").add("supply_arranged", "2026-11-10 10:00", pharmacy="harbour", service="x")
        assert story.due(VERIFY) == at("2026-11-21 10:00")

    def test_a_source_that_the_site_does_not_declare_counts_as_open(self) -> None:
        assert admitted("2026-11-20 23:00", None).due(VERIFY) == at("2026-11-21 03:00")
        only_a_pharmacy = {"quay": SOURCES["quay"]}
        assert admitted("2026-11-20 23:00", only_a_pharmacy).due(VERIFY) == at("2026-11-23 09:30")

    def test_sources_that_do_not_open_again_are_no_reason_to_wait(self) -> None:
        days = frozenset((at("2026-11-01 12:00") + timedelta(days=number)).date() for number in range(120))
        gone = {"shut": replace(SOURCES["quay"], hours=replace(SOURCES["quay"].hours, closed_on=days))}
        assert admitted("2026-11-20 10:00", gone).due(VERIFY) == at("2026-11-20 11:00")

    def test_it_is_confirmed_for_the_admission_that_is_named(self) -> None:
        story = admitted("2026-11-20 10:00").add("ost_verified", "2026-11-20 11:00", admission="1")
        assert story.state(VERIFY) is State.COMPLETED_ON_TIME
        story.add("mother_discharged", "2026-11-22 10:00").add("admitted", "2026-12-01 10:00", reason="antenatal")
        story.add("ost_verified", "2026-12-01 12:00", admission="1")
        assert story.state(VERIFY, subject="admission:2") is State.MISSED
        story.add("ost_verified", "2026-12-01 16:00")  # names none: the latest before it
        assert story.state(VERIFY, subject="admission:2") is State.COMPLETED_LATE

    def test_only_while_she_is_in_treatment(self) -> None:
        assert not booked().add("admitted", "2026-11-20 10:00", reason="antenatal").exists(VERIFY)


class TestPharmacyTold:
    def test_four_hours_of_the_pharmacys_open_time(self) -> None:
        story = admitted().add("ost_verified", "2026-11-20 16:00")
        assert story.due(NOTICE) == at("2026-11-21 11:30")  # one and a half on Friday, the rest on Saturday

    def test_four_hours_where_no_pharmacy_is_declared(self) -> None:
        assert admitted(sources=None).add("ost_verified", "2026-11-20 16:00").due(NOTICE) == at("2026-11-20 20:00")

    def test_only_an_answer_completes_it(self) -> None:
        story = admitted().add("ost_verified", "2026-11-20 12:00").completed(NOTICE, "2026-11-20 13:00", admission="1")
        assert story.state(NOTICE) is State.COMPLETED_ON_TIME


def test_her_own_medicine_is_receipted_within_an_hour() -> None:
    story = admitted().add("own_medicine_identified", "2026-11-20 10:20", admission="1")
    assert story.due("POCD_RECEIPT.two_signatures") == at("2026-11-20 11:20")
    story.add("own_medicine_taken", "2026-11-20 10:40", admission="1", reason="It was put into a locker.")
    assert story.state("POCD_RECEIPT.two_signatures") is State.MISSED


class TestFirstDose:
    def confirmed(self, taken: str = "2026-11-19 09:00", next_due: str = "2026-11-21 09:00", **details: str) -> Story:
        details = {"admission": "1", "medication": METHADONE, "confirmed_by": "pharmacy"} | details
        return admitted().add("dose_confirmed", taken, next_due=next_due, **details)

    def test_a_decision_in_six_hours_while_the_last_dose_is_unknown(self) -> None:
        story = admitted("2026-11-20 10:00")
        assert story.due(DECISION) == at("2026-11-20 16:00")
        assert not story.exists(GIVEN)

    def test_at_her_next_usual_time_where_it_is_known(self) -> None:
        story = self.confirmed()
        assert story.due(GIVEN) == at("2026-11-21 09:00")
        assert not story.exists(DECISION)

    def test_a_dose_taken_after_she_came_and_before_the_wards_first_counts_too(self) -> None:
        story = self.confirmed(taken="2026-11-20 11:00").add("dose_given", "2026-11-21 09:00", admission="1")
        assert story.due(GIVEN) == at("2026-11-21 09:00")
        assert story.state(GIVEN) is State.COMPLETED_ON_TIME

    def test_what_is_confirmed_after_the_wards_first_dose_does_not(self) -> None:
        story = admitted().add("dose_given", "2026-11-20 12:00", admission="1")
        story.add("dose_confirmed", "2026-11-22 12:00", admission="1", next_due="2026-11-23 12:00")
        assert not story.exists(GIVEN)
        assert story.state(DECISION) is State.COMPLETED_ON_TIME

    def test_what_is_confirmed_after_she_left_does_not(self) -> None:
        story = admitted().add("mother_discharged", "2026-11-20 15:00", next_dose_on="2026-11-21")
        story.add("dose_confirmed", "2026-11-21 12:00", admission="1", next_due="2026-11-22 12:00")
        assert not story.exists(GIVEN)

    def test_the_latest_dose_counts_and_only_of_this_admission(self) -> None:
        story = self.confirmed().add("dose_confirmed", "2026-11-20 09:00", admission="1", next_due="2026-11-21 10:30")
        story.add("dose_confirmed", "2026-11-20 09:30", next_due="2026-11-20 12:00")
        story.add("dose_confirmed", "2026-11-20 09:40", admission="2", next_due="2026-11-20 13:00")
        assert story.due(GIVEN) == at("2026-11-21 10:30")

    def test_a_dose_without_the_next_time_leaves_it_unknown(self) -> None:
        story = admitted().add("dose_confirmed", "2026-11-19 09:00", admission="1")
        assert story.exists(DECISION)
        assert not story.exists(GIVEN)

    def test_nobody_on_the_ward_was_late_before_she_came(self) -> None:
        assert self.confirmed(next_due="2026-11-20 07:00").due(GIVEN) == at("2026-11-20 10:00")

    def test_a_decision_stays_when_the_dose_becomes_known(self) -> None:
        story = admitted().completed(DECISION, "2026-11-20 12:00", admission="1", dose_decision="await_verification")
        story.add("dose_confirmed", "2026-11-19 09:00", admission="1", next_due="2026-11-21 09:00")
        assert story.state(DECISION) is State.COMPLETED_ON_TIME
        assert story.state(GIVEN, "2026-11-20 18:00") is State.PENDING

    def test_the_wards_first_dose_completes_either(self) -> None:
        unknown = admitted().add("dose_given", "2026-11-20 15:00", admission="1", dose="1")
        assert unknown.state(DECISION) is State.COMPLETED_ON_TIME
        known = self.confirmed().add("dose_given", "2026-11-21 10:00", admission="1", dose="1")
        assert known.state(GIVEN) is State.COMPLETED_LATE


class TestEachDose:
    def scheduled(self, **details: str) -> Story:
        details = {"admission": "1", "dose": "1", "scheduled_for": "2026-11-21 09:00"} | details
        return admitted().add("dose_scheduled", "2026-11-20 12:00", **details)

    def test_it_is_due_at_its_time_and_missed_two_hours_later(self) -> None:
        story = self.scheduled()
        assert story.due(DOSE) == at("2026-11-21 09:00")
        assert story.state(DOSE, "2026-11-21 08:30") is State.DUE_SOON
        assert story.state(DOSE, "2026-11-21 10:59") is State.OVERDUE
        assert story.state(DOSE, "2026-11-21 11:00") is State.MISSED

    @pytest.mark.parametrize("outcome", ["refused", "withheld_sedated", "absent_from_ward", "stock_unavailable"])
    def test_any_outcome_is_an_outcome(self, outcome: str) -> None:
        story = self.scheduled().add("dose_outcome_recorded", "2026-11-21 09:05", dose="1", outcome=outcome)
        assert story.state(DOSE) is State.COMPLETED_LATE

    def test_a_dose_that_was_given_is_one_event(self) -> None:
        story = self.scheduled().add("dose_given", "2026-11-21 08:55", dose="1", next_due="2026-11-22 09:00")
        assert story.state(DOSE) is State.COMPLETED_ON_TIME

    def test_another_dose_completes_nothing(self) -> None:
        story = self.scheduled().add("dose_given", "2026-11-21 09:00", dose="2").add("dose_given", "2026-11-21 09:00")
        assert story.state(DOSE) is State.MISSED

    def test_a_dose_without_a_number_is_the_next(self) -> None:
        story = self.scheduled(dose="4").add("dose_scheduled", "2026-11-20 12:00", scheduled_for="2026-11-21 21:00")
        assert [str(one.subject) for one in story.all(DOSE)] == ["dose:4", "dose:5"]
        assert story.due(DOSE, subject="dose:5") == at("2026-11-21 21:00")

    def test_the_time_set_last_counts(self) -> None:
        story = self.scheduled().add("dose_scheduled", "2026-11-20 13:00", dose="1", scheduled_for="2026-11-21 07:30")
        assert story.due(DOSE) == at("2026-11-21 07:30")

    def test_a_dose_for_after_she_left_falls_away_and_one_that_was_due_does_not(self) -> None:
        story = self.scheduled().add("dose_scheduled", "2026-11-20 12:00", dose="2", scheduled_for="2026-11-22 09:00")
        story.add("mother_discharged", "2026-11-21 14:00")
        assert story.state(DOSE, subject="dose:1") is State.MISSED
        assert story.state(DOSE, subject="dose:2") is State.SUPERSEDED

    def test_the_clock_change_keeps_the_wall_clock_that_the_plan_names(self) -> None:
        assert self.scheduled(scheduled_for="2027-03-28 09:00").due(DOSE) == at("2027-03-28T08:00+00:00")


class TestGap:
    def dosed(self, *when: str, medication: str = METHADONE, kind: str = "dose_confirmed", **details: str) -> Story:
        story = treated(medication=medication)
        for each in when:
            story.add(kind, each, medication=medication, **details)
        return story

    def test_three_days_after_the_last_dose_that_was_confirmed(self) -> None:
        story = self.dosed("2026-11-01 09:00")
        assert story.due(GAP) == at("2026-11-04 09:00")
        assert story.state(GAP, "2026-11-03 08:59") is State.PENDING
        assert story.state(GAP, "2026-11-03 09:00") is State.DUE_SOON  # 48 hours
        assert story.state(GAP, "2026-11-04 09:00") is State.MISSED

    @pytest.mark.parametrize("kind", ["dose_confirmed", "dose_given"])
    def test_each_dose_moves_it_on(self, kind: str) -> None:
        story = self.dosed("2026-11-01 09:00", "2026-11-02 09:00", "2026-11-04 10:00", kind=kind)
        (running,) = story.all(GAP)
        assert (running.occurrence, running.due_at) == (1, at("2026-11-07 10:00"))

    def test_the_clock_change_keeps_the_hour(self) -> None:
        assert self.dosed("2026-10-24 09:00").due(GAP) == at("2026-10-27 09:00")

    def test_a_dose_after_three_days_does_not_take_the_place_of_a_decision(self) -> None:
        story = self.dosed("2026-11-01 09:00", "2026-11-05 09:00")
        missed, running = story.all(GAP, "2026-11-06 09:00")
        assert (missed.state, missed.due_at) == (State.MISSED, at("2026-11-04 09:00"))
        assert (running.occurrence, running.opened_at, running.due_at) == (
            2,
            at("2026-11-05 09:00"),
            at("2026-11-08 09:00"),
        )

    def test_the_prescribers_answer_completes_what_was_missed_and_moves_on_what_runs(self) -> None:
        story = self.dosed("2026-11-01 09:00", "2026-11-05 09:00").completed(GAP, "2026-11-06 09:00")
        missed, running = story.all(GAP, "2026-11-07 09:00")
        assert (missed.state, missed.ended_at) == (State.COMPLETED_LATE, at("2026-11-06 09:00"))
        assert (running.occurrence, running.state, running.due_at) == (2, State.PENDING, at("2026-11-09 09:00"))

    def test_after_an_answer_without_a_dose_the_clock_starts_again(self) -> None:
        story = self.dosed("2026-11-01 09:00").completed(GAP, "2026-11-06 09:00")
        done, running = story.all(GAP, "2026-11-06 10:00")
        assert done.state is State.COMPLETED_LATE
        assert (running.occurrence, running.due_at) == (2, at("2026-11-09 09:00"))

    def test_an_answer_in_time_is_kept_as_one(self) -> None:
        story = self.dosed("2026-11-01 09:00").completed(GAP, "2026-11-03 09:00")
        done, running = story.all(GAP, "2026-11-03 10:00")
        assert (done.state, done.ended_at) == (State.COMPLETED_ON_TIME, at("2026-11-03 09:00"))
        assert running.due_at == at("2026-11-06 09:00")

    def test_an_answer_to_another_moment_moves_nothing(self) -> None:
        story = self.dosed("2026-11-01 09:00").completed("MH_BOOKING_SCREEN.enquiry", "2026-11-03 09:00")
        assert story.due(GAP) == at("2026-11-04 09:00")

    def test_an_answer_alone_opens_nothing(self) -> None:
        assert not treated().completed(GAP, "2026-11-03 09:00").exists(GAP)

    def test_an_earlier_answer_is_not_to_a_later_gap(self) -> None:
        story = self.dosed("2026-11-01 09:00").completed(GAP, "2026-11-03 09:00").add("dose_given", "2026-11-05 09:00")
        assert [one.state for one in story.all(GAP)] == [State.COMPLETED_ON_TIME, State.MISSED]

    def test_the_end_of_treatment_puts_it_to_sleep(self) -> None:
        story = self.dosed("2026-11-01 09:00").add("treatment_ended", "2026-11-02 09:00")
        assert not story.exists(GAP)
        story.add("dose_confirmed", "2026-11-02 10:00")
        assert not story.exists(GAP)

    def test_what_was_missed_before_the_end_stays(self) -> None:
        story = self.dosed("2026-11-01 09:00").add("treatment_ended", "2026-11-05 09:00")
        assert [one.state for one in story.all(GAP)] == [State.MISSED]

    def test_it_wakes_with_the_first_dose_of_a_treatment_that_starts_again(self) -> None:
        story = self.dosed("2026-11-01 09:00").add("treatment_ended", "2026-11-02 09:00")
        story.add("treatment_started", "2026-11-10 09:00", medication=METHADONE).add("dose_given", "2026-11-11 09:00")
        assert story.due(GAP) == at("2026-11-14 09:00")

    def test_it_runs_through_admission_birth_and_going_home(self) -> None:
        story = self.dosed("2026-11-01 09:00").add("admitted", "2026-11-01 12:00", reason="labour")
        story.add("baby_born", "2026-11-02 09:00", 1, place="hospital").add("separated", "2026-11-02 12:00", 1)
        story.add("mother_discharged", "2026-11-03 09:00").add("closed", "2026-11-03 10:00", reason="Moved away")
        assert story.state(GAP) is State.MISSED

    def test_her_death_ends_it(self) -> None:
        story = self.dosed("2026-11-01 09:00").add("mother_died", "2026-11-02 09:00")
        assert story.state(GAP) is State.SUPERSEDED

    @pytest.mark.parametrize(
        ("medication", "due"),
        [("laib_weekly", "2026-11-10 09:00"), ("laib_monthly", "2026-11-15 09:00"), ("", "2026-11-04 09:00")],
    )
    def test_an_injection_has_its_window_and_what_is_unknown_is_by_mouth(self, medication: str, due: str) -> None:
        story = treated(medication=medication).add("dose_given", "2026-11-01 09:00", next_due="2026-11-08 09:00")
        assert story.due(GAP) == at(due)

    def test_the_medicine_named_last_before_the_dose_counts(self) -> None:
        story = self.dosed("2026-11-01 09:00", medication="laib_weekly", next_due="2026-11-08 09:00")
        story.add("treatment_started", "2026-11-07 09:00", medication="buprenorphine_sl")
        assert story.due(GAP) == at("2026-11-10 09:00")
        assert story.add("dose_given", "2026-11-08 09:00").due(GAP) == at("2026-11-11 09:00")

    def test_after_an_answer_an_injection_has_its_window_again(self) -> None:
        story = self.dosed("2026-11-01 09:00", medication="laib_weekly", next_due="2026-11-08 09:00")
        done, running = story.completed(GAP, "2026-11-11 09:00").all(GAP, "2026-11-11 10:00")
        assert done.state is State.COMPLETED_LATE
        assert running.due_at == at("2026-11-13 09:00")

    def test_the_sites_own_window_counts(self) -> None:
        story = treated(medication="laib_weekly", laib_weekly_window="P1D")
        story.add("dose_given", "2026-11-01 09:00", next_due="2026-11-08 09:00")
        assert story.due(GAP) == at("2026-11-09 09:00")

    def test_an_injection_without_its_next_date_is_asked_about_early_rather_than_never(self) -> None:
        assert self.dosed("2026-11-01 09:00", medication="laib_weekly").due(GAP) == at("2026-11-03 09:00")


class TestFirstCommunityDose:
    def home(self, next_dose_on: str = "2026-11-24") -> Story:
        return admitted().add("mother_discharged", "2026-11-23 12:00", next_dose_on=next_dose_on)

    def test_by_the_end_of_the_day_of_her_next_dose(self) -> None:
        assert self.home().due(COMMUNITY) == at("2026-11-25 00:00")
        assert self.home("2027-03-28").due(COMMUNITY) == at("2027-03-29 00:00")  # the clocks change that night

    def test_a_dose_that_names_the_admission_completes_it_if_taken_after_she_left(self) -> None:
        story = self.home().add("dose_confirmed", "2026-11-23 09:00", admission="1")
        story.add("dose_confirmed", "2026-11-24 10:00")
        assert story.state(COMMUNITY) is State.MISSED
        story.add("dose_confirmed", "2026-11-24 09:30", admission="1", confirmed_by="pharmacy")
        assert story.state(COMMUNITY) is State.COMPLETED_ON_TIME

    def test_an_answer_completes_it(self) -> None:
        story = self.home().completed(COMMUNITY, "2026-11-25 10:00", admission="1", pharmacy_confirmation="taken")
        assert story.state(COMMUNITY) is State.COMPLETED_LATE

    def test_not_without_a_date_or_out_of_treatment(self) -> None:
        assert not admitted().add("mother_discharged", "2026-11-23 12:00").exists(COMMUNITY)
        ended = admitted().add("treatment_ended", "2026-11-22 12:00")
        assert not ended.add("mother_discharged", "2026-11-23 12:00", next_dose_on="2026-11-24").exists(COMMUNITY)


class TestEarlyWarning:
    def planned(self, leaves: str, sources: object = SOURCES) -> Story:
        return admitted("2026-11-16 10:00", sources).add(
            "mother_discharge_planned", "2026-11-17 10:00", planned_for=leaves
        )

    def test_two_days_before_leaving_on_the_eve_of_a_closed_day(self) -> None:
        saturday = self.planned("2026-11-21 11:00").one(HANDOVER, "2026-11-18 12:00")
        assert saturday.warn_at == at("2026-11-19 11:00")
        assert saturday.due_at == at("2026-11-21 11:00")

    def test_one_day_before_where_the_pharmacy_is_open(self) -> None:
        assert self.planned("2026-11-20 11:00").one(HANDOVER, "2026-11-18 12:00").warn_at == at("2026-11-19 11:00")
        assert self.planned("2026-11-21 11:00", None).one(HANDOVER, "2026-11-18 12:00").warn_at == at(
            "2026-11-20 11:00"
        )

    def test_a_sunday_before_saint_andrews_day_in_scotland_only(self) -> None:
        leaves = "2026-11-29 11:00"
        assert self.planned(leaves, SCOTTISH).one(HANDOVER, "2026-11-18 12:00").warn_at == at("2026-11-27 11:00")
        assert self.planned(leaves).one(HANDOVER, "2026-11-18 12:00").warn_at == at("2026-11-28 11:00")

    def test_the_pharmacy_arranged_for_her_decides(self) -> None:
        story = self.planned("2026-11-20 11:00").add("supply_arranged", "2026-11-17 12:00", pharmacy="quay")
        assert story.one(HANDOVER, "2026-11-18 12:00").warn_at == at("2026-11-18 11:00")  # closed on Saturday


class TestFromWhenTheWardRecords:
    OPENED_BY_ADMISSION = (VERIFY, DECISION, NOTICE, "POCD_RECEIPT.two_signatures", COMMUNITY)

    def story(self, begins: str) -> Story:
        story = admitted("2026-11-20 10:00", ward_medicine_from=begins).add("ost_verified", "2026-11-20 11:00")
        story.add("own_medicine_identified", "2026-11-20 11:00")
        return story.add("mother_discharged", "2026-11-23 12:00", next_dose_on="2026-11-24")

    def test_an_admission_of_before_opens_none_of_them(self) -> None:
        story = self.story("2026-11-21")
        assert not [name for name in self.OPENED_BY_ADMISSION if story.exists(name)]
        assert story.exists(HANDOVER)

    def test_one_of_that_day_opens_them_all(self) -> None:
        story = self.story("2026-11-20")
        assert all(story.exists(name) for name in self.OPENED_BY_ADMISSION)

    def test_a_gap_is_a_gap_whenever_she_was_in(self) -> None:
        assert self.story("2026-12-31").add("dose_confirmed", "2026-11-24 09:00").exists(GAP)

    def test_what_is_no_date_is_refused_at_start_up(self) -> None:
        check_site(site(ward_medicine_from="2026-12-01"))
        with pytest.raises(DefinitionError, match="ward_medicine_from: 'soon' is no date"):
            check_site(site(ward_medicine_from="soon"))


def test_the_facts_of_the_ward_pass_the_checks_and_hold_no_amount() -> None:
    told = {"admission": "1", "dose": "3", "medication": METHADONE, "next_due": "2026-11-22 09:00"}
    assert validate_details("dose_given", None, told) == []
    assert validate_details("dose_confirmed", None, told | {"confirmed_by": "own_card"}) == []
    assert validate_details("supply_arranged", None, {"service": "harbour", "pharmacy": "quay"}) == []
    assert validate_details("own_medicine_taken", None, {"admission": "1", "reason": "Locked away"}) == []
    assert validate_details("dose_given", None, {"amount": "60"}) == [
        ("details", "amount: dose given has no such detail; take it out")
    ]


# -- properties --------------------------------------------------------------------------------------

OF_THE_WARD = (
    "supply_arranged",
    "ost_verified",
    "own_medicine_identified",
    "dose_scheduled",
    "dose_given",
    "dose_confirmed",
    "dose_outcome_recorded",
    "treatment_started",
    "treatment_ended",
    "admitted",
    "mother_discharge_planned",
    "mother_discharged",
)
ward_histories = st.lists(facts(kinds=OF_THE_WARD), max_size=30).map(
    lambda told: [replace(fact, sequence=number) for number, fact in enumerate(told)]
)
RULES = site("SCO", SCOTTISH | SOURCES)


@given(ward_histories, st.randoms(use_true_random=False))
@settings(tried, max_examples=300)
def test_the_order_in_which_the_wards_facts_are_given_does_not_matter(told: list[Fact], chance: random.Random) -> None:
    shuffled = list(told)
    chance.shuffle(shuffled)
    ask = [handoffs(ALL, RULES, given_facts, END, edd_at_entry=None) for given_facts in (told, shuffled)]
    assert ask[0] == ask[1]


DOSES = st.lists(st.integers(0, 24 * 40), min_size=1, max_size=20, unique=True).map(sorted)


@given(DOSES, st.lists(st.integers(0, 24 * 40), max_size=4, unique=True))
@settings(tried, max_examples=300)
def test_every_gap_of_three_days_waits_for_a_decision_made_after_it_began(doses: list[int], answers: list[int]) -> None:
    """Hours since the start; worked out here from the doses alone, as somebody with a calendar would."""
    told = [fact("treatment_started", "2026-01-01 09:00", medication=METHADONE)]
    told += [Fact("dose_given", START + timedelta(hours=hour), 1000 + number) for number, hour in enumerate(doses)]
    details = {"moment": "OST_3DAY_GAP", "step": "prescriber_reassessment"}
    told += [
        Fact("handoff_completed", START + timedelta(hours=hour, minutes=30), 2000 + hour, None, details)
        for hour in answers
    ]
    now = START + timedelta(hours=24 * 60)
    found = [one for one in handoffs(ALL, site(), told, now, edd_at_entry=None) if one.moment == "OST_3DAY_GAP"]
    assert [one.occurrence for one in found] == list(range(1, len(found) + 1))
    answered_at = [hour + 0.5 for hour in answers if hour + 0.5 > doses[0]]
    last = max([*doses, *answered_at])
    steps = sorted([*doses, *answered_at])
    gaps = [before for before, after in zip(steps, [*steps[1:], 24 * 60], strict=True) if after - before > 72]
    unanswered = [began for began in gaps if not [hour for hour in answered_at if hour > began]]
    waiting = [one for one in found if one.state is State.MISSED]
    assert [(one.opened_at - START) / timedelta(hours=1) for one in waiting] == unanswered
    assert last in unanswered
