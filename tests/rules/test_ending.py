"""When a journey may end: every reason, with all that it asks for, and nothing that stands for removal or silence."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta

import pytest

from pathways.engine import CLOSING_REASONS, Stage
from pathways.rules.apart import MATERNITY_CARE, custody_since, why_not_asked_on
from pathways.rules.ending import (
    ENOUGH_TRIES,
    Known,
    Missing,
    Need,
    Reason,
    Said,
    can_be_settled,
    missing_for,
    missing_in_record,
)
from tests.rules.story import fact

YEAR_DONE = Known(Stage.POSTNATAL_COMMUNITY, year_is_over=True, is_reviewed=True, gp_has_ended=True)
AFTER_A_LOSS = replace(YEAR_DONE, stage=Stage.BEREAVEMENT, is_reviewed=False)
GONE = Known(Stage.SEPARATED, in_treatment=True, care_is_taken=True, medicine_is_taken=True)
NOT_STARTED = Known(Stage.BOOKING)
IN_WORDS = {
    Reason.COMPLETED: Said(retention="in_treatment", medicine_with="Harbour"),
    Reason.MOVED_OUT: Said(moved_said_by="she"),
    Reason.WITHDREW: Said(naloxone="has_it", rights_explained=True, words="I want my life back."),
    Reason.OPENED_IN_ERROR: Said(words="It was her sister."),
}


def needs(reason: Reason, known: Known, **said: object) -> set[Need | None]:
    return {each.need for each in missing_for(reason, known, replace(IN_WORDS[reason], **said))}


def test_the_reasons_are_those_of_the_fact() -> None:
    assert [reason.value for reason in Reason] == [key for key, _ in CLOSING_REASONS]


@pytest.mark.parametrize(
    ("reason", "known"),
    [
        (Reason.COMPLETED, YEAR_DONE),
        (Reason.COMPLETED, replace(YEAR_DONE, stage=Stage.SEPARATED, in_treatment=True)),
        (Reason.COMPLETED, replace(YEAR_DONE, stage=Stage.RESIDENTIAL_PLACEMENT)),
        (Reason.COMPLETED, AFTER_A_LOSS),
        (Reason.MOVED_OUT, GONE),
        (Reason.MOVED_OUT, replace(GONE, care_is_taken=False, tries=ENOUGH_TRIES, is_signed_off=True)),
        (Reason.MOVED_OUT, replace(GONE, in_treatment=False, medicine_is_taken=False)),
        (Reason.WITHDREW, Known(Stage.ANTENATAL, in_treatment=True, medicine_is_taken=True)),
        (Reason.OPENED_IN_ERROR, NOT_STARTED),
    ],
)
def test_with_all_that_is_asked_for_a_journey_ends(reason: Reason, known: Known) -> None:
    assert missing_for(reason, known, IN_WORDS[reason]) == []


@pytest.mark.parametrize(
    ("reason", "known", "need"),
    [
        (Reason.COMPLETED, replace(YEAR_DONE, year_is_over=False), Need.YEAR),
        (Reason.COMPLETED, replace(YEAR_DONE, is_reviewed=False), Need.REVIEW),
        (Reason.COMPLETED, replace(YEAR_DONE, urgent=("First visit",)), Need.URGENT),
        (Reason.COMPLETED, replace(YEAR_DONE, stage=Stage.ANTENATAL), Need.STAGE),
        (Reason.COMPLETED, replace(YEAR_DONE, stage=None), Need.STAGE),
        (Reason.COMPLETED, replace(AFTER_A_LOSS, year_is_over=False), Need.YEAR_AFTER_LOSS),
        (Reason.COMPLETED, replace(AFTER_A_LOSS, gp_has_ended=False), Need.GP),
        (Reason.COMPLETED, replace(AFTER_A_LOSS, urgent=("Named lead",)), Need.URGENT),
        (Reason.MOVED_OUT, replace(GONE, care_is_taken=False), Need.CARE),
        (Reason.MOVED_OUT, replace(GONE, care_is_taken=False, tries=ENOUGH_TRIES), Need.CARE),
        (Reason.MOVED_OUT, replace(GONE, care_is_taken=False, tries=2, is_signed_off=True), Need.CARE),
        (Reason.MOVED_OUT, replace(GONE, medicine_is_taken=False), Need.MEDICINE),
        (Reason.WITHDREW, Known(Stage.ANTENATAL, in_treatment=True), Need.MEDICINE),
        (Reason.OPENED_IN_ERROR, replace(NOT_STARTED, beyond_a_start=("Contact did not happen",)), Need.BARE),
    ],
)
def test_one_thing_that_is_missing_keeps_it_open(reason: Reason, known: Known, need: Need) -> None:
    assert needs(reason, known) == {need}


@pytest.mark.parametrize(
    ("reason", "known", "nothing", "field"),
    [
        (Reason.COMPLETED, YEAR_DONE, {"retention": ""}, "retention"),
        (Reason.COMPLETED, replace(YEAR_DONE, in_treatment=True), {"medicine_with": " "}, "medicine_with"),
        (Reason.MOVED_OUT, GONE, {"moved_said_by": ""}, "moved_said_by"),
        (Reason.WITHDREW, Known(None), {"words": " "}, "words"),
        (Reason.WITHDREW, Known(None), {"naloxone": ""}, "naloxone"),
        (Reason.WITHDREW, Known(None), {"rights_explained": False}, "rights_explained"),
        (Reason.OPENED_IN_ERROR, NOT_STARTED, {"words": ""}, "words"),
    ],
)
def test_what_is_to_be_said_is_asked_at_its_field(
    reason: Reason, known: Known, nothing: dict[str, object], field: str
) -> None:
    assert [each.field for each in missing_for(reason, known, replace(IN_WORDS[reason], **nothing))] == [field]


def test_after_a_loss_she_may_prefer_to_end_earlier_in_her_own_words() -> None:
    early = replace(AFTER_A_LOSS, year_is_over=False)
    assert needs(Reason.COMPLETED, early, prefers_earlier=True, words="I want to close this chapter.") == set()
    (missing,) = missing_for(Reason.COMPLETED, early, replace(IN_WORDS[Reason.COMPLETED], prefers_earlier=True))
    assert missing.field == "words"
    assert can_be_settled(Reason.COMPLETED, missing_in_record(Reason.COMPLETED, early)[0])


def test_after_a_birth_no_word_takes_the_place_of_the_year() -> None:
    early = replace(YEAR_DONE, year_is_over=False)
    assert needs(Reason.COMPLETED, early, prefers_earlier=True, words="Enough.") == {Need.YEAR}


def test_who_withdraws_may_keep_it_from_her_prescriber() -> None:
    known = Known(Stage.POSTNATAL_COMMUNITY, in_treatment=True)
    assert needs(Reason.WITHDREW, known, medicine_refused=True) == set()
    assert needs(Reason.WITHDREW, known, medicine_refused=False) == {Need.MEDICINE}


def test_who_moves_away_cannot_leave_her_treatment_behind_by_a_word() -> None:
    known = replace(GONE, medicine_is_taken=False)
    assert needs(Reason.MOVED_OUT, known, medicine_refused=True) == {Need.MEDICINE}
    assert not can_be_settled(Reason.MOVED_OUT, Missing("", Need.MEDICINE))


def test_nothing_that_is_known_or_said_is_about_removal_missed_contact_or_relapse() -> None:
    words = {each.name for each in (*fields(Known), *fields(Said))} | set(Need) | set(Reason)
    assert not {each for each in words if any(part in each for part in ("remov", "separat", "contact", "relaps"))}


# -- beside the stages -----------------------------------------------------------------------------

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("service", "days", "fine"),
    [
        (MATERNITY_CARE, 1, True),
        (MATERNITY_CARE, 14, True),
        (MATERNITY_CARE, 15, False),
        (MATERNITY_CARE, 0, False),
        ("mental_health", 92, True),
        ("mental_health", 93, False),
    ],
)
def test_she_is_asked_again_soon_enough(service: str, days: int, fine: bool) -> None:
    assert (why_not_asked_on(service, TODAY + timedelta(days=days), TODAY) == "") is fine


def test_custody_runs_from_its_first_start_to_its_end() -> None:
    started, again = fact("custody_started", "2026-11-02 09:00"), fact("custody_started", "2026-11-03 09:00")
    ended = fact("custody_ended", "2026-11-05 09:00")
    assert custody_since([]) is None
    assert custody_since([again, started]) == started
    assert custody_since([started, again, ended]) is None
    assert custody_since([ended, started, fact("custody_started", "2026-11-09 09:00")]) is not None
