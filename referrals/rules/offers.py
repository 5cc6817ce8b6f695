"""What there is of one kind of service at a site, in a shape and a few words, as its directory states it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from referrals.rules.fit import CONDITIONS, Condition
from referrals.rules.loop import LASTS, State

LONG = LASTS[State.WAITING].days  # from here on waiting is said: nobody looks at a waiting list before
_MILES = re.compile(r"\b\d+ miles?\b")
# What would keep her out who belongs to the site; whether her baby can come is asked of what is for both.
_OF_HER = tuple(each for each in CONDITIONS if each.answer not in ("takes_from_elsewhere", "takes_babies"))


class Stated(Protocol):
    """What a directory states of one service: the columns of referrals.models.Service."""

    @property
    def exists(self) -> str: ...
    @property
    def free_places(self) -> int | None: ...
    @property
    def waiting_days(self) -> int | None: ...
    @property
    def where(self) -> str: ...
    @property
    def confirmed_on(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class Offer:
    """``shape`` is empty where nobody has written it down. ``refuses``: whom all of it turns away, in words.

    ``said_on``: when somebody last said that it is so.
    """

    shape: str
    words: str
    refuses: tuple[str, ...] = ()
    said_on: date | None = None


NOT_WRITTEN_DOWN = Offer("", "Nobody has written it down")


def offer_of(services: Sequence[Stated]) -> Offer:
    """What the services of one kind at one site come to: the best of them speaks."""
    if not services:
        return NOT_WRITTEN_DOWN
    best = min(services, key=_order)
    shape, words = _in_words(best)
    there = [each for each in services if each.exists != "not_commissioned"]
    refuses = tuple(each.refuses for each in _OF_HER if there and all(_refuses(each, one) for one in there))
    return Offer(shape, words, refuses, best.confirmed_on)


def _refuses(condition: Condition, service: Stated) -> bool:
    return condition.said({condition.answer: getattr(service, condition.answer)}) is False


def _order(service: Stated) -> tuple[int, int, int]:
    """What she could use first: here, with a place, soon."""
    rank = {"here": 0, "elsewhere": 2, "not_commissioned": 3}[service.exists]
    full = service.exists == "here" and service.free_places == 0
    return rank + full, service.waiting_days or 0, -(service.free_places or 0)


def _in_words(service: Stated) -> tuple[str, str]:
    if service.exists == "not_commissioned":
        return "cross", "Does not exist here"
    full = service.free_places == 0
    if service.exists == "elsewhere":
        far = _MILES.search(service.where)
        words = f"Out of area, {far[0]}" if far else "Out of area, by arrangement"
        return "ring", f"{words}, no place now" if full else words
    if full:
        return "half", "Yes, no place now"
    if (service.waiting_days or 0) > LONG:
        return "half", f"Yes, waits {round((service.waiting_days or 0) / 7)} weeks"
    if service.free_places:
        return "circle", f"Yes, {service.free_places} {'place' if service.free_places == 1 else 'places'}"
    return "circle", "Yes"
