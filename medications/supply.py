"""Where her medicine comes from: the prescriber and the pharmacy that can be asked, and when they are open.

As arranged last; else the site's first of each kind, as the pathway counts (pathways/engine/medicine.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from carecoord.sites.definitions import SiteDefinition, Source
from medications.rules.verification import ASKED, PHARMACY, PRESCRIBER
from pathways.models import Event, Journey

KIND = "supply_arranged"
DETAIL = {PRESCRIBER: "service", PHARMACY: "pharmacy"}


@dataclass(frozen=True)
class Supply:
    """Her two sources; None where the site declares none of a kind: nobody knows when it is open."""

    prescriber: Source | None
    pharmacy: Source | None

    def source(self, kind: str) -> Source | None:
        """The one of a kind."""
        return self.prescriber if kind == PRESCRIBER else self.pharmacy

    def closed(self, now: datetime) -> dict[str, datetime | None]:
        """Those that are closed at ``now``, with when each opens next."""
        found = {kind: source for kind in ASKED if (source := self.source(kind))}
        return {kind: each.hours.next_opening(now) for kind, each in found.items() if not each.hours.is_open(now)}


def supply_of(journey: Journey, arranged: Iterable[Event] | None = None) -> Supply:
    """Her sources. ``arranged``: the events that say so, in their order, where somebody has them already."""
    rows = arranged_of(journey) if arranged is None else arranged
    codes: dict[str, str] = {}
    site = journey.site.definition
    for event in rows:
        for kind in ASKED:
            if _known(site, kind, event.details):
                codes[kind] = event.details[DETAIL[kind]]
    return Supply(*(site.source(codes[kind]) if kind in codes else first_of(site, kind) for kind in ASKED))


def arranged_of(journey: Journey) -> list[Event]:
    """The events that say where her medicine comes from, in their order."""
    rows = Event.objects.filter(journey=journey, kind=KIND, correction=None)
    return list(rows.order_by("occurred_at", "id"))


def first_of(site: SiteDefinition, kind: str) -> Source | None:
    """The site's first source of a kind."""
    return next((source for source in site.sources if source.kind == kind), None)


def _known(site: SiteDefinition, kind: str, details: Mapping[str, str]) -> bool:
    source = site.source(details.get(DETAIL[kind], ""))
    return source is not None and source.kind == kind
