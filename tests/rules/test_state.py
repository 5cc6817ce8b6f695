"""Rules, section 5: the state of a handoff, at its boundaries and through everything that can end it."""

from __future__ import annotations

import pytest

from pathways.engine import State
from pathways.moments import ALL, by_key
from tests.rules.story import Story, at, booked, born, home

PLAN = "FEEDING_PLAN.signed_x2"  # due 19 Jan 2027 00:00, warned 5 Jan, missed 26 Jan


class TestClock:
    @pytest.mark.parametrize(
        ("now", "state"),
        [
            ("2027-01-04 23:59", "pending"),
            ("2027-01-05 00:00", "due_soon"),
            ("2027-01-18 23:59", "due_soon"),
            ("2027-01-19 00:00", "overdue"),
            ("2027-01-25 23:59", "overdue"),
            ("2027-01-26 00:00", "missed"),
        ],
    )
    def test_boundaries(self, now: str, state: str) -> None:
        assert booked().state(PLAN, now) == state
        assert booked().one(PLAN, now).ended_at is None

    def test_late_of_zero_is_missed_at_due(self) -> None:
        story = Story().add("first_contact", "2026-07-20 10:00")
        assert story.state("BOOK_10W.done", "2026-08-03 23:59") == "due_soon"
        assert story.state("BOOK_10W.done", "2026-08-04 00:00") == "missed"

    def test_warn_of_zero_is_never_due_soon(self) -> None:
        story = Story().add("admitted", "2027-02-20 01:00", reason="labour")
        assert story.state("UNBOOKED_LABOUR.senior_review", "2027-02-20 02:59") == "pending"
        assert story.state("UNBOOKED_LABOUR.senior_review", "2027-02-20 03:00") == "overdue"


class TestCompleted:
    @pytest.mark.parametrize(
        ("when", "state"), [("2027-01-19 00:00", "completed_on_time"), ("2027-01-19 00:01", "completed_late")]
    )
    def test_on_time_is_at_or_before_due(self, when: str, state: str) -> None:
        plan = booked().completed(PLAN, when).one(PLAN)
        assert (plan.state, plan.ended_at) == (state, at(when))

    def test_at_any_time_even_before_it_opened(self) -> None:
        assert booked().completed(PLAN, "2026-07-01 10:00").state(PLAN) == "completed_on_time"

    def test_a_missed_one_becomes_completed_late(self) -> None:
        story = booked().completed(PLAN, "2027-02-26 10:00")
        assert [story.state(PLAN, f"2027-02-26 {time}") for time in ("09:59", "10:00")] == ["missed", "completed_late"]

    def test_the_first_one_counts(self) -> None:
        story = booked().completed(PLAN, "2027-01-20 10:00").completed(PLAN, "2027-01-10 10:00")
        assert story.one(PLAN).ended_at == at("2027-01-10 10:00")

    def test_only_of_the_same_subject(self) -> None:
        story = born().add("baby_born", "2027-02-20 09:10", 2, place="hospital")
        story.completed("HV_NEW_BABY.visit", "2027-03-01 10:00", 2)
        assert story.state("HV_NEW_BABY.visit", "2027-03-01 11:00", "baby:1") == "pending"
        assert story.state("HV_NEW_BABY.visit", "2027-03-01 11:00", "baby:2") == "completed_on_time"

    def test_a_blank_baby_is_baby_1(self) -> None:
        story = born().completed("HV_NEW_BABY.visit", "2027-03-01 10:00")
        assert story.state("HV_NEW_BABY.visit") == "completed_on_time"

    def test_a_numbered_subject_has_to_be_named(self) -> None:
        name = "SEP_EXPLAIN.verbal_and_written"
        story = home().add("separated", "2027-03-01 10:00").completed(name, "2027-03-01 12:00")
        assert story.state(name, "2027-03-01 13:00") == "pending"
        assert story.completed(name, "2027-03-01 12:00", separation="1").state(name) == "completed_on_time"

    def test_beats_every_other_ending(self) -> None:
        story = booked().answer("declined", PLAN, "2026-09-01 10:00").add("closed", "2026-09-02 10:00")
        assert story.completed(PLAN, "2026-10-01 10:00").state(PLAN) == "completed_on_time"


