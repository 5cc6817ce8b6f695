"""Rules, section 3: what opens on the ward, and when she or the baby leaves it."""

from __future__ import annotations

import pytest

from tests.rules.story import Story, at, booked, born, home


def in_labour() -> Story:
    return booked().add("admitted", "2027-02-20 01:00", reason="labour")


class TestMotherStays:
    NAME = "MOTHER_STAYS.offer_answered"

    def planned(self, story: Story, for_: str = "2027-02-22T10:00:00+00:00", when: str = "2027-02-21 09:00") -> Story:
        return story.add("mother_discharge_planned", when, planned_for=for_)

    def test_opens_for_a_baby_that_stays_behind(self) -> None:
        assert self.planned(born()).due(self.NAME) == at("2027-02-21 22:00")

    def test_not_for_a_baby_born_at_home(self) -> None:
        assert not self.planned(born(place="home")).exists(self.NAME)

    def test_not_for_a_baby_discharged_before_the_plan(self) -> None:
        story = born().add("baby_discharged", "2027-02-21 08:00", 1)
        assert not self.planned(story).exists(self.NAME)

    def test_for_a_baby_discharged_after_the_plan(self) -> None:
        story = self.planned(born()).add("baby_discharged", "2027-02-21 18:00", 1)
        assert story.exists(self.NAME)

    def test_not_for_a_baby_placed_away_or_that_died(self) -> None:
        assert not self.planned(born().add("separated", "2027-02-21 08:00", 1)).exists(self.NAME)
        assert not self.planned(born().add("baby_died", "2027-02-21 08:00", 1)).exists(self.NAME)

    def test_one_for_each_baby_left_behind(self) -> None:
        story = (
            born()
            .add("baby_born", "2027-02-20 09:10", 2, place="hospital")
            .add("baby_discharged", "2027-02-21 08:00", 1)
        )
        assert [str(one.subject) for one in self.planned(story).all(self.NAME)] == ["baby:2"]

    @pytest.mark.parametrize(
        ("the_babys", "stays"),
        [
            ("2027-02-22T09:00:00+00:00", False),
            ("2027-02-22T10:00:00+00:00", False),
            ("2027-02-22T10:01:00+00:00", True),
        ],
    )
    def test_not_where_they_leave_together(self, the_babys: str, stays: bool) -> None:
        story = self.planned(born()).add("baby_discharge_planned", "2027-02-21 12:00", 1, planned_for=the_babys)
        assert story.exists(self.NAME) is stays

    def test_the_latest_plan_of_the_baby_counts(self) -> None:
        story = self.planned(born())
        story.add("baby_discharge_planned", "2027-02-21 12:00", 1, planned_for="2027-02-22T09:00:00+00:00")
        story.add("baby_discharge_planned", "2027-02-21 13:00", 1, planned_for="2027-02-24T09:00:00+00:00")
        assert story.exists(self.NAME)

    def test_anchor_is_the_latest_plan_of_the_admission_that_opened_it(self) -> None:
        story = self.planned(born())
        self.planned(story, "2027-02-23T10:00:00+00:00", "2027-02-21 20:00")
        assert (story.one(self.NAME).opened_at, story.due(self.NAME)) == (
            at("2027-02-21 09:00"),
            at("2027-02-22 22:00"),
        )
        story.add("admitted", "2027-03-01 09:00", reason="postnatal")
        self.planned(story, "2027-03-02T10:00:00+00:00", "2027-03-01 10:00")
        assert story.due(self.NAME) == at("2027-02-22 22:00")


class TestPredischargeMeeting:
    NAME = "PREDISCHARGE_MEETING.held"
    PLAN = {"planned_for": "2027-02-24T10:00:00+00:00"}

    def test_opens_where_a_concern_was_accepted_before(self) -> None:
        story = born().add("baby_discharge_planned", "2027-02-21 10:00", 1, **self.PLAN)
        assert not story.exists(self.NAME)
        story.add("concern_accepted", "2027-02-21 11:00")
        assert not story.exists(self.NAME)
        story.add("baby_discharge_planned", "2027-02-21 12:00", 1, **self.PLAN)
        assert story.one(self.NAME).opened_at == at("2027-02-21 12:00")

    def test_anchor_is_the_latest_plan_of_the_baby(self) -> None:
        story = born().add("concern_accepted", "2026-10-01 10:00")
        story.add("baby_discharge_planned", "2027-02-21 10:00", 1, **self.PLAN)
        story.add("baby_discharge_planned", "2027-02-22 10:00", 1, planned_for="2027-02-26 10:00")
        assert story.due(self.NAME) == at("2027-02-26 10:00")


class TestLeaving:
    NAMES = ("DISCHARGE_OST_HANDOVER.both_acknowledged", "NALOXONE_DISCHARGE.outcome")

    @pytest.mark.parametrize("name", NAMES)
    def test_opens_on_the_first_plan_and_is_anchored_on_the_latest(self, name: str) -> None:
        story = born().add("mother_discharge_planned", "2027-02-21 09:00", planned_for="2027-02-22T10:00:00+00:00")
        story.add("mother_discharge_planned", "2027-02-21 20:00", planned_for="2027-02-23T10:00:00+00:00")
        assert (story.one(name).opened_at, story.due(name)) == (at("2027-02-21 09:00"), at("2027-02-23 10:00"))

    @pytest.mark.parametrize("name", NAMES)
    def test_opens_where_she_just_leaves(self, name: str) -> None:
        story = born().add("mother_discharged", "2027-02-21 03:00")
        assert (story.one(name).opened_at, story.due(name)) == (at("2027-02-21 03:00"),) * 2

    @pytest.mark.parametrize("name", NAMES)
    def test_anchor_is_the_first_discharge_of_the_admission(self, name: str) -> None:
        story = born().add("mother_discharge_planned", "2027-02-21 09:00", planned_for="2027-02-22T10:00:00+00:00")
        story.add("mother_discharged", "2027-02-21 15:00").add("mother_discharged", "2027-02-21 18:00")
        assert story.due(name) == at("2027-02-21 15:00")

    @pytest.mark.parametrize("name", NAMES)
    def test_every_admission_has_its_own(self, name: str) -> None:
        story = (
            home().add("admitted", "2027-03-10 10:00", reason="postnatal").add("mother_discharged", "2027-03-12 10:00")
        )
        assert [(str(one.subject), one.due_at) for one in story.all(name)] == [
            ("admission:1", at("2027-02-23 11:00")),
            ("admission:2", at("2027-03-12 10:00")),
        ]

    def test_medicine_handover_needs_treatment_at_the_event(self) -> None:
        name = self.NAMES[0]
        story = (
            booked()
            .add("admitted", "2027-02-20 01:00", reason="labour")
            .add("mother_discharge_planned", "2027-02-21 09:00", planned_for="2027-02-22T10:00:00+00:00")
        )
        assert not story.exists(name)
        story.add("treatment_started", "2027-02-21 12:00").add("mother_discharged", "2027-02-22 10:00")
        assert story.one(name).opened_at == at("2027-02-22 10:00")  # the first that meets the condition

    def test_medicine_handover_does_not_open_after_treatment_ended(self) -> None:
        story = born().add("treatment_ended", "2027-02-21 09:00").add("mother_discharged", "2027-02-22 10:00")
        assert not story.exists(self.NAMES[0])
