"""The fixture ``fault`` that every fault counts on, and what `make faults` prints and writes."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from carecoord.environment import BASE_DIR

FEW = 20  # of what went wrong, so many are shown
SEED = int(os.environ.get("FAULTS_SEED", "2026"))
_recorded = pytest.StashKey[dict[str, list[float]]]()
_not_run = pytest.StashKey[set[str]]()


@dataclass
class Fault:
    """How often a fault was tried and how often something was wrong."""

    name: str
    full: bool
    tried: int = 0
    wrong: int = 0
    asked: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    findings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def size(self, *, full: int, small: int) -> int:
        """How often to try: ``full`` under `make faults`, ``small`` with the other tests. Fewer fail the test."""
        self.asked = full if self.full else small
        return self.asked

    def found(self, what: str) -> None:
        """Count something wrong and keep the words for whoever reads the failure."""
        self.wrong += 1
        self.findings.append(what)

    def note(self, figure: str) -> None:
        """Keep a figure in words: it is printed with the fault's line."""
        self.notes.append(figure)

    def verdict(self) -> str:
        """Why this fault fails; empty when it does not."""
        if self.wrong:
            seen = "".join(f"\n  {what}" for what in self.findings[:FEW])
            return f"{self.name}: {self.wrong} of {self.tried} went wrong (FAULTS_SEED={SEED}){seen}"
        if self.tried < max(self.asked, 1):
            return f"{self.name}: tried {self.tried} times where {max(self.asked, 1)} were asked for"
        return ""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("faults")
    group.addoption("--faults-full", action="store_true", help="the fault suite at full size")
    group.addoption("--faults-json", type=Path, default=BASE_DIR / "faults.json", help="where its figures are written")
    group.addoption("--faults-asked", action="append", default=[], help="a fault that has to be tried, not skipped")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_recorded], config.stash[_not_run] = {}, set()


@pytest.fixture
def fault(request: pytest.FixtureRequest) -> Fault:
    """What this test tries, counted: ``fault.tried``, ``fault.wrong``; named after its file."""
    return Fault(_name_of(request.path), full=request.config.getoption("faults_full", default=False))


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[Any]:
    """Judge a fault when its test ends; at full size, write it down also when the test broke."""
    fault = pyfuncitem.funcargs.get("fault")
    if not isinstance(fault, Fault):
        return (yield)
    try:
        result = yield
    except pytest.skip.Exception:
        raise
    except BaseException as broken:
        fault.found(f"the test itself broke: {type(broken).__name__}")
        _write_down(fault, pyfuncitem.config)
        broken.add_note(fault.verdict())
        raise
    _write_down(fault, pyfuncitem.config)
    if verdict := fault.verdict():
        pytest.fail(verdict, pytrace=False)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[Any]:
    """A fault that cannot run here says why, and is not written down as done."""
    report = yield
    if report.skipped and "fault" in item.fixturenames and item.config.getoption("faults_full", default=False):
        name = _name_of(item.path)
        item.config.stash[_not_run].add(name)
        _say(item.config, f"{name}: not run. {report.longrepr[2].removeprefix('Skipped: ')}")
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A fault that somebody asked for by its name and that could not run is no success."""
    asked_for = set(session.config.getoption("faults_asked", default=[]))
    if asked_for & session.config.stash.get(_not_run, set()) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _write_down(fault: Fault, config: pytest.Config) -> None:
    """Add the test's figures to its fault's, print the line, and write the entry. The other entries stay."""
    if not fault.full:
        return
    so_far = config.stash[_recorded].setdefault(fault.name, [0, 0, 0.0])
    for place, more in enumerate((fault.tried, fault.wrong, time.monotonic() - fault.began)):
        so_far[place] += more
    tried, wrong, seconds = so_far
    file: Path = config.getoption("faults_json")
    entries = json.loads(file.read_text()) if file.exists() else {}
    entries[fault.name] = {"tried": int(tried), "wrong": int(wrong), "seconds": round(seconds, 1)}
    written = file.with_suffix(".part")
    written.write_text(json.dumps(entries, indent=2, sort_keys=True) + "\n")
    written.replace(file)
    _say(config, f"{fault.name}: tried {tried:.0f}, wrong {wrong:.0f}, {seconds:.1f} s (seed {SEED})")
    for note in fault.notes:
        _say(config, f"  {note}")


def _say(config: pytest.Config, line: str) -> None:
    with config.pluginmanager.get_plugin("capturemanager").global_and_fixture_disabled():
        print(line, flush=True)


def pytest_report_teststatus(report: Any, config: pytest.Config) -> tuple[str, str, str] | None:
    """One line for each fault is enough: no dots between them."""
    if config.getoption("faults_full", default=False) and not report.failed:
        return report.outcome if report.when == "call" or report.skipped else "", "", ""
    return None


def _name_of(file: Path) -> str:
    return file.stem.removeprefix("test_").replace("_", "-")
