"""What somebody enters is checked once, in the same words for import and screens."""

from __future__ import annotations

import pytest

from pathways.engine import FACT_KINDS, AboutBaby, DetailType, answers_without_handoff, baby_in
from pathways.moments import ALL, validate_details
from tests.rules.story import Story, booked, home

COMPLETED = {"moment": "FEEDING_PLAN", "step": "signed_x2"}


@pytest.mark.parametrize(
    ("kind", "baby", "details"),
    [
        ("first_contact", None, {}),
        ("dating_agreed", "", {"edd": "2027-03-01"}),
        ("dating_agreed", None, {"edd": "01/03/2027"}),
        ("drug_use_disclosed", None, {"opioid": "yes", "in_treatment": "no"}),
        ("treatment_started", None, {"medication": "laib_monthly"}),
        ("admitted", None, {"reason": "labour"}),
        ("baby_born", "2", {"place": "home"}),
        ("baby_born", 2, {"place": "hospital"}),
        ("baby_discharged", None, {"baby": "3"}),
        ("separated", "all", {}),
        ("separated", None, {"baby": "all"}),
        ("mother_discharge_planned", None, {"planned_for": "2027-02-22T10:00:00+00:00"}),
        ("baby_discharge_planned", "1", {"planned_for": "22/02/2027 10:00"}),
        ("mother_discharged", None, {"next_dose_on": "2027-02-23"}),
        ("transfer_requested", None, {"to": "GLEN"}),
        ("closed", None, {"reason": "moved_out"}),
        ("handoff_completed", None, COMPLETED),
        ("handoff_completed", None, COMPLETED | {"feeding_plan_version": "2", "feeding_plan_shared_on": "2027-01-10"}),
        (
            "handoff_declined",
            None,
            {"moment": "MH_BOOKING_SCREEN", "step": "enquiry", "result": "positive", "reason": "x"},
        ),
        ("handoff_unable", "1", {"moment": "HV_NEW_BABY", "step": "visit", "reason": "away"}),
        ("handoff_completed", None, {"moment": "SEP_EXPLAIN", "step": "verbal_and_written", "separation": "1"}),
        ("handoff_completed", None, COMPLETED | {"reason": ""}),
    ],
)
def test_right_ones_pass(kind: str, baby: int | str | None, details: dict[str, str]) -> None:
    assert validate_details(kind, baby, details) == []


@pytest.mark.parametrize(
    ("kind", "baby", "details", "column", "problem"),
    [
        ("ate_breakfast", None, {}, "event", "unknown event 'ate_breakfast'"),
        ("first_contact", None, {"mood": "good"}, "details", "mood: first contact with any service has no such detail"),
        ("first_contact", "1", {}, "baby", "not about a baby; leave it blank"),
        ("baby_born", "0", {}, "baby", "write 1 to 9"),
        ("baby_born", "10", {}, "baby", "write 1 to 9"),
        ("baby_born", 10, {}, "baby", "write 1 to 9"),
        ("baby_born", "two", {}, "baby", "write 1 to 9"),
        ("baby_born", "all", {}, "baby", "about one baby"),
        ("baby_died", None, {"baby": "x"}, "baby", "write 1 to 9"),
        ("baby_died", "1", {"baby": "2"}, "baby", "name different babies: 1 and 2"),
        ("dating_agreed", None, {}, "details", "edd: missing; write edd="),
        ("dating_agreed", None, {"edd": " "}, "details", "edd: missing"),
        ("dating_agreed", None, {"edd": "2027-02-30"}, "details", "edd: not a date; write it as 2026-03-04"),
        ("dating_agreed", None, {"edd": "3027-02-28"}, "details", "edd: not a date"),
        ("drug_use_disclosed", None, {"opioid": "maybe"}, "details", "opioid: unknown yes or no; write one of yes, no"),
        ("treatment_started", None, {"medication": "heroin"}, "details", "medication: unknown medicine"),
        ("admitted", None, {"reason": "tired"}, "details", "unknown choice; write one of labour, antenatal, postnatal"),
        ("mother_discharge_planned", None, {"planned_for": "soon"}, "details", "planned_for: not a time"),
        (
            "mother_discharge_planned",
            None,
            {"planned_for": "2027-03-28 01:30"},
            "details",
            "planned_for: this local time does not exist (clocks went forward)",
        ),
        ("handoff_completed", None, {"step": "done"}, "details", "moment: missing; write moment="),
        ("handoff_completed", None, {"moment": "FEEDING_PLAN"}, "details", "step: missing; write step="),
        ("handoff_completed", None, {"moment": "NO_SUCH", "step": "done"}, "details", "moment: unknown moment"),
        (
            "handoff_completed",
            None,
            {"moment": "FEEDING_PLAN", "step": "done"},
            "details",
            "step: unknown step; write one of signed_x2",
        ),
        ("handoff_completed", None, COMPLETED | {"admission": "one"}, "details", "admission: not a number"),
        ("handoff_completed", None, COMPLETED | {"naloxone_expiry": "2027-01-01"}, "details", "no such detail"),
        ("handoff_completed", None, COMPLETED | {"feeding_plan_shared_on": "x"}, "details", "shared_on: not a date"),
        (
            "handoff_completed",
            None,
            {"moment": "BOOK_LATE_14D", "step": "done", "late_reason": "lazy"},
            "details",
            "late_reason: unknown choice; write one of not_realised_pregnant",
        ),
    ],
)
def test_wrong_ones_are_named_with_what_to_do(
    kind: str, baby: int | str | None, details: dict[str, str], column: str, problem: str
) -> None:
    problems = validate_details(kind, baby, details)
    assert [found for where, found in problems if where == column and problem in found], problems
    assert len(problems) == 1


