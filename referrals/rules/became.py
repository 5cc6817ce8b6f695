"""What became of referrals, kind by kind: the outcomes of the map of services, declared as measures are. Pure.

A referral that was sent is not yet care. Whether she was seen within eight weeks is told by site; what stood in the way
is told where no part of it is small. After a loss or a separation only all sites together are told of.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import IntEnum

from pathways.gaps.case import Case, Referred
from pathways.gaps.measures import Counted, Line, Measure, Section, Shown, Table
from pathways.gaps.rules.disclosure import Split
from pathways.gaps.rules.releases import BY_YEAR
from pathways.gaps.rules.spc import Direction
from referrals.rules import kinds
from referrals.rules.loop import State

WITHIN = timedelta(weeks=8)  # a design number: twice what a waiting list may last before somebody looks (loop.LASTS)
AFTER_SEPARATION = frozenset({"loss_support"})
MAPPED = tuple(kind for kind in kinds.ALL if kind.key != "other")  # "another service" says nothing of what exists


class Became(IntEnum):
    """What became of one referral in the first eight weeks; the numbers are the parts of its table."""

    SEEN = 0
    WAITS = 1
    NO_PLACE = 2
    CONDITIONS = 3
    HERS = 4
    OTHER = 5


IN_WORDS = {
    Became.SEEN: "seen within 8 weeks",
    Became.WAITS: "no answer or no appointment yet",
    Became.NO_PLACE: "no place",
    Became.CONDITIONS: "their conditions",
    Became.HERS: "her own reasons",
    Became.OTHER: "something else",
}
_WHY = {
    **dict.fromkeys(("service_full", "service_closed"), Became.NO_PLACE),
    **dict.fromkeys(("service_criteria", "service_late", "service_area", "service_missing"), Became.CONDITIONS),
    **dict.fromkeys(("helped", "partly"), Became.SEEN),
    "stopped": Became.HERS,
}
_IN_ERROR = "our_mistake"
_CAME_BACK = (State.DECLINED, State.WITHDRAWN, State.ENDED)


def became(referred: Referred, by: datetime) -> Became | None:
    """What had become of it by an instant (aware); None where it was sent in error."""
    steps = [(state, why) for at, state, why in referred.steps if at <= by]
    if any(why == _IN_ERROR for _, why in steps):
        return None
    if any(state == State.ATTENDED for state, _ in steps):
        return Became.SEEN
    ended = [why for state, why in steps if state in _CAME_BACK]
    if not ended:
        return Became.WAITS
    return Became.HERS if ended[-1].startswith("her_") else _WHY.get(ended[-1], Became.OTHER)


def table_key(kind: str) -> str:
    """The key of the table of one kind of service."""
    return f"S.{kind}"


def _counted(case: Case) -> Iterator[Counted]:
    for each in case.referred:
        part = became(each, each.at + WITHIN)
        if part is not None and table_key(each.kind) in _KEYS:
            yield Counted(table_key(each.kind), each.at, int(part), WITHIN)


def _table(kind: kinds.Kind) -> Table:
    return Table(
        key=table_key(kind.key),
        split=Split(tuple(IN_WORDS.values()), groups=((Became.SEEN,), tuple(Became)[1:])),
        lines=(
            Line("seen", IN_WORDS[Became.SEEN]),
            *(
                Line(part.name.lower(), IN_WORDS[part], frozenset({int(part)}), parts_only=True)
                for part in tuple(Became)[1:]
            ),
        ),
        shown=Shown.POOLED if kind.key in AFTER_SEPARATION else Shown.BY_SITE,
        rhythm=BY_YEAR,
        settles=WITHIN,
        one_is="referral",
    )


OUTCOMES = Measure(
    key="S",
    title="What became of referrals",
    why="Whether a service exists is one question, whether women reach it is another.",
    numerator="she was seen within 8 weeks of the day on which the referral was sent",
    denominator="referrals to this kind of service, of the women whom the site had then, wherever the service is",
    exclusions="referrals sent in error",
    better=Direction.HIGHER,
    section=Section.THROUGHOUT,
    tables=tuple(map(_table, MAPPED)),
    counted=_counted,
    follow_up="8 weeks",
    sources=("R1",),
)
_KEYS = frozenset(table.key for table in OUTCOMES.tables)
