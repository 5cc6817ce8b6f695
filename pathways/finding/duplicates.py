"""Women already here who could be the one about to be added: asked before anything is saved.

Everything goes by the date of birth: it is the one thing that is always there, and the slips people make
with it are few. Names are compared among the women whose date of birth could be hers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from pathways.finding.spelling import alike
from pathways.models import Woman
from pathways.models.women import folded

_YOUNGEST, _OLDEST = 10, 71  # years; a mistyped year is looked for within these


@dataclass(frozen=True)
class Candidate:
    """A woman who is here already, and in what she is like the new one, in words."""

    woman: Woman
    because: str


@dataclass(frozen=True)
class Names:
    """The names of one woman, folded: what she is called first (used or legal), and last."""

    given: frozenset[str]
    last: frozenset[str]

    @classmethod
    def of(cls, given: Iterable[str], last: str) -> Names:
        """Each name as it is and each of its words, so that a second given name is no difference."""
        return cls(frozenset(word for name in given for word in _forms(name)), frozenset(_forms(last)))


def possible_duplicates(women: QuerySet[Woman], names: Names, born: date, *, on: date) -> list[Candidate]:
    """Those among ``women`` who could be her, likeliest first. ``on`` is today. One SQL query.

    The same date of birth: one of the two names is enough (she may have married, or use another first name).
    A date of birth that is a slip away: both names have to be alike, also the wrong way round.
    """
    near = near_dates(born, on=on)
    found = []
    for woman in women.filter(date_of_birth__in=[born, *near]).order_by("sort_key", "pk"):
        hers = Names.of((woman.preferred_name, woman.first_name), woman.last_name)
        same_day = woman.date_of_birth == born
        likeness = _likeness(names, hers)
        if likeness == 2 or (likeness == 1 and same_day):
            found.append((likeness + same_day, Candidate(woman, _in_words(likeness, same_day))))
    return [candidate for _, candidate in sorted(found, key=lambda pair: -pair[0])]


def near_dates(born: date, *, on: date) -> set[date]:
    """The dates that one slip makes of ``born``: day and month swapped, one digit off, another year."""
    slips = {(born.year, born.day, born.month)}
    slips |= {(year, born.month, born.day) for year in range(on.year - _OLDEST, on.year - _YOUNGEST + 1)}
    digits = f"{born:%Y%m%d}"
    for place in range(len(digits)):
        for digit in "0123456789":
            slip = digits[:place] + digit + digits[place + 1 :]
            slips.add((int(slip[:4]), int(slip[4:6]), int(slip[6:])))
    return {day for slip in slips if (day := _date(*slip))} - {born}


def _likeness(one: Names, other: Names) -> int:
    """2: first and last name are alike, perhaps swapped; 1: one of the two; 0: neither."""
    given, last = _any_alike(one.given, other.given), _any_alike(one.last, other.last)
    if (given and last) or (_any_alike(one.given, other.last) and _any_alike(one.last, other.given)):
        return 2
    return int(given or last)


def _any_alike(some: frozenset[str], others: frozenset[str]) -> bool:
    return any(alike(one, other) for one in some for other in others)


def _in_words(likeness: int, same_day: bool) -> str:
    name = "Her name is like this one" if likeness == 2 else "One of her names is like this one"
    day = "the same day" if same_day else "a date that is easily mistyped for this one"
    return f"{name}, and she was born on {day}."


def _forms(name: str) -> set[str]:
    """``O’Connor-Łukasz``: the name run together, and its words without particles such as ``Ní`` and ``de``."""
    words = folded(name).split()
    return {*(word for word in words if len(word) > 2), "".join(words)} - {""}


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
