"""The drawing of a timeline: scales, lanes, and every mark in its place. Pure Python; lengths are px."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from carecoord import clock
from pathways.timeline.marks import LANES, Mark, in_order
from pathways.timeline.places import Board, Spot
from pathways.timeline.scales import LEFT, RIGHT, WIDTH, Around, Scale, Story, Today, scales_of

HEAD = 74  # above the first lane: names of the scales, ticks
LANE_HEIGHT = 52
ROWS = (14, 38)  # how far the two lines of a lane lie below its top; 24 px apart, as is the reach of a mark


@dataclass(frozen=True)
class Placed:
    """One mark of the drawing; see templates/components/mark.html. ``marks`` are several where they stand together."""

    marks: tuple[Mark, ...]
    name: str
    url: str
    lane: str
    shape: str
    state: str
    kind: str
    x: float
    y: float
    width: float | None
    label: str
    label_x: float
    anchor: str


@dataclass(frozen=True)
class DrawnLane:
    """One line of the drawing; ``y`` is its top."""

    key: str
    name: str
    y: int
    marks: tuple[Placed, ...]


@dataclass(frozen=True)
class Drawing:
    """Everything that the template draws."""

    scales: tuple[Scale, Scale, Scale]
    lanes: tuple[DrawnLane, ...]
    today: Today | None
    width: int = WIDTH
    left: int = LEFT
    right: int = RIGHT

    @property
    def height(self) -> int:
        return HEAD + LANE_HEIGHT * len(self.lanes) + 4


def draw(marks: Iterable[Mark], story: Story, around: Around, *, together_url: str) -> Drawing:
    """Place every mark. ``together_url`` leads to the list; ``#mark-<key>`` is added for marks that stand together."""
    scales, today = scales_of(story, around)
    by_lane: dict[str, list[Mark]] = defaultdict(list)
    for mark in in_order(marks):
        by_lane[mark.lane].append(mark)
    lanes = []
    for place, (key, name) in enumerate(LANES):
        top = HEAD + place * LANE_HEIGHT
        spots = Board(scales, today, story.now).place(by_lane[key])
        lanes.append(DrawnLane(key, name, top, tuple(_placed(spot, top, story.now, together_url) for spot in spots)))
    return Drawing(scales, tuple(lanes), today)


def _placed(spot: Spot, top: int, now: datetime, together_url: str) -> Placed:
    first, several = spot.first, len(spot.marks) > 1
    return Placed(
        marks=tuple(spot.marks),
        name=_name(spot.marks, now),
        url=f"{together_url}#mark-{spot.marks[0].key}" if several else first.url,
        lane=first.lane,
        shape=first.shape,
        state=first.state,
        kind=first.kind,
        x=round(spot.x, 1),
        y=top + ROWS[spot.row],
        width=round(spot.end_x - spot.x, 1) if spot.is_stretch else None,
        label=spot.label.text if spot.label else "",
        label_x=round(spot.label.x, 1) if spot.label else 0.0,
        anchor=spot.label.anchor if spot.label else "start",
    )


def _name(marks: Sequence[Mark], now: datetime) -> str:
    """The full name, or those of all that stand together."""
    names = [mark.name(clock.today(now).year) for mark in marks]
    return names[0] if len(names) == 1 else f"{len(names)} close together: {'; '.join(names)}"
