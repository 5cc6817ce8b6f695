"""Where the name of a point goes so that no two lie on each other. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pathways.gaps.charts.canvas import Box

A_LINE = 4  # crossing a line is as bad as a place that comes so much later
Place = tuple[float, float, str]  # where the words start, stand, and how they are anchored


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
    ]


def further(x: float, y: float, size: float) -> list[Place]:
    """Places further off, from which a line leads to the point."""
    sides = ((1, -1), (-1, -1), (1, 1), (-1, 1))
    return [
        (x + across * away, y + 0.36 * size + along * away * steep, "start" if across > 0 else "end")
        for away in (20, 30, 42, 56, 72, 90)
        for steep in (1.0, 2.0, 0.5)
        for across, along in sides
    ]


def place(
    candidates: Sequence[tuple[Place, Box]], within: Box, taken: Sequence[Box], crossed: Callable[[Box], int]
) -> Place | None:
    """The candidate that lies within, meets nothing and crosses few lines; None where there is none."""
    free = [
        (A_LINE * crossed(box) + order, order)
        for order, (_, box) in enumerate(candidates)
        if _inside(box, within) and not any(box.meets(other, 1) for other in taken)
    ]
    return candidates[min(free)[1]][0] if free else None


def _inside(box: Box, within: Box) -> bool:
    return (
        within.left <= box.left and box.right <= within.right and within.top <= box.top and box.bottom <= within.bottom
    )
