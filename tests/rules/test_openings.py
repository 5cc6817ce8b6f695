"""Rules, section 3: when a handoff exists, one test for each sentence."""

from __future__ import annotations

import pytest

from pathways.engine import handoffs
from pathways.moments import ALL, by_key
from tests.rules.story import Story, at, booked, born

EXPOSED = {"opioid": "yes", "in_treatment": "no"}


def in_labour() -> Story:
    return booked().add("admitted", "2027-02-20 01:00", reason="labour")


class TestBooking:
    def test_under_9_weeks_opens_the_ten_week_booking(self) -> None:
        story = Story().add("first_contact", "2026-07-26 10:00")  # 8+6
        assert story.exists("BOOK_10W.done")
        assert not story.exists("BOOK_LATE_14D.done")

    def test_from_9_weeks_opens_the_late_one(self) -> None:
        story = Story().add("first_contact", "2026-07-27 10:00")  # 9+0
        assert story.exists("BOOK_LATE_14D.done")
        assert not story.exists("BOOK_10W.done")

    def test_gestation_is_that_of_the_local_date(self) -> None:
        # 23:30 UTC on the day of 8+6 is 9+0, local.
        assert Story().add("first_contact", "2026-07-26T23:30:00+00:00").exists("BOOK_LATE_14D.done")

    def test_only_the_very_first_contact_decides(self) -> None:
        story = Story().add("first_contact", "2026-07-20 10:00").add("first_contact", "2026-08-20 10:00")
        assert story.exists("BOOK_10W.done")
        assert not story.exists("BOOK_LATE_14D.done")

    @pytest.mark.parametrize("admitted", ["2026-12-01 10:00", "2026-12-02 23:00", "2026-12-03 10:00"])
    def test_late_one_does_not_open_within_24_hours_of_labour(self, admitted: str) -> None:
        story = Story().add("first_contact", "2026-12-02 10:00").add("admitted", admitted, reason="labour")
        assert not story.exists("BOOK_LATE_14D.done")

    def test_late_one_opens_where_labour_was_further_away_or_it_was_no_labour(self) -> None:
        labour = Story().add("first_contact", "2026-12-02 10:00").add("admitted", "2026-12-03 10:01", reason="labour")
        other = Story().add("first_contact", "2026-12-02 10:00").add("admitted", "2026-12-02 11:00", reason="antenatal")
        assert labour.exists("BOOK_LATE_14D.done")
        assert other.exists("BOOK_LATE_14D.done")

    def test_neither_opens_without_an_edd_until_there_is_one(self) -> None:
        story = Story(edd=None).add("first_contact", "2026-07-20 10:00")
        assert story.handoffs() == [story.one("LOST_CONTACT.outreach")]
        story.add("dating_agreed", "2026-07-25 10:00", edd="2027-03-01")
        assert story.exists("BOOK_10W.done")
        assert not story.exists("BOOK_10W.done", now="2026-07-25 09:00")

    def test_re_dating_decides_anew(self) -> None:
        story = (
            Story().add("first_contact", "2026-07-20 10:00").add("dating_agreed", "2026-08-10 10:00", edd="2027-02-01")
        )
        assert story.exists("BOOK_LATE_14D.done")
        assert not story.exists("BOOK_10W.done")


