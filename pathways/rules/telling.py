"""How she is told that a baby may be, or is, placed away from her. Pure: facts in, an answer or a sentence out.

She is told in person and before labour, by somebody of whom she knows that they come, with somebody beside her. Where
that cannot be, whoever answers for safeguarding signs first that she hears of it in labour or by phone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class How(StrEnum):
    """By which way she was told."""

    IN_PERSON = "in_person"
    PHONE = "phone"
    VIDEO = "video"
    LETTER = "letter"


HOW_IN_WORDS: dict[How, str] = {
    How.IN_PERSON: "In person",
    How.PHONE: "By phone",
    How.VIDEO: "By video call",
    How.LETTER: "By letter or message",
}


@dataclass(frozen=True)
class Way:
    """How and when she is told: ``in_labour`` is while she gives birth."""

    how: How
    in_labour: bool = False

    @property
    def is_gentle(self) -> bool:
        """Whether it is in person, and not in labour."""
        return self.how is How.IN_PERSON and not self.in_labour


def needs_sign_off(way: Way, *, told_before: bool) -> bool:
    """Whether somebody has to answer for it that she hears of it this way: only where she hears it for the first time.

    ``told_before``: she had heard of it in person before labour.
    """
    return not told_before and not way.is_gentle


def latest_day_problem(latest: date | None, *, edd: date | None, today: date) -> str:
    """What is wrong with the latest day by which she is to be told; "" where nothing is."""
    if latest is None:
        return "Say by which day she is told at the latest. It lies before the birth."
    if edd is not None and latest >= edd:
        return "This is on or after her due date. She is told before labour: choose an earlier day."
    if latest < today:
        return "This day is past. Choose the day by which she is told now."
    return ""
