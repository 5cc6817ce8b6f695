"""`make faults`: what it prints, writes and refuses, tried with toy faults in a folder of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.faults.__main__ import known, main

ALL_WELL = """
def test_all_is_well(fault):
    for _ in range(fault.size(full=50, small=5)):
        fault.tried += 1
"""
SOMETHING_WRONG = """
def test_something_is_wrong(fault):
    for n in range(fault.size(full=50, small=5)):
        fault.tried += 1
        if n == 17:
            fault.found("the seventeenth")
"""
TOO_FEW = "def test_too_few(fault):\n    fault.tried += fault.size(full=50, small=5) - 1\n"
BROKEN = "def test_broken(fault):\n    fault.tried += fault.size(full=50, small=5)\n    assert 0\n"
NOT_HERE = "import pytest\ndef test_not_here(fault):\n    pytest.skip('There is no such program. Install it.')\n"


@pytest.fixture
def toys(tmp_path: Path) -> Path:
    """A folder of toy faults, with the suite's own machinery."""
    (tmp_path / "conftest.py").write_text("from tests.faults.conftest import *\n")
    toy_faults = {"all_well": ALL_WELL, "something_wrong": SOMETHING_WRONG, "too_few": TOO_FEW}
    for name, body in {**toy_faults, "broken": BROKEN, "not_here": NOT_HERE}.items():
        (tmp_path / f"test_{name}.py").write_text(body)
    return tmp_path


def run(toys: Path, *names: str) -> tuple[int, dict[str, dict[str, float]]]:
    """The exit status, and what was written."""
    results = toys / "faults.json"
    status = main(names, folder=toys, results=results)
    return status, json.loads(results.read_text()) if results.exists() else {}


def test_a_fault_without_findings_is_written_at_full_size(toys: Path, capfd: pytest.CaptureFixture[str]) -> None:
    status, written = run(toys, "all-well")
    assert status == 0
    assert written["all-well"].keys() == {"tried", "wrong", "seconds"}
    assert (written["all-well"]["tried"], written["all-well"]["wrong"]) == (50, 0)
    assert "all-well: tried 50, wrong 0, " in capfd.readouterr().out


def test_whatever_is_wrong_fails_and_is_written_and_other_entries_stay(
    toys: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (toys / "faults.json").write_text('{"dose-race": {"tried": 1000, "wrong": 0, "seconds": 9.5}}')
    status, written = run(toys, "something-wrong", "too-few", "broken", "all-well", "not-here")
    assert status == 1
    assert {name: (entry["tried"], entry["wrong"]) for name, entry in written.items()} == {
        "dose-race": (1000, 0),
        "something-wrong": (50, 1),
        "too-few": (49, 0),
        "broken": (50, 1),
        "all-well": (50, 0),
    }
    said = capfd.readouterr().out
    assert "the seventeenth" in said
    assert "tried 49 times where 50 were asked for" in said
    assert "not-here: not run. There is no such program. Install it." in said


def test_a_fault_that_was_asked_for_and_could_not_run_is_no_success(toys: Path) -> None:
    assert run(toys, "not-here") == (1, {})


def test_an_unknown_name_is_refused_with_the_names_that_there_are(
    toys: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(toys, "all-well", "kill-sweepr") == (2, {})
    assert "There is no fault kill-sweepr. The faults are: all-well, broken, " in capfd.readouterr().err


def test_the_names_that_others_rely_on_are_there() -> None:
    wanted = {"access-matrix", "canaries", "fuzz", "pooler-rls", "audit-tampering"}
    assert wanted | {"postgres-crash", "damaged-dumps", "clock-changes"} <= known().keys()