class TestTriggers:
    def test_named_midwife_is_triggered_by_the_earlier_of_booking_and_disclosure(self) -> None:
        story = booked().add("drug_use_disclosed", "2026-07-21 09:00", opioid="no")
        assert story.one("NAMED_MIDWIFE.done").opened_at == at("2026-07-21 09:00")
        assert booked().one("NAMED_MIDWIFE.done").opened_at == at("2026-07-28 10:00")

    def test_prescriber_is_told_at_the_later_of_booking_and_treatment(self) -> None:
        before = booked().add("treatment_started", "2026-06-01 10:00").add("treatment_started", "2026-09-01 10:00")
        later = booked().add("treatment_started", "2026-09-01 10:00")
        assert before.one("PRESCRIBER_TOLD_PREGNANT.acknowledged").opened_at == at("2026-07-28 10:00")
        assert later.one("PRESCRIBER_TOLD_PREGNANT.acknowledged").opened_at == at("2026-09-01 10:00")
        assert not booked().exists("PRESCRIBER_TOLD_PREGNANT.acknowledged")

    def test_drug_service_referral_opens_on_the_first_disclosure_out_of_treatment(self) -> None:
        story = booked().add("drug_use_disclosed", "2026-08-01 10:00", opioid="yes", in_treatment="yes")
        assert not story.exists("DRUG_SERVICE_REFERRAL.sent")
        story.add("drug_use_disclosed", "2026-09-01 10:00", **EXPOSED)
        story.add("drug_use_disclosed", "2026-10-01 10:00", **EXPOSED)
        for step in ("sent", "acknowledged", "first_appointment"):
            assert story.one(f"DRUG_SERVICE_REFERRAL.{step}").opened_at == at("2026-09-01 10:00")

    def test_one_moment_step_and_subject_is_one_handoff_ever(self) -> None:
        story = booked().add("booking_completed", "2026-09-01 10:00").add("concern_accepted", "2026-09-01 10:00")
        story.add("concern_accepted", "2026-10-01 10:00")
        assert story.one("FEEDING_PLAN.signed_x2").opened_at == at("2026-07-28 10:00")
        assert story.one("PREBIRTH_CONFERENCE.held").opened_at == at("2026-09-01 10:00")


class TestExposureKnownLater:
    def test_opens_at_the_later_of_its_fact_and_the_exposure(self) -> None:
        story = booked()
        assert not story.exists("NALOXONE_ANTENATAL.done")
        story.add("drug_use_disclosed", "2026-10-01 10:00", **EXPOSED)
        assert story.one("NALOXONE_ANTENATAL.done").opened_at == at("2026-10-01 10:00")
        assert story.due("NALOXONE_ANTENATAL.done") == at("2026-10-29 10:00")

    def test_exposure_known_before_changes_nothing(self) -> None:
        story = booked().add("drug_use_disclosed", "2026-07-01 10:00", **EXPOSED)
        assert story.one("NALOXONE_ANTENATAL.done").opened_at == at("2026-07-28 10:00")

    def test_neonatal_alert_counts_from_the_exposure_and_does_not_open_after_the_birth(self) -> None:
        known = in_labour().add("drug_use_disclosed", "2027-02-20 05:00", **EXPOSED)
        assert known.due("NEONATAL_ALERT.acknowledged") == at("2027-02-20 06:00")
        too_late = in_labour().add("baby_born", "2027-02-20 09:00", 1, place="hospital")
        too_late.add("drug_use_disclosed", "2027-02-20 09:01", **EXPOSED)
        assert not too_late.exists("NEONATAL_ALERT.acknowledged")

    @pytest.mark.parametrize(("known", "opens"), [("2027-02-25 09:00", True), ("2027-02-25 09:01", False)])
    def test_observation_does_not_open_more_than_nows_hours_after_birth(self, known: str, opens: bool) -> None:
        story = in_labour().add("baby_born", "2027-02-20 09:00", 1, place="hospital")
        story.add("drug_use_disclosed", known, **EXPOSED)
        assert story.exists("NOWS_START.first_observation") is opens
        if opens:
            assert story.due("NOWS_START.first_observation") == at("2027-02-25 15:00")

    def test_nows_hours_are_the_sites(self) -> None:
        story = Story(nows_hours="PT72H").add("baby_born", "2027-02-20 09:00", 1, place="home")
        story.add("drug_use_disclosed", "2027-02-23 09:01", **EXPOSED)
        assert not story.exists("NOWS_START.first_observation")

    def test_naloxone_at_discharge_does_not_open_after_she_left(self) -> None:
        def leaving(known: str) -> Story:
            story = in_labour().add("baby_born", "2027-02-20 09:00", 1, place="hospital")
            story.add("mother_discharge_planned", "2027-02-21 09:00", planned_for="2027-02-22T10:00:00+00:00")
            return story.add("mother_discharged", "2027-02-22 10:00").add("drug_use_disclosed", known, **EXPOSED)

        assert leaving("2027-02-22 09:59").one("NALOXONE_DISCHARGE.outcome").opened_at == at("2027-02-22 09:59")
        assert not leaving("2027-02-22 10:01").exists("NALOXONE_DISCHARGE.outcome")

    def test_safety_check_after_separation_counts_from_the_exposure(self) -> None:
        story = in_labour().add("baby_born", "2027-02-20 09:00", 1, place="hospital")
        story.add("separated", "2027-02-21 09:00").add("drug_use_disclosed", "2027-03-01 09:00", **EXPOSED)
        assert story.due("SEP_OST_NALOXONE_24H.done") == at("2027-03-02 09:00")


