"""What stops with a loss, and who has to know of her death. Pure: declarations and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pathways.engine import Fact

# With these facts whatever waits to be sent to her about the pregnancy or a baby is called back. Database triggers
# hold the same list (migration 0021); a test compares them.
ENDS_WORDS_ABOUT_A_BABY = frozenset({"pregnancy_loss", "baby_died", "separated"})

LOSSES = ("pregnancy_loss", "baby_died")
# The reason of an answer that is recorded with a loss: nobody is asked any more for what was for the birth.
PUT_AWAY = "Put away when the loss was recorded."


def losses(facts: Iterable[Fact]) -> list[Fact]:
    """The losses among ``facts``, in the order in which they are given."""
    return [fact for fact in facts if fact.kind in LOSSES]


def was_put_away(kind: str, details: Mapping[str, object]) -> bool:
    """Whether a fact is such an answer: it follows from the loss, and is no news of its own."""
    return kind == "handoff_not_applicable" and details.get("reason") == PUT_AWAY


@dataclass(frozen=True)
class Person:
    """Somebody who has to know of her death. ``only_with_baby``: only where a baby of hers lives."""

    title: str
    why: str
    only_with_baby: bool = False
    only_in_treatment: bool = False


PEOPLE: Mapping[str, Person] = {
    "incident_lead": Person(
        "Incident lead of the site", "They begin the local process, and look after the staff who knew her."
    ),
    "next_of_kin": Person(
        "Her family, or whom she named", "Face to face, by somebody who knew her. Not by phone where it can be helped."
    ),
    "gp": Person("Her GP", "So that nothing is sent to her from there."),
    "health_visitor": Person(
        "Health visitor of her baby",
        "Her baby's care goes on, and whoever has the baby needs them.",
        only_with_baby=True,
    ),
    "social_worker": Person(
        "Whoever has her baby now", "They and the baby's social worker learn it from a person.", only_with_baby=True
    ),
    "prescriber": Person(
        "Her prescriber and keyworker", "The prescription ends there, and they knew her.", only_in_treatment=True
    ),
    "pharmacy": Person("Her pharmacy", "So that nobody waits for her or asks after her.", only_in_treatment=True),
    "review": Person(
        "National and local review",
        "MBRRACE-UK, and the coroner or the procurator fiscal: people report it there; the product sends nothing.",
    ),
}


def people_to_tell(*, baby_lives: bool, in_treatment: bool) -> list[str]:
    """The keys of those who have to know, in the order of the list."""
    return [
        key
        for key, person in PEOPLE.items()
        if (baby_lives or not person.only_with_baby) and (in_treatment or not person.only_in_treatment)
    ]
