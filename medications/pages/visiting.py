"""Mothers who have gone home while their baby is in hospital: whom the ward expects to visit. No query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from medications.pages.ward_facts import Known
from pathways import engine
from pathways.engine import Stage
from pathways.guided import Standing
from pathways.pages.together import Apart, apart_rows, beside_rows


@dataclass(frozen=True)
class Visit:
    """One mother: from whom she is apart, or where she stays with her baby though she is discharged."""

    pk: int
    woman_id: int
    url: str
    name: str
    initials: str
    apart: list[Apart]
    beside: list[str]


def has_baby_in() -> Q:
    """She is out of hospital and a baby with her is not: until then the stage stays that of the ward."""
    return Q(stage=Stage.POSTNATAL_INPATIENT, in_hospital=False)


def visits_of(found: Iterable[Known]) -> list[Visit]:
    """Those of them whose baby is in, by name."""
    rows = [_visit(known) for known in found if known.journey.stage == Stage.POSTNATAL_INPATIENT]
    return sorted((row for row in rows if row.apart or row.beside), key=lambda row: (row.name, row.pk))


def _visit(known: Known) -> Visit:
    journey = known.journey
    standing = Standing(Stage(journey.stage), engine.whereabouts(known.facts), known.facts)
    return Visit(
        pk=journey.pk,
        woman_id=journey.woman_id,
        url=reverse("journey", args=[journey.pk]),
        name=journey.woman.list_name,
        initials=journey.woman.initials,
        apart=apart_rows(standing, known.stay_offers),
        beside=beside_rows(standing, known.stay_offers),
    )
