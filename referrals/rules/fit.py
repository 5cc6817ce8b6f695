"""Whether a service takes a woman like her: what it says of whom it takes, beside what is known of her. No Django.

A service that has not said so is asked: silence is neither a yes nor a no.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Her:
    """What services ask about; each is true, or not so or not known. ``from_elsewhere``: she lives at another site."""

    late_booker: bool = False
    new_to_services: bool = False
    with_baby: bool = False
    after_removal: bool = False
    from_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that a service says of whom it takes: ``answer`` is its column, ``fact`` what it is asked of her.

    ``good``: the answer with which she is taken. The words stand on its card.
    """

    answer: str
    fact: str
    good: str
    takes: str
    refuses: str
    ask: str

    def said(self, answers: Mapping[str, str]) -> bool | None:
        """Whether such women are taken; None where the service has not said so."""
        said = answers.get(self.answer)
        return said == self.good if said in (YES, NO) else None


CONDITIONS: tuple[Condition, ...] = (
    Condition(
        "takes_late_bookers",
        "late_booker",
        YES,
        "Takes women who booked late",
        "Does not take women who booked late",
        "Ask whether they take women who booked late",
    ),
    Condition(
        "needs_earlier_engagement",
        "new_to_services",
        NO,
        "Takes women who are new to services",
        "Wants her to have been in touch with services before",
        "Ask whether she has to have been in touch with services before",
    ),
    Condition(
        "takes_babies",
        "with_baby",
        YES,
        "Takes mothers with their baby",
        "Does not take babies",
        "Ask whether her baby can come",
    ),
    Condition(
        "takes_after_removal",
        "after_removal",
        YES,
        "Takes women whose baby was placed away",
        "Does not take women whose baby was placed away",
        "Ask whether they take women whose baby was placed away",
    ),
    Condition(
        "takes_from_elsewhere",
        "from_elsewhere",
        YES,
        "Takes women from other areas",
        "Does not take women from other areas",
        "Ask whether they take women from other areas",
    ),
)
ANSWERS = tuple(condition.answer for condition in CONDITIONS)


class Fits(StrEnum):
    """Whether she fits what a service says."""

    YES = "yes"
    ASK = "ask"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Fit:
    """The answer, with why not, and what has to be asked."""

    fits: Fits
    against: tuple[str, ...] = ()
    to_ask: tuple[str, ...] = ()


def fit(answers: Mapping[str, str], her: Her) -> Fit:
    """How ``answers``, a service's by column, stand to her. What is not in them has not been said."""
    asked = [condition for condition in CONDITIONS if getattr(her, condition.fact)]
    against = tuple(each.refuses for each in asked if each.said(answers) is False)
    to_ask = tuple(each.ask for each in asked if each.said(answers) is None)
    return Fit(Fits.NO if against else Fits.ASK if to_ask else Fits.YES, against, to_ask)