class TestCompletedByItself:
    def test_booking_counts_also_before_the_opening(self) -> None:
        story = Story().add("booking_completed", "2026-07-10 10:00").add("first_contact", "2026-07-20 10:00")
        assert story.state("BOOK_10W.done") == "completed_on_time"

    def test_named_midwife_counts_also_before_the_opening(self) -> None:
        story = booked().add("named_midwife_assigned", "2026-07-01 10:00")
        assert story.state("NAMED_MIDWIFE.done") == "completed_on_time"

    def test_observation_started_counts_also_before_the_opening(self) -> None:
        story = Story().add("baby_born", "2027-02-20 09:00", 1, place="home")
        story.add("observation_started", "2027-02-20 12:00", 1).add("treatment_started", "2027-02-20 15:00")
        assert story.state("NOWS_START.first_observation") == "completed_on_time"

    def test_observation_ended_completes_that_babys_observation(self) -> None:
        name = "NOWS_COMPLETE.completed_or_authorised_stop"
        story = born().add("observation_started", "2027-02-20 12:00", 1).add("observation_ended", "2027-02-24 12:00", 2)
        assert story.state(name) == "missed"
        assert story.add("observation_ended", "2027-02-25 12:00", 1).state(name) == "completed_late"

    def test_others_count_only_after_the_opening(self) -> None:
        story = born().add("postnatal_visit", "2027-02-22 10:00").add("mother_discharged", "2027-02-23 10:00")
        assert story.state("PN_MIDWIFE_36H.seen") == "missed"
        assert story.add("postnatal_visit", "2027-02-24 10:00").state("PN_MIDWIFE_36H.seen") == "completed_on_time"

    def test_transfer_is_completed_by_its_acceptance(self) -> None:
        story = booked().add("transfer_requested", "2026-09-01 10:00").add("transfer_accepted", "2026-09-10 10:00")
        assert story.state("SITE_TRANSFER.accepted") == "completed_late"


@pytest.mark.parametrize("kind", ["declined", "not_applicable", "unable"])
class TestEnded:
    def test_ends_that_handoff_only(self, kind: str) -> None:
        story = booked().answer(kind, PLAN, "2026-09-01 10:00", reason="because")
        assert (story.state(PLAN), story.one(PLAN).ended_at) == (kind, at("2026-09-01 10:00"))
        assert story.state("BIRTH_MED_PLAN.draft", "2026-09-02 10:00") == "pending"

    def test_beats_superseding(self, kind: str) -> None:
        story = booked().add("closed", "2026-08-15 10:00").answer(kind, PLAN, "2026-09-01 10:00")
        assert story.state(PLAN) == kind

    def test_the_first_one_counts(self, kind: str) -> None:
        story = booked().answer("unable", PLAN, "2026-09-02 10:00").answer(kind, PLAN, "2026-09-01 10:00")
        assert story.state(PLAN) == kind


