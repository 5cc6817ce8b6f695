"""The import: what is refused, on which line and in which words, and what the screen shows."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO

import pytest
import time_machine
from django.core.management.base import OutputWrapper

from carecoord.access.roles import Role
from pathways import actions
from pathways.importing import report
from pathways.models import Event, Identifier, SafeContact, Woman
from tests.factories import staff
from tests.importing import CONTACT, TARA, crowd, run_import, table_sizes

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)  # half an hour after the instant of the expected answers


@pytest.fixture(autouse=True)
def on_that_day():
    with time_machine.travel(NOON):
        yield


# -- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "column", "words"),
    [
        ({"person_ref": ""}, "person_ref", "missing"),
        ({"first_name": "  "}, "first_name", "missing"),
        ({"date_of_birth": ""}, "date_of_birth", "missing"),
        ({"date_of_birth": "1991-02-29"}, "date_of_birth", "not a date: write it as"),
        ({"date_of_birth": "2026-11-22"}, "date_of_birth", "younger than 10"),
        ({"date_of_birth": "0001-01-01"}, "date_of_birth", "not a date"),
        ({"site": "NOWHERE"}, "site", "write one of ASHF, CALD, GLEN, TAYM"),
        ({"nhs_number": "9990000019"}, "nhs_number", "check digit"),
        ({"chi_number": "310298000"}, "chi_number", "10 digits"),
        ({"pregnancy": "0"}, "pregnancy", "write 1 for the first"),
        ({"pregnancy": "²"}, "pregnancy", "write 1 for the first"),
        ({"edd": "soon"}, "edd", "not a date"),
        ({"edd": "2072-01-15"}, "edd", "she could not be pregnant"),
        ({"medication": "heroin"}, "medication", "unknown product"),
        (
            {"named_midwife": "nobody@hospital.example"},
            "named_midwife",
            "nobody with this e-mail has a caseload at ASHF",
        ),
        ({"last_name": "R" * 201}, "last_name", "shorten it to 200"),
        ({"safe_contact": "x" * 2001}, "safe_contact", "shorten it to 2,000"),
        ({"preferred_name": "T" * 20_000}, "preferred_name", "20,000 characters: shorten it"),
    ],
)
def test_a_bad_row_of_a_woman_is_refused_and_says_what_to_do(bring, change, column, words):
    other = TARA | {"person_ref": "T-2"}
    done = bring([TARA | change, other], [])
    assert done.bad == [("women.csv", 2, change.get("person_ref", "T-1"), column)]
    assert words in done.report[0]["problem"]
    assert done.code == 3
    assert list(Woman.objects.values_list("person_ref", flat=True)) == ["T-2"]


@pytest.mark.parametrize(
    ("change", "column", "words"),
    [
        ({"person_ref": ""}, "person_ref", "missing"),
        ({"person_ref": "T-9"}, "person_ref", "not in women.csv"),
        ({"pregnancy": "2"}, "pregnancy", "not in women.csv and not known here"),
        ({"pregnancy": "two"}, "pregnancy", "write 1 for the first"),
        ({"event": "ate_breakfast"}, "event", "unknown event"),
        ({"event": "booking_complete"}, "event", "did you mean booking_completed?"),
        ({"occurred_at": "2026-11-21T12:31Z"}, "occurred_at", "in the future"),
        ({"occurred_at": "2099-01-01 10:00"}, "occurred_at", "in the future"),
        ({"occurred_at": "1985-01-01 10:00"}, "occurred_at", "before she was born"),
        ({"occurred_at": "0001-01-01T00:00Z"}, "occurred_at", "not a time"),
        ({"occurred_at": "2026-09-01T10:00:00"}, "occurred_at", "not a time"),
        ({"occurred_at": "2026-03-29 01:30"}, "occurred_at", "clocks went forward"),
        ({"event": "baby_born", "baby": "x"}, "baby", "write 1 to 9"),
        ({"event": "baby_born", "baby": "all"}, "baby", "about one baby"),
        ({"baby": "1"}, "baby", "not about a baby"),
        ({"event": "baby_born", "baby": "1", "details": "baby=2"}, "baby", "the column says 1 and the details say 2"),
        ({"details": "hello"}, "details", "name=value"),
        ({"event": "baby_born", "details": "place=home;place=hospital"}, "details", "place is there twice"),
        ({"event": "baby_born", "details": "place=car"}, "details", "write one of hospital, home"),
        ({"event": "dating_agreed"}, "details", "edd: missing"),
        ({"event": "dating_agreed", "details": "edd=2029-01-01"}, "details", "she could not be pregnant"),
        ({"event": "handoff_completed", "details": "moment=NO_SUCH;step=done"}, "details", "unknown moment"),
        ({"event": "transfer_requested", "details": "to=NOWHERE"}, "details", "unknown site"),
        ({"event": "treatment_started", "details": "medication=heroin"}, "details", "medication"),
        ({"details": "a=" + "x" * 2_000}, "details", "shorten it to 2,000"),
    ],
)
def test_a_bad_row_of_an_event_refuses_its_person_and_nobody_else(bring, change, column, words):
    row = CONTACT | change
    done = bring([TARA, TARA | {"person_ref": "T-2"}], [CONTACT | {"person_ref": "T-2"}, CONTACT, row])
    assert done.bad == [("events.csv", 4, row["person_ref"], column)]
    assert words in done.report[0]["problem"]
    assert done.code == 3
    stays_out = {row["person_ref"]} & {"T-1"}
    assert set(Woman.objects.values_list("person_ref", flat=True)) == {"T-1", "T-2"} - stays_out


def test_all_problems_of_a_row_are_in_its_one_line(bring):
    done = bring([TARA | {"site": "NOWHERE", "edd": "soon", "first_name": ""}])
    (row,) = done.report
    assert row["column"] == "first_name"
    assert "site: unknown code" in row["problem"]
    assert "edd: not a date" in row["problem"]


def test_every_bad_row_of_a_person_is_listed_but_not_those_that_fall_with_them(bring):
    done = bring([TARA | {"edd": "soon"}], [CONTACT, CONTACT | {"event": "x"}, CONTACT | {"occurred_at": "x"}])
    assert [(file, line) for file, line, _, _ in done.bad] == [("women.csv", 2), ("events.csv", 3), ("events.csv", 4)]


def test_a_reference_twice_in_the_file_refuses_the_later_row_and_the_person(bring):
    done = bring([TARA, TARA | {"pregnancy": "2"}], [CONTACT | {"pregnancy": "2"}])
    assert done.bad == [("women.csv", 3, "T-1", "person_ref")]
    assert not Woman.objects.exists()


def test_a_number_twice_in_the_file_refuses_the_later_row_only(bring):
    number = {"nhs_number": "9990000018"}
    done = bring([TARA | number, TARA | number | {"person_ref": "T-2"}])
    assert done.bad == [("women.csv", 3, "T-2", "nhs_number")]
    assert "same number as T-1 on line 2" in done.report[0]["problem"]
    assert Woman.objects.get().person_ref == "T-1"


def test_a_number_of_another_woman_here_is_refused(bring):
    number = {"nhs_number": "9990000018"}
    bring([TARA | number])
    done = bring([TARA | {"person_ref": "T-2", "site": "GLEN", "nhs_number": "999 000 0018"}])
    assert done.bad == [("women.csv", 2, "T-2", "nhs_number")]
    assert Woman.objects.count() == 1


def test_what_is_wrong_only_beside_what_is_here_is_listed_with_everything_else(bring):
    """One look at the report is enough to mend all of it, in the order of the files."""
    bring([TARA | {"nhs_number": "9990000018"}])
    hers = TARA | {"person_ref": "T-2", "nhs_number": "9990000018"}
    done = bring(
        [hers, TARA | {"person_ref": "T-3", "edd": "2072-01-15"}, TARA | {"person_ref": "T-4", "site": "X"}],
        [CONTACT | {"person_ref": ref, "event": "x"} for ref in ("T-2", "T-3")],
    )
    assert done.bad == [
        ("women.csv", 2, "T-2", "nhs_number"),
        ("women.csv", 3, "T-3", "edd"),
        ("women.csv", 4, "T-4", "site"),
        ("events.csv", 2, "T-2", "event"),
        ("events.csv", 3, "T-3", "event"),
    ]


def test_an_edd_of_a_pregnancy_that_is_here_is_not_judged_again(bring):
    bring([TARA | {"edd": "2026-12-01"}])
    with time_machine.travel(datetime(2031, 1, 1, tzinfo=UTC)):
        assert bring([TARA | {"edd": "2026-12-01"}]).code == 0


def test_a_number_that_a_woman_entered_by_hand_has_is_refused(bring):
    bring([TARA | {"nhs_number": "9990000018"}])
    Woman.objects.update(person_ref="")
    done = bring([TARA | {"nhs_number": "9990000018"}])
    assert done.bad == [("women.csv", 2, "T-1", "nhs_number")]


def test_a_number_of_another_woman_is_never_filled_in(bring):
    bring([TARA, TARA | {"person_ref": "T-2", "nhs_number": "9990000018"}])
    done = bring([TARA | {"nhs_number": "9990000018", "preferred_name": "Taz"}])
    assert done.bad == [("women.csv", 2, "T-1", "nhs_number")]
    assert Identifier.objects.get().woman.person_ref == "T-2"
    assert not Woman.objects.filter(preferred_name="Taz").exists()


def test_a_colleague_without_a_caseload_there_is_no_named_midwife(bring):
    staff(Role.NEONATAL_TEAM, email="n@hospital.example")
    staff(Role.SPECIALIST_MIDWIFE, site="GLEN", email="g@hospital.example")
    staff(Role.SPECIALIST_MIDWIFE, email="left@hospital.example", is_active=False)
    for email in ("n@hospital.example", "g@hospital.example", "left@hospital.example"):
        assert bring([TARA | {"named_midwife": email}]).bad == [("women.csv", 2, "T-1", "named_midwife")]


def test_a_person_comes_in_whole_or_not_at_all(bring, monkeypatch):
    """The second pregnancy's events fail when the first one's are written already."""
    bring([TARA])
    write = actions.record_history

    def fails(journey, *args, **kwargs):
        if journey.number == 2:
            raise actions.Refused("It cannot be.", field="pregnancy")
        return write(journey, *args, **kwargs)

    monkeypatch.setattr(actions, "record_history", fails)
    before = table_sizes()
    done = bring([TARA | {"pregnancy": "2", "preferred_name": "Taz"}], [CONTACT, CONTACT | {"pregnancy": "2"}])
    assert done.bad == [("women.csv", 2, "T-1", "pregnancy")]
    assert table_sizes() == before
    assert Woman.objects.get().preferred_name == ""


# -- the report and the screen -----------------------------------------------------------------


def test_a_row_starts_on_the_line_that_an_editor_shows(tmp_path):
    women, events = tmp_path / "w.csv", tmp_path / "e.csv"
    women.write_bytes(
        b"\xef\xbb\xbfperson_ref,first_name,last_name,date_of_birth,site,safe_contact\r\n"
        b'T-1,Tara,Reid,1991-04-03,ASHF,"first line\r\nsecond line\r\n\r\nlast line"\r\n'
        b"\r\n"
        b",,,,,\r\n"
        b'T-2,Jade,"Ev\nans",1991-04-03,NOWHERE,\n'
        b"T-3,Jade,Evans,1991-04-03,NOWHERE,"
    )
    events.write_bytes(b"person_ref,event,occurred_at\n")
    done = run_import(women, events)
    assert done.bad == [("w.csv", 8, "T-2", "site"), ("w.csv", 10, "T-3", "site")]
    assert SafeContact.objects.get().note == "first line\r\nsecond line\r\n\r\nlast line"


def test_a_row_with_a_stray_comma_is_refused(tmp_path):
    women, events = tmp_path / "w.csv", tmp_path / "e.csv"
    women.write_text(
        "person_ref,first_name,last_name,date_of_birth,site\n"
        "T-1,Tara,Reid,1991-04-03,ASHF\n"
        "T-2,Tara,Reid, Evans,1991-04-03,ASHF\n"
    )
    events.write_text("person_ref,event,occurred_at\nT-1,first_contact\n")
    done = run_import(women, events)
    assert [(file, line, ref) for file, line, ref, _ in done.bad] == [("w.csv", 3, "T-2"), ("e.csv", 2, "T-1")]
    assert "6 cells and the header 5" in done.report[0]["problem"]
    assert not Woman.objects.exists()


def test_the_report_runs_as_no_formula(bring):
    done = bring([TARA | {"person_ref": "=1+1", "site": "@SUM(A1)"}])
    assert (done.report[0]["person_ref"], done.report[0]["value"]) == ("'=1+1", "'@SUM(A1)")


def test_the_report_shows_the_beginning_of_a_long_cell(bring):
    done = bring([TARA | {"first_name": "T" * 5_000}])
    assert done.report[0]["value"] == "T" * 200


def test_without_a_bad_row_the_report_is_a_header(bring):
    done = bring([TARA], [CONTACT])
    assert (done.code, done.report) == (0, [])


def test_the_screen_shows_no_name_and_no_number_of_hers(bring):
    done = bring([TARA | {"nhs_number": "9990000019", "first_name": "T" * 201}], [CONTACT | {"event": "Tara Reid"}])
    assert len(done.report) == 2
    for private in ("Tara", "TTTT", "Reid", "9990000019"):
        assert private not in done.err + done.out


@pytest.mark.parametrize(
    ("woman", "event", "warning"),
    [
        ({}, {"occurred_at": "2025-10-26 01:30"}, "events.csv line 2, T-1: occurred_at happened twice"),
        ({}, {"recorded_by": "gone@hospital.example"}, "events.csv line 2, T-1: recorded_by has no account here"),
        ({"chi_number": "3102980007"}, {}, "women.csv line 2, T-1: the date in chi_number is not date_of_birth"),
        (
            {},
            {"event": "handoff_completed", "details": "moment=HV_ANTENATAL;step=contact"},
            "events.csv line 2, T-1: answers a handoff that does not exist (yet)",
        ),
    ],
)
def test_what_is_worth_a_look_is_said_and_refuses_nothing(bring, woman, event, warning):
    done = bring([TARA | woman], [CONTACT | event])
    assert warning in done.err
    assert "Warnings:         1" in done.out
    assert (done.code, Event.objects.count()) == (0, 1)


def test_two_new_women_with_one_name_and_birth_are_worth_a_look(bring):
    tara = TARA | {"nhs_number": "9990000018"}
    again = TARA | {"person_ref": "T-2", "first_name": "Tára", "preferred_name": "Taz"}
    done = bring([tara, again, TARA | {"person_ref": "T-3", "site": "GLEN"}])
    assert done.err == "Warning: women.csv line 3, T-2: name and date of birth are those of T-1: are they one person?\n"
    assert bring([tara, again]).err == "", "they have been looked at"
    assert "line 2, T-4: name and date of birth are those of T-" in bring([TARA | {"person_ref": "T-4"}]).err
    assert Woman.objects.count() == 4


def test_a_repeated_autumn_time_is_the_first_of_the_two(bring):
    bring([TARA], [CONTACT | {"occurred_at": "2025-10-26 01:30"}])
    assert Event.objects.get().occurred_at == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)


def test_an_answer_to_a_handoff_that_exists_is_no_warning(bring):
    booked = [CONTACT, CONTACT | {"event": "booking_completed", "occurred_at": "2026-09-02 10:00"}]
    answer = CONTACT | {
        "event": "handoff_completed",
        "occurred_at": "2026-09-03 10:00",
        "details": "moment=NAMED_MIDWIFE;step=done",
    }
    done = bring([TARA | {"edd": "2027-04-01"}], [*booked, answer])
    assert "Warning" not in done.err


def test_a_dry_run_says_what_would_be_and_changes_nothing(bring):
    before = table_sizes()
    done = bring([TARA, TARA | {"person_ref": "T-2", "site": "X"}], [CONTACT], "--dry-run")
    after = table_sizes()
    assert {table: rows for table, (rows, _) in after.items()} == {table: rows for table, (rows, _) in before.items()}
    assert "Nothing was changed" in done.out
    assert "Women:            1 added" in done.out
    assert "Events:           1 added" in done.out
    assert (done.code, done.bad) == (3, [("women.csv", 3, "T-2", "site")])


def test_a_long_import_says_how_far_it_is(bring, monkeypatch):
    monkeypatch.setattr(report, "LINE_EVERY", 5)
    done = bring(crowd(12))
    assert done.err == "".join(f"{line}\n" for line in (
        "5 rows of women.csv read", "10 rows of women.csv read", "5 of 12 women", "10 of 12 women",
    ))  # fmt: skip


class Terminal(StringIO):
    """Standard error of somebody who watches."""

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_the_line_is_rewritten_and_a_warning_has_its_own(monkeypatch):
    monkeypatch.setattr(report, "REWRITTEN_EVERY", 2)
    terminal = Terminal()
    screen = report.Screen(OutputWrapper(terminal))
    for done in range(1, 6):
        screen.progress(done, "women", of=5)
        if done == 3:
            screen.warn("women.csv", [7, 9], "T-1", "look at it")
    assert terminal.getvalue() == (
        "\r2 of 5 women\nWarning: women.csv lines 7, 9, T-1: look at it\n\r4 of 5 women\r5 of 5 women\n"
    )


def test_work_for_one_more_person_does_not_grow_with_the_file(bring, django_assert_max_num_queries):
    """A woman with one event costs the same few statements, whoever else is in the file."""
    bring([TARA], [CONTACT])

    def statements(number: int) -> int:
        people = [TARA | {"person_ref": f"{number}-{each}"} for each in range(number)]
        with django_assert_max_num_queries(10_000) as counted:
            bring(people, [CONTACT | {"person_ref": person["person_ref"]} for person in people])
        return len(counted)

    assert (statements(20) - statements(10)) / 10 <= 40
