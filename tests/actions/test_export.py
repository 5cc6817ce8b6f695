"""The export: exactly what the rules give, from the facts at a time, without changing anything."""

from __future__ import annotations

import csv
import subprocess
import sys
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command, execute_from_command_line

from pathways import actions
from pathways.models import Event, Handoff, Woman
from tests.factories import happened, journey, staff
from tests.importing import CONTACT, DATA, EVENTS, TARA, WOMEN, run_import, table_sizes, write_csv

pytestmark = pytest.mark.django_db

HEADER = "person_ref,pregnancy,moment,step,subject,due_at,state,late_entry".split(",")
# What the expected answers leave out.
LEFT_OUT = {
    "LOST_CONTACT", "OST_VERIFY", "OST_ADMISSION_NOTICE", "POCD_RECEIPT", "OST_FIRST_DOSE", "OST_DOSE_LATE",
    "OST_3DAY_GAP", "FIRST_COMMUNITY_DOSE",
}  # fmt: skip


@pytest.fixture(autouse=True)
def on_that_day():
    with time_machine.travel(datetime(2026, 11, 21, 12, 30, tzinfo=UTC)):
        yield


@pytest.fixture
def exported(tmp_path):
    """``exported(*flags)``: the rows that the command writes, header first."""

    def run(*flags: str) -> list[list[str]]:
        call_command("export_handoffs", "--csv", str(tmp_path / "h.csv"), *flags, stdout=StringIO())
        with (tmp_path / "h.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file))

    return run


@pytest.fixture
def tara(tmp_path):
    """A woman brought in with first contact, booking and a birth."""
    history = [
        CONTACT,
        CONTACT | {"event": "booking_completed", "occurred_at": "2026-09-02 10:00"},
        CONTACT | {"event": "baby_born", "occurred_at": "2026-11-10 10:00", "details": "place=home"},
    ]
    run_import(
        write_csv(tmp_path / "w.csv", WOMEN, [TARA | {"edd": "2026-11-12"}]),
        write_csv(tmp_path / "e.csv", EVENTS, history),
    )
    return Woman.objects.get(person_ref="T-1")


def test_the_sample_caseload_gives_exactly_the_expected_handoffs(tmp_path, exported):
    caseload = DATA / "caseload"
    run_import(caseload / "women.csv", caseload / "events.csv", report=tmp_path / "report.csv")
    with (caseload / "handoffs-at-2026-11-21T1200Z.csv").open(newline="") as file:
        expected = list(csv.reader(file))
    rows = exported("--as-of", "2026-11-21T12:00:00Z")
    written = (tmp_path / "h.csv").read_bytes().splitlines(keepends=True)
    assert written[0] == b",".join(name.encode() for name in HEADER) + b"\n"
    assert [row for row in rows if row[2] not in LEFT_OUT] == expected
    assert len(expected) == 1 + 2863
    assert rows[1:] == sorted(rows[1:], key=lambda row: row[:5])


def test_it_changes_nothing(tara, exported):
    before = table_sizes()
    handoffs = list(Handoff.objects.order_by("id").values())
    exported("--as-of", "2026-10-01T00:00:00Z")
    assert table_sizes() == before
    assert list(Handoff.objects.order_by("id").values()) == handoffs


def test_only_what_had_happened_by_then_counts(tara, exported):
    def moments(*flags: str) -> set[str]:
        return {row[2] for row in exported(*flags)[1:]}

    assert exported("--as-of", "2026-08-01 10:00") == [HEADER]
    assert "HV_NEW_BABY" not in moments("--as-of", "10/11/2026 09:59")
    assert "HV_NEW_BABY" in moments("--as-of", "10/11/2026 10:00")
    assert "HV_NEW_BABY" in moments()


def test_a_later_time_shows_what_will_be_missed_if_nothing_happens(tara, exported):
    def states(*flags: str) -> set[str]:
        return {row[6] for row in exported(*flags)[1:] if row[2] == "CLOSE_12M"}

    assert states() == {"pending"}
    assert states("--as-of", "2029-01-01T00:00Z") == {"missed"}


def test_an_event_entered_in_error_does_not_count(tara, exported):
    assert any(row[2] == "HV_NEW_BABY" for row in exported())
    actions.correct_event(Event.objects.get(kind="baby_born"), reason="another woman", by=staff())
    assert not any(row[2] == "HV_NEW_BABY" for row in exported())


def test_the_stored_rows_are_not_asked(tara, exported):
    before = exported()
    Handoff.objects.update(state="declined")
    assert exported() == before


def test_one_site(tara, exported):
    here = journey(site="GLEN", person_ref="G-1")
    happened(here, ("first_contact", datetime(2026, 11, 1, tzinfo=UTC)))
    assert {row[0] for row in exported("--site", "glen")[1:]} == {"G-1"}
    assert {row[0] for row in exported()[1:]} == {"G-1", "T-1"}


def test_references_sort_as_text_and_a_woman_entered_by_hand_has_her_own_id(exported):
    for person_ref in ("b", "B", "é", "10", "9", ""):
        happened(journey(person_ref=person_ref), ("first_contact", datetime(2026, 11, 1, tzinfo=UTC)))
    by_hand = Woman.objects.get(person_ref="")
    references = [row[0] for row in exported()[1:]]
    assert set(references) == {"b", "B", "é", "10", "9", str(by_hand.pk)}
    assert references == sorted(references)


def test_two_women_with_the_same_reference_at_two_sites_are_sorted_into_each_other(exported):
    for site in ("ASHF", "GLEN"):
        record = journey(site=site, person_ref="X-1")
        happened(
            record,
            ("first_contact", datetime(2026, 11, 1, tzinfo=UTC)),
            ("pregnancy_loss", datetime(2026, 11, 2, tzinfo=UTC)),
        )
    rows = exported()[1:]
    assert len(rows) > 4
    assert rows == sorted(rows, key=lambda row: row[:5])


def test_a_formula_is_neutralised(tmp_path, exported):
    happened(journey(person_ref="=1+1"), ("first_contact", datetime(2026, 11, 1, tzinfo=UTC)))
    assert {row[0] for row in exported()[1:]} == {"'=1+1"}


def test_a_dash_writes_to_standard_output(tara, exported, capsys):
    call_command("export_handoffs", "--csv", "-")
    assert list(csv.reader(StringIO(capsys.readouterr().out, newline=""))) == exported()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("yesterday", "yesterday is no time: write it as"),
        ("2026-11-21", "is no time"),
        ("2026-03-29 01:30", "clocks went forward"),
        ("0001-01-01T00:00Z", "is no time"),
    ],
)
@pytest.mark.parametrize("command", [("export_handoffs", "--csv", "never-written.csv"), ("sweep",)])
def test_a_wrong_time_is_said_and_nothing_is_done(capsys, command, text, words):
    before = table_sizes()
    with pytest.raises(SystemExit) as end:
        execute_from_command_line(["manage.py", *command, "--as-of", text])
    assert end.value.code == 2
    assert words in capsys.readouterr().err
    assert not Path("never-written.csv").exists()
    assert table_sizes() == before