class TestLaterStage:
    def test_supersedes_while_pending_or_due_soon(self) -> None:
        early = booked().add("admitted", "2026-12-01 10:00", reason="labour")
        soon = booked().add("admitted", "2027-01-10 10:00", reason="labour")
        assert (early.state(PLAN), early.one(PLAN).ended_at) == (State.SUPERSEDED, at("2026-12-01 10:00"))
        assert soon.state(PLAN) == "superseded"

    def test_does_not_supersede_at_or_after_due(self) -> None:
        story = booked().add("admitted", "2027-01-19 00:00", reason="labour")
        assert story.state(PLAN, "2027-01-20 10:00") == "overdue"
        assert story.state(PLAN) == "missed"

    def test_has_to_come_after_the_opening_fact(self) -> None:
        story = Story(nation="SCO").add("admitted", "2026-09-01 09:00", reason="labour")
        story.add("concern_accepted", "2026-09-01 10:00")
        assert story.state("PREBIRTH_CONFERENCE.held", "2026-09-02 10:00") == "pending"

    def test_a_stage_in_the_list_does_not_supersede(self) -> None:
        story = Story().add("first_contact", "2026-07-20 10:00")
        story.add("drug_use_disclosed", "2026-07-27 11:00", in_treatment="no").add(
            "booking_completed", "2026-07-28 10:00"
        )
        assert story.stage() == "antenatal"
        assert story.state("DRUG_SERVICE_REFERRAL.first_appointment", "2026-07-28 11:00") == "pending"

    def test_an_earlier_or_equal_stage_does_not_supersede(self) -> None:
        name = "HV_NEW_BABY.visit"  # community and residential placement
        assert born().state(name, "2027-02-21 10:00") == "pending"
        readmitted = home().add("admitted", "2027-02-25 10:00", reason="postnatal")
        assert readmitted.state(name, "2027-02-26 10:00") == "pending"

    def test_separated_supersedes_where_it_is_not_in_the_list(self) -> None:
        story = born().add("feeding_conflict_logged", "2027-02-21 09:00", 1).add("separated", "2027-02-21 10:00", 1)
        assert story.state("FEEDING_CONFLICT.reconciled") == "superseded"

    def test_separated_supersedes_where_it_is_no_later_than_the_list(self) -> None:
        story = booked().add("pregnancy_loss", "2027-02-20 09:00").add("baby_born", "2027-02-20 10:00", 1, place="home")
        assert story.stage() == "bereavement"
        story.add("separated", "2027-02-20 11:00", 1)
        assert story.state("LOSS_BEREAVEMENT.done") == "superseded"

    def test_separated_in_the_list_does_not(self) -> None:
        story = home().add("separated", "2027-02-25 10:00", 1)
        assert story.state("MH_4_6W.enquiry", "2027-02-26 10:00") == "pending"

    def test_a_stage_has_to_be_later_than_every_one_in_the_list(self) -> None:
        story = booked().add("pregnancy_loss", "2026-09-01 11:00")
        assert story.stage() == "bereavement"  # not later than separated, which contraception lists
        assert story.state("CONTRACEPTION.plan", "2026-09-01 12:00") == "pending"


class TestBereavement:
    def test_counts_for_gestation_rules(self) -> None:
        story = booked().add("pregnancy_loss", "2026-09-01 10:00")
        for name in (PLAN, "BIRTH_MED_PLAN.draft", "HV_ANTENATAL.contact"):
            assert story.state(name) == "superseded"

    def test_counts_for_moments_of_the_pregnancy(self) -> None:
        story = booked().add("treatment_started", "2026-06-01 10:00").add("pregnancy_loss", "2026-07-29 10:00")
        for name in ("NAMED_MIDWIFE.done", "PRESCRIBER_TOLD_PREGNANT.acknowledged", "INFO_DRUG_EFFECTS.first"):
            assert story.state(name) == "superseded"

    def test_leaves_her_own_care_alone(self) -> None:
        story = home().add("baby_died", "2027-02-24 10:00", 1)
        assert story.stage() == "bereavement"
        for name in ("MH_4_6W.enquiry", "MIDWIFERY_END_HANDOVER.joint_handover", "PN_MIDWIFE_36H.seen"):
            assert story.state(name, "2027-02-24 11:00") in ("pending", "due_soon")

    def test_though_it_is_later_than_every_stage_in_the_list(self) -> None:
        assert [stage.value for stage in by_key["FEEDING_CONFLICT"].stages][-1] == "postnatal_community"
        story = born().add("baby_born", "2027-02-20 09:10", 2, place="hospital").add("baby_died", "2027-02-21 08:00", 2)
        story.add("feeding_conflict_logged", "2027-02-21 09:00", 2).add("baby_died", "2027-02-21 10:00", 1)
        assert story.stage() == "bereavement"
        assert story.state("FEEDING_CONFLICT.reconciled", "2027-02-21 11:00") == "pending"


