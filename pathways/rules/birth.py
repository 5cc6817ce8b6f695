"""What is written down of the births of one pregnancy, each baby with their own outcome. Pure: facts in, facts out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from pathways.engine import Fact, whereabouts

MOST_AT_ONCE = 3
LONGEST_APART = timedelta(days=2)


class Outcome(StrEnum):
    """How one birth went, and where: what a midwife says in one breath."""

    IN_HOSPITAL = "hospital"
    AT_HOME = "home"
    STILLBORN = "stillborn"


@dataclass(frozen=True, slots=True)
class Birth:
    """One baby. ``now`` is where the baby is, a place of ``baby_place_recorded``; blank for a stillborn baby."""

    baby: int
    at: datetime
    outcome: Outcome
    now: str = ""

    @property
    def is_alive(self) -> bool:
        return self.outcome is not Outcome.STILLBORN


@dataclass(frozen=True, slots=True)
class ToRecord:
    """A fact about to be recorded, in the order of these."""

    kind: str
    at: datetime
    baby: int | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why these births could not have been so. ``field`` names what to look at: ``at_2``, ``came_in_at``."""

    field: str
    sentence: str


def next_numbers(born: Sequence[int], count: int) -> list[int]:
    """The numbers of the next babies: the one born first is baby 1."""
    first = max(born, default=0) + 1
    return list(range(first, first + count))


def first_problem(births: Sequence[Birth], facts: Sequence[Fact], came_in_at: datetime | None) -> Problem | None:
    """The first thing that cannot be, given what is known already; None where everything can."""
    return next(_problems(births, facts, came_in_at), None)


def facts_of(
    births: Sequence[Birth], facts: Sequence[Fact], came_in_at: datetime | None, now: datetime
) -> list[ToRecord]:
    """What to record, in order: her coming in, each live birth and where that baby is now, then each stillbirth.

    A stillbirth counts from the first live birth on: this pregnancy is no loss while a living twin is yet to be born.
    """
    living = [birth for birth in births if birth.is_alive]
    found = list(_coming_in(living, came_in_at))
    for birth in living:
        found.append(ToRecord("baby_born", birth.at, birth.baby, {"place": birth.outcome.value}))
        if birth.now:
            # to the minute, as forms have it: what is said a moment later must not sort before it
            said_at = max(birth.at, now.replace(second=0, microsecond=0))
            found.append(ToRecord("baby_place_recorded", said_at, birth.baby, {"place": birth.now}))
    earliest = min([*_live_births(facts), *(birth.at for birth in living)])
    for birth in births:
        if not birth.is_alive:
            note = f"Baby {birth.baby} was stillborn."
            found.append(ToRecord("pregnancy_loss", max(birth.at, earliest), None, {"kind": "stillbirth"}, note))
    return found


def _problems(births: Sequence[Birth], facts: Sequence[Fact], came_in_at: datetime | None) -> Iterator[Problem]:
    if not any(birth.is_alive for birth in births) and not _live_births(facts):
        sentence = "Record this on the page for a loss: it asks what she and her family need now."
        yield Problem(f"outcome_{births[0].baby}", sentence)
    for earlier, later in pairwise(births):
        if later.at < earlier.at:
            yield Problem(
                f"at_{later.baby}", f"Baby {later.baby} was born after baby {earlier.baby}. Check both times."
            )
        elif later.at - earlier.at > LONGEST_APART:
            yield Problem(f"at_{later.baby}", "More than two days lie between them. Record each birth by itself.")
    yield from _problems_of_place(births, facts, came_in_at)


def _problems_of_place(
    births: Sequence[Birth], facts: Sequence[Fact], came_in_at: datetime | None
) -> Iterator[Problem]:
    for birth in births:
        inside = is_in_hospital(facts, birth.at) or (came_in_at is not None and came_in_at <= birth.at)
        if birth.outcome is Outcome.AT_HOME and inside:
            yield Problem(f"at_{birth.baby}", "She was in hospital at that time. Check the time, or where it was.")
        if birth.outcome is Outcome.IN_HOSPITAL and not inside:
            sentence = "Nobody has written down that she was admitted. Say when she came in, before the birth."
            yield Problem("came_in_at", sentence)
    if _labour_after(births, facts):
        sentence = (
            "She was admitted in labour after this birth. Mark that entry as entered in error first; "
            "this page then asks when she came in."
        )
        yield Problem(f"at_{births[-1].baby}", sentence)
    if came_in_at and is_in_hospital(facts, came_in_at):
        yield Problem("came_in_at", "She was in hospital already at that time. Leave this empty.")


def _labour_after(births: Sequence[Birth], facts: Sequence[Fact]) -> bool:
    """Whether her labour is written down as having begun after the last birth: then nobody was born of it."""
    last = max(birth.at for birth in births)
    return any(_is_labour(fact) and fact.occurred_at > last for fact in facts)


def _is_labour(fact: Fact) -> bool:
    return fact.kind == "admitted" and fact.details.get("reason") == "labour"


def is_in_hospital(facts: Sequence[Fact], at: datetime) -> bool:
    """Whether she was in hospital at that time, as far as it is written down."""
    return whereabouts(fact for fact in facts if fact.occurred_at <= at).mother_in_hospital


def _coming_in(living: Sequence[Birth], came_in_at: datetime | None) -> Iterator[ToRecord]:
    """Her admission: in labour while somebody was still to be born here, else after the birth."""
    if came_in_at is not None:
        in_labour = any(birth.at >= came_in_at for birth in living)
        yield ToRecord("admitted", came_in_at, None, {"reason": "labour" if in_labour else "postnatal"})


def _live_births(facts: Sequence[Fact]) -> list[datetime]:
    return [fact.occurred_at for fact in facts if fact.kind == "baby_born"]