def test_an_unknown_site_is_said_and_writes_no_file(tmp_path):
    with pytest.raises(CommandError, match=r"no site NOWHERE\. Give one of ASHF, CALD, GLEN, TAYM") as problem:
        call_command("export_handoffs", "--csv", str(tmp_path / "h.csv"), "--site", "NOWHERE")
    assert problem.value.returncode == 2
    assert not (tmp_path / "h.csv").exists()


def test_a_reader_that_stops_early_gets_no_traceback(tara, own_environment):
    process = subprocess.Popen(
        [sys.executable, "manage.py", "export_handoffs", "--csv", "-"],
        env=own_environment,
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(60) == 0


def test_a_file_that_cannot_be_written_is_said(tmp_path):
    with pytest.raises(CommandError, match=r"cannot be written.*Name another file") as problem:
        call_command("export_handoffs", "--csv", str(tmp_path / "no folder" / "h.csv"))
    assert problem.value.returncode == 2


def test_the_number_of_statements_does_not_grow_with_the_women(exported, django_assert_num_queries):
    def women(number: int) -> None:
        for each in range(number):
            happened(journey(person_ref=f"Q-{number}-{each}"), ("first_contact", datetime(2026, 11, 1, tzinfo=UTC)))

    women(2)
    with django_assert_num_queries(2):
        exported()
    women(20)
    with django_assert_num_queries(2):
        exported()
