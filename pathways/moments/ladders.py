"""Who is told next while nobody has taken a handoff, counted from its due time.

Local decisions until a site approves its own. Where a level has nobody on duty, the next one is told: a
level is skipped upwards and never dropped.
"""

from __future__ import annotations

from dataclasses import dataclass

from pathways.engine.offsets import Offset, parse_offset


@dataclass(frozen=True, slots=True)
class Rung:
    """Who is told, how long after the due time."""

    after: Offset
    told: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """One ladder: its key, and its rungs from the first person on."""

    key: str
    rungs: tuple[Rung, ...]

    @property
    def in_words(self) -> str:
        """``assigned midwife, after 1 hour ward coordinator, …``; ``nobody: reporting only`` without rungs."""
        if not self.rungs:
            return "nobody: reporting only"
        return ", ".join(
            f"after {rung.after.in_words} {rung.told}" if rung.after.amount else rung.told for rung in self.rungs
        )


def _ladder(key: str, *rungs: tuple[str, str]) -> Ladder:
    return Ladder(key, tuple(Rung(parse_offset(after), told) for after, told in rungs))


_ALL = (
    _ladder(
        "E-WARD",
        ("PT0H", "assigned midwife"),
        ("PT1H", "ward coordinator"),
        ("PT2H", "on-call obstetric doctor and on-call pharmacist"),
        ("PT4H", "site duty manager, with a prompt for an incident report"),
    ),
    _ladder(
        "E-OST",
        ("PT0H", "specialist midwife and keyworker"),
        ("PT4H", "prescriber or duty prescriber"),
        ("PT8H", "drug-service manager and specialist-midwife lead"),
        ("PT24H", "service managers of both"),
    ),
    _ladder(
        "E-CASE", ("PT0H", "owner"), ("P1WD", "team lead"), ("P3WD", "service manager, then the weekly gap report")
    ),
    _ladder(
        "E-SAFE",
        ("PT0H", "specialist midwife and safeguarding midwife"),
        ("P1WD", "named professional"),
        ("P3WD", "head of midwifery and their counterpart in children's services"),
    ),
    _ladder(
        "E-SEP",
        ("PT0H", "named worker"),
        ("PT12H", "specialist-midwife lead"),
        ("PT24H", "service managers of maternity and of the drug service"),
        ("P3D", "executive lead for safeguarding and inequalities"),
    ),
    _ladder("E-INFO"),
)

LADDERS: dict[str, Ladder] = {ladder.key: ladder for ladder in _ALL}
