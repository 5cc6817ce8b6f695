"""Where the name of a point goes so that no two lie on each other. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pathways.gaps.charts.canvas import Box

Place = tuple[float, float, str]  # where the words start, stand, and how they are anchored
Measured = Callable[[float, float, str], Box]


def around(x: float, y: float, size: float, reach: float) -> list[Place]:
    """The places beside a point, the best first."""
    level, above, below = y + 0.36 * size, y - reach, y + reach + 0.72 * size
    near = 0.6 * reach
    return [
        (x + reach + 2, level, "start"),
        (x - reach - 2, level, "end"),
        (x + near, above, "start"),
        (x + near, below, "start"),
        (x - near, above, "end"),
        (x - near, below, "end"),
        (x, above, "middle"),
        (x, below, "middle"),
        (x, above - 1.2 * size, "middle"),
        (x, below + 1.2 * size, "middle"),
    ]


def place(
    candidates: Sequence[Place], measured: Measured, within: Box, taken: Sequence[Box], crossed: Callable[[Box], int]
) -> Place | None:
    """The first candidate that lies within and meets nothing, with the fewest lines crossed; None where there is none."""
    free = [
        (crossed(box), order, candidate)
        for order, candidate in enumerate(candidates)
        if _inside(box := measured(*candidate), within) and not any(box.meets(other, 1) for other in taken)
    ]
    return min(free)[2] if free else None


def _inside(box: Box, within: Box) -> bool:
    return (
        within.left <= box.left
        and box.right <= within.right
        and within.top <= box.top
        and box.bottom <= within.bottom
    )
