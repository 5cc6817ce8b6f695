"""Rules, section 4: due, due soon, missed, late entry, and the choice between several rules."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.rules.story import Story, at, booked, born


class TestGestationRules:
    def test_due_at_24_00_on_the_day(self) -> None:
        assert booked().due("FEEDING_PLAN.signed_x2") == at("2027-01-19 00:00")  # 34+0 is 18 January

    def test_in_summer_that_is_23_00_utc(self) -> None:
        story = Story(edd="2027-02-01").add("first_contact", "2026-06-01 10:00")
        assert story.due("BOOK_10W.done") == at("2026-07-06T23:00:00+00:00")

    def test_warned_and_missed_by_offsets_from_due(self) -> None:
        plan = booked().one("FEEDING_PLAN.signed_x2")
        assert (plan.warn_at, plan.missed_at) == (at("2027-01-05 00:00"), at("2027-01-26 00:00"))

    def test_offsets_keep_the_wall_clock_over_a_clock_change(self) -> None:
        plan = booked(edd="2027-05-08").one("FEEDING_PLAN.signed_x2")  # 34+0 is 27 March
        assert plan.due_at == at("2027-03-28 00:00")
        assert plan.missed_at == at("2027-04-04 00:00")
        assert plan.missed_at - plan.due_at == timedelta(days=7, hours=-1)

    def test_re_dating_moves_due_times_past_and_future(self) -> None:
        story = booked().add("dating_agreed", "2026-08-20 10:00", edd="2027-03-08")
        assert story.due("FEEDING_PLAN.signed_x2") == at("2027-01-26 00:00")
        assert story.due("BOOK_10W.done") == at("2026-08-11 00:00")

    def test_re_dating_can_change_on_time_to_late(self) -> None:
        story = Story().add("first_contact", "2026-07-20 10:00").add("booking_completed", "2026-08-03 10:00")
        assert story.state("BOOK_10W.done") == "completed_on_time"
        story.add("dating_agreed", "2026-08-20 10:00", edd="2027-02-27")
        assert story.state("BOOK_10W.done") == "completed_late"

    def test_without_an_edd_there_is_none_until_there_is_one(self) -> None:
        story = booked(edd=None)
        assert not story.exists("FEEDING_PLAN.signed_x2")
        assert story.add("dating_agreed", "2026-08-20 10:00", edd="2027-03-01").exists("FEEDING_PLAN.signed_x2")

    @pytest.mark.parametrize("nation", ["ENG", "SCO"])
    def test_nations_have_their_own_rules(self, nation: str) -> None:
        contact = booked(nation).one("HV_ANTENATAL.contact")
        week = {"ENG": "2027-01-05 00:00", "SCO": "2027-01-19 00:00"}[nation]  # 32+0, 34+0
        opens = {"ENG": "2026-12-07 00:00", "SCO": "2027-01-04 00:00"}[nation]  # 28+0, 32+0
        assert (contact.due_at, contact.not_before) == (at(week), at(opens))

    def test_measuring_makes_no_handoff(self) -> None:
        assert booked("SCO").due("BOOK_10W.done") == booked("ENG").due("BOOK_10W.done") == at("2026-08-04 00:00")

    @pytest.mark.parametrize(
        "moved_by", [("admitted", {"reason": "labour"}), ("baby_born", {"place": "home"}), ("pregnancy_loss", {})]
    )
    def test_does_not_apply_from_labour_on(self, moved_by: tuple[str, dict[str, str]]) -> None:
        kind, details = moved_by
        story = Story().add("first_contact", "2026-07-20 10:00").add(kind, "2026-09-01 10:00", **details)
        story.add("booking_completed", "2026-09-01 11:00")
        for name in (
            "FEEDING_PLAN.signed_x2",
            "BIRTH_MED_PLAN.draft",
            "CONTRACEPTION.plan",
            "INFO_DRUG_EFFECTS.repeat",
        ):
            assert not story.exists(name)


class TestLateEntry:
    def test_past_at_opening_is_14_days_later(self) -> None:
        story = Story().add("booking_completed", "2026-10-01 10:00")  # 18+3, past 16+0
        late = story.one("PREBIRTH_DECISION.done")
        assert (late.due_at, late.late_entry) == (at("2026-10-15 10:00"), True)

    def test_from_28_weeks_it_is_3_working_days(self) -> None:
        story = Story().add("booking_completed", "2026-12-07 10:00")  # Monday, 28+0
        late = story.one("PREBIRTH_DECISION.done")
        assert (late.due_at, late.late_entry) == (at("2026-12-11 00:00"), True)

    def test_one_day_before_28_weeks_it_is_14_days(self) -> None:
        story = Story().add("booking_completed", "2026-12-06 10:00")  # 27+6
        assert story.due("PREBIRTH_DECISION.done") == at("2026-12-20 10:00")

    def test_due_on_the_day_of_opening_is_no_late_entry(self) -> None:
        story = Story().add("booking_completed", "2026-09-14 23:59")  # 16+0
        due = story.one("PREBIRTH_DECISION.done")
        assert (due.due_at, due.late_entry) == (at("2026-09-15 00:00"), False)

    def test_due_at_the_instant_of_opening_is_a_late_entry(self) -> None:
        story = Story().add("booking_completed", "2026-09-15 00:00")
        late = story.one("PREBIRTH_DECISION.done")
        assert (late.due_at, late.late_entry) == (at("2026-09-29 00:00"), True)

    def test_nothing_is_born_missed(self) -> None:
        story = Story().add("booking_completed", "2027-01-25 10:00")  # 35+0
        for handoff in story.handoffs(now="2027-01-25 10:00"):
            assert handoff.state in ("pending", "due_soon", "completed_on_time"), handoff

    def test_warn_and_late_count_from_the_new_due(self) -> None:
        late = Story().add("booking_completed", "2026-10-01 10:00").one("PREBIRTH_DECISION.done")
        assert (late.warn_at, late.missed_at) == (at("2026-10-01 10:00"), at("2026-10-29 10:00"))

    def test_only_gestation_rules_know_it(self) -> None:
        story = born().add("mother_discharge_planned", "2027-02-21 09:00", planned_for="2027-02-21T10:00:00+00:00")
        stays = story.one("MOTHER_STAYS.offer_answered")  # due 12 hours before: before it opened
        assert (stays.due_at, stays.late_entry) == (at("2027-02-20 22:00"), False)


class TestSeveralRules:
    CONFERENCE = "PREBIRTH_CONFERENCE.held"
    PLAN = "SEPARATION_PLAN.told_in_person"

    def test_conference_in_scotland_is_the_earlier_of_two(self) -> None:
        early = booked("SCO").add("concern_accepted", "2026-09-01 10:00")
        late = booked("SCO").add("concern_accepted", "2026-11-20 10:00")
        assert early.due(self.CONFERENCE) == at("2026-09-29 10:00")  # 28 days
        assert late.due(self.CONFERENCE) == at("2026-12-08 00:00")  # 28+0

    def test_a_gestation_already_past_is_dropped_where_another_rule_remains(self) -> None:
        conference = booked("SCO").add("concern_accepted", "2026-12-20 10:00").one(self.CONFERENCE)
        assert (conference.due_at, conference.late_entry) == (at("2027-01-17 10:00"), False)
        plan = booked().add("separation_possible", "2027-02-01 10:00").one(self.PLAN)
        assert (plan.due_at, plan.late_entry) == (at("2027-02-09 00:00"), False)

    def test_and_so_it_is_without_an_edd_or_from_labour_on(self) -> None:
        unknown = booked("SCO", edd=None).add("concern_accepted", "2026-09-01 10:00")
        assert unknown.due(self.CONFERENCE) == at("2026-09-29 10:00")
        labour = (
            booked().add("admitted", "2026-09-01 09:00", reason="labour").add("separation_possible", "2026-09-01 10:00")
        )
        assert labour.due(self.PLAN) == at("2026-09-09 00:00")

    def test_conference_in_england_is_the_sites_week(self) -> None:
        concern = ("concern_accepted", "2026-09-01 10:00")
        assert booked().add(*concern).due(self.CONFERENCE) == at("2026-12-08 00:00")
        assert booked(prebirth_conf_ga="34+0").add(*concern).due(self.CONFERENCE) == at("2027-01-19 00:00")

    def test_conference_in_england_has_late_entry(self) -> None:
        conference = booked().add("concern_accepted", "2026-12-14 10:00").one(self.CONFERENCE)
        assert (conference.due_at, conference.late_entry) == (at("2026-12-18 00:00"), True)

    def test_separation_plan_is_the_later_of_two(self) -> None:
        early = booked().add("separation_possible", "2026-09-01 10:00")
        late = booked().add("separation_possible", "2027-01-18 10:00")
        assert early.due(self.PLAN) == at("2027-01-19 00:00")  # 34+0
        assert late.due(self.PLAN) == at("2027-01-26 00:00")  # 5 working days

    def test_late_booking_depends_on_gestation_at_contact(self) -> None:
        before = Story().add("first_contact", "2026-12-06 10:00")  # 27+6
        after = Story().add("first_contact", "2026-12-07 10:00")  # 28+0
        assert before.due("BOOK_LATE_14D.done") == at("2026-12-20 10:00")
        assert after.due("BOOK_LATE_14D.done") == at("2026-12-11 00:00")


class TestSiteParameters:
    def test_any_window_may_be_the_sites(self) -> None:
        assert booked(FEEDING_PLAN__signed_x2="32+0").due("FEEDING_PLAN.signed_x2") == at("2027-01-05 00:00")
        assert booked(NAMED_MIDWIFE__done="P1WD").due("NAMED_MIDWIFE.done") == at("2026-07-30 00:00")

    def test_a_window_replaces_only_rules_of_its_kind(self) -> None:
        story = booked(SEPARATION_PLAN__told_in_person="P2WD").add("separation_possible", "2027-02-01 10:00")
        assert story.due("SEPARATION_PLAN.told_in_person") == at("2027-02-04 00:00")
        early = booked(SEPARATION_PLAN__told_in_person="P2WD").add("separation_possible", "2026-09-01 10:00")
        assert early.due("SEPARATION_PLAN.told_in_person") == at("2027-01-19 00:00")

    def test_observation_is_as_long_as_the_site_says(self) -> None:
        story = born(nows_hours="PT168H").add("observation_started", "2027-02-20 12:00", 1)
        assert story.due("NOWS_COMPLETE.completed_or_authorised_stop") == at("2027-02-27 09:00")


def test_hours_after_birth_are_elapsed_hours() -> None:
    story = (
        Story()
        .add("baby_born", "2027-03-26 12:00", 1, place="hospital")
        .add("observation_started", "2027-03-26 13:00", 1)
    )
    assert story.due("NOWS_COMPLETE.completed_or_authorised_stop") == at("2027-03-31 13:00")


def test_not_before_counts_from_the_anchor() -> None:
    assert born("ENG").one("HV_NEW_BABY.visit").not_before == at("2027-03-02 09:00")
    assert born("SCO").one("HV_NEW_BABY.visit").not_before == at("2027-03-03 09:00")
    assert born().one("MH_4_6W.enquiry").not_before == at("2027-03-20 09:00")
