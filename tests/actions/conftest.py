"""What the tests of several verbs and commands share."""

from __future__ import annotations

import pytest

from tests.importing import EVENTS, WOMEN, Imported, run_import, write_csv


@pytest.fixture
def bring(tmp_path):
    """``bring(women, events)`` writes the rows down and imports them."""

    def run(women, events=(), *flags: str) -> Imported:
        return run_import(
            write_csv(tmp_path / "women.csv", WOMEN, women), write_csv(tmp_path / "events.csv", EVENTS, events), *flags
        )

    return run
