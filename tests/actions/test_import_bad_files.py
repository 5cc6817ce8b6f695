"""Files that are no such table: exit code 2, a sentence that says what to do, and nothing changed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import tracemalloc
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError, connection

from pathways.importing import tables
from pathways.importing.events import COLUMNS as EVENT_COLUMNS
from pathways.models import Woman
from tests.importing import CONTACT, EVENTS, TARA, WOMEN, crowd, run_import, write_csv

HEADER = b"person_ref,first_name,last_name,date_of_birth,site\n"
ROW = b"T-1,Tara,Reid,1991-04-03,ASHF\n"
EVENTS_HEADER = b"person_ref,event,occurred_at\n"


def spreadsheet() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
    return file.getvalue()


BAD_FILES = {
    "a spreadsheet": (spreadsheet(), "is a spreadsheet with another name"),
    "an old spreadsheet": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "is an old spreadsheet"),
    "UTF-16": ("person_ref,first_name\r\n".encode("utf-16"), "is in UTF-16"),
    "Latin-1": (HEADER + "T-1,Zoë,Reid,1991-04-03,ASHF\n".encode("latin-1"), "is not in UTF-8"),
    "NUL bytes": (HEADER + b"T-1,Ta\0ra,Reid,1991-04-03,ASHF\n", "line 2 holds a NUL byte"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "is not in UTF-8"),
    "nothing": (b"", "is empty"),
    "blank lines": (b"\xef\xbb\xbf\r\n\r\n,,,\r\n", "is empty"),
    "no header": (ROW, "has no column person_ref"),
    "a header without a column": (b"person_ref,first_name,last_name,site\n", "has no column date_of_birth"),
    "a column mistyped": (HEADER.replace(b"site", b"site,medicaton"), "is not known here: medicaton"),
    "a column twice": (HEADER.replace(b"site", b"site,site"), "names a column twice"),
    "semicolons": ((HEADER + ROW).replace(b",", b";"), "has no commas between its columns"),
    "tabs": ((HEADER + ROW).replace(b",", b"\t"), "has no commas between its columns"),
    "a quote never closed": (HEADER + b'T-1,"Tara,Reid,1991-04-03,ASHF\n' + ROW * 50, "line 2: a quote mark is out"),
    "a quote out of place": (HEADER + ROW + b'T-2,"Ta"ra,Reid,1991-04-03,ASHF\n', "line 3: a quote mark is out"),
    "the other file": (EVENTS_HEADER + b"T-1,first_contact,2026-09-01 10:00\n", "has no column first_name"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_is_no_such_table_stops_the_import(tmp_path, name):
    content, words = BAD_FILES[name]
    women, events = tmp_path / "women.csv", tmp_path / "events.csv"
    women.write_bytes(content)
    events.write_bytes(EVENTS_HEADER)
    done = run_import(women, events)
    assert done.code == 2
    assert done.err.startswith("women.csv")
    assert words in done.err
    assert "Nothing was imported." in done.err
    assert "Traceback" not in done.err
    assert not Woman.objects.exists()


@pytest.mark.django_db
def test_nobody_comes_in_when_the_end_of_the_second_file_is_bad(tmp_path):
    women, events = tmp_path / "women.csv", tmp_path / "events.csv"
    women.write_bytes(HEADER + ROW)
    events.write_bytes(EVENTS_HEADER + b"T-1,first_contact,2026-09-01 10:00\n" * 500 + b"T-1,\xff,\n")
    done = run_import(women, events)
    assert done.code == 2
    assert "events.csv is not in UTF-8. Open it in your spreadsheet program and save it as “CSV UTF-8" in done.err
    assert not Woman.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "words"), [("gone.csv", "No such file"), ("", "Is a directory")])
def test_a_file_that_is_not_there_stops_the_import(tmp_path, path, words):
    done = run_import(tmp_path / path, tmp_path / path, report=tmp_path / "report.csv")
    assert done.code == 2
    assert words in done.err


@pytest.mark.django_db
def test_the_report_never_overwrites_what_is_to_be_imported(tmp_path):
    women, events = write_csv(tmp_path / "w.csv", WOMEN, [TARA]), write_csv(tmp_path / "e.csv", EVENTS, [CONTACT])
    before = women.read_bytes()
    done = run_import(women, events, report=women)
    assert (done.code, women.read_bytes()) == (2, before)
    assert "would overwrite" in done.err
    assert not Woman.objects.exists()


@pytest.mark.django_db
def test_a_report_that_cannot_be_written_is_said_before_anything_is(tmp_path):
    women, events = write_csv(tmp_path / "w.csv", WOMEN, [TARA]), write_csv(tmp_path / "e.csv", EVENTS, [CONTACT])
    done = run_import(women, events, report=tmp_path / "no such folder" / "r.csv")
    assert done.code == 2
    assert "cannot be written" in done.err
    assert not Woman.objects.exists()


@pytest.mark.django_db
def test_a_report_cut_short_by_a_full_disk_is_said(tmp_path):
    women, events = write_csv(tmp_path / "w.csv", WOMEN, [TARA]), write_csv(tmp_path / "e.csv", EVENTS, [CONTACT])
    done = run_import(women, events, report=Path("/dev/full"))
    assert done.code == 2
    assert "The report was not written to its end: No space left on device." in done.err
    assert Woman.objects.count() == 1


@pytest.mark.django_db
def test_a_database_that_goes_away_is_said(tmp_path, monkeypatch):
    def gone(*args, **kwargs):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr("pathways.importing.people.Woman.objects.filter", gone)
    women, events = write_csv(tmp_path / "w.csv", WOMEN, [TARA]), write_csv(tmp_path / "e.csv", EVENTS, [CONTACT])
    done = run_import(women, events)
    assert (done.code, "The database does not answer. Those already imported stay." in done.err) == (1, True)


@pytest.mark.django_db
def test_a_cell_of_10_megabytes_refuses_its_row_and_leaves_the_rest(tmp_path):
    women = write_csv(
        tmp_path / "w.csv", WOMEN, [TARA | {"first_name": "x" * 10 * 1024 * 1024}, TARA | {"person_ref": "T-2"}]
    )
    done = run_import(women, write_csv(tmp_path / "e.csv", EVENTS, []))
    assert done.bad == [("w.csv", 2, "T-1", "first_name")]
    assert "10,485,760 characters: shorten it" in done.report[0]["problem"]
    assert len(done.report[0]["value"]) <= 200
    assert Woman.objects.get().person_ref == "T-2"


def test_a_line_without_an_end_is_not_read_to_its_end(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "LONGEST_LINE", 100_000)
    path = tmp_path / "events.csv"
    path.write_bytes(EVENTS_HEADER + b"x" * 3_000_000)
    with pytest.raises(tables.Unreadable, match=r"line 2 has no end"):
        list(tables.read_table(path, EVENT_COLUMNS))


def test_reading_holds_one_row_at_a_time(tmp_path):
    path = tmp_path / "events.csv"
    path.write_bytes(EVENTS_HEADER + b"T-1,first_contact,2026-09-01 10:00\n" * 100_000)
    tracemalloc.start()
    try:
        assert sum(1 for _ in tables.read_table(path, EVENT_COLUMNS)) == 100_000
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 1_000_000


# -- in a process of its own -------------------------------------------------------------------


def command(environment: dict[str, str], women: Path, events: Path, **more) -> subprocess.Popen[str]:
    arguments = [sys.executable, "manage.py", "import_caseload", "--women", str(women), "--events", str(events)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "cwd": settings.BASE_DIR}
    return subprocess.Popen(arguments, env=environment, **pipes, **more)


def test_the_exit_codes_as_a_shell_sees_them(tmp_path, own_environment):
    women, events = write_csv(tmp_path / "w.csv", WOMEN, [TARA]), write_csv(tmp_path / "e.csv", EVENTS, [CONTACT])
    broken = tmp_path / "b.csv"
    broken.write_bytes(spreadsheet())
    bad = write_csv(tmp_path / "bad.csv", WOMEN, [TARA | {"site": "X"}])
    for files, code in (((women, events), 0), ((bad, events), 3), ((broken, events), 2), ((women, broken), 2)):
        process = command(own_environment, *files)
        _, err = process.communicate(timeout=60)
        assert (process.returncode, "Traceback" in err) == (code, False), err


def test_stopped_in_the_middle_it_goes_on_where_it_was(tmp_path, own_environment):
    women, events = write_csv(tmp_path / "w.csv", WOMEN, crowd(2_000)), write_csv(tmp_path / "e.csv", EVENTS, [])
    process = command(own_environment, women, events, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    deadline = time.monotonic() + 60
    while Woman.objects.count() < 20 and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    here = Woman.objects.count()
    assert (process.returncode, "Traceback" in err) == (130, False), err
    assert "Run the same command again" in err
    assert 20 <= here < 2_000
    assert all(woman.journeys.count() == 1 for woman in Woman.objects.all())


def test_two_imports_of_the_same_files_at_once_bring_everybody_in_once(tmp_path, own_environment):
    people = crowd(60)
    women = write_csv(tmp_path / "w.csv", WOMEN, people)
    events = write_csv(
        tmp_path / "e.csv", EVENTS, [CONTACT | {"person_ref": person["person_ref"]} for person in people]
    )
    both = [command(own_environment, women, events) for _ in range(2)]
    ends = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], ends
    assert Woman.objects.count() == 60
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT journey_id) FROM pathways_event")
        assert cursor.fetchone() == (60, 60)