class TestClosing:
    @pytest.mark.parametrize("kind", ["closed", "mother_died"])
    def test_supersedes_while_pending_due_soon_or_overdue(self, kind: str) -> None:
        for when in ("2026-09-01 10:00", "2027-01-10 10:00", "2027-01-20 10:00"):
            assert booked().add(kind, when).state(PLAN) == "superseded"

    @pytest.mark.parametrize("kind", ["closed", "mother_died"])
    def test_does_not_hide_a_missed_one(self, kind: str) -> None:
        assert booked().add(kind, "2027-01-26 00:00").state(PLAN) == "missed"

    def test_opening_again_does_not_revive_it(self) -> None:
        story = booked().add("closed", "2026-09-01 10:00").add("reopened", "2026-09-02 10:00")
        assert story.state(PLAN) == "superseded"

    def test_closing_does_not_hide_medication_flags(self) -> None:
        story = born().add("mother_discharge_planned", "2027-02-21 09:00", planned_for="2027-02-23T10:00:00+00:00")
        story.add("separated", "2027-02-21 10:00", 1).add("closed", "2027-02-21 11:00")
        for name in (
            "DISCHARGE_OST_HANDOVER.both_acknowledged",
            "NALOXONE_DISCHARGE.outcome",
            "SEP_OST_NALOXONE_24H.done",
        ):
            assert story.state(name, "2027-02-21 12:00") in ("pending", "due_soon")
            assert story.state(name) == "missed"

    def test_unless_she_died(self) -> None:
        story = born().add("mother_discharge_planned", "2027-02-21 09:00", planned_for="2027-02-23T10:00:00+00:00")
        story.add("mother_died", "2027-02-21 11:00")
        for name in ("DISCHARGE_OST_HANDOVER.both_acknowledged", "NALOXONE_DISCHARGE.outcome"):
            assert story.state(name) == "superseded"

    def test_all_medication_moments_of_severity_s1_and_the_named_ones_survive_it(self) -> None:
        named = {
            "POCD_RECEIPT",
            "DISCHARGE_OST_HANDOVER",
            "NALOXONE_DISCHARGE",
            "FIRST_COMMUNITY_DOSE",
            "SEP_OST_NALOXONE_24H",
        }
        ward = {moment.key for moment in ALL if moment.key.startswith("OST_") and moment.severity == "S1"}
        surviving = {moment.key for moment in ALL if {"closing", "a move to the stage bereavement"} <= moment.survives}
        assert surviving - {"NOWS_START", "NOWS_COMPLETE"} == named | ward


class TestHerDeath:
    def test_the_living_baby_still_needs_its_visit_and_meeting(self) -> None:
        story = born().add("concern_accepted", "2026-10-01 10:00")
        story.add("baby_discharge_planned", "2027-02-21 10:00", 1, planned_for="2027-02-26T10:00:00+00:00")
        story.add("mother_died", "2027-02-21 11:00")
        for name in ("HV_NEW_BABY.visit", "PREDISCHARGE_MEETING.held"):
            assert story.state(name, "2027-02-21 12:00") == "pending"

    def test_closing_ends_them(self) -> None:
        assert home().add("closed", "2027-02-24 10:00").state("HV_NEW_BABY.visit") == "superseded"


class TestBabies:
    def test_a_babys_death_ends_its_own_handoffs_while_overdue_too(self) -> None:
        story = born().add("baby_born", "2027-02-20 09:10", 2, place="hospital").add("baby_died", "2027-03-07 10:00", 1)
        assert story.state("HV_NEW_BABY.visit", subject="baby:1") == "superseded"
        assert story.state("HV_NEW_BABY.visit", subject="baby:2") == "missed"
        missed = born().add("baby_died", "2027-03-09 09:00", 1)
        assert missed.state("HV_NEW_BABY.visit") == "missed"

    def test_only_the_babys_death_ends_its_observation(self) -> None:
        start, complete = "NOWS_START.first_observation", "NOWS_COMPLETE.completed_or_authorised_stop"
        for kind in ("baby_discharged", "separated", "closed", "mother_died"):
            going_home = born().add("mother_discharged", "2027-02-20 10:30").add(kind, "2027-02-20 11:00")
            assert going_home.state(start, "2027-02-20 12:00") == "pending"
            going_home.add("observation_started", "2027-02-20 10:00", 1)
            assert going_home.state(complete, "2027-02-20 12:00") == "pending"
        died = born().add("observation_started", "2027-02-20 10:00", 1).add("baby_died", "2027-02-20 11:00", 1)
        assert died.state(complete) == "superseded"
        assert born().add("baby_died", "2027-02-20 11:00", 1).state(start) == "superseded"

    def test_health_visitor_is_ended_by_placing_that_baby_away(self) -> None:
        twins = born().add("baby_born", "2027-02-20 09:10", 2, place="hospital").add("separated", "2027-02-25 10:00", 2)
        assert twins.state("HV_NEW_BABY.visit", "2027-02-26 10:00", "baby:1") == "pending"
        assert twins.state("HV_NEW_BABY.visit", "2027-02-26 10:00", "baby:2") == "superseded"

    def test_but_not_by_the_stage_separated(self) -> None:
        twins = born().add("baby_born", "2027-02-20 09:10", 2, place="hospital")
        twins.add("baby_died", "2027-02-21 10:00", 1).add("separated", "2027-02-25 10:00", 2)
        assert twins.stage() == "separated"
        assert twins.state("HV_NEW_BABY.visit", subject="baby:1") == "superseded"  # by the death
        first_away = born().add("separated", "2027-02-21 10:00", 1)
        first_away.add("baby_born", "2027-02-21 12:00", 2, place="hospital").add("separated", "2027-02-25 10:00", 1)
        assert first_away.stage() == "separated"
        assert first_away.state("HV_NEW_BABY.visit", "2027-02-26 10:00", "baby:2") == "pending"


