"""A comparison as text."""

from __future__ import annotations

from collections.abc import Iterable

from carecoord.backup.manifest import Compared


def table(lines: Iterable[Compared]) -> str:
    """One line each: what, in the backup, restored, and a mark where they differ."""
    rows = [("", "in the backup", "restored", "")]
    rows += [(line.what, line.kept, line.found, "" if line.same else "  DIFFERS") for line in lines]
    return "\n".join(f"{what:30}{kept:>16}{found:>22}{mark}" for what, kept, found, mark in rows)
