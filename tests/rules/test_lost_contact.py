"""Rules, section 3: the contact that every successful contact renews."""

from __future__ import annotations

import pytest

from pathways.engine import Handoff
from tests.rules.story import Story, at, booked, born, home

NAME = "LOST_CONTACT.outreach"


def told(story: Story, now: str) -> list[tuple[int, str, str]]:
    """(occurrence, due, state) of each, due as local date and time."""
    return [(one.occurrence, _local(one), one.state.value) for one in story.all(NAME, now)]


def _local(handoff: Handoff) -> str:
    from carecoord.clock import LONDON

    return handoff.due_at.astimezone(LONDON).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize("kind", ["first_contact", "booking_completed", "contact_made", "postnatal_visit"])
def test_every_successful_contact_before_due_moves_the_same_handoff_on(kind: str) -> None:
    story = booked().add(kind, "2026-08-05 10:00")
    assert told(story, "2026-08-06 10:00") == [(1, "2026-08-19 10:00", "pending")]
    assert story.one(NAME, "2026-08-06 10:00").opened_at == at("2026-08-05 10:00")


def test_a_missed_contact_moves_nothing() -> None:
    story = booked().add("contact_missed", "2026-08-05 10:00")
    assert told(story, "2026-08-06 10:00") == [(1, "2026-08-11 10:00", "pending")]


def test_does_not_exist_before_the_first_contact() -> None:
    story = (
        Story()
        .add("admitted", "2027-02-20 01:00", reason="labour")
        .add("baby_born", "2027-02-20 09:00", 1, place="home")
    )
    assert story.all(NAME) == []


def test_window_warning_and_missing() -> None:
    story = booked()  # last contact 28 July, 10:00
    states = [told(story, now)[0][2] for now in ("2026-08-08 09:59", "2026-08-08 10:00", "2026-08-11 10:00")]
    assert states == ["pending", "due_soon", "missed"]


def test_contact_after_due_completes_it_late_and_starts_the_next() -> None:
    story = booked().add("contact_made", "2026-08-20 10:00").add("contact_made", "2026-09-10 10:00")
    assert told(story, "2026-09-11 10:00") == [
        (1, "2026-08-11 10:00", "completed_late"),
        (2, "2026-09-03 10:00", "completed_late"),
        (3, "2026-09-24 10:00", "pending"),
    ]
    assert story.all(NAME)[0].ended_at == at("2026-08-20 10:00")


def test_contact_at_due_still_moves_it_on() -> None:
    story = booked().add("contact_made", "2026-08-11 10:00")
    assert told(story, "2026-08-12 10:00") == [(1, "2026-08-25 10:00", "pending")]


@pytest.mark.parametrize(
    ("story", "contact"),
    [
        (home(), "2027-02-25 10:00"),
        (home().add("residential_placement_started", "2027-02-24 10:00"), "2027-02-25 10:00"),
        (home().add("separated", "2027-02-24 10:00", 1), "2027-02-25 10:00"),
        (booked().add("pregnancy_loss", "2026-09-01 10:00"), "2027-02-25 10:00"),
    ],
    ids=["home", "placement", "separated", "after a loss"],
)
def test_window_is_7_days_after_the_birth_and_after_a_loss(story: Story, contact: str) -> None:
    story.add("contact_made", contact)
    assert story.all(NAME, "2027-02-26 10:00")[-1].due_at == at("2027-03-04 10:00")


@pytest.mark.parametrize("now", ["2027-02-20 02:00", "2027-02-21 10:00"])
def test_sleeps_in_labour_and_on_the_ward(now: str) -> None:
    story = born().add("contact_made", "2027-02-19 10:00").add("contact_made", "2027-02-20 12:00")
    assert [one for one in told(story, now) if one[2] in ("pending", "due_soon", "missed")] == []


def test_sleeps_while_closed_and_wakes_anew() -> None:
    story = booked().add("closed", "2026-08-05 10:00")
    assert told(story, "2026-08-06 10:00") == []
    story.add("reopened", "2026-09-05 10:00")
    assert told(story, "2026-09-06 10:00") == [(1, "2026-09-19 10:00", "pending")]


def test_an_answer_while_it_sleeps_ends_nothing() -> None:
    story = born().add("contact_made", "2027-02-19 10:00").completed(NAME, "2027-02-21 10:00")
    before = story.all(NAME, "2027-02-20 02:00")
    home_again = story.add("baby_discharged", "2027-02-23 11:00", 1).add("mother_discharged", "2027-02-23 11:00")
    assert [one.occurrence for one in home_again.all(NAME, "2027-02-23 12:00")] == [
        *(one.occurrence for one in before),
        len(before) + 1,
    ]


def test_going_home_anchors_it_at_the_move() -> None:
    story = home().add("contact_made", "2027-02-19 10:00")
    assert story.all(NAME, "2027-02-23 12:00")[-1].due_at == at("2027-03-02 11:00")


def test_a_move_between_groups_before_due_moves_the_same_handoff_on() -> None:
    story = booked().add("pregnancy_loss", "2026-08-05 10:00")
    assert told(story, "2026-08-06 10:00") == [(1, "2026-08-12 10:00", "pending")]


def test_a_move_inside_a_group_moves_nothing() -> None:
    story = home().add("separated", "2027-02-25 10:00", 1)
    assert story.all(NAME, "2027-02-26 10:00")[-1].due_at == at("2027-03-02 11:00")


def test_a_move_after_due_leaves_the_missed_one_in_the_record() -> None:
    story = booked().add("pregnancy_loss", "2026-09-01 10:00")
    assert told(story, "2026-09-02 10:00") == [(1, "2026-08-11 10:00", "missed"), (2, "2026-09-08 10:00", "pending")]
    story.add("contact_made", "2026-09-03 10:00")
    assert told(story, "2026-09-04 10:00") == [
        (1, "2026-08-11 10:00", "completed_late"),
        (2, "2026-09-10 10:00", "pending"),
    ]


class TestAnswers:
    def test_outreach_recorded_completes_the_running_one_and_contact_starts_the_next(self) -> None:
        story = booked().completed(NAME, "2026-08-15 10:00").add("contact_made", "2026-08-20 10:00")
        assert told(story, "2026-08-21 10:00") == [
            (1, "2026-08-11 10:00", "completed_late"),
            (2, "2026-09-03 10:00", "pending"),
        ]

    def test_an_answer_before_due_stays_in_the_record(self) -> None:
        story = booked().answer("declined", NAME, "2026-08-05 10:00").add("contact_made", "2026-08-06 10:00")
        assert told(story, "2026-08-07 10:00") == [
            (1, "2026-08-11 10:00", "declined"),
            (2, "2026-08-20 10:00", "pending"),
        ]

    def test_an_answer_counts_only_for_what_was_open(self) -> None:
        story = booked().completed(NAME, "2026-07-19 10:00")
        assert told(story, "2026-07-29 10:00") == [(1, "2026-08-11 10:00", "pending")]
