"""How points look that stand out: their shape tells them apart on paper, their colour helps on a screen."""

from __future__ import annotations

from dataclasses import dataclass

from pathways.gaps.charts import canvas as look
from pathways.gaps.charts.canvas import DIAMOND, SQUARE
from pathways.gaps.rules.spc import Direction


@dataclass(frozen=True, slots=True)
class Sign:
    """How a point that stands out looks: for the worse, for the better, or neither."""

    word: str
    shape: str
    colour: str
    ground: str
    text: str
    fill: str | None = None


WORSE = Sign("signal for the worse", SQUARE, look.WORSE, look.WORSE_GROUND, look.WORSE_TEXT)
BETTER = Sign("signal for the better", DIAMOND, look.BETTER, look.BETTER_GROUND, look.BETTER_TEXT)
NEITHER = Sign("part of a signal", SQUARE, look.INK, look.OTHER_GROUND, look.INK, look.PAPER)


def sign(high: bool, direction: Direction) -> Sign:
    """How a signal above (``high``) or below looks."""
    if direction is Direction.NEITHER:
        return NEITHER
    return BETTER if high is (direction is Direction.HIGHER) else WORSE
