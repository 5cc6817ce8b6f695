"""Takes the cells of one row apart; a wrong one becomes a problem, and the next is looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar

from django.db.models import Model

from carecoord import clock
from pathways.actions import Refused
from pathways.importing.tables import LONGEST_SHOWN, Problem, Row

Parsed = TypeVar("Parsed")


class Cells:
    """The cells of a row, with the problems found in it so far."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.problems: list[Problem] = list(row.problems)

    def text(self, column: str, *, of: type[Model], field: str = "", required: bool = False) -> str:
        """The cell as it is; a problem when it is missing though required, or longer than the field of ``of`` holds.

        ``field`` names the field where it is called otherwise than the column.
        """
        text = self.row.cells.get(column, "")
        if required and not text:
            self.problem(column, "missing: fill it in")
        longest: int | None = getattr(of._meta.get_field(field or column), "max_length", None)
        if longest is not None and len(text) > longest:
            self.problem(column, f"{len(text):,} characters: shorten it to {longest:,}")
            return ""
        return text

    def parsed(self, column: str, parse: Callable[[str], Parsed], *, required: bool = False) -> Parsed | None:
        """What ``parse`` makes of the cell; None where it is blank, or raises ValueError or Refused (a problem)."""
        text = self.row.cells.get(column, "")
        if not text:
            if required:
                self.problem(column, "missing: fill it in")
            return None
        try:
            return parse(text)
        except Refused as refusal:
            self.problem(column, refusal.sentence)
        except ValueError as wrong:
            self.problem(column, str(wrong))
        return None

    def problem(self, column: str, sentence: str) -> None:
        """Note what is wrong with a cell, unless something is noted of it already."""
        if all(problem.column != column for problem in self.problems):
            self.problems.append(Problem(column, self.row.cells.get(column, "")[:LONGEST_SHOWN], sentence))

    def in_order(self, columns: Sequence[str]) -> list[Problem]:
        """The problems, those of the whole row first, then by column."""
        return sorted(self.problems, key=lambda problem: ("", *columns).index(problem.column))


def day(text: str) -> date:
    """A date. Raises ValueError with what to write."""
    try:
        return clock.parse_date(text)
    except ValueError:
        raise ValueError("not a date: write it as 2026-03-04 or 04/03/2026") from None


def counted(text: str) -> int:
    """The number of a pregnancy: 1 to 20. Raises ValueError with what to write."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 2 and 1 <= int(text) <= 20):
        raise ValueError("write 1 for the first, 2 for the second, and so on")
    return int(text)
