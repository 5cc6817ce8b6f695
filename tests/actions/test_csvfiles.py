"""What is written as CSV runs as no formula in a spreadsheet, and is read back as it was."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carecoord.csvfiles import SafeWriter, neutral

TRIGGERS = "=+-@\t\r\n\0"
CELLS = st.text(st.one_of(st.sampled_from(TRIGGERS + "\",;' aé＝"), st.characters(codec="utf-8")), max_size=12)


def written(*cells: str) -> list[str]:
    file = StringIO(newline="")
    SafeWriter(file).row(cells)
    (row,) = csv.reader(StringIO(file.getvalue(), newline=""))
    return row


@settings(max_examples=2_000)
@given(st.lists(CELLS, min_size=2, max_size=4))
def test_no_cell_is_a_formula_and_every_cell_comes_back(cells):
    for cell, back in zip(cells, written(*cells), strict=True):
        assert not back.startswith(tuple(TRIGGERS))
        assert back.removeprefix("'") == cell.removeprefix("'")


@pytest.mark.parametrize("text", ['=HYPERLINK("x")', "+44 20", "-1", "@SUM(A1)", "\t=1", "＝1+1"])
def test_a_formula_gets_an_apostrophe(text):
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Siân", "O’Connor-Łukasz", "1 = 1", "", "2026-11-21T12:00:00+00:00"])
def test_other_text_stays_as_it_is(text):
    assert neutral(text) == text
