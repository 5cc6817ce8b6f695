"""Reads a CSV file row by row, and says what to do when it is no such table.

Nothing is held but the row being read, so a file may be of any length.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from typing import TextIO

LONGEST_CELL = 10_000  # characters; what is longer is refused with its row
LONGEST_SHOWN = 200  # characters of a bad cell that are kept, to show them again
LONGEST_LINE = 32 * 1024 * 1024  # characters; a quote that never closes, or no text file at all

_SAVE_AS = "Open it in your spreadsheet program and save it as “CSV UTF-8 (comma delimited)”."
_OTHER_FORMATS = {
    b"PK\x03\x04": "is a spreadsheet with another name, not a CSV file",
    b"\xd0\xcf\x11\xe0": "is an old spreadsheet with another name, not a CSV file",
    b"\xff\xfe": "is in UTF-16, not in UTF-8",
    b"\xfe\xff": "is in UTF-16, not in UTF-8",
}


class Unreadable(Exception):
    """The file cannot be read, or is no such table; the message says what to do. Nothing was imported."""


@dataclass(frozen=True)
class Columns:
    """The columns of a table, in their usual order, and those that have to be there."""

    names: tuple[str, ...]
    required: frozenset[str]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one cell, and what to do; the column is blank when it is about the whole row."""

    column: str
    value: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row: ``line`` is the line of the file on which it starts; its cells are stripped, by column."""

    line: int
    cells: dict[str, str]
    problems: tuple[Problem, ...] = ()


def read_table(path: Path, columns: Columns) -> Iterator[Row]:
    """The rows below the header; empty ones are passed over. Raises Unreadable, also in the middle."""
    csv.field_size_limit(LONGEST_LINE)
    try:
        with path.open("rb") as binary:
            _check_format(path, binary)
            with TextIOWrapper(binary, encoding="utf-8-sig", newline="") as text:
                yield from _rows(path, text, columns)
    except OSError as problem:
        raise Unreadable(f"{path.name} cannot be read: {problem.strerror or problem}.") from problem
    except UnicodeDecodeError as problem:
        raise Unreadable(f"{path.name} is not in UTF-8. {_SAVE_AS}") from problem


def _check_format(path: Path, binary: BufferedReader) -> None:
    start = binary.peek(4)
    for mark, what in _OTHER_FORMATS.items():
        if start.startswith(mark):
            raise Unreadable(f"{path.name} {what}. {_SAVE_AS}")


def _lines(path: Path, text: TextIO) -> Iterator[str]:
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if "\0" in line:
            raise Unreadable(f"{path.name} is no text file (line {number} holds a NUL byte). {_SAVE_AS}")
        if len(line) == LONGEST_LINE:
            raise Unreadable(f"{path.name} is no CSV file: line {number} has no end. {_SAVE_AS}")
        yield line


def _rows(path: Path, text: TextIO, columns: Columns) -> Iterator[Row]:
    reader = csv.reader(_lines(path, text), strict=True)
    header: list[str] = []
    while True:
        line = reader.line_num + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            break
        except csv.Error as problem:
            raise Unreadable(
                f"{path.name}, line {line}: a quote mark is out of place or never closed, so the rows after it cannot "
                "be told apart. Put the cell in quotes and write each quote mark in it twice."
            ) from problem
        if not any(cells):
            continue
        if header:
            yield _row(line, header, cells)
        else:
            header = _header(path, cells, columns)
    if not header:
        raise Unreadable(f"{path.name} is empty. Its first row has to name the columns: {', '.join(columns.names)}.")


def _header(path: Path, cells: Sequence[str], columns: Columns) -> list[str]:
    header = [cell.lower() for cell in cells]
    unknown = [name for name in header if name not in columns.names]
    missing = [name for name in columns.names if name in columns.required and name not in header]
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        problem = "has no commas between its columns"
    elif missing:
        problem = f"has no column {', '.join(missing)}"
    elif unknown:
        problem = f"has a column that is not known here: {', '.join(name[:40] or '(blank)' for name in unknown[:5])}"
    elif len(set(header)) < len(header):
        problem = "names a column twice"
    else:
        return header
    raise Unreadable(f"{path.name} {problem}. Its first row has to name the columns: {', '.join(columns.names)}.")


def _row(line: int, header: Sequence[str], cells: Sequence[str]) -> Row:
    problems = []
    named = dict(zip(header, cells, strict=False))
    if len(cells) != len(header):
        problems.append(
            Problem(
                "",
                str(len(cells)),
                f"this row has {len(cells)} cells and the header {len(header)}: "
                "put a cell that holds a comma in quotes, and write blank cells too",
            )
        )
    for name, cell in named.items():
        if len(cell) > LONGEST_CELL:
            problems.append(
                Problem(name, cell[:LONGEST_SHOWN], f"this cell holds {len(cell):,} characters: shorten it")
            )
            named[name] = ""
    return Row(line, named, tuple(problems))
