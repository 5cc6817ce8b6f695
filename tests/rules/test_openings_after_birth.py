"""Rules, section 3: what opens after a birth, a loss or a separation."""

from __future__ import annotations

import pytest

from tests.rules.story import Story, at, booked, born, home


class TestAfterBirth:
    TWINS_APART = "2027-02-20 23:50"

    def twins(self) -> Story:
        return born().add("baby_born", self.TWINS_APART, 2, place="hospital")

    @pytest.mark.parametrize(
        ("name", "due"),
        [
            ("CONTRACEPTION.outcome", "2027-03-13 09:00"),
            ("DRUG_KW_7D.contact", "2027-02-27 09:00"),
            ("PN_TX_START.outcome", "2027-03-06 09:00"),
            ("MH_4_6W.enquiry", "2027-04-03 09:00"),
            ("GP_6_8W.invited", "2027-04-03 09:00"),
            ("GP_6_8W.seen_or_declined", "2027-04-17 09:00"),
            ("MIDWIFERY_END_HANDOVER.joint_handover", "2027-04-17 09:00"),
            ("CLOSE_12M.review", "2028-02-20 09:00"),
        ],
    )
    def test_counts_from_the_first_birth(self, name: str, due: str) -> None:
        assert self.twins().due(name) == at(due)

    def test_every_baby_has_its_own_observation_and_visit(self) -> None:
        assert [one.due_at for one in self.twins().all("NOWS_START.first_observation")] == [
            at("2027-02-20 15:00"),
            at("2027-02-21 05:50"),
        ]
        assert len(self.twins().all("HV_NEW_BABY.visit")) == 2

    def test_contraception_outcome_opens_booked_or_not(self) -> None:
        story = Story().add("baby_born", "2027-02-20 09:00", 1, place="home")
        assert story.exists("CONTRACEPTION.outcome")
        assert not story.exists("CONTRACEPTION.plan")

    def test_keyworker_contact_needs_treatment_at_the_first_birth(self) -> None:
        story = Story().add("baby_born", "2027-02-20 09:00", 1, place="hospital")
        story.add("treatment_started", "2027-02-20 12:00").add("baby_born", "2027-02-20 13:00", 2, place="hospital")
        assert not story.exists("DRUG_KW_7D.contact")

    def test_observation_is_completed_by_the_sites_hours_after_that_babys_birth(self) -> None:
        story = self.twins().add("observation_started", "2027-02-21 10:00", 2)
        found = story.all("NOWS_COMPLETE.completed_or_authorised_stop")
        assert [(str(one.subject), one.opened_at, one.due_at) for one in found] == [
            ("baby:2", at("2027-02-21 10:00"), at("2027-02-25 23:50"))
        ]

    def test_first_visit_needs_a_birth_before_she_went_home(self) -> None:
        story = (
            booked()
            .add("admitted", "2026-09-01 10:00", reason="antenatal")
            .add("mother_discharged", "2026-09-02 10:00")
        )
        assert not story.exists("PN_MIDWIFE_36H.seen")
        story.add("baby_born", "2027-02-20 09:00", 1, place="hospital").add("mother_discharged", "2027-02-21 09:00")
        assert story.due("PN_MIDWIFE_36H.seen") == at("2027-02-22 21:00")

    def test_loss_opens_her_own_care(self) -> None:
        story = booked().add("pregnancy_loss", "2026-10-01 10:00")
        assert story.due("MH_4_6W.enquiry") == at("2026-11-12 10:00")
        assert story.due("LOSS_BEREAVEMENT.done") == at("2026-10-02 10:00")
        assert story.exists("CLOSE_12M.review")

    @pytest.mark.parametrize(("lost", "opens"), [("2026-11-08 10:00", False), ("2026-11-09 10:00", True)])
    def test_gp_check_opens_on_a_loss_from_24_weeks(self, lost: str, opens: bool) -> None:
        assert booked().add("pregnancy_loss", lost).exists("GP_6_8W.invited") is opens

    def test_gp_check_opens_on_a_birth_after_an_early_loss(self) -> None:
        story = booked().add("pregnancy_loss", "2026-09-01 10:00").add("baby_born", "2027-02-20 09:00", 1, place="home")
        assert story.one("GP_6_8W.invited").opened_at == at("2027-02-20 09:00")


