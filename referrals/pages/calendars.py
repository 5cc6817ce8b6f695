"""The calendars that somebody can subscribe to: their own, and one for each place of their sites."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from carecoord.access.models import User
from referrals.models import Feed, Place


@dataclass(frozen=True)
class Calendar:
    """One of them. ``feed`` is None while it has no address."""

    title: str
    holds: str
    place: Place | None
    feed: Feed | None

    @property
    def read_at(self) -> datetime | None:
        """When a calendar program last read it."""
        return self.feed.read_at if self.feed else None


def places_of(reader: User) -> list[Place]:
    """The places of the reader's sites. One query."""
    return list(Place.objects.filter(site__in=reader.site_ids).order_by("site__name", "name"))


def calendars_of(reader: User) -> list[Calendar]:
    """All of them, with the address that each has now. Two queries."""
    feeds = {feed.place_id: feed for feed in Feed.objects.filter(user=reader, ended_at=None)}
    own = Calendar(
        "My own appointments", "Every session that you hold, and each appointment in it.", None, feeds.get(None)
    )
    of_places = (
        Calendar(place.name, "Every clinic day there, and each appointment.", place, feeds.get(place.pk))
        for place in places_of(reader)
    )
    return [own, *of_places]