@pytest.mark.parametrize("over", ["baby_born", "pregnancy_loss"])
@pytest.mark.parametrize(
    ("name", "kind", "details"),
    [
        ("PRESCRIBER_TOLD_PREGNANT.acknowledged", "treatment_started", {}),
        ("INFO_DRUG_EFFECTS.first", "booking_completed", {}),
        ("NALOXONE_ANTENATAL.done", "drug_use_disclosed", EXPOSED),
        ("MH_BOOKING_SCREEN.enquiry", "booking_completed", {}),
        ("PREBIRTH_CONFERENCE.held", "concern_accepted", {}),
    ],
)
def test_does_not_open_once_the_pregnancy_is_over(name: str, kind: str, details: dict[str, str], over: str) -> None:
    def story(when: str) -> Story:
        told = Story(nation="SCO").add("first_contact", "2026-07-20 10:00").add(over, "2026-09-10 10:00")
        if kind != "booking_completed":
            told.add("booking_completed", "2026-07-28 10:00")
        return told.add(kind, when, **details)

    assert story("2026-09-10 09:00").exists(name)
    assert not story("2026-09-10 11:00").exists(name)


def test_prebirth_decision_does_not_open_once_the_pregnancy_is_over() -> None:
    assert by_key["PREBIRTH_DECISION"].opens.not_after == ("baby_born", "pregnancy_loss")
    story = Story().add("pregnancy_loss", "2026-07-30 10:00").add("booking_completed", "2026-07-31 10:00")
    assert not story.exists("PREBIRTH_DECISION.done")


class TestMentalHealthAtBooking:
    def test_enquiry_is_due_at_the_end_of_the_day_of_booking(self) -> None:
        assert booked().due("MH_BOOKING_SCREEN.enquiry") == at("2026-07-29 00:00")

    def test_referral_exists_once_the_enquiry_was_completed_as_positive(self) -> None:
        name = "MH_BOOKING_SCREEN.referral"
        assert not booked().exists(name)
        assert not booked().completed("MH_BOOKING_SCREEN.enquiry", "2026-07-28 11:00", result="negative").exists(name)
        assert (
            not booked()
            .answer("declined", "MH_BOOKING_SCREEN.enquiry", "2026-07-28 11:00", result="positive")
            .exists(name)
        )
        story = booked().completed("MH_BOOKING_SCREEN.enquiry", "2026-07-30 11:00", result="positive")
        assert story.due(name) == at("2026-08-05 00:00")  # the 5th working day after Tue 28 July
        assert story.one(name).opened_at == at("2026-07-28 10:00")

    def test_a_positive_answer_to_another_handoff_opens_no_referral(self) -> None:
        story = booked().completed("FEEDING_PLAN.signed_x2", "2026-07-30 11:00", result="positive")
        assert not story.exists("MH_BOOKING_SCREEN.referral")


class TestSeparationPlan:
    def test_the_latest_possibility_opens_it(self) -> None:
        story = booked().add("separation_possible", "2026-09-01 10:00").add("separation_possible", "2026-10-01 10:00")
        assert story.one("SEPARATION_PLAN.told_in_person").opened_at == at("2026-10-01 10:00")

    def test_only_what_comes_after_it_completes_or_ends_it(self) -> None:
        name = "SEPARATION_PLAN.told_in_person"
        story = booked().add("separation_possible", "2026-09-01 10:00").completed(name, "2026-09-05 10:00")
        assert story.state(name, now="2026-09-06 10:00") == "completed_on_time"
        story.add("separation_possible", "2026-10-01 10:00")
        assert story.state(name, now="2026-10-02 10:00") == "pending"
        story.answer("declined", name, "2026-10-03 10:00", reason="not now")
        assert story.state(name, now="2026-10-04 10:00") == "declined"


