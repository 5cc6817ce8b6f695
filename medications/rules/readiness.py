"""If she came in tonight: what is in place for her and what is missing (pathway 4, expectations). Pure Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SourceNow:
    """One of those who can confirm her medicine, at this hour. ``opens``: when it opens next, in words."""

    kind: str
    name: str
    is_open: bool
    opens: str = ""
    out_of_hours: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is known of one woman. A date in words where something is in place, "" where it is not.

    ``separation``: None where her reader is not to know whether there is such a plan.
    """

    is_treated: bool
    confirmed: bool
    sources: Sequence[SourceNow] = ()
    plan_on: str = ""
    feeding_on: str = ""
    separation: str | None = None
    contact_confirmed: bool = False
    own_medicine_policy: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that has to be there when she comes."""

    key: str
    ok: bool
    words: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """All items, those that are missing first."""

    items: tuple[Item, ...] = field(default=())

    @property
    def missing(self) -> int:
        return sum(not item.ok for item in self.items)

    @property
    def is_ready(self) -> bool:
        return not self.missing


NAMES = {"prescriber": "prescriber", "pharmacy": "pharmacy"}


def readiness(known: Prepared) -> Readiness:
    """What is in place at this hour, the missing first, each in the order of what cannot wait."""
    items = [*(_medicine(known) if known.is_treated else ()), *_plans(known)]
    contact = "safe contact confirmed" if known.contact_confirmed else "safe contact not confirmed in four weeks"
    items.append(Item("safe_contact", known.contact_confirmed, contact))
    if known.is_treated:
        words = "text on her own medicine" if known.own_medicine_policy else "no text on her own medicine here"
        items.append(Item("own_medicine", known.own_medicine_policy, words))
    return Readiness(tuple(sorted(items, key=lambda item: item.ok)))


def _medicine(known: Prepared) -> list[Item]:
    words = "medicine confirmed by both" if known.confirmed else "medicine not confirmed by both"
    return [Item("dose", known.confirmed, words), *(_source(kind, known.sources) for kind in NAMES)]


def _source(kind: str, sources: Sequence[SourceNow]) -> Item:
    named = [source for source in sources if source.kind == kind]
    if not named:
        return Item(kind, False, f"no {NAMES[kind]} is named")
    for source in named:
        if source.is_open:
            return Item(kind, True, f"{NAMES[kind]} open now")
    for source in named:
        if source.out_of_hours:
            return Item(kind, True, f"{NAMES[kind]} closed, somebody to ring is named")
    opens = f" until {named[0].opens}" if named[0].opens else ""
    return Item(kind, False, f"{NAMES[kind]} closed{opens}, nobody to ring is named")


def _plans(known: Prepared) -> list[Item]:
    plan = f"plan read by the ward {known.plan_on}" if known.plan_on else "plan not shared with the ward"
    feeding = f"feeding plan agreed {known.feeding_on}" if known.feeding_on else "no feeding plan yet"
    items = [Item("plan", bool(known.plan_on), plan), Item("feeding", bool(known.feeding_on), feeding)]
    if known.separation is not None:
        shared = f"plan shared {known.separation}" if known.separation else "a plan is not shared yet"
        items.append(Item("shared_plan", bool(known.separation), shared))
    return items