class TestReunion:
    @pytest.mark.parametrize("name", ["SEP_NOTIFY.all_roles_acknowledged", "SEP_EXPLAIN.verbal_and_written"])
    def test_ends_telling_and_explaining_while_not_due(self, name: str) -> None:
        soon = home().add("separated", "2027-03-01 10:00", 1).add("reunified", "2027-03-01 12:00", 1)
        late = home().add("separated", "2027-03-01 10:00", 1).add("reunified", "2027-03-03 12:00", 1)
        assert soon.state(name) == "superseded"
        assert late.state(name) == "missed"

    def test_only_of_a_baby_of_that_separation(self) -> None:
        story = born().add("baby_born", "2027-02-20 09:10", 2, place="hospital").add("separated", "2027-03-01 10:00", 1)
        story.add("separated", "2027-03-01 11:00", 2).add("reunified", "2027-03-01 12:00", 2)
        name = "SEP_EXPLAIN.verbal_and_written"
        assert story.state(name, "2027-03-01 13:00", "separation:1") == "pending"
        assert story.state(name, "2027-03-01 13:00", "separation:2") == "superseded"

    def test_leaves_her_follow_up_alone(self) -> None:
        story = home().add("separated", "2027-03-01 10:00", 1).add("reunified", "2027-03-01 12:00", 1)
        for name in ("SEP_RISK_7D.clinician_review", "SEP_CONTACT.contact_1", "SEP_FOLLOWUP.m12"):
            assert story.state(name, "2027-03-01 13:00") == "pending"


class TestQuickBirth:
    @pytest.mark.parametrize("name", ["UNBOOKED_LABOUR.minimum_dataset", "NEONATAL_ALERT.acknowledged"])
    def test_makes_it_more_urgent(self, name: str) -> None:
        story = (
            Story().add("treatment_started", "2026-06-01 10:00").add("admitted", "2027-02-20 01:00", reason="labour")
        )
        story.add("baby_born", "2027-02-20 01:20", 1, place="hospital")
        assert story.state(name, "2027-02-20 01:30") == "pending"

    def test_but_a_separation_ends_it(self) -> None:
        story = Story().add("admitted", "2027-02-20 01:00", reason="labour")
        story.add("baby_born", "2027-02-20 01:20", 1, place="hospital").add("separated", "2027-02-20 02:00", 1)
        assert story.state("UNBOOKED_LABOUR.minimum_dataset") == "superseded"


class TestTransferRefused:
    def test_ends_that_transfer_while_overdue_too(self) -> None:
        story = booked().add("treatment_started", "2026-06-01 10:00").add("transfer_requested", "2026-09-01 10:00")
        story.add("transfer_refused", "2026-09-01 12:00").add("transfer_requested", "2026-09-02 10:00")
        assert story.state("SITE_TRANSFER.ost_continuity", subject="transfer:1") == "superseded"
        assert story.state("SITE_TRANSFER.ost_continuity", subject="transfer:2") == "missed"
