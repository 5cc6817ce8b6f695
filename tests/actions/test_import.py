"""The import: what comes in, and that the same files again change nothing."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, date, datetime

import pytest
import time_machine

from carecoord.access.models import Team
from carecoord.access.roles import Role
from pathways import actions
from pathways.models import Event, Journey, Woman
from pathways.projection import differences
from tests.factories import staff
from tests.importing import CONTACT, DATA, TARA, run_import, table_sizes

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)  # half an hour after the instant of the expected answers


@pytest.fixture(autouse=True)
def on_that_day():
    with time_machine.travel(NOON):
        yield


def kinds() -> list[str]:
    return list(Event.objects.order_by("occurred_at", "id").values_list("kind", flat=True))


# -- the sample files --------------------------------------------------------------------------


def test_the_messy_files_refuse_exactly_the_rows_expected(tmp_path):
    messy = DATA / "messy"
    done = run_import(messy / "women.csv", messy / "events.csv", report=tmp_path / "report.csv")
    with (messy / "expected-errors.csv").open(newline="") as file:
        expected = [
            (row["file"], int(row["line"]), row["person_ref"], row["problem"].split(":")[0])
            for row in csv.DictReader(file)
        ]
    assert done.bad == expected
    assert done.code == 3
    assert sorted(Woman.objects.values_list("person_ref", flat=True)) == ["M-11", "M-12"]
    assert Event.objects.count() == 3


def test_a_second_import_of_the_messy_files_changes_nothing(tmp_path):
    messy = DATA / "messy"
    run_import(messy / "women.csv", messy / "events.csv", report=tmp_path / "report.csv")
    before = table_sizes()
    again = run_import(messy / "women.csv", messy / "events.csv", report=tmp_path / "report.csv")
    assert table_sizes() == before
    assert (again.code, len(again.report)) == (3, 12)


def test_a_second_import_of_the_caseload_changes_nothing(tmp_path):
    caseload = DATA / "caseload"
    first = run_import(caseload / "women.csv", caseload / "events.csv", report=tmp_path / "report.csv")
    assert (first.code, Woman.objects.count(), Event.objects.count()) == (0, 120, 4724)
    before = table_sizes()
    again = run_import(caseload / "women.csv", caseload / "events.csv", report=tmp_path / "report.csv")
    assert again.code == 0
    assert table_sizes() == before
    assert "Women:            0 added       120 already here" in again.out
    assert "Events:           0 added     4,724 already here" in again.out
    assert "Warning" not in again.err


# -- what comes in -----------------------------------------------------------------------------


def test_every_column_of_a_woman_is_kept(bring):
    team = Team.objects.filter(site__code="ASHF", kind=Team.Kind.CASELOAD).order_by("code")[1]
    midwife = staff(Role.SPECIALIST_MIDWIFE, team=team.code, email="a.reid@hospital.example")
    bring(
        [
            TARA
            | {
                "nhs_number": "999 000 0018",
                "chi_number": "030491 0003",
                "preferred_name": "Taz",
                "date_of_birth": "03/04/1991",
                "site": "ashf",
                "named_midwife": "A.Reid@hospital.example",
                "pregnancy": "2",
                "edd": "15/01/2027",
                "medication": "buprenorphine_sl",
                "safe_contact": "text only, before 14:00",
            }
        ]
    )
    her = Woman.objects.get()
    assert (her.site.code, her.person_ref, her.first_name, her.last_name, her.preferred_name) == (
        "ASHF", "T-1", "Tara", "Reid", "Taz",
    )  # fmt: skip
    contact = her.safe_contacts.get()
    assert (her.date_of_birth, contact.note) == (date(1991, 4, 3), "text only, before 14:00")
    assert contact.confirmed_on is None, "nobody has asked her yet"
    assert set(her.identifiers.values_list("kind", "value")) == {("nhs", "9990000018"), ("chi", "0304910003")}
    journey = Journey.objects.get()
    assert (journey.number, journey.edd_at_entry, journey.medication_at_entry) == (
        2, date(2027, 1, 15), "buprenorphine_sl",
    )  # fmt: skip
    assert (journey.named_midwife, journey.team) == (midwife, team)


def test_an_event_is_kept_with_who_recorded_it_and_where_it_came_from(bring):
    keyworker = staff(Role.DRUG_SERVICE_KEYWORKER, email="k@service.example")
    bring([TARA], [CONTACT | {"recorded_by": "K@service.example"}])
    event = Event.objects.get()
    assert (event.kind, event.occurred_at) == ("first_contact", datetime(2026, 9, 1, 9, tzinfo=UTC))
    assert (event.recorded_by, event.source) == (keyworker, Event.Source.IMPORT)


@pytest.mark.parametrize(
    "text", ["2026-09-01T09:00Z", "2026-09-01T11:00:00+02:00", "2026-09-01 10:00", "2026-09-01T10:00", "1/9/2026 10:00"]
)
def test_a_time_may_be_written_in_several_ways(bring, text):
    bring([TARA], [CONTACT | {"occurred_at": text}])
    assert Event.objects.get().occurred_at == datetime(2026, 9, 1, 9, tzinfo=UTC)


def test_what_follows_from_the_events_is_worked_out(bring):
    bring([TARA | {"edd": "2027-04-01"}], [CONTACT, CONTACT | {"event": "booking_completed"}])
    journey = Journey.objects.get()
    assert journey.stage == "antenatal"
    assert journey.handoffs.exists()
    assert differences(journey, NOON) == []


def test_events_at_the_same_time_keep_the_order_of_the_file(bring):
    same_time = [CONTACT | {"event": event} for event in ("contact_made", "booking_completed", "first_contact")]
    bring([TARA], same_time)
    assert kinds() == ["contact_made", "booking_completed", "first_contact"]


@pytest.mark.parametrize(
    ("row", "baby", "details"),
    [
        ({"event": "baby_born", "baby": "2", "details": "place=hospital"}, 2, {"place": "hospital"}),
        ({"event": "baby_born", "details": "baby=2;place=hospital"}, 2, {"place": "hospital"}),
        ({"event": "baby_born", "details": " place = hospital ; "}, None, {"place": "hospital"}),
        ({"event": "separated", "baby": "all"}, None, {}),
        ({"event": "separated", "details": "baby=all"}, None, {}),
        ({"event": "dating_agreed", "details": "edd=15/01/2027"}, None, {"edd": "2027-01-15"}),
        ({"event": "mother_discharged", "details": "next_dose_on="}, None, {}),
        (
            {"event": "mother_discharge_planned", "details": "planned_for=02/09/2026 09:30"},
            None,
            {"planned_for": "2026-09-02T09:30:00+01:00"},
        ),
    ],
)
def test_babies_and_details_are_kept_in_one_form(bring, row, baby, details):
    done = bring([TARA], [CONTACT | row])
    assert done.report == []
    event = Event.objects.get()
    assert (event.baby, event.details) == (baby, details)


def test_formula_text_is_kept_as_text(bring):
    bring([TARA | {"first_name": '=HYPERLINK("x")', "safe_contact": "+44 before noon"}])
    her = Woman.objects.get()
    assert (her.first_name, her.safe_contacts.get().note) == ('=HYPERLINK("x")', "+44 before noon")


# -- importing again ---------------------------------------------------------------------------


def test_only_what_is_new_is_added(bring):
    bring([TARA], [CONTACT])
    done = bring([TARA], [CONTACT, CONTACT | {"event": "contact_made", "occurred_at": "2026-09-02 10:00"}])
    assert kinds() == ["first_contact", "contact_made"]
    assert "Events:           1 added         1 already here" in done.out


def test_two_equal_rows_are_two_events_however_often_they_come(bring):
    twice = [CONTACT | {"event": "contact_missed"}] * 2
    bring([TARA], twice[:1])
    bring([TARA], twice)
    bring([TARA], twice)
    assert Counter(kinds()) == {"contact_missed": 2}


def test_the_same_event_written_in_another_form_is_the_same(bring):
    bring([TARA], [CONTACT | {"event": "dating_agreed", "details": "edd=15/01/2027"}])
    bring(
        [TARA],
        [CONTACT | {"event": "dating_agreed", "occurred_at": "2026-09-01T09:00Z", "details": "edd=2027-01-15;"}],
    )
    assert kinds() == ["dating_agreed"]


def test_an_event_entered_in_error_is_not_brought_back(bring):
    bring([TARA], [CONTACT])
    actions.correct_event(Event.objects.get(), reason="another woman", by=staff())
    done = bring([TARA], [CONTACT])
    assert Event.objects.count() == 1
    assert "Events:           0 added         1 already here" in done.out


def test_an_event_from_the_screen_is_known_again(bring):
    bring([TARA])
    draft = actions.Draft("first_contact", datetime(2026, 9, 1, 9, tzinfo=UTC), note="at the clinic")
    actions.record_event(Journey.objects.get(), draft, by=staff())
    bring([TARA], [CONTACT])
    assert Event.objects.count() == 1


def test_an_answer_from_the_screen_which_repeats_the_baby_is_known_again(bring):
    bring([TARA])
    visit = {"moment": "HV_NEW_BABY", "step": "visit"}
    draft = actions.Draft("handoff_completed", datetime(2026, 9, 1, 9, tzinfo=UTC), 1, visit | {"baby": "1"})
    actions.record_event(Journey.objects.get(), draft, by=staff())
    row = {"event": "handoff_completed", "baby": "1", "details": "moment=HV_NEW_BABY;step=visit"}
    bring([TARA], [CONTACT | row])
    assert Event.objects.count() == 1


def test_blanks_of_hers_are_filled(bring):
    midwife = staff(email="a.reid@hospital.example")
    bring([TARA])
    more = {
        "nhs_number": "9990000018",
        "preferred_name": "Taz",
        "safe_contact": "text only",
        "named_midwife": midwife.email,
        "edd": "2027-01-15",
        "medication": "laib_monthly",
    }
    done = bring([TARA | more])
    her, journey = Woman.objects.get(), Journey.objects.get()
    assert (her.preferred_name, her.safe_contacts.get().note, her.search_key) == ("Taz", "text only", "taz tara reid")
    bring([TARA | more])
    assert her.safe_contacts.count() == 1
    assert her.identifiers.get().value == "9990000018"
    assert (journey.named_midwife, journey.medication_at_entry) == (midwife, "laib_monthly")
    assert (journey.edd_at_entry, journey.edd) == (date(2027, 1, 15), date(2027, 1, 15))
    assert "Warning" not in done.err


def test_what_differs_stays_and_is_said(bring):
    bring([TARA | {"nhs_number": "9990000018", "edd": "2027-01-15", "preferred_name": "Taz"}])
    done = bring([TARA | {"nhs_number": "9990000034", "edd": "2027-01-20", "last_name": "Evans"}])
    her = Woman.objects.get()
    assert (her.last_name, her.preferred_name, her.identifiers.get().value) == ("Reid", "Taz", "9990000018")
    assert Journey.objects.get().edd_at_entry == date(2027, 1, 15)
    assert done.code == 0
    assert "women.csv line 2, T-1: last_name, nhs_number: not what is here, which stays." in done.err
    assert "women.csv line 2, T-1: edd: not what is here, which stays." in done.err
    assert "Evans" not in done.err


def test_a_reference_belongs_to_its_site(bring):
    bring([TARA])
    bring([TARA | {"site": "GLEN"}])
    assert sorted(Woman.objects.values_list("site__code", "person_ref")) == [("ASHF", "T-1"), ("GLEN", "T-1")]


def test_a_second_pregnancy_comes_with_a_later_file(bring):
    bring([TARA], [CONTACT])
    done = bring(
        [TARA | {"pregnancy": "2"}],
        [
            CONTACT | {"pregnancy": "2", "occurred_at": "2026-11-01 10:00"},
            CONTACT | {"pregnancy": "1", "event": "contact_made"},
        ],
    )
    assert done.code == 0
    found = Event.objects.order_by("journey__number", "id").values_list("journey__number", "kind")
    assert list(found) == [(1, "first_contact"), (1, "contact_made"), (2, "first_contact")]
