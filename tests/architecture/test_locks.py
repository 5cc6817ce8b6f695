"""What is installed is exactly what was looked at: every version pinned, every file with its hash, no address."""

import json
import re
import tomllib

import pytest

from carecoord.environment import BASE_DIR

LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-node.lock"]


def normal(requirement: str) -> str:
    """The package's name as locks write it: ``django-allauth`` for ``django_allauth[mfa]>=65``."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, requirement
    return re.sub(r"[-_.]+", "-", found.group()).lower()


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_pinned_with_its_hashes_and_no_address(name: str) -> None:
    text = (BASE_DIR / name).read_text()
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    entries = text.replace("\\\n", " ").splitlines()
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", entry), entry


def test_the_locks_have_what_the_project_asks_for() -> None:
    project = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())
    asked = {
        "requirements.lock": project["project"]["dependencies"],
        "requirements-dev.lock": project["project"]["dependencies"] + project["dependency-groups"]["dev"],
        "requirements-node.lock": project["dependency-groups"]["node"],
    }
    for name, requirements in asked.items():
        locked = {normal(line) for line in (BASE_DIR / name).read_text().splitlines() if line[:1].isalnum()}
        assert {normal(requirement) for requirement in requirements} <= locked


def test_production_installs_the_versions_that_were_tested() -> None:
    tested = (BASE_DIR / "requirements-dev.lock").read_text().splitlines()
    assert set((BASE_DIR / "requirements.lock").read_text().splitlines()) <= set(tested)


def test_every_dependency_says_what_it_is_for() -> None:
    lines = (BASE_DIR / "pyproject.toml").read_text().splitlines()
    named = [line for line in lines if re.match(r'    "[\w.\[\]-]+[~>=]+', line)]
    assert len(named) > 25
    assert [line for line in named if not re.search(r"# \S+ \S", line)] == []


def test_the_browser_packages_are_locked_without_an_address() -> None:
    packages = json.loads((BASE_DIR / "package-lock.json").read_text())["packages"]
    assert all("integrity" in package for path, package in packages.items() if path)
    assert not any("resolved" in package for package in packages.values())
