"""Where the marks of one lane stand, so that nothing covers anything. Pure Python; lengths are px.

What matters most is placed first, together with its label: what needs action, births, her own words. The
others find room around it, then get a label right or left of them where one fits. Marks that would cover each
other, or that crowd a narrow scale without a label, become one that says how many there are; it names them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from pathways.timeline.lettering import text_width
from pathways.timeline.marks import Mark, in_order
from pathways.timeline.scales import EDGE, LEFT, RIGHT, Scale, Today, Unit

SHAPE = 14  # what is drawn of a mark
REACH = 24  # nothing to press is smaller, and nothing nearer to its neighbour
LABEL_GAP = 5  # between a shape and its label
CLEAR = 4  # between two labels, or a label and a line
NUDGE = 20  # how far a mark may stand beside its time to have room
CROWDED = 64  # unlabelled marks of a narrow scale that stand within this become one
URGENT = ("missed", "overdue", "due_soon")
STANDS_OUT = len(URGENT)
ROWS = (0, 1)
SHIFTS = (0, *(sign * step for step in range(4, NUDGE + 1, 4) for sign in (1, -1)))


class Label(NamedTuple):
    """A label with its place: ``x`` is where it is anchored, ``left`` and ``right`` its ends."""

    text: str
    x: float
    anchor: str
    left: float
    right: float


@dataclass(eq=False)
class Spot:
    """One mark of the drawing: a mark, or several as one. ``end_x`` differs from ``x`` for a stretch of time."""

    marks: list[Mark]
    row: int
    x: float
    end_x: float
    label: Label | None = None

    @property
    def is_stretch(self) -> bool:
        return self.end_x > self.x

    @property
    def first(self) -> Mark:
        """The mark that it looks like: the most important one."""
        return min(self.marks, key=importance)

    @property
    def texts(self) -> tuple[str, ...]:
        """What its label may say, the best first."""
        if len(self.marks) == 1:
            return self.marks[0].labels
        labels = {mark.label for mark in self.marks}
        if len(labels) == 1:
            return (f"{len(self.marks)} × {labels.pop().lower()}",)
        return (f"{len(self.marks)} {'handoffs' if self.first.lane == 'handoffs' else 'entries'}",)

    def reach(self) -> tuple[float, float]:
        """What it covers, with the space that makes it easy to press."""
        half = 0 if self.is_stretch else REACH / 2
        return self.x - half, self.end_x + half

    def drawn(self) -> tuple[float, float]:
        """What is seen of its shape."""
        half = 0 if self.is_stretch else SHAPE / 2
        return self.x - half, self.end_x + half

    def possible_labels(self) -> Iterator[Label]:
        """Right and left of it, the best text first."""
        left, right = self.drawn()
        for text in self.texts:
            width = text_width(text, bold=any(mark.bold for mark in self.marks))
            yield Label(text, right + LABEL_GAP, "start", right + LABEL_GAP, right + LABEL_GAP + width)
            yield Label(text, left - LABEL_GAP, "end", left - LABEL_GAP - width, left - LABEL_GAP)


def importance(mark: Mark) -> tuple[int, datetime, str]:
    """Sorts marks: what needs action, then what stands out, then by time; what is routine last."""
    if mark.state in URGENT:
        rank = URGENT.index(mark.state)
    elif mark.milestone or mark.kind in ("strong", "birth", "hers"):
        rank = STANDS_OUT
    else:
        rank = STANDS_OUT + (1 if mark.kind == "stretch" else 3 if mark.routine else 2)
    return rank, mark.at, mark.key


def stands_out(mark: Mark) -> bool:
    """Whether a mark keeps its label, and a place of its own, before others."""
    return importance(mark)[0] <= STANDS_OUT


@dataclass
class Board:
    """One lane while its marks are placed."""

    scales: Sequence[Scale]
    today: Today | None
    now: datetime
    spots: list[Spot] = field(default_factory=list)

    def place(self, marks: Iterable[Mark]) -> list[Spot]:
        """A spot for every mark, in order of time."""
        for mark in sorted(marks, key=importance):
            placed = stands_out(mark) and self._add(mark, with_label=True)
            if not placed and not self._add(mark, with_label=False):
                self._join(mark)
        self._label_the_rest()
        self._gather()
        self._label_the_rest()
        return sorted(self.spots, key=lambda spot: (spot.marks[0].at, spot.x))

    # -- shapes --

    def _add(self, mark: Mark, *, with_label: bool) -> bool:
        """Place a mark where it covers nothing; with its label, where that has room too."""
        low, high = self._segment(mark)
        x = min(max(self._scale_at(mark.at).x_at(mark.at), low), high)
        rows = self._rows_by_room(x)
        spots = (Spot([mark], row, *ends) for ends in self._places(mark, x, low, high) for row in rows)
        free = (spot for spot in spots if self._is_free(spot))
        if with_label:
            return self._add_labelled(list(free), mark)
        place = next(free, None)
        self.spots += [place] if place else []
        return place is not None

    def _places(self, mark: Mark, x: float, low: float, high: float) -> Iterator[tuple[float, float]]:
        """From where to where it may be drawn, the truest first. A stretch may begin late, but ends in time."""
        if mark.until is None:
            yield from ((x + shift, x + shift) for shift in SHIFTS if low <= x + shift <= high)
            return
        x = min(x, RIGHT - EDGE - REACH)
        end_x = max(self._end_x(mark.until), x + REACH)
        yield (x, end_x)
        yield from ((x + shift, end_x) for shift in range(4, REACH + 1, 4) if x + shift + REACH <= end_x)

    def _add_labelled(self, free: Sequence[Spot], mark: Mark) -> bool:
        for text in mark.labels:
            for spot in free:
                spot.label = self._fitting_label(spot, text)
                if spot.label:
                    self.spots.append(spot)
                    return True
        return False

    def _join(self, mark: Mark) -> None:
        """No room: stand together with the nearest, rather with one that needs no action."""
        x = self._scale_at(mark.at).x_at(mark.at)
        nearest = min(self.spots, key=lambda spot: (stands_out(spot.first) or spot.is_stretch, abs(spot.x - x)))
        nearest.marks = in_order([*nearest.marks, mark])
        nearest.label = None

    def _segment(self, mark: Mark) -> tuple[float, float]:
        """Between which x the mark may stand: in its scale, and on its own side of today."""
        scale = self._scale_at(mark.at)
        low, high = scale.x + EDGE, scale.end_x - EDGE
        if self.today and scale.x <= self.today.x <= scale.end_x:
            if mark.at <= self.now:
                high = max(low, min(high, self.today.x - EDGE))
            else:
                low = min(high, max(low, self.today.x + EDGE))
        return low, high

    def _scale_at(self, instant: datetime) -> Scale:
        return next((scale for scale in self.scales if instant < scale.end), self.scales[-1])

    def _end_x(self, instant: datetime) -> float:
        return min(self._scale_at(instant).x_at(instant), RIGHT - EDGE)

    def _rows_by_room(self, x: float) -> list[int]:
        """The two rows, the emptier one around ``x`` first."""

        def room(row: int) -> float:
            ends = [end for spot in self.spots if spot.row == row for end in spot.reach()]
            return min((abs(x - end) for end in ends), default=float(RIGHT))

        return sorted(ROWS, key=lambda row: (-room(row), row))

    def _is_free(self, spot: Spot) -> bool:
        """Whether it can be pressed beside the others, and stands on nobody's label."""
        left, right = spot.reach()
        seen_left, seen_right = spot.drawn()
        for other in self._beside(spot):
            other_left, other_right = other.reach()
            label = other.label
            if right > other_left and left < other_right:
                return False
            if label and seen_left < label.right + CLEAR and seen_right > label.left - CLEAR:
                return False
        return True

    def _beside(self, spot: Spot) -> list[Spot]:
        return [other for other in self.spots if other.row == spot.row and other is not spot]

    # -- labels --

    def _label_the_rest(self) -> None:
        for spot in sorted(self.spots, key=lambda spot: importance(spot.first)):
            for text in spot.texts if spot.label is None else ():
                spot.label = spot.label or self._fitting_label(spot, text)

    def _fitting_label(self, spot: Spot, text: str) -> Label | None:
        """The label with that text where it has room, right before left."""
        fitting = (each for each in spot.possible_labels() if each.text == text and self._has_room(spot, each))
        return next(fitting, None)

    def _has_room(self, spot: Spot, label: Label) -> bool:
        blocked = [(scale.end_x, scale.end_x) for scale in self.scales[:-1]]
        blocked += [(self.today.x - 1, self.today.x + 1)] if self.today else []
        for other in self._beside(spot):
            blocked.append(other.drawn())
            blocked += [(other.label.left, other.label.right)] if other.label else []
        inside = label.left >= LEFT + CLEAR and label.right <= RIGHT - CLEAR
        return inside and all(label.right + CLEAR <= left or label.left - CLEAR >= right for left, right in blocked)

    # -- crowds --

    def _gather(self) -> None:
        """Make one of marks that stand close together without a label."""
        bare = [spot for spot in self.spots if not spot.label and not spot.is_stretch and self._may_gather(spot)]
        bare.sort(key=lambda spot: spot.x)
        gathered: Spot | None = None
        for spot in bare:
            if gathered and spot.x - gathered.x <= CROWDED and self._same_segment(gathered, spot):
                gathered.marks = in_order([*gathered.marks, *spot.marks])
                self.spots.remove(spot)
            else:
                gathered = spot

    def _may_gather(self, spot: Spot) -> bool:
        scale = self._scale_at(spot.marks[0].at)
        crowds = not scale.wide or (spot.first.routine and scale.unit is not Unit.DAY)
        return crowds and not stands_out(spot.first)

    def _same_segment(self, one: Spot, other: Spot) -> bool:
        return self._segment(one.marks[0]) == self._segment(other.marks[0])
