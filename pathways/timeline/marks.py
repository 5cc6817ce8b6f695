"""The visual timeline: its lanes, what a mark is, and the same marks as a list. Pure Python; instants are aware.

The drawing is made of them in ``drawing`` (scales, places, labels); the list always has every mark.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from carecoord import clock
from pathways.engine import Lane

LANES = tuple((lane.name.lower(), lane.value) for lane in Lane)
LANE_NAMES = dict(LANES)


@dataclass(frozen=True)
class Mark:
    """One thing on the timeline.

    ``until`` makes it a stretch of time. ``state`` is an engine state that colours it, or "". ``kind`` is
    ``hers``, ``birth``, ``strong``, ``stretch`` or "". ``shape`` names a symbol of components/shapes.html.
    """

    key: str
    lane: str
    at: datetime
    title: str
    label: str
    url: str
    shape: str = "circle"
    state: str = ""
    kind: str = ""
    until: datetime | None = None
    prefix: str = ""  # said before the title: "planned", "missed"
    short_label: str = ""  # where the label does not fit
    milestone: bool = False  # keeps its label before others
    routine: bool = False  # gives way to others

    @property
    def labels(self) -> tuple[str, ...]:
        """What may stand beside it, the best first."""
        return (self.label, self.short_label) if self.short_label else (self.label,)

    @property
    def lane_name(self) -> str:
        return LANE_NAMES[self.lane].lower()

    @property
    def bold(self) -> bool:
        """As the style sheet draws its label."""
        return self.state in ("missed", "overdue", "due_soon") or self.kind == "strong"

    def name(self, year: int) -> str:
        """In full: ``Tue 17 Nov, handoffs, missed: first mental-health contact``; the year where it is not ``year``."""
        return f"{self.when(year)}, {self.lane_name}, {self.words}"

    @property
    def words(self) -> str:
        """``missed: first mental-health contact``; without a prefix the title as it is."""
        return f"{self.prefix}: {lowered(self.title)}" if self.prefix else self.title

    def when(self, year: int) -> str:
        """The local date, with the year where it is not ``year``."""
        day = clock.today(self.at)
        return clock.day_in_words(day, year=day.year != year)


@dataclass(frozen=True)
class Item:
    """A mark in the list; see templates/components/mark_item.html. Without a key it is today."""

    when: str
    title: str
    key: str = ""
    url: str = ""
    lane: str = ""
    lane_name: str = ""
    shape: str = ""
    state: str = ""
    kind: str = ""


def lowered(words: str) -> str:
    """The first letter small, for the middle of a sentence; abbreviations stay."""
    return words if words[:2].isupper() else f"{words[:1].lower()}{words[1:]}"


def items_of(marks: Iterable[Mark], now: datetime) -> list[Item]:
    """Marks as lines of the list: ``Missed: first mental-health contact``."""
    year = clock.today(now).year
    return [
        Item(
            when=mark.when(year),
            title=f"{mark.words[:1].upper()}{mark.words[1:]}",
            key=mark.key,
            url=mark.url,
            lane=mark.lane,
            lane_name=mark.lane_name,
            shape="stretch" if mark.until else mark.shape,
            state=mark.state,
            kind=mark.kind,
        )
        for mark in marks
    ]


def in_order(marks: Iterable[Mark]) -> list[Mark]:
    """As the list shows them: by time, then by lane."""
    places = {key: place for place, (key, _) in enumerate(LANES)}
    return sorted(marks, key=lambda mark: (mark.at, places[mark.lane], mark.key))