def test_site_codes_are_checked_where_they_are_given() -> None:
    details = {"to": "NOWHERE"}
    assert validate_details("transfer_requested", None, details) == []
    assert validate_details("transfer_requested", None, details, sites={"GLEN", "TAYM"})[0][0] == "details"
    assert validate_details("transfer_requested", None, {"to": "GLEN"}, sites={"GLEN"}) == []


def test_every_problem_is_told_at_once() -> None:
    problems = validate_details("admitted", "1", {"reason": "tired", "ward": "Maple"})
    assert [column for column, _ in problems] == ["baby", "details", "details"]


@pytest.mark.parametrize(("text", "baby"), [("", None), ("all", None), (" 3 ", 3), ("9", 9)])
def test_baby_column(text: str, baby: int | None) -> None:
    assert baby_in(text) == baby


@pytest.mark.parametrize("text", ["0", "10", "-1", "1.0", "²", "ALL"])
def test_wrong_baby_column(text: str) -> None:
    with pytest.raises(ValueError, match="1 to 9"):
        baby_in(text)


class TestFactKinds:
    def test_have_labels_that_read_alone_and_differ(self) -> None:
        labels = [kind.label for kind in FACT_KINDS.values()]
        assert all(labels)
        assert len(set(labels)) == len(labels)

    def test_choices_have_something_to_choose_from(self) -> None:
        details = [detail for kind in FACT_KINDS.values() for detail in kind.details]
        assert {bool(detail.choices) for detail in details if detail.type is DetailType.CHOICE} == {True}

    def test_all_babies_at_once_only_where_the_rules_say_so(self) -> None:
        both = {kind.kind for kind in FACT_KINDS.values() if kind.about_baby is AboutBaby.ONE_OR_ALL}
        assert both == {"separated", "reunified"}


class TestAnswersWithoutHandoff:
    def unanswered(self, story: Story) -> list[str]:
        return [fact.details["moment"] for fact in answers_without_handoff(ALL, story.facts, story.handoffs())]

    def test_one_that_meets_its_handoff_is_not_named(self) -> None:
        assert self.unanswered(booked().completed("FEEDING_PLAN.signed_x2", "2026-08-01 10:00")) == []

    def test_one_whose_handoff_does_not_exist_is(self) -> None:
        assert self.unanswered(
            booked().completed("SEP_RISK_7D.clinician_review", "2026-08-01 10:00", separation="1")
        ) == ["SEP_RISK_7D"]

    def test_so_is_one_about_another_subject_or_none(self) -> None:
        story = home().add("separated", "2027-03-01 10:00", 1)
        story.completed("SEP_RISK_7D.clinician_review", "2027-03-02 10:00", separation="2")
        story.completed("SEP_RISK_7D.clinician_review", "2027-03-02 10:00")
        assert self.unanswered(story) == ["SEP_RISK_7D", "SEP_RISK_7D"]

    def test_so_is_one_of_a_moment_that_does_not_open_yet(self) -> None:
        assert self.unanswered(booked().completed("OST_VERIFY.two_sources", "2026-08-01 10:00", admission="1")) == [
            "OST_VERIFY"
        ]
