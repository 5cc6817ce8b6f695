"""What was told, as pages ask for it: the blocks of some tables by place, and how each table stands. One query each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Max

from pathways.gaps.measures import Table
from pathways.gaps.models import Block, Standing, Told
from pathways.gaps.publishing import ALL_SITES, as_told
from pathways.gaps.rules import releases

Spread = Sequence[float]


@dataclass(frozen=True, slots=True)
class Piece:
    """A block as it was told, with what stands beside it; ``missing`` is None where it is hidden."""

    block: releases.Block
    missing: int | None
    spread: Spread | None


@dataclass(frozen=True, slots=True)
class Stand:
    """How a table stands at one place: the months from ``since`` to before ``until``, and its lines in words."""

    since: date
    until: date
    hidden_months: int
    lines: Mapping[str, Any]
    spread: Spread | None

    def numbers(self, line: str) -> tuple[int, int] | None:
        """So many of so many; None where they are hidden."""
        said = self.lines.get(line) or {}
        return None if said.get("some") is None else (said["some"], said["whole"])


def last_told() -> int:
    """Another number whenever more has been told: until then every page about it reads the same."""
    return Told.objects.aggregate(last=Max("pk"))["last"] or 0


def pieces_of(tables: Iterable[Table]) -> dict[tuple[str, int], list[Piece]]:
    """What was told of these tables, by table and place (0 is all sites together), in the order of time."""
    found: dict[tuple[str, int], list[Piece]] = defaultdict(list)
    for row in Block.objects.filter(of_table__in=[table.key for table in tables]).order_by("since"):
        found[row.of_table, row.site_id or ALL_SITES].append(Piece(as_told(row), row.missing, row.spread))
    return found


def stands_of(tables: Iterable[Table]) -> dict[tuple[str, int], Stand]:
    """How these tables stand, by table and place."""
    rows = Standing.objects.filter(of_table__in=[table.key for table in tables])
    return {
        (key, place or ALL_SITES): Stand(*values)
        for key, place, *values in rows.values_list(
            "of_table", "site_id", "since", "until", "hidden_months", "lines", "spread"
        )
    }
