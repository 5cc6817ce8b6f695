"""Numbers that were told, for tests of pages: blocks as they stand, or exact cells that are told as real ones are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from carecoord.sites.models import Site
from pathways.gaps.measures import TABLES
from pathways.gaps.models import Block
from pathways.gaps.months import first_day, month_of
from pathways.gaps.publishing import kept_blocks
from pathways.gaps.standing import stand

SITES = ("ASHF", "CALD", "GLEN", "TAYM")
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
Told = Sequence[int] | None  # the parts of one block; None where it was hidden for good


def tell(
    key: str,
    site: str | None,
    told: Iterable[Told],
    *,
    since: date = date(2024, 10, 1),
    months: int = 1,
    missing: int | None = 0,
    spread: Sequence[float] | None = None,
    by_part: bool = True,
) -> None:
    """Blocks of so many months each, one after the other; how the table stands follows from them.

    Without ``by_part`` only the groups are told, as where a part is small.
    """
    table, place = TABLES[key], Site.objects.get(code=site) if site else None
    start = month_of(since)
    for number, parts in enumerate(told):
        Block.objects.create(
            of_table=key,
            site=place,
            since=first_day(start + number * months),
            until=first_day(start + (number + 1) * months),
            groups=None if parts is None else list(table.split.grouped(parts)),
            parts=list(parts) if parts is not None and by_part else None,
            missing=None if parts is None else missing,
            spread=None if parts is None or not spread else list(spread),
        )
    last = Block.objects.filter(of_table=key, site=place).order_by("-since")[:1]
    at = place.pk if place else 0
    stand(table, {at: kept_blocks(table)[at]}, last)


LATE = [(95, 10, 0, 0), (100, 10, 0, 0), (90, 10, 5, 0), (95, 5, 5, 0), (95, 10, 5, 0), (100, 5, 5, 0)] * 2
LATER = [(90, 15, 0, 0), (85, 10, 5, 0), (85, 15, 5, 0), (90, 10, 5, 0), (85, 15, 5, 0), (85, 10, 5, 5)]
LATER += [(80, 15, 5, 0), (80, 15, 5, 5), (85, 15, 5, 0), (85, 15, 5, 0), (80, 15, 5, 5), (85, 15, 5, 0)]


def a_picture() -> None:
    """The numbers of a region: one signal at Ashford Bridge, a gap at Glenmore, Taymouth too small for a chart."""
    tell("M08.doses", "ASHF", [*LATE, *LATER], missing=5)
    quarters = [(205, 10, 5, 0), (210, 15, 5, 0), (200, 10, 5, 5), (210, 5, 5, 0)] * 3
    tell("M08.doses", "CALD", quarters, since=date(2023, 10, 1), months=3)
    tell(
        "M08.doses",
        "GLEN",
        [(100, 10, 0, 0), None, (100, 5, 5, 0), (105, 10, 0, 0)] * 3,
        since=date(2023, 10, 1),
        months=3,
    )
    tell("M08.doses", "TAYM", [(140, 15, 5, 0)], since=date(2025, 10, 1), months=12)
    for site, met in (("ASHF", 90), ("CALD", 55), ("GLEN", 55)):
        tell("M01.booked", site, [(met - 40, 10, 20, 0, 0), (met - 45, 10, 15, 0, 0)] * 4, months=3)
    tell("M01.booked", "TAYM", [None], since=date(2025, 10, 1), months=12)
    for site in SITES:
        tell("M02.late", site, [(40, 10, 0)] * 2, months=12)
        tell("M02.reason", site, [(15, 10, 10, 0, 0, 15)] * 2, months=12)
        tell("M05.half", site, [(30, 10), (25, 15)] * 6, since=date(2023, 10, 1), months=3)
        tell("M07.within", site, [(20, 10), (25, 10)] * 4, months=3)
        tell("M07.hours", site, [(30,)] * 7, since=date(2024, 7, 1), months=3, spread=(6.0, 9.5, 14.0))
        tell("M07.hours", site, [(30,)] * 2, since=date(2026, 4, 1), months=3, spread=(4.0, 6.5, 9.0))
        tell("M07.spread", site, [(10, 30, 40, 25, 10)] * 2, since=date(2024, 1, 1), months=12)
        tell("M12.offered", site, [(45, 10, 10, 10, 0, 10, 10, 10, 0, 0)] * 2, months=12)
        tell("M18.invited", site, [(85, 10), (80, 15)], since=date(2024, 1, 1), months=12)
        tell("M19.visit", site, [(80, 10), (85, 10)], since=date(2024, 1, 1), months=12)
        tell("M24.score", site, [(30,)] * 8, months=3, spread=(62.5, 75.0, 87.5))
        for moment, missed in (("NAMED_MIDWIFE", 5), ("FEEDING_PLAN", 15), ("OST_FIRST_DOSE", 30), ("GP_6_8W", 0)):
            tell(f"M25.{moment}", site, [(80, missed, 10, 10)] * 8, since=date(2024, 10, 1), months=3)
    for key, parts in (("M13.reached", (70, 15, 10)), ("M14.seen", (40, 10, 45)), ("M15.both", (50, 40))):
        tell(key, None, [parts] * 4, since=date(2022, 1, 1), months=12)
    tell("M18.invited_apart", None, [(25, 20)] * 2, since=date(2024, 1, 1), months=12)
    tell("M19.visit_apart", None, [(40, 10)] * 2, since=date(2024, 1, 1), months=12)
    tell("M22.told", None, [None], since=date(2024, 1, 1), months=24)
    tell("M25.SEP_CONTACT", None, [(90, 40, 10, 10)] * 2, since=date(2024, 1, 1), months=12)
