"""Mother and baby when she leaves hospital: whom it is about, and what is asked before they are apart.

A baby stays behind where it was born in hospital, lives, is with her and has not gone home. Before she is discharged
without it, a place with it has been offered to her and her answer is written down; where she is apart from it, how she
visits, feeds and gets her medicine. What she decides herself is never refused: then what is missing is owed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from pathways.engine import Fact, Whereabouts, in_order, stays

# What can be offered, as the evidence of MOTHER_STAYS declares it; the first three are beside the baby.
BESIDE_HER_BABY = ("transitional_care", "parent_room", "ward_boarder")
NOT_AVAILABLE = "not_available"

STAYS, GOES_HOME, WANTED_TO_STAY = "stays", "goes_home", "wanted_to_stay"
NO_BED, OTHER_REASON = "no_bed", "other"

OTHER_HOSPITAL, NEONATAL_UNIT = "other_hospital", "neonatal_unit"


def is_apart(offer: str, choice: str) -> bool:
    """Whether they are apart after this answer: she has no place beside her baby, or did not take it."""
    return offer not in BESIDE_HER_BABY or choice != STAYS


def in_hospital_since(facts: Iterable[Fact]) -> datetime | None:
    """Since when she is in hospital (aware), the stay that runs; None while she is not there."""
    found = stays(facts)
    return found[-1][0] if found and found[-1][1] is None else None


def observed(facts: Iterable[Fact]) -> set[int]:
    """The babies whose observation has begun and not ended."""
    running: set[int] = set()
    for fact in in_order(facts):
        if fact.kind == "observation_started":
            running.add(fact.baby_number)
        elif fact.kind in ("observation_ended", "baby_died"):
            running.discard(fact.baby_number)
    return running


def answered_elsewhere(facts: Iterable[Fact], since: datetime) -> set[int]:
    """The babies whose offer was answered with its handoff since then; an import brings no more than that."""
    return {
        fact.baby_number
        for fact in facts
        if fact.kind == "handoff_completed"
        and fact.details.get("moment") == "MOTHER_STAYS"
        and fact.occurred_at >= since
    }


@dataclass(frozen=True)
class Parting:
    """Her going home as it is about to be recorded. ``babies``: those in hospital with her, of ``born`` in all.

    ``with_her``: who goes home too. ``answered``: whose offer, and what she chose, is written down. ``observed``: whose
    observation still runs.
    """

    born: int
    babies: Collection[int]
    with_her: Collection[int]
    answered: Collection[int]
    observed: Collection[int]

    @property
    def staying(self) -> list[int]:
        """The babies who stay."""
        return sorted(set(self.babies) - set(self.with_her))

    @property
    def unanswered(self) -> list[int]:
        """Those who stay without a recorded offer."""
        return [baby for baby in self.staying if baby not in self.answered]

    @property
    def taken_from_observation(self) -> list[int]:
        """Those who would go home while they are still observed."""
        return sorted(set(self.with_her) & set(self.observed))


def named(baby: int, born: int, *, first: bool = False) -> str:
    """``her baby``, or ``Baby 2`` where more than one was born; ``first`` in a sentence."""
    if born > 1:
        return f"Baby {baby}"
    return "Her baby" if first else "her baby"


class NotYet(NamedTuple):
    """What has to be written down first, as a sentence, and the baby whom it is about."""

    baby: int
    sentence: str


def why_not_yet(parting: Parting) -> NotYet | None:
    """What has to be written down before she is discharged; None where nothing has."""
    for baby in sorted(set(parting.with_her) - set(parting.babies)):
        return NotYet(baby, f"{named(baby, parting.born, first=True)} is not in hospital. Open the page again.")
    for baby in parting.taken_from_observation:
        who = named(baby, parting.born)
        return NotYet(
            baby,
            f"{named(baby, parting.born, first=True)} is still being observed. End the observation first, or say that "
            f"{who} stays.",
        )
    for baby in parting.unanswered:
        who = named(baby, parting.born)
        return NotYet(
            baby, f"Before she goes home without {who}: offer her a place with {who}, and write down what she chose."
        )
    return None


def apart(where: Whereabouts, facts: Sequence[Fact], beside: Collection[int] = ()) -> dict[int, str]:
    """The living babies who are with her by law and not by her side, and where: ``home`` where she is at home and the
    baby in hospital, else ``neonatal_unit`` or ``other_hospital``. ``beside``: where she has a place with the baby.
    """
    places = latest_places(facts)
    found = {}
    for baby in sorted(where.with_her_in_hospital):
        place = places.get(baby, "")
        if place == OTHER_HOSPITAL:
            found[baby] = place
        elif baby in beside:
            continue
        elif not where.mother_in_hospital:
            found[baby] = "home"
        elif place == NEONATAL_UNIT:
            found[baby] = place
    return found


def latest_places(facts: Iterable[Fact]) -> Mapping[int, str]:
    """Where each baby was written down to be last."""
    return {
        fact.baby_number: fact.details.get("place", "")
        for fact in in_order(facts)
        if fact.kind == "baby_place_recorded"
    }


def cared_for_on_the_ward(facts: Sequence[Fact]) -> list[tuple[datetime, datetime | None]]:
    """Her stays in hospital, each until she and every baby with her has left: from when until when (aware)."""
    return [(since, _all_home(facts, until) if until else None) for since, until in stays(facts)]


def _all_home(facts: Sequence[Fact], left: datetime) -> datetime | None:
    """When the last baby with her leaves hospital, at or after she has ``left``; None while one is there."""
    found = Whereabouts()
    home: datetime | None = left
    for fact in in_order(facts):
        found.apply(fact)
        if fact.occurred_at < left:
            continue
        if found.with_her_in_hospital:
            home = None
        elif home is None:
            return fact.occurred_at
    return home


def in_placement(facts: Iterable[Fact]) -> bool:
    """Whether a mother-and-baby placement has begun and not ended."""
    runs = False
    for fact in in_order(facts):
        if fact.kind in ("residential_placement_started", "residential_placement_ended"):
            runs = fact.kind == "residential_placement_started"
    return runs
