"""What the pages of the directory show: a site's services, what does not exist there, and what there is elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from django.db.models import Q, QuerySet

from carecoord import clock
from carecoord.sites.models import Site
from referrals.models import Service
from referrals.rules import kinds
from referrals.rules.fit import ANSWERS, CONDITIONS, Fit, Fits, Her, fit
from referrals.wording.services import (
    access_in_words,
    confirmed_in_words,
    hours_in_lines,
    open_in_words,
    places_in_words,
    waiting_in_words,
)

Exists, Whether = Service.Exists, Service.Whether
_ORDER = {kind.key: number for number, kind in enumerate(kinds.ALL)}
_FIRST = {Fits.YES: 0, Fits.ASK: 1, Fits.NO: 2}


@dataclass(frozen=True)
class Card:
    """One service as a card shows it. ``asked``: it was looked at for somebody, so that ``fit`` says something."""

    service: Service
    fit: Fit
    asked: bool
    now: datetime

    @property
    def is_full(self) -> bool:
        return self.service.free_places == 0

    @property
    def can_take_her(self) -> bool:
        """Whether there is a place, and nothing speaks against her."""
        return self.fit.fits is not Fits.NO and not self.is_full

    @property
    def stands(self) -> tuple[str, str, str]:
        """(shape, tone, word) of how it stands to her; "" where nobody in particular was looked for."""
        if self.fit.fits is Fits.NO:
            return "cross", "is-missed", "Does not fit"
        if self.is_full:
            return "ring", "is-overdue", "No place now"
        if self.fit.fits is Fits.ASK:
            return "ring", "is-due_soon", "Ask first"
        return ("tick", "is-completed_on_time", "Fits") if self.asked else ("", "", "")

    @property
    def for_whom(self) -> list[tuple[str, str]]:
        """Everything that it says of whom it takes, as (shape, words)."""
        answers = answers_of(self.service)
        said = [(each, each.said(answers)) for each in CONDITIONS]
        return [
            ("ring", each.ask) if takes is None else ("tick", each.takes) if takes else ("cross", each.refuses)
            for each, takes in said
        ]

    @property
    def kind(self) -> str:
        return str(self.service.get_kind_display())

    @property
    def places(self) -> str:
        return places_in_words(self.service)

    @property
    def waiting(self) -> str:
        return waiting_in_words(self.service.waiting_days)

    @cached_property
    def opens(self) -> tuple[bool | None, str]:
        return open_in_words(self.service, self.now)

    @property
    def hours(self) -> list[tuple[str, str]]:
        return hours_in_lines(self.service.hours)

    @property
    def access(self) -> str:
        """What makes it usable, of the service and of its place."""
        place = self.service.place
        keys = dict.fromkeys([*self.service.access, *(place.access if place else [])])
        return access_in_words(list(keys))

    @cached_property
    def confirmed(self) -> tuple[str, bool]:
        return confirmed_in_words(self.service, clock.today(self.now))


@dataclass(frozen=True)
class Directory:
    """``here``: what exists at the site; ``missing``: what is written down as not existing there.

    ``unknown``: kinds of which nobody has written down anything. ``elsewhere``: of the kinds that were asked for and of
    which nothing here takes her, what other sites have.
    """

    here: Sequence[Card]
    missing: Sequence[Card]
    unknown: Sequence[kinds.Kind]
    elsewhere: Sequence[Card]


def kinds_for(area: str) -> tuple[str, ...]:
    """The kinds of services that answer a need of this area."""
    return tuple(kind.key for kind in kinds.ALL if area in kind.areas)


def directory_of(
    site: Site, wanted: Collection[str], her: Her, now: datetime, *, but_not: Service | None = None
) -> Directory:
    """The services of a site of the kinds that are ``wanted`` (all where none is), for ``her``. One query.

    ``but_not``: one that could not take her on.
    """
    nearby = Q(site=site)
    far = Q(exists=Exists.HERE, kind__in=wanted) & ~Q(takes_from_elsewhere=Whether.NO)
    found = standing_services().filter(nearby | far)
    if wanted:
        found = found.filter(kind__in=wanted)
    from_afar = replace(her, from_elsewhere=True)
    rows = list(found)
    local = _cards([row for row in rows if row.site_id == site.pk], her, now)
    here = [card for card in local if card.service.exists != Exists.NOT_COMMISSIONED]
    lacking = set(wanted) - {card.service.kind for card in here if card.can_take_her and card.service != but_not}
    others = [row for row in rows if row.site_id != site.pk and row.kind in lacking]
    known = {card.service.kind for card in local}
    return Directory(
        here=here,
        missing=[card for card in local if card.service.exists == Exists.NOT_COMMISSIONED],
        unknown=[kind for kind in kinds.ALL if kind.key not in known and (not wanted or kind.key in wanted)],
        elsewhere=[card for card in _cards(others, from_afar, now) if card.fit.fits is not Fits.NO],
    )


def services_with_names() -> QuerySet[Service]:
    """Every service, with what its card names."""
    return Service.objects.select_related("site", "place", "team", "confirmed_by")


def standing_services() -> QuerySet[Service]:
    """Those that have not ended."""
    return services_with_names().filter(ended_on=None)


def card_of(service: Service, her: Her, now: datetime) -> Card:
    """One service, as it stands to her."""
    return Card(service, fit(answers_of(service), her), her != Her(), now)


def answers_of(service: Service) -> dict[str, str]:
    """What it says of whom it takes, by column."""
    return {name: getattr(service, name) for name in ANSWERS}


def _cards(rows: Iterable[Service], her: Her, now: datetime) -> list[Card]:
    """What takes her first, then by kind and name."""
    cards = [card_of(row, her, now) for row in rows]
    return sorted(cards, key=lambda card: (not card.can_take_her, _FIRST[card.fit.fits], *_place_in_list(card.service)))


def _place_in_list(service: Service) -> tuple[int, str]:
    return _ORDER[service.kind], service.name.casefold()
