"""What exists after birth, for the overview of gaps: a few lines, as each site states them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from carecoord import clock
from carecoord.access.models import User
from carecoord.sites.models import Site
from pathways.gaps.figures import month_in_words
from referrals.pages.service_map import BESIDE_EACH_OTHER, offers
from referrals.rules import kinds
from referrals.rules.offers import NOT_WRITTEN_DOWN, Offer

SHOWN = (*kinds.AFTER_BIRTH, "mental_health", "loss_support")
SUNDAY = 7


@dataclass(frozen=True, slots=True)
class AfterBirth:
    """A row: what it is, and what each site states of it. ``said``: from when to when they said so, in words."""

    sites: Sequence[Site]
    rows: Sequence[tuple[str, Sequence[tuple[Site, Offer]]]]
    said: str

    @property
    def is_wide(self) -> bool:
        """Whether the sites do not fit beside each other on paper."""
        return len(self.sites) > BESIDE_EACH_OTHER


def after_birth(sites: Sequence[Site], reader: User, now: datetime) -> AfterBirth:
    """What there is after the birth at these sites, and whether a pharmacy opens on Sundays. One query."""
    stated = offers()
    rows = [
        (kinds.BY_KEY[kind].name, [(site, stated.get((site.pk, kind), NOT_WRITTEN_DOWN)) for site in sites])
        for kind in SHOWN
    ]
    said = [offer.said_on for _, cells in rows for _, offer in cells if offer.said_on]
    pharmacies = [(site, _on_sundays(site, clock.today(now))) for site in sites]
    return AfterBirth(sites, [*rows, ("Pharmacy open on Sundays", pharmacies)], _months(said))


def _months(days: Sequence[date]) -> str:
    ends = dict.fromkeys(month_in_words(day) for day in (min(days), max(days))) if days else {}
    return " to ".join(ends)


def _on_sundays(site: Site, today: date) -> Offer:
    pharmacies = [source for source in site.definition.sources if source.kind == "pharmacy"]
    if not pharmacies:
        return NOT_WRITTEN_DOWN
    coming = [day for day in (today + timedelta(days=ahead) for ahead in range(28)) if day.isoweekday() == SUNDAY]
    openings = sum(any(each.hours.opens_on(day) for day in coming) for each in pharmacies)
    shape = "cross" if not openings else "circle" if openings == len(pharmacies) else "half"
    return Offer(shape, f"{openings} of {len(pharmacies)}" if openings else "None")
