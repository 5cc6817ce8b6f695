"""Writes ``docs/measures.md`` from the declared measures: what the pages, the files and the reports say of them too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pathways.gaps.measures import ALL, Measure, Table
from pathways.gaps.pages.definition import RULE, definition

_INTRODUCTION = f"""# Measures

Generated from `pathways/gaps/measures/` by `manage.py measures_reference`. Do not edit it here.

**Research draft, not clinically ratified.** {RULE}
How that is done, and what the charts mean, stands in [gaps-rules.md](gaps-rules.md). Tables and lines are called as in
the CSV."""


def measures_markdown() -> str:
    """The whole page, ending in a newline."""
    return "\n\n".join((_INTRODUCTION, *map(_section, ALL))) + "\n"


def _section(measure: Measure) -> str:
    said = definition(measure)
    parts = [
        f"## {said.key} {said.title}",
        said.why,
        "\n".join(f"- {label}: {text}" for label, text in said.facts),
        "\n".join(_table(("Table", "Line", "What it says", "Told"), _lines(measure.tables))),
    ]
    if said.sources:
        parts.append("\n".join(f"- {source.id}: {source.title} ({source.extent})" for source in said.sources))
    return "\n\n".join(parts)


def _lines(tables: Iterable[Table]) -> Iterator[tuple[str, ...]]:
    for table in tables:
        for line in table.lines:
            yield f"`{table.key}`", f"`{line.key}`", f"{line.words}, {table.of_what}", table.shown.value


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)