class TestHealthVisitor:
    NAME = "HV_NEW_BABY.visit"

    def apart(self, when: str = "2027-02-25 10:00") -> Story:
        return home().add("separated", when, 1)

    def test_opens_at_the_birth(self) -> None:
        visit = home().one(self.NAME)
        assert (visit.opened_at, visit.due_at) == (at("2027-02-20 09:00"), at("2027-03-06 09:00"))

    def test_starts_again_at_the_reunion(self) -> None:
        story = self.apart()
        assert story.state(self.NAME) == "superseded"
        again = story.add("reunified", "2027-05-01 10:00", 1).one(self.NAME, now="2027-05-02 10:00")
        assert (again.state, again.opened_at, again.due_at) == (
            "pending",
            at("2027-05-01 10:00"),
            at("2027-05-15 10:00"),
        )
        assert again.not_before == at("2027-05-11 10:00")

    def test_can_be_superseded_and_started_again_again(self) -> None:
        story = self.apart().add("reunified", "2027-05-01 10:00", 1).add("separated", "2027-05-05 10:00", 1)
        assert story.state(self.NAME) == "superseded"
        assert story.add("reunified", "2027-06-01 10:00", 1).due(self.NAME) == at("2027-06-15 10:00")

    def test_one_that_was_overdue_already_goes_on(self) -> None:
        story = self.apart("2027-03-07 10:00").add("reunified", "2027-05-01 10:00", 1)
        assert (story.state(self.NAME), story.due(self.NAME)) == ("missed", at("2027-03-06 09:00"))

    def test_an_answer_keeps_its_state_and_the_due_time_moves(self) -> None:
        story = self.apart().completed(self.NAME, "2027-03-20 10:00", 1).add("reunified", "2027-05-01 10:00", 1)
        assert (story.state(self.NAME), story.due(self.NAME)) == ("completed_on_time", at("2027-05-15 10:00"))

    def test_does_not_start_again_for_a_baby_that_died(self) -> None:
        story = (
            self.apart().add("baby_born", "2027-02-20 09:10", 2, place="home").add("baby_died", "2027-03-01 10:00", 1)
        )
        story.add("reunified", "2027-05-01 10:00")
        assert story.state(self.NAME, subject="baby:1") == "superseded"

    def test_the_reunion_of_the_twin_does_not_start_it(self) -> None:
        story = born().add("baby_born", "2027-02-20 09:10", 2, place="hospital").add("separated", "2027-02-25 10:00")
        story.add("reunified", "2027-05-01 10:00", 2)
        assert story.state(self.NAME, subject="baby:1") == "superseded"
        assert story.due(self.NAME, subject="baby:2") == at("2027-05-15 10:00")


class TestAfterSeparation:
    SEPARATED = "2027-03-01 10:00"

    def test_opens_for_each_separation(self) -> None:
        story = home().add("separated", self.SEPARATED, 1).add("reunified", "2027-04-01 10:00", 1)
        story.add("separated", "2027-05-01 10:00", 1)
        assert [one.due_at for one in story.all("SEP_RISK_7D.clinician_review")] == [
            at("2027-03-08 10:00"),
            at("2027-05-08 10:00"),
        ]

    def test_opens_also_where_only_one_of_several_babies_is_placed_away(self) -> None:
        story = born().add("baby_born", "2027-02-20 09:10", 2, place="hospital").add("separated", self.SEPARATED, 2)
        assert story.stage() == "postnatal_inpatient"
        for name in ("SEP_NOTIFY.all_roles_acknowledged", "SEP_CONTACT.contact_2", "SEP_FOLLOWUP.m12"):
            assert story.exists(name)

    def test_her_own_care_opens_at_the_later_of_separation_and_going_home(self) -> None:
        name = "SEP_MIDWIFERY.first_visit"
        at_home = home().add("separated", self.SEPARATED, 1)
        assert (at_home.one(name).opened_at, at_home.due(name)) == (at(self.SEPARATED), at("2027-03-02 22:00"))
        on_ward = born().add("separated", "2027-02-21 10:00", 1)
        assert not on_ward.exists(name)
        assert on_ward.add("mother_discharged", "2027-02-22 10:00").due(name) == at("2027-02-23 22:00")

    def test_a_discharge_before_the_birth_does_not_count(self) -> None:
        story = (
            booked()
            .add("admitted", "2026-09-01 10:00", reason="antenatal")
            .add("mother_discharged", "2026-09-02 10:00")
        )
        story.add("baby_born", "2027-02-20 09:00", 1, place="hospital").add("separated", "2027-02-21 10:00", 1)
        assert not story.exists("SEP_MIDWIFERY.first_visit")

    def test_plan_counts_from_the_first_birth_and_only_while_ahead(self) -> None:
        name = "SEP_MIDWIFERY.plan_continues_to"
        assert home().add("separated", "2027-03-20 08:59", 1).due(name) == at("2027-03-20 09:00")
        assert not home().add("separated", "2027-03-20 09:00", 1).exists(name)

    def test_safety_check_needs_exposure(self) -> None:
        story = Story().add("baby_born", "2027-02-20 09:00", 1, place="home").add("separated", "2027-02-21 10:00")
        assert not story.exists("SEP_OST_NALOXONE_24H.done")
