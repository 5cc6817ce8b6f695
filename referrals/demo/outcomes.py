"""Tells what became of referrals in the last years of the demonstration: invented ones, counted and told as real ones.

They are not stored, as the women are not of whom the measures tell (pathways.gaps.demo). How many were seen goes with
what each site's directory says: where a service is full, fewer were.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from random import Random

from carecoord.access.demo import DEMO_SITES
from carecoord.access.models import User
from carecoord.sites.models import Site
from pathways.demo.parts import Part
from pathways.gaps.case import Case, Referred
from pathways.gaps.counting import units_of
from pathways.gaps.models import Told
from pathways.gaps.publishing import Summed, publish
from pathways.gaps.refreshing import Sums, add_units
from referrals.pages.service_map import offers
from referrals.rules.became import MAPPED, OUTCOMES, Became
from referrals.rules.kinds import Kind
from referrals.rules.offers import NOT_WRITTEN_DOWN

YEARS = 4
USUAL_A_YEAR = 24
A_YEAR = {"drug_service": 90, "mental_health": 70, "money": 80, "housing": 60, "health_visiting": 90, "advocacy": 40}
SIZES = {"ASHF": 1.6, "CALD": 1.1, "GLEN": 0.9, "TAYM": 0.5}
# How often each thing becomes of a referral, in the order of Became, by the shape of what there is.
WEIGHTS = {
    "circle": (70, 8, 4, 4, 10, 4),
    "half": (34, 26, 22, 8, 8, 2),
    "ring": (26, 14, 8, 22, 26, 4),
    "cross": (0, 1, 1, 0, 0, 0),
    "": (50, 18, 8, 8, 12, 4),
}
STEPS = {
    Became.SEEN: ("attended", ""),
    Became.WAITS: ("waiting", ""),
    Became.NO_PLACE: ("declined", "service_full"),
    Became.CONDITIONS: ("declined", "service_criteria"),
    Became.HERS: ("withdrawn", "her_choice"),
    Became.OTHER: ("withdrawn", "our_change"),
}


def part() -> Part:
    """What the demonstration is told of referrals of earlier years."""
    return Part(tell=tell, times=(), last=(), kept=())


def tell(staff: Mapping[str, User], now: datetime) -> None:
    """Tell them where none are told."""
    if Told.objects.filter(of_table__in=[table.key for table in OUTCOMES.tables]).exists():
        return
    by_table = _cells(now)
    publish(now, cells_of=lambda table: by_table.get(table.key, ()), tables=OUTCOMES.tables)


def _cells(now: datetime) -> dict[str, list[Summed]]:
    stated, sums = offers(), Sums()
    begin = now.replace(year=now.year - YEARS, month=1, day=2)
    for site in Site.objects.filter(code__in=DEMO_SITES).order_by("code"):
        for kind in MAPPED:
            shape = stated.get((site.pk, kind.key), NOT_WRITTEN_DOWN).shape
            for referred in _referrals(site, kind, shape, begin, now):
                case = Case((), (), [(begin, site.pk)], referred=[referred])
                add_units(sums, units_of(case), now, 1)
    found: dict[str, list[Summed]] = defaultdict(list)
    for (table, place, month, which, value), (count, women) in sums.items():
        found[table].append(Summed(place, date.fromisoformat(month), which, value, count, women))
    return found


def _referrals(site: Site, kind: Kind, shape: str, begin: datetime, now: datetime) -> Iterator[Referred]:
    chance = Random(f"{site.code} {kind.key}")  # noqa: S311 - invented, and the same each time
    often = 0.1 if shape == "cross" else 1.0
    days = (now - begin).days
    for _ in range(int(A_YEAR.get(kind.key, USUAL_A_YEAR) * SIZES.get(site.code, 1) * often * days / 365)):
        sent = begin + timedelta(days=chance.randrange(days))
        became = chance.choices(tuple(Became), WEIGHTS[shape])[0]
        after = sent + timedelta(days=chance.randrange(2, 50))
        yield Referred(kind.key, sent, [(sent, "sent", ""), (after, *STEPS[became])])
