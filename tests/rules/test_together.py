"""Mother and baby when she leaves hospital: who stays behind, what is asked first, from whom she is apart."""

from __future__ import annotations

import pytest

from pathways.engine import whereabouts
from pathways.rules.together import (
    Parting,
    answered_elsewhere,
    apart,
    cared_for_on_the_ward,
    in_hospital_since,
    in_placement,
    is_apart,
    named,
    observed,
    why_not_yet,
)
from tests.rules.story import Story, at, born

LEFT = "2027-02-23 11:00"


def parting(**known: object) -> Parting:
    """Her going home without her one baby, of whom nothing is written down."""
    return Parting(**{"born": 1, "babies": {1}, "with_her": set(), "answered": set(), "observed": set(), **known})


class TestWhatIsAskedFirst:
    def test_a_baby_who_stays_is_not_left_without_the_recorded_offer(self) -> None:
        not_yet = why_not_yet(parting())
        assert not_yet
        assert not_yet.baby == 1
        assert "offer her a place with her baby" in not_yet.sentence

    def test_of_twins_each_is_asked_for(self) -> None:
        not_yet = why_not_yet(parting(born=2, babies={1, 2}, answered={1}))
        assert not_yet
        assert not_yet.baby == 2
        assert not_yet.sentence.startswith("Before she goes home without Baby 2")

    @pytest.mark.parametrize(
        "known", [{"answered": {1}}, {"answered": {1}, "observed": {1}}, {"with_her": {1}}, {"babies": set()}]
    )
    def test_nothing_is_asked_where_it_is_answered_or_nobody_stays(self, known: dict[str, object]) -> None:
        assert why_not_yet(parting(**known)) is None

    def test_a_baby_does_not_go_home_from_its_observation_unsaid(self) -> None:
        not_yet = why_not_yet(parting(with_her={1}, observed={1}))
        assert not_yet
        assert "still being observed" in not_yet.sentence

    def test_a_baby_who_is_not_there_goes_nowhere(self) -> None:
        assert why_not_yet(parting(with_her={2}))


def test_a_baby_is_observed_until_the_observation_ends_or_the_baby_dies() -> None:
    story = born().add("observation_started", "2027-02-20 12:00", 1)
    assert observed(story.facts) == {1}
    assert observed(born().add("observation_started", "2027-02-20 12:00").facts) == {1}  # a blank is baby 1
    assert not observed([*story.facts, *Story().add("observation_ended", "2027-02-25 12:00", 1).facts])
    assert not observed([*story.facts, *Story().add("baby_died", "2027-02-21 12:00", 1).facts])


@pytest.mark.parametrize(
    ("offer", "choice", "expected"),
    [
        ("parent_room", "stays", False),
        ("transitional_care", "stays", False),
        ("ward_boarder", "goes_home", True),
        ("near_site", "stays", True),
        ("not_available", "wanted_to_stay", True),
    ],
)
def test_she_is_apart_without_a_place_beside_her_baby(offer: str, choice: str, expected: bool) -> None:
    assert is_apart(offer, choice) is expected


def test_only_this_stay_counts() -> None:
    story = born().add("mother_discharged", LEFT)
    assert in_hospital_since(born().facts) == at("2027-02-20 01:00")
    assert in_hospital_since(story.facts) is None
    again = story.add("admitted", "2027-02-25 10:00", reason="postnatal")
    assert in_hospital_since(again.facts) == at("2027-02-25 10:00")


def test_an_imported_answer_counts_for_the_stay_in_which_it_was_given() -> None:
    story = born().completed("MOTHER_STAYS.offer_answered", "2027-02-22 10:00", 1)
    story.completed("NOWS_START.first_observation", "2027-02-20 12:00", 2)
    assert answered_elsewhere(story.facts, at("2027-02-20 01:00")) == {1}
    assert not answered_elsewhere(story.facts, at("2027-02-22 10:01"))


class TestApart:
    def where(self, story: Story, beside: tuple[int, ...] = ()) -> dict[int, str]:
        return apart(whereabouts(story.facts), story.facts, beside)

    def test_she_is_at_home_and_the_baby_in_hospital(self) -> None:
        assert self.where(born().add("mother_discharged", LEFT)) == {1: "home"}

    def test_not_where_she_has_a_place_with_the_baby(self) -> None:
        assert not self.where(born().add("mother_discharged", LEFT), (1,))

    def test_not_on_the_ward_together_nor_after_both_went_home(self) -> None:
        assert not self.where(born())
        assert not self.where(born().add("baby_discharged", LEFT, 1).add("mother_discharged", LEFT))

    @pytest.mark.parametrize("place", ["neonatal_unit", "other_hospital"])
    def test_a_baby_on_another_unit_is_apart_from_her_too(self, place: str) -> None:
        story = born().add("baby_place_recorded", "2027-02-20 12:00", 1, place=place)
        assert self.where(story) == {1: place}
        assert not self.where(story.add("baby_place_recorded", "2027-02-21 12:00", 1, place="with_mother"))

    def test_a_baby_who_was_placed_away_is_for_another_page(self) -> None:
        assert not self.where(born().add("mother_discharged", LEFT).add("separated", "2027-02-24 11:00"))


class TestWardCare:
    """How long the ward keeps her record: until she, and every baby with her, has left."""

    def test_it_ends_when_both_have_gone_home(self) -> None:
        story = born().add("mother_discharged", LEFT)
        assert cared_for_on_the_ward(story.facts) == [(at("2027-02-20 01:00"), None)]
        story.add("baby_discharged", "2027-02-26 15:00", 1)
        assert cared_for_on_the_ward(story.facts) == [(at("2027-02-20 01:00"), at("2027-02-26 15:00"))]

    def test_it_ends_with_her_where_the_baby_left_first_or_is_placed_away(self) -> None:
        together = born().add("baby_discharged", LEFT, 1).add("mother_discharged", LEFT)
        assert cared_for_on_the_ward(together.facts)[0][1] == at(LEFT)
        apart_now = born().add("mother_discharged", LEFT).add("separated", "2027-02-24 11:00")
        assert cared_for_on_the_ward(apart_now.facts)[0][1] == at("2027-02-24 11:00")

    def test_a_stay_before_the_birth_ends_when_she_goes(self) -> None:
        story = (
            Story().add("admitted", "2027-01-02 10:00", reason="antenatal").add("mother_discharged", "2027-01-03 10:00")
        )
        assert cared_for_on_the_ward(story.facts) == [(at("2027-01-02 10:00"), at("2027-01-03 10:00"))]


def test_what_follows_does_not_depend_on_whose_line_is_written_first() -> None:
    one = born().add("baby_discharged", LEFT, 1).add("mother_discharged", LEFT)
    other = born().add("mother_discharged", LEFT).add("baby_discharged", LEFT, 1)

    def follows(story: Story) -> set[tuple[str, ...]]:
        return {(each.moment, each.step, str(each.subject), str(each.due_at), each.state) for each in story.handoffs()}

    assert follows(one) == follows(other)
    assert one.stage() == other.stage() == "postnatal_community"


def test_a_placement_runs_until_it_ends() -> None:
    story = Story().add("residential_placement_started", "2027-03-01 10:00")
    assert in_placement(story.facts)
    assert not in_placement(story.add("residential_placement_ended", "2027-05-01 10:00").facts)


def test_a_baby_is_named_by_number_only_where_there_are_several() -> None:
    assert (named(1, 1), named(1, 1, first=True), named(2, 2)) == ("her baby", "Her baby", "Baby 2")
