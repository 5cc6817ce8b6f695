"""The page of hazards is whole: each has every part, and each test that it names is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "safety" / "hazards.md"
PARTS = ("Cause", "Effect", "Control", "Proved by", "Left", "Accepts")
HAZARDS = dict(re.findall(r"^### (H\d+ [^\n]+)\n(.*?)(?=^##|\Z)", PAGE.read_text(encoding="utf-8"), re.M | re.S))
NAMED = re.compile(r"`(tests/[\w/]+\.py)::([\w:]+)`")
MODULE = re.compile(r"`((?:carecoord|pathways|medications|templates|static)/[\w/.]+)`")

# What a reviewer looks for, in the words of the page.
ASKED = (
    *("Wrong woman or wrong baby", "Stale verification", "Flag fatigue", "two nurses, one dose", "on admission"),
    *("on going home", "A message reveals drug use", "A missed job run", "Wrong unit, ten-fold"),
    *("An old dose after a gap", "Clock change", "superseded plan", "Wrong second signature"),
    *("Her own medicine is taken", "A closed pharmacy", "Contradictory feeding advice", "A lost handover"),
    *("A printed sheet is left behind", "Downtime", "Import of wrong data", "A wall board"),
)


@cache
def names_in(path: str) -> frozenset[str]:
    """Every test of a file as pytest names it, and every class."""
    found = set()
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{each.name}" for each in node.body if isinstance(each, ast.FunctionDef)}
    return frozenset(found)


def part(hazard: str, name: str) -> str:
    found = re.search(rf"^- \*\*{name}:\*\* (.+)$", HAZARDS[hazard], re.M)
    return found[1] if found else ""


def missing(named: list[tuple[str, str]]) -> list[str]:
    return [f"{path}::{name}" for path, name in named if not (ROOT / path).exists() or name not in names_in(path)]


@pytest.mark.parametrize("words", ASKED)
def test_what_reviewers_ask_for_is_on_the_page(words: str) -> None:
    assert any(words in title for title in HAZARDS)


@pytest.mark.parametrize("hazard", HAZARDS)
def test_a_hazard_has_every_part(hazard: str) -> None:
    assert all(part(hazard, name) for name in PARTS)


@pytest.mark.parametrize("hazard", HAZARDS)
def test_a_hazard_names_tests_that_are_there(hazard: str) -> None:
    named = NAMED.findall(part(hazard, "Proved by"))
    assert named
    assert part(hazard, "Proved by").count("`") == 2 * len(named), "something that is not named as path::test"
    assert missing(named) == []


@pytest.mark.parametrize("hazard", HAZARDS)
def test_a_control_names_modules_that_are_there(hazard: str) -> None:
    named = MODULE.findall(part(hazard, "Control"))
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_test_named_anywhere_on_the_page_is_there() -> None:
    assert missing(NAMED.findall(PAGE.read_text(encoding="utf-8"))) == []


def test_a_test_that_is_not_there_would_be_refused() -> None:
    assert missing([("tests/architecture/test_hazards_page.py", "test_nothing")])
    assert missing([("tests/nowhere.py", "test_a_hazard_has_every_part")])
    assert not missing([("tests/architecture/test_hazards_page.py", "test_a_hazard_has_every_part")])


def test_hazards_are_numbered_in_their_order() -> None:
    assert [title.split()[0] for title in HAZARDS] == [f"H{number}" for number in range(1, len(HAZARDS) + 1)]
