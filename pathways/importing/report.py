"""Keeps what was refused, one line for each bad row, and says it on the screen and in the report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from django.core.management.base import OutputWrapper

from carecoord.csvfiles import SafeWriter
from pathways.importing.tables import Problem

COLUMNS = ("file", "line", "person_ref", "column", "value", "problem")
REWRITTEN_EVERY = 100  # rows, on a terminal
LINE_EVERY = 5_000  # rows, elsewhere


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was refused: its first problem, and all of them in words."""

    file: str
    line: int
    person_ref: str
    column: str
    value: str
    problem: str


@dataclass
class Refusals:
    """The problems found so far, by row. Nobody in ``persons`` is imported."""

    women_file: str
    events_file: str
    persons: set[str] = field(default_factory=set)
    _found: dict[tuple[int, int, str], list[Problem]] = field(default_factory=dict)

    def woman(self, line: int, person_ref: str, problems: Sequence[Problem]) -> None:
        """Refuse a row of the women's file, and her with it."""
        self._add((0, line, person_ref), problems)

    def event(self, line: int, person_ref: str, problems: Sequence[Problem]) -> None:
        """Refuse a row of the events' file, and with it the person it names."""
        self._add((1, line, person_ref), problems)

    def _add(self, row: tuple[int, int, str], problems: Sequence[Problem]) -> None:
        if row[2]:
            self.persons.add(row[2])
        self._found.setdefault(row, []).extend(problems)

    def __len__(self) -> int:
        """How many rows were refused."""
        return len(self._found)

    def rows(self) -> Iterator[BadRow]:
        """Every bad row once, in the order of the files."""
        for (file, line, person_ref), problems in sorted(self._found.items(), key=lambda found: found[0]):
            first, *others = problems
            sentences = [first.sentence, *(f"{other.column or 'the row'}: {other.sentence}" for other in others)]
            yield BadRow(
                file=self.events_file if file else self.women_file,
                line=line,
                person_ref=person_ref,
                column=first.column,
                value=first.value,
                problem="; also ".join(sentences),
            )

    def write(self, file: TextIO) -> None:
        """Write the report: the columns, then a line for each bad row."""
        writer = SafeWriter(file)
        writer.row(COLUMNS)
        for row in self.rows():
            writer.row(getattr(row, column) for column in COLUMNS)


@dataclass
class Screen:
    """What the person who imports reads meanwhile: on standard error, without names and numbers of hers."""

    out: OutputWrapper
    warnings: int = 0
    _unfinished: bool = False

    def warn(self, file: str, lines: Sequence[int], person_ref: str, sentence: str) -> None:
        """Say something about these lines of a file that is worth a look and refuses nothing."""
        self.warnings += len(lines)
        if self._unfinished:
            self.out.write("")
            self._unfinished = False
        counted = f"line{'s' if len(lines) > 1 else ''} {', '.join(map(str, sorted(lines)))}"
        self.out.write(f"Warning: {file} {counted}, {person_ref}: {sentence}")

    def progress(self, done: int, what: str, *, of: int | None = None) -> None:
        """``1,200 of 12,000 women``: rewritten on a terminal, now and then a line elsewhere."""
        on_terminal = self.out.isatty()
        if done % (REWRITTEN_EVERY if on_terminal else LINE_EVERY) and not (on_terminal and done == of):
            return
        counted = f"{done:,} of {of:,} {what}" if of else f"{done:,} {what}"
        if on_terminal:
            self.out.write(f"\r{counted}", str, "\n" if done == of else "")
            self.out.flush()
            self._unfinished = done != of
        else:
            self.out.write(counted)
