"""One journey about to be filled in: whose it is, where, when, and the chance that is always the same for her."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zlib import crc32

from carecoord.access.demo import POSTS
from pathways.demo.stories import JourneyStory
from pathways.engine import SiteRules
from pathways.engine.times import local_date, midnight_before


@dataclass(frozen=True)
class Life:
    """One journey of a demonstration woman, on the day on which her story is told."""

    ref: str
    story: JourneyStory
    edd: date
    site_code: str
    rules: SiteRules
    today: date

    @cached_property
    def horizon(self) -> datetime:
        """The beginning of today: nothing in the demonstration happens later."""
        return midnight_before(self.today, self.rules.zone)

    @cached_property
    def names(self) -> dict[str, str]:
        """The names of the staff around her, by post; ``midwife`` is her named midwife."""
        names = {name: post.names[self.site_code] for name, post in POSTS.items()}
        return names | {"midwife": names[self.story.midwife or "midwife"]}

    def day_of(self, instant: datetime) -> date:
        """The local date of an instant."""
        return local_date(instant, self.rules.zone)

    def days_ago(self, days: int, key: str) -> datetime:
        """A time in the working day, that many days ago."""
        return self.at(self.today - timedelta(days=days), key)

    def at(self, day: date, key: str) -> datetime:
        """A time in the working day on a date, to five minutes."""
        return midnight_before(day, self.rules.zone) + timedelta(minutes=9 * 60 + 5 * self.pick(f"{key}/{day}", 90))

    def pick(self, key: str, choices: int) -> int:
        """A number from 0 to ``choices`` - 1, always the same for this journey and this key."""
        return crc32(f"{self.ref}/{self.story.number}/{key}".encode()) % choices