class TestFeedingConflict:
    NAME = "FEEDING_CONFLICT.reconciled"

    def conflict(self) -> Story:
        return born().add("feeding_conflict_logged", "2027-02-21 10:00", 1)

    def test_the_first_conflict_opens_it(self) -> None:
        story = self.conflict().add("feeding_conflict_logged", "2027-02-21 15:00", 1)
        assert story.one(self.NAME).opened_at == at("2027-02-21 10:00")

    def test_after_completion_the_next_one_opens_it_again(self) -> None:
        story = self.conflict().completed(self.NAME, "2027-02-21 12:00", 1)
        assert story.state(self.NAME) == "completed_on_time"
        story.add("feeding_conflict_logged", "2027-02-25 10:00", 1)
        again = story.one(self.NAME, now="2027-02-25 11:00")
        assert (again.opened_at, again.due_at) == (at("2027-02-25 10:00"), at("2027-02-25 22:00"))
        assert (again.state, again.occurrence) == ("pending", 1)
        assert story.completed(self.NAME, "2027-02-25 20:00", 1).state(self.NAME) == "completed_on_time"

    def test_after_it_was_declined_it_stays_declined(self) -> None:
        story = self.conflict().answer("declined", self.NAME, "2027-02-21 12:00", 1)
        assert story.add("feeding_conflict_logged", "2027-02-25 10:00", 1).state(self.NAME) == "declined"

    def test_what_came_before_the_opening_one_does_not_answer_it(self) -> None:
        story = born().completed(self.NAME, "2027-02-21 09:00", 1).add("feeding_conflict_logged", "2027-02-21 10:00", 1)
        assert story.state(self.NAME) == "missed"

    def test_each_baby_has_its_own(self) -> None:
        story = born().add("baby_born", "2027-02-20 09:10", 2, place="hospital")
        story.add("feeding_conflict_logged", "2027-02-21 10:00", 2)
        assert [str(one.subject) for one in story.all(self.NAME)] == ["baby:2"]


class TestSiteTransfer:
    def test_continuity_needs_treatment_at_the_request(self) -> None:
        story = (
            booked()
            .add("transfer_requested", "2026-09-01 10:00", to="GLEN")
            .add("treatment_started", "2026-09-02 10:00")
        )
        assert not story.exists("SITE_TRANSFER.ost_continuity")
        story.add("transfer_requested", "2026-09-03 10:00", to="GLEN")
        assert [str(one.subject) for one in story.all("SITE_TRANSFER.ost_continuity")] == ["transfer:2"]

    def test_a_move_changes_no_due_time(self) -> None:
        before = {(one.moment, one.step): one.due_at for one in booked().handoffs()}
        story = (
            booked()
            .add("transfer_requested", "2026-09-01 10:00", to="GLEN")
            .add("transfer_accepted", "2026-09-02 10:00")
        )
        after = {(one.moment, one.step): one.due_at for one in story.handoffs() if one.moment != "SITE_TRANSFER"}
        assert after == before


class TestUnbookedLabour:
    def test_opens_without_a_completed_booking_before(self) -> None:
        story = Story().add("admitted", "2027-02-20 01:00", reason="labour")
        assert story.due("UNBOOKED_LABOUR.senior_review") == at("2027-02-20 03:00")
        assert story.add("booking_completed", "2027-02-20 02:00").exists("UNBOOKED_LABOUR.minimum_dataset")

    def test_does_not_open_when_booked_or_not_in_labour(self) -> None:
        assert not in_labour().exists("UNBOOKED_LABOUR.senior_review")
        antenatal = Story().add("admitted", "2027-02-20 01:00", reason="antenatal")
        assert not antenatal.exists("UNBOOKED_LABOUR.senior_review")


def test_handoffs_come_in_the_order_of_the_definitions() -> None:
    story = born().add("separated", "2027-02-21 10:00", 1)
    keys = [one.moment for one in story.handoffs()]
    order = [moment.key for moment in ALL]
    assert keys == sorted(keys, key=order.index)
    assert handoffs((), story.site, story.facts, at("2030-01-01 00:00"), edd_at_entry=story.edd) == []
