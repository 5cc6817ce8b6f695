"""What had been told when a quarter was closed: the same blocks, and what stands of them, as pages had it then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from carecoord.sites.models import Site
from pathways.gaps.measures import ALL, Measure, Shown, Table
from pathways.gaps.months import first_day
from pathways.gaps.publishing import ALL_SITES
from pathways.gaps.reading import Piece, Stand, pieces_of
from pathways.gaps.report.quarters import Reported, told_by, told_until
from pathways.gaps.standing import standing_of

Key = tuple[str, int]
IN_REPORTS = tuple(measure for measure in ALL if measure.tables[0].shown is not Shown.GOVERNANCE)


@dataclass(frozen=True)
class ToldThen:
    """``pieces`` and ``stands`` by table and place (0 is all sites together); ``sites`` in their order."""

    sites: Sequence[Site]
    pieces: Mapping[Key, Sequence[Piece]]

    @cached_property
    def stands(self) -> dict[Key, Stand]:
        """How each table stood."""
        found = {}
        for table in (table for measure in IN_REPORTS for table in measure.tables):
            for place in self.places(table):
                if pieces := self.pieces.get((table.key, place)):
                    stand = _stand(table, place, pieces)
                    if stand:
                        found[table.key, place] = stand
        return found

    def places(self, table: Table) -> list[int]:
        """Where a table is told: at each site, or of all together."""
        return [site.pk for site in self.sites] if table.shown is Shown.BY_SITE else [ALL_SITES]


def told_then(asked: Reported | None, measures: Sequence[Measure] = IN_REPORTS) -> ToldThen:
    """What had been told of these measures when a quarter was closed; None: what is told now."""
    tables = {table.key: table for measure in measures for table in measure.tables}
    told = pieces_of(tables.values())
    if asked:
        steps = told_by(asked)
        ends = {key: told_until(table, asked, steps) for key, table in tables.items()}
        told = {key: [piece for piece in found if piece.block.end <= ends[key[0]]] for key, found in told.items()}
    return ToldThen(list(Site.objects.order_by("name")), told)


def missing_in(stand: Stand, pieces: Sequence[Piece]) -> int | None:
    """Of how many it cannot be known in the months that stand there; None where a part of them hides it."""
    known = [piece.missing for piece in pieces if piece.block.shown and first_day(piece.block.start) >= stand.since]
    return None if None in known else sum(count or 0 for count in known)


def _stand(table: Table, place: int, pieces: Sequence[Piece]) -> Stand | None:
    row = standing_of(table, place, [piece.block for piece in pieces], pieces[-1].missing, pieces[-1].spread)
    return Stand(row.since, row.until, row.hidden_months, row.lines, row.spread) if row else None
