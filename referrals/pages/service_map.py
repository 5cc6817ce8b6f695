"""The map of services: what there is for each need at each site, and what became of referrals to it.

What there is stands in each site's directory. What became of referrals is read as it was told (pathways.gaps): nothing
here counts women. Three queries, however many sites there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from carecoord import clock
from carecoord.sites.models import Site
from pathways.gaps.figures import NOT_TOLD, Figure, month_in_words, share_in_words
from pathways.gaps.measures import BY_KEY, TABLES, Line, Measure, Shown
from pathways.gaps.models import Standing
from pathways.models import Need
from referrals.models import Service
from referrals.rules import kinds
from referrals.rules.became import MAPPED, OUTCOMES, table_key
from referrals.rules.offers import NOT_WRITTEN_DOWN, Offer, offer_of
from referrals.wording.services import STALE_AFTER

AFTER_BIRTH = "Treatment after the birth"
OFFERED = BY_KEY["M12"]
BESIDE_EACH_OTHER = 6  # sites that fit on a sheet of paper
ALL_SITES = 0  # the place of what is told of all sites together
Told = Mapping[tuple[str, int], Standing]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One number as it was told, with what else there is to it: ``more``, (words, number) in words."""

    figure: Figure
    words: str
    more: Sequence[tuple[str, str]] = ()
    span: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind of service at one site. ``outcome`` is None where it is told of all sites together, or not yet."""

    site: Site
    offer: Offer | None
    outcome: Outcome | None
    today: date

    @property
    def said(self) -> str:
        """When somebody last said that what stands there is so."""
        if self.offer is None or self.offer is NOT_WRITTEN_DOWN:
            return ""
        if self.offer.said_on is None:
            return "nobody has confirmed it"
        words = f"said on {clock.day_in_words(self.offer.said_on, weekday=False)}"
        return f"{words}: ask again" if self.today - self.offer.said_on > STALE_AFTER else words


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of service, at the sites in their order; ``together``: what is told of all sites at once."""

    words: str
    cells: Sequence[Cell]
    together: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The kinds that answer one need."""

    heading: str
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class ServiceMap:
    """``sites`` in alphabetical order. ``is_told``: whether any number was told yet."""

    sites: Sequence[Site]
    groups: Sequence[Group]
    is_told: bool

    @property
    def is_wide(self) -> bool:
        """Whether the sites do not fit beside each other on paper."""
        return len(self.sites) > BESIDE_EACH_OTHER

    @property
    def measures(self) -> Sequence[Measure]:
        """What is counted here, with its definition."""
        return OFFERED, OUTCOMES


def offers() -> Mapping[tuple[int, str], Offer]:
    """What every site's directory states, by site and kind. One query."""
    found: dict[tuple[int, str], list[Service]] = {}
    for service in Service.objects.filter(ended_on=None).order_by("name"):
        found.setdefault((service.site_id, service.kind), []).append(service)
    return {key: offer_of(services) for key, services in found.items()}


def service_map(today: date) -> ServiceMap:
    """The whole map, as it stands."""
    sites, offered, told = list(Site.objects.order_by("name")), offers(), _told()
    groups = [Group(heading, rows) for heading, rows in _rows(sites, offered, told, today)]
    return ServiceMap(sites, groups, bool(told))


def _told() -> Told:
    tables = [*(table.key for table in OUTCOMES.tables), OFFERED.headline[0].key]
    return {(row.of_table, row.site_id or ALL_SITES): row for row in Standing.objects.filter(of_table__in=tables)}


def _rows(
    sites: Sequence[Site], offered: Mapping[tuple[int, str], Offer], told: Told, today: date
) -> Iterator[tuple[str, list[Row]]]:
    """By need, treatment after the birth first: with what was offered to women."""
    after = [_row(kind, sites, offered, told, today) for kind in MAPPED if kind.after_birth]
    table = OFFERED.headline[0].key
    cells = [Cell(site, None, _outcome(told, table, site.pk), today) for site in sites]
    yield AFTER_BIRTH, [*after, Row(f"{OFFERED.title}, of births", cells)]
    for area in Need.Area:
        of_area = [kind for kind in MAPPED if kind.areas[0] == area and not kind.after_birth]
        if of_area:
            yield str(area.label), [_row(kind, sites, offered, told, today) for kind in of_area]


def _row(
    kind: kinds.Kind, sites: Sequence[Site], offered: Mapping[tuple[int, str], Offer], told: Told, today: date
) -> Row:
    table = TABLES[table_key(kind.key)]
    by_site = table.shown is Shown.BY_SITE
    cells = [
        Cell(
            site,
            offered.get((site.pk, kind.key), NOT_WRITTEN_DOWN),
            _outcome(told, table.key, site.pk) if by_site else None,
            today,
        )
        for site in sites
    ]
    return Row(kind.name, cells, None if by_site else _outcome(told, table.key, ALL_SITES))


def _outcome(told: Told, key: str, place: int) -> Outcome | None:
    """What is told of a table at a place; None where nothing is yet."""
    row, table = told.get((key, place)), TABLES[key]
    if row is None:
        return None
    first, *others = table.lines
    value, of = share_in_words(table, _numbers(row, first))
    more = [(line.words, f"{found[0]:,}") for line in others if not line.of and (found := _numbers(row, line))]
    figure = Figure(value, f"{of} {table.one_is}s" if value.endswith("%") else of)
    return Outcome(figure, first.words, more, _span(row.since, row.until))


def _span(since: date, until: date) -> str:
    """The months from ``since`` to before ``until``: "2025", "2024 to 2025", "Apr 2025 to Mar 2026"."""
    last = until - timedelta(days=1)
    of_years = (since.month, last.month) == (1, 12)
    ends = (str(since.year), str(last.year)) if of_years else (month_in_words(since), month_in_words(last))
    return " to ".join(dict.fromkeys(ends))


def _numbers(row: Standing, line: Line) -> tuple[int, int] | None:
    said = row.lines.get(line.key) or {}
    return None if said.get("some") is None else (said["some"], said["whole"])


def lines_of(page: ServiceMap) -> Iterator[tuple[str, ...]]:
    """The page as rows of a file, with its head."""
    yield (
        *("need", "service", "site", "what there is", "not taken", "last said"),
        *("outcome", "number", "of", "period", "what else became of it"),
    )
    for group in page.groups:
        for row in group.rows:
            yield from (_line_of(group, row, cell.site.name, cell, cell.outcome) for cell in row.cells)
            if row.together:
                yield _line_of(group, row, "all sites together", None, row.together)


def _line_of(group: Group, row: Row, site: str, cell: Cell | None, outcome: Outcome | None) -> tuple[str, ...]:
    offer = cell.offer if cell else None
    stated = (offer.words, "; ".join(offer.refuses), str(offer.said_on or "")) if offer else ("", "", "")
    if outcome is None:
        return group.heading, row.words, site, *stated, "", NOT_TOLD.value, "", "", ""
    more = "; ".join(f"{words}: {number}" for words, number in outcome.more)
    return (
        *(group.heading, row.words, site, *stated),
        *(outcome.words, outcome.figure.value, outcome.figure.of, outcome.span, more),
    )
