"""The product's cells beside the slow count."""

from __future__ import annotations

from datetime import datetime

from pathways.gaps.models import Cell
from tests.gaps.slow_count import Cell as SlowCell
from tests.gaps.slow_count import Where, slow_count

Cells = dict[tuple[SlowCell, Where], tuple[int, int]]  # count, women


def stored() -> Cells:
    """The product's cells, without the empty ones."""
    return {
        ((cell.of_table, cell.part, cell.value), (cell.site.code, f"{cell.month:%Y-%m}")): (cell.count, cell.women)
        for cell in Cell.objects.select_related("site")
        if cell.count
    }


def compare(at: datetime) -> tuple[int, list[str]]:
    """How many cells there are on either side at ``at``, and those that differ, in words."""
    of_product, slowly = stored(), slow_count(at).cells()
    keys = sorted(of_product.keys() | slowly.keys())
    nothing = (0, 0)
    return len(keys), [
        f"{table} part {part} value {value}, {site} {month}: product {of_product.get(key, nothing)}, "
        f"slowly {slowly.get(key, nothing)}"
        for key in keys
        for (table, part, value), (site, month) in [key]
        if of_product.get(key, nothing) != slowly.get(key, nothing)
    ]
