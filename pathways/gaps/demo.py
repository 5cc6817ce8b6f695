"""Numbers for the demonstration: four years of invented women at its sites, counted and told as real ones are.

Four of them live the same life, so that there are enough of them for charts at little cost. They are not stored: what
stays of them is what everybody may see. From here on the worker tells what the record of the demonstration holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from carecoord import clock
from carecoord.access.demo import DEMO_SITES, email_of
from carecoord.access.models import User
from carecoord.sites.models import Site
from pathways import engine
from pathways.demo.following import append_only_lifted
from pathways.demo.parts import Part
from pathways.gaps.aiming import soonest
from pathways.gaps.aims import Aimed, note_change, set_aim
from pathways.gaps.case import Attended, Case, Contact
from pathways.gaps.counting import Stored, sites_of, units_of
from pathways.gaps.measures import BY_KEY, TABLES
from pathways.gaps.models import Aim, Block, Quarter, Standing, Told
from pathways.gaps.publishing import Summed, publish
from pathways.gaps.refreshing import Sums, add_units
from pathways.gaps.report.quarters import close_quarters
from pathways.moments import ALL
from pathways.scale.lives import Life, lives
from pathways.site_rules import rules_of

SEED, LIVES, ALIKE = 8, 1600, 4
TOLD_ANEW_AFTER = timedelta(days=31)
KEPT = (("gaps_block", "stays"), ("gaps_told", "stays"), ("gaps_quarter", "stays"))


def part() -> Part:
    """What the demonstration is told of gaps."""
    return Part(tell=tell, times=(), last=(), kept=KEPT)


@dataclass(frozen=True, slots=True)
class Acted:
    """What the manager of Ashford Bridge made of a number: an aim, and what was changed some days ago."""

    table: str
    value: int
    group: str
    changed: str
    days_ago: int


ACTED = (
    Acted("M01.booked", 75, "the booking team", "a midwife sits at the drug service on Tuesdays", 400),
    Acted("M07.within", 80, "the ward forum", "keyworkers ring the ward before she comes in", 300),
)


def tell(staff: Mapping[str, User], now: datetime) -> None:
    """Tell the numbers of the last years, where none are told or the last telling is more than a month old."""
    last = Told.objects.order_by("told_at").values_list("told_at", flat=True).first()
    if last is None or last < now - TOLD_ANEW_AFTER:
        with append_only_lifted():
            for model in (Block, Told, Standing, Quarter):
                model.objects.all().delete()
        by_table = _cells(now)
        publish(now, cells_of=lambda table: by_table.get(table.key, ()))
        close_quarters(now)
    if not Aim.objects.exists():
        _act(staff[email_of("manager", "ASHF")], clock.today(now))


def _act(manager: User, today: date) -> None:
    site = Site.objects.get(code="ASHF")
    for each in ACTED:
        table = TABLES[each.table]
        by = soonest(table, today + timedelta(days=182))
        set_aim(site, Aimed(table, table.lines[0], each.value, by, owner_group=each.group), by=manager)
        measure = BY_KEY[each.table.split(".")[0]]
        note_change(site, measure, today - timedelta(days=each.days_ago), each.changed, by=manager)


def _cells(now: datetime) -> dict[str, list[Summed]]:
    sites = {site.code: site for site in Site.objects.filter(code__in=DEMO_SITES)}
    ids = {code: site.pk for code, site in sites.items()}
    sums: Sums = {}
    for life in lives(SEED, DEMO_SITES, LIVES, now):
        add_units(sums, units_of(case_of(life, sites[life.site], ids, now)), now, ALIKE)
    found: dict[str, list[Summed]] = defaultdict(list)
    for (table, site, month, part, value), (count, women) in sums.items():
        found[table].append(Summed(site, date.fromisoformat(month), part, value, count, women))
    return found


def case_of(life: Life, site: Site, ids: Mapping[str, int], now: datetime) -> Case:
    """An invented life as the measures ask about it; ``ids``: of the sites, by code."""
    owed = engine.handoffs(ALL, rules_of(site), life.facts, now, edd_at_entry=None)
    return Case(
        facts=life.facts,
        handoffs=[Stored.of(each) for each in owed],
        sites=sites_of(site.pk, life.facts, ids, life.came),
        contacts=[Contact(at, named) for at, named in life.contacts],
        attended=[Attended(at, together) for at, together in life.appointments],
        engagement=[(at, round(score * 2.5)) for at, score in life.engagement],
    )
