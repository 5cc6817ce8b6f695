"""Tells the directories of the demonstration's sites, and what came of the options of its women."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from carecoord import clock
from carecoord.access.models import Team, User
from carecoord.sites.models import Site
from pathways.demo.parts import Part, Times
from pathways.models import Event
from referrals import directory, places
from referrals.models import Place, Service, TreatmentOption
from referrals.options import EXPLORED, Status
from referrals.places import COLUMNS as OF_A_PLACE

FILE = Path(__file__).parent / "services.toml"
MOTHER_AND_BABY = "mother_and_baby"


def part() -> Part:
    """The directory, as the demonstration's loader takes it."""
    times = Times(TreatmentOption, "journey", ("at",), ("panel_on",))
    return Part(tell, (times,), ((TreatmentOption, "journey", "at"),), (("referrals_treatmentoption", "stays"),))


def tell(staff: Mapping[str, User], now: datetime) -> None:
    """Add the services that are not here yet; what nobody has touched since was confirmed as long ago as always."""
    written = tomllib.loads(FILE.read_text(encoding="utf-8"))
    for site in Site.objects.filter(code__in=written):
        _tell_places(site, written[site.code]["places"])
        _tell_services(site, written[site.code]["services"], now)
    _tell_options(now)


def _tell_places(site: Site, rows: Sequence[Mapping[str, Any]]) -> None:
    here = set(Place.objects.filter(site=site).values_list("name", flat=True))
    blank = places.values_of(Place())
    for row in rows:
        if row["name"] not in here:
            values = {**blank, **{name: row[name] for name in OF_A_PLACE if name in row}}
            places.add_place(site, values, row["rooms"], by=None)


def _tell_services(site: Site, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    here = {service.name: service for service in Service.objects.filter(site=site)}
    teams = {team.code: team for team in Team.objects.filter(site=site)}
    of_site = {place.name: place for place in Place.objects.filter(site=site)}
    for row in rows:
        confirmed = clock.today(now) - timedelta(days=row["confirmed"])
        known = {name: value for name, value in row.items() if name != "confirmed"}
        known |= {"team": teams[row["team"]]} if "team" in row else {}
        known |= {"place": of_site[row["place"]]} if "place" in row else {}
        service = here.get(row["name"]) or directory.add_service(site, known, by=None)
        Service.objects.filter(pk=service.pk, confirmed_by=None).exclude(confirmed_on=confirmed).update(
            confirmed_on=confirmed
        )


def _tell_options(now: datetime) -> None:
    """What the stories say of mother-and-baby treatment, as a row; of women of whom nothing is written down yet."""
    done = Event.objects.filter(
        kind="handoff_completed",
        details__moment=EXPLORED,
        details__option__icontains="mother",
        journey__woman__demo__isnull=False,
        journey__treatment_options=None,
    )
    for event in done.select_related("journey__site", "journey__named_midwife", "recorded_by").order_by("pk"):
        lacking = event.details["option_status"] == Status.NOT_COMMISSIONED
        service = None if lacking else _mother_and_baby(event.journey.site)
        by = event.recorded_by or event.journey.named_midwife
        if by and (service or lacking):
            TreatmentOption.objects.create(
                journey=event.journey,
                kind=MOTHER_AND_BABY,
                service=service,
                status=event.details["option_status"],
                at=min(event.occurred_at, now),
                by=by,
            )


def _mother_and_baby(site: Site) -> Service | None:
    there = Service.objects.filter(site=site, kind=MOTHER_AND_BABY, ended_on=None)
    return there.exclude(exists=Service.Exists.NOT_COMMISSIONED).first()
