"""What happened: a fact, the order of facts, and their history (rules, section 1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache

from carecoord import clock

ANSWER_KINDS = ("handoff_completed", "handoff_declined", "handoff_not_applicable", "handoff_unable")

Order = tuple[datetime, int]  # sorts facts: when it happened, then order of recording


@dataclass(frozen=True, slots=True, eq=False)
class Fact:
    """Something that happened to a woman in one pregnancy.

    ``occurred_at`` is aware; ``sequence`` is the order of recording; ``baby`` is the baby's number,
    None where the column was blank; ``details`` are texts as they were entered.
    A fact marked as entered in error is no fact: leave it out.
    """

    kind: str
    occurred_at: datetime
    sequence: int
    baby: int | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    order: Order = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "order", (self.occurred_at.astimezone(UTC), self.sequence))

    @property
    def at(self) -> datetime:
        """When it happened, in UTC."""
        return self.order[0]

    @property
    def named_baby(self) -> int | None:
        """The baby's number from the column or from the details; None where neither names one."""
        if self.baby is not None:
            return self.baby
        named = self.details.get("baby", "")
        return int(named) if named.isdecimal() else None

    @property
    def baby_number(self) -> int:
        """The baby that it is about; a blank means baby 1."""
        return self.named_baby or 1


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """Facts by the time they happened; ties by the order of recording."""
    return sorted(facts, key=lambda fact: fact.order)


class History:
    """Facts up to ``now``, in their order; *before*, *after*, *first* and *latest* mean that order."""

    def __init__(self, facts: Iterable[Fact], now: datetime) -> None:
        self.facts = in_order(fact for fact in facts if fact.occurred_at <= now)
        self._by_kind: dict[str, list[Fact]] = {}
        for fact in self.facts:
            self._by_kind.setdefault(fact.kind, []).append(fact)

    def of(self, *kinds: str) -> list[Fact]:
        """All facts of these kinds, in order."""
        if len(kinds) == 1:
            return self._by_kind.get(kinds[0], [])
        return in_order(fact for kind in kinds for fact in self._by_kind.get(kind, ()))

    def first(self, *kinds: str) -> Fact | None:
        found = self.of(*kinds)
        return found[0] if found else None

    def latest(self, *kinds: str) -> Fact | None:
        found = self.of(*kinds)
        return found[-1] if found else None

    def nth(self, kind: str, number: int) -> Fact | None:
        """The nth fact of a kind, counted from 1."""
        found = self.of(kind)
        return found[number - 1] if 1 <= number <= len(found) else None

    def first_exposure(self) -> Fact | None:
        """The first fact that shows opioid exposure: a disclosure of opioids, or opioid replacement started."""
        return next((fact for fact in self.of("drug_use_disclosed", "treatment_started") if shows_exposure(fact)), None)

    def in_treatment_at(self, instant: datetime) -> bool:
        """Whether the last start or end of opioid replacement at or before ``instant`` is a start."""
        so_far = [fact for fact in self.of("treatment_started", "treatment_ended") if fact.at <= instant]
        return bool(so_far) and so_far[-1].kind == "treatment_started"


def shows_exposure(fact: Fact) -> bool:
    """Whether this fact shows that the baby is or was exposed to opioids."""
    return fact.kind == "treatment_started" or fact.details.get("opioid") == "yes"


@lru_cache(maxsize=4096)
def date_in(text: str) -> date | None:
    """The date that a detail holds, in the forms that the import takes; None where it holds none."""
    try:
        return clock.parse_date(text)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def instant_in(text: str) -> datetime | None:
    """The instant that a detail holds, in the forms that the import takes; None where it holds none."""
    try:
        return clock.parse_instant(text)[0]
    except ValueError:
        return None


def planned_for(plans: Sequence[Fact]) -> datetime | None:
    """The planned time of the latest of these plans, in their order, that names one."""
    times = (instant_in(plan.details.get("planned_for", "")) for plan in reversed(plans))
    return next((time for time in times if time is not None), None)
