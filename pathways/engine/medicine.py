"""Her medicine as the facts tell it: which it is, who can confirm it, when she had it last. Never how much."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from pathways.engine.facts import Fact, date_in, instant_in, planned_for
from pathways.engine.pregnancy import Pregnancy
from pathways.engine.site import SourceKind, SourceOfMedicine
from pathways.engine.subjects import Subject
from pathways.engine.times import local_date

DOSES = ("dose_given", "dose_confirmed")
# Where supply_arranged names a source of each kind.
_ARRANGED: dict[SourceKind, str] = {"prescriber": "service", "pharmacy": "pharmacy"}


def source_of(pregnancy: Pregnancy, kind: SourceKind) -> SourceOfMedicine | None:
    """The prescriber or pharmacy of hers: as arranged last, else the site's first; None where it declares none."""
    sources = pregnancy.site.sources
    for arranged in reversed(pregnancy.history.of("supply_arranged")):
        named = sources.get(arranged.details.get(_ARRANGED[kind], ""))
        if named and named.kind == kind:
            return named
    return next((source for source in sources.values() if source.kind == kind), None)


def closed_sources(pregnancy: Pregnancy, at: datetime) -> Iterator[SourceOfMedicine]:
    """Which of her two sources are closed at an instant; one that the site does not declare counts as open."""
    for kind in _ARRANGED:
        source = source_of(pregnancy, kind)
        if source and not source.hours.is_open(at):
            yield source


def first_opening(pregnancy: Pregnancy, at: datetime) -> datetime | None:
    """The first time after ``at`` that one of her sources that are closed then opens; None where none does."""
    openings = (source.hours.next_opening(at) for source in closed_sources(pregnancy, at))
    return min((opening for opening in openings if opening), default=None)


def pharmacy_time_later(pregnancy: Pregnancy, at: datetime, hours: int) -> datetime | None:
    """The instant after that many open hours of her pharmacy; None where that is not known."""
    pharmacy = source_of(pregnancy, "pharmacy")
    return pharmacy.hours.open_hours_later(at, hours) if pharmacy else None


def next_usual_dose(pregnancy: Pregnancy, admission: Subject) -> datetime | None:
    """When her next usual dose is: as the last confirmed one tells that names this admission.

    What was confirmed counts up to the first dose that the ward gave, or until she left: from then on other times do.
    """
    ends = [*pregnancy.facts("dose_given", admission)[:1], *pregnancy.facts("mother_discharged", admission)[:1]]
    end = min((fact.order for fact in ends), default=None)
    confirmed = [fact for fact in pregnancy.facts("dose_confirmed", admission) if end is None or fact.order < end]
    return _next_due(confirmed[-1]) if confirmed else None


def next_dose_due(pregnancy: Pregnancy, fact: Fact) -> datetime | None:
    """When the dose after the latest one at or before a fact is due, as that one tells; None where it does not."""
    doses = [dose for dose in pregnancy.history.of(*DOSES) if dose.order <= fact.order]
    return _next_due(doses[-1]) if doses else None


def medicine_at(pregnancy: Pregnancy, fact: Fact) -> str:
    """The medicine by the latest fact at or before this one that names one; blank where none does."""
    named = pregnancy.medicines
    place = bisect_right(named, fact.order, key=lambda one: one.order)
    return named[place - 1].details["medication"] if place else ""


def leaving(pregnancy: Pregnancy, admission: Subject) -> datetime | None:
    """When she leaves: her first discharge of the admission; before it, the latest planned time."""
    discharges = pregnancy.facts("mother_discharged", admission)
    return discharges[0].at if discharges else planned_for(pregnancy.facts("mother_discharge_planned", admission))


def is_closed_after_leaving(pregnancy: Pregnancy, admission: Subject) -> bool:
    """Whether her pharmacy does not open on the day after she leaves."""
    pharmacy, leaves = source_of(pregnancy, "pharmacy"), leaving(pregnancy, admission)
    if pharmacy is None or leaves is None:
        return False
    return not pharmacy.hours.opens_on(local_date(leaves, pregnancy.site.zone) + timedelta(days=1))


def next_dose_on(fact: Fact) -> date | None:
    """The date of her next dose that a discharge names; None where it names none."""
    return date_in(fact.details.get("next_dose_on", ""))


def _next_due(dose: Fact) -> datetime | None:
    return instant_in(dose.details.get("next_due", ""))
