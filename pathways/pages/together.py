"""What pages show of mother and baby: from whom she is apart, her placement, and how often no place was free."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.urls import reverse

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from carecoord.sites.models import Site
from pathways.engine import Stage
from pathways.guided import Standing, standing_of
from pathways.models import Journey, Placement, StayOffer
from pathways.moves.together import standing_offers
from pathways.pages.honesty import few_or
from pathways.rules.together import apart, in_placement, is_apart, named

YEAR = timedelta(days=365)
_WHERE = {
    "home": "She has gone home and {who} is in hospital",
    "other_hospital": "{who} is in another hospital",
    "neonatal_unit": "{who} is in the neonatal unit",
}
# What is counted, in the order in which it is shown.
LINES: tuple[tuple[str, str], ...] = (
    ("stays", "She took a place with or near her baby"),
    ("goes_home", "She was offered a place and went home"),
    ("no_bed", "Nothing was offered: no bed or room was free"),
    ("none_here", "Nothing was offered: there is no such place here"),
    ("closed", "Nothing was offered: it was closed"),
    ("other", "Nothing was offered: something else"),
    ("went_before", "She was discharged before her baby"),
)


@dataclass(frozen=True)
class Apart:
    """One baby from whom she is apart: where both are, and what was offered and agreed, if it is written down."""

    words: str
    row: StayOffer | None

    @property
    def plan(self) -> list[tuple[str, str]]:
        """How it goes meanwhile, as (what, words)."""
        if self.row is None:
            return []
        parts = (
            ("Visiting", self.row.visiting),
            ("Feeding", self.row.feeding),
            ("Her medicine", self.row.medicine_from),
        )
        return [(label, said) for label, said in parts if said]


@dataclass(frozen=True)
class TogetherPanel:
    """What her page shows of staying together; ``beside`` says where she stays with a baby though she is discharged."""

    apart: list[Apart]
    beside: list[str]
    placement: str
    out_of_area: bool
    offer_url: str
    move_url: str


def together_panel(journey: Journey, reader: User, now: datetime) -> TogetherPanel | None:
    """Whom she is apart from, and her placement. Asks nothing of most women's records, else three queries."""
    if journey.stage not in (Stage.POSTNATAL_INPATIENT, Stage.RESIDENTIAL_PLACEMENT):
        return None
    placement = _placement(journey)
    standing = standing_of(journey)
    offers = standing_offers(journey, standing)
    rows, beside = apart_rows(standing, offers), beside_rows(standing, offers)
    lives_there = placement if placement and in_placement(standing.facts) else None
    if not (rows or beside or lives_there):
        return None
    records = Ability.RECORD_EVENT in reader.abilities
    return TogetherPanel(
        apart=rows,
        beside=beside,
        placement=_in_words(lives_there, now) if lives_there else "",
        out_of_area=bool(lives_there and lives_there.out_of_area),
        offer_url=reverse("stay_offer", args=[journey.pk]) if records else "",
        move_url=reverse("move", args=[journey.pk]) if records else "",
    )


def apart_rows(standing: Standing, offers: dict[int, StayOffer]) -> list[Apart]:
    """Each baby from whom she is apart. No query."""
    born = len(standing.where.born)
    with_place = [baby for baby, row in offers.items() if not is_apart(row.offer, row.choice)]
    return [
        Apart(_sentence(named(baby, born), where), offers.get(baby))
        for baby, where in apart(standing.where, standing.facts, with_place).items()
    ]


def _sentence(who: str, where: str) -> str:
    words = _WHERE[where].format(who=who)
    return f"{words[:1].upper()}{words[1:]}."


def beside_rows(standing: Standing, offers: dict[int, StayOffer]) -> list[str]:
    """Where she stays with a baby although she has been discharged herself. No query."""
    if standing.where.mother_in_hospital:
        return []
    staying = [offers[baby] for baby in sorted(standing.where.with_her_in_hospital) if baby in offers]
    born = len(standing.where.born)
    return [
        f"She stays with {named(row.baby, born)}: {row.get_offer_display().lower()}."
        for row in staying
        if not is_apart(row.offer, row.choice)
    ]


def _placement(journey: Journey) -> Placement | None:
    """Her newest placement, unless its event was entered in error."""
    rows = Placement.objects.filter(journey=journey, event__correction=None).select_related("event")
    return rows.order_by("-pk").first()


def _in_words(placement: Placement, now: datetime) -> str:
    since = clock.due_in_words(placement.event.occurred_at)
    who = f" {placement.prescriber} prescribes; {placement.confirmed_by} said so." if placement.prescriber else ""
    return f"{placement.get_kind_display()}, since {since}.{who}"


# -- how often ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SiteCount:
    """One site in numbers that may be shown, as (words, number) lines."""

    site: str
    lines: tuple[tuple[str, str], ...]


def counted(reader: User) -> list[SiteCount]:
    """What came of asking for a place with the mother, at each of the reader's sites, in the last year.

    One query a site. No number of fewer than eight women is told to somebody who does not see them, and no sum.
    """
    since = clock.today() - YEAR
    sites = Site.objects.filter(pk__in=reader.site_ids).order_by("name")
    return [SiteCount(site.name, tuple(_lines(site, since.isoformat()))) for site in sites]


def _lines(site: Site, since: str) -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT line, babies FROM pathways_staying_together(%s, %s)", [site.pk, since])
        found = dict(cursor.fetchall())
    for key, words in LINES:
        yield words, few_or(found.get(key))
