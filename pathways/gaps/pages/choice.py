"""What a reader chose of a measure: one line of one of its tables, by the address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pathways.gaps.measures import Line, Measure, Shown, Table


@dataclass(frozen=True, slots=True)
class Chosen:
    """One line of a measure. ``key`` is what stands in an address: ``booked.12w``."""

    measure: Measure
    table: Table
    line: Line

    @property
    def key(self) -> str:
        """How an address names it."""
        return self.table.name_of(self.line)

    @property
    def pooled(self) -> bool:
        """Whether it is told of all sites together alone."""
        return self.table.shown is not Shown.BY_SITE


def choices(measure: Measure) -> list[Chosen]:
    """The lines that may be looked at in depth. Those about parts alone stand beside the line that they belong to."""
    return list(_choices(measure))


def _choices(measure: Measure) -> Iterator[Chosen]:
    for table in measure.tables:
        for line in table.lines:
            if not line.parts_only:
                yield Chosen(measure, table, line)


def chosen(measure: Measure, key: str) -> Chosen | None:
    """The line with that key, the measure's headline where none is named; None where there is no such line."""
    found = choices(measure)
    return found[0] if not key else next((each for each in found if each.key == key), None)
