"""The CE score: the mean of what was answered, times 25; of six answers or more (pathway 7.2). Pure."""

from __future__ import annotations

from collections.abc import Sequence

FEWEST_ANSWERS = 6
_TIMES = 25


def score(answers: Sequence[int]) -> float | None:
    """From 0 to 100; None where fewer than six of the eight are answered. Numbers below 0 are no answer."""
    answered = [answer for answer in answers if answer >= 0]
    return sum(answered) / len(answered) * _TIMES if len(answered) >= FEWEST_ANSWERS else None


def whole(value: float) -> int:
    """A score as it is counted: a half rounds up."""
    return int(value + 0.5)
