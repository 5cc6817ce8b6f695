"""Where the name of a point goes so that no two lie on each other. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, hypot

from pathways.gaps.charts.lettering import Box, box_of

A_LINE = 4  # crossing a line is as bad as a place that comes so much later
Point = tuple[float, float]
Place = tuple[float, float, str]  # where the words start, stand, and how they are anchored


class Names:
    """The names on a plot so far: between the points (``marks``), across few lines (``crossed`` counts them)."""

    def __init__(self, within: Box, marks: Sequence[Box], crossed: Callable[[Box], int]) -> None:
        self.within, self.marks, self.crossed = within, list(marks), crossed
        self.taken: list[Box] = []

    def find(
        self, point: Point, words: str, *, size: float, reach: float, bold: bool, down: bool
    ) -> tuple[Place, list[Point]] | None:
        """A place for the words, and the line that leads there where it is not beside the point; None without any."""
        x, y = point
        for far, places in enumerate((_around(x, y, size, reach), _further(x, y, size, down))):
            free = []
            for order, (at, line, anchor) in enumerate(places):
                box = box_of(words, at, line, size, bold=bold, anchor=anchor)
                lead = _lead(point, (at, line, anchor), size, reach - 3) if far else []
                if self._free(box, lead):
                    free.append((A_LINE * self.crossed(box) + order, order, box, lead))
            if free:
                _, order, box, lead = min(free, key=lambda one: one[:2])
                self.taken += [box, *_pieces(lead)]
                return places[order], lead
        return None

    def _free(self, box: Box, lead: list[Point]) -> bool:
        within = self.within
        inside = within.left <= box.left and box.right <= within.right
        inside = inside and within.top <= box.top and box.bottom <= within.bottom
        return (
            inside
            and not any(box.meets(other, 1) for other in (*self.marks, *self.taken))
            and not any(piece.meets(other) for piece in _pieces(lead) for other in self.taken)
        )


def _around(x: float, y: float, size: float, reach: float) -> list[Place]:
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


def _further(x: float, y: float, size: float, down: bool) -> list[Place]:
    """Places further off, first those on the point's side of the middle."""
    return [
        (x + across * away, y + 0.36 * size + along * away * steep, "start" if across > 0 else "end")
        for along in ((1, -1) if down else (-1, 1))
        for away in (20, 30, 42, 56, 72, 90)
        for steep in (1.0, 2.0, 0.5)
        for across in (1, -1)
    ]


def _lead(point: Point, place: Place, size: float, reach: float) -> list[Point]:
    """The line from a point's edge to its name."""
    (x, y), (to_x, to_y) = point, (place[0] + (-3 if place[2] == "start" else 3), place[1] - 0.36 * size)
    part = reach / hypot(to_x - x, to_y - y)
    return [(x + part * (to_x - x), y + part * (to_y - y)), (to_x, to_y)]


def _pieces(lead: list[Point]) -> list[Box]:
    """A line as small boxes along it, which a name must not meet."""
    if not lead:
        return []
    (x, y), (to_x, to_y) = lead
    many = ceil(hypot(to_x - x, to_y - y) / 4)
    spots = [(x + (to_x - x) * part / many, y + (to_y - y) * part / many) for part in range(many)]
    return [Box("", at - 1, line - 1, at + 1, line + 1) for at, line in spots]
