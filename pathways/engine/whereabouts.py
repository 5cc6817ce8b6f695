"""Who is in hospital, and which babies are with her (rules, section 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pathways.engine.facts import Fact, in_order


def born_in_hospital(birth: Fact) -> bool:
    """Whether a ``baby_born`` happened in hospital: everywhere but at home."""
    return birth.details.get("place") != "home"


def babies_concerned(fact: Fact, born: set[int]) -> set[int]:
    """The babies that a ``separated`` or ``reunified`` is about: the one it names, else all that are born."""
    return set(born) if fact.named_baby is None else {fact.named_baby}


@dataclass
class Whereabouts:
    """Where mother and babies are after the facts applied so far. Babies are known by their number."""

    mother_in_hospital: bool = False
    mother_died: bool = False
    born: set[int] = field(default_factory=set)
    died: set[int] = field(default_factory=set)
    placed_away: set[int] = field(default_factory=set)
    babies_in_hospital: set[int] = field(default_factory=set)

    @property
    def living(self) -> set[int]:
        """Babies of this pregnancy that live."""
        return self.born - self.died

    @property
    def with_her(self) -> set[int]:
        """Babies born, living and not placed away."""
        return self.born - self.died - self.placed_away

    @property
    def with_her_in_hospital(self) -> set[int]:
        return self.with_her & self.babies_in_hospital

    def apply(self, fact: Fact) -> None:
        """Take one more fact into account; facts come in their order."""
        if change := _CHANGES.get(fact.kind):
            change(self, fact)


def whereabouts(facts: Iterable[Fact]) -> Whereabouts:
    """Where mother and babies are after all of ``facts``, given in any order."""
    found = Whereabouts()
    for fact in in_order(facts):
        found.apply(fact)
    return found


def mother_in_hospital(facts: Iterable[Fact]) -> bool:
    """Whether she is in hospital after all of ``facts``."""
    return whereabouts(facts).mother_in_hospital


def stays(facts: Iterable[Fact]) -> list[tuple[datetime, datetime | None]]:
    """Her stays in hospital: from when until when (aware), the last without an end while she is still there."""
    found, since = Whereabouts(), None
    ended: list[tuple[datetime, datetime | None]] = []
    for fact in in_order(facts):
        found.apply(fact)
        if found.mother_in_hospital and since is None:
            since = fact.occurred_at
        elif since is not None and not found.mother_in_hospital:
            ended.append((since, fact.occurred_at))
            since = None
    return [*ended, (since, None)] if since else ended


def _admitted(found: Whereabouts, _: Fact) -> None:
    found.mother_in_hospital = True


def _mother_discharged(found: Whereabouts, _: Fact) -> None:
    found.mother_in_hospital = False


def _mother_died(found: Whereabouts, _: Fact) -> None:
    found.mother_died = True
    found.mother_in_hospital = False


def _born(found: Whereabouts, fact: Fact) -> None:
    found.born.add(fact.baby_number)
    if born_in_hospital(fact):
        found.mother_in_hospital = True
        found.babies_in_hospital.add(fact.baby_number)


def _baby_discharged(found: Whereabouts, fact: Fact) -> None:
    found.babies_in_hospital.discard(fact.baby_number)


def _baby_died(found: Whereabouts, fact: Fact) -> None:
    found.died.add(fact.baby_number)


def _separated(found: Whereabouts, fact: Fact) -> None:
    found.placed_away |= babies_concerned(fact, found.born)


def _reunified(found: Whereabouts, fact: Fact) -> None:
    found.placed_away -= babies_concerned(fact, found.born)


_CHANGES: Mapping[str, Callable[[Whereabouts, Fact], None]] = {
    "admitted": _admitted,
    "mother_discharged": _mother_discharged,
    "mother_died": _mother_died,
    "baby_born": _born,
    "baby_discharged": _baby_discharged,
    "baby_died": _baby_died,
    "separated": _separated,
    "reunified": _reunified,
}
