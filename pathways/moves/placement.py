"""A mother-and-baby placement begins and ends: where it is, who prescribes there, with whom she leaves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from carecoord.refused import Refused
from pathways.contact import Place, record_address
from pathways.engine import Stage
from pathways.guided import Move, Standing
from pathways.models import Address, Journey, Placement
from pathways.moves.recording import Recorded, record_move
from pathways.moves.together import is_treated
from pathways.recording import Draft
from pathways.rules.together import in_placement
from pathways.seen import fingerprint


def _may_start(standing: Standing) -> bool:
    """At home with a baby, or pregnant and not there yet."""
    if standing.where.mother_in_hospital:
        return False
    if standing.stage is Stage.ANTENATAL:
        return not in_placement(standing.facts)
    return standing.stage is Stage.POSTNATAL_COMMUNITY and bool(standing.where.with_her)


START = Move(
    key="placement_start",
    title="She moves to a mother-and-baby placement",
    lead="She and her baby live together and are supported there. Your site stays responsible for her until another "
    "one has accepted her.",
    group="Social care",
    ability=Ability.RECORD_EVENT,
    page="placement_start",
    offered=_may_start,
    kinds=("residential_placement_started",),
)
END = Move(
    key="placement_end",
    title="Her mother-and-baby placement ends",
    lead="Where she lives now, with whom, and who has her medicine from today.",
    group="Social care",
    ability=Ability.RECORD_EVENT,
    page="placement_end",
    offered=lambda standing: in_placement(standing.facts) and not standing.closed,
    kinds=("residential_placement_ended",),
    likely=frozenset({Stage.RESIDENTIAL_PLACEMENT.value}),
)


@dataclass(frozen=True)
class Home:
    """Where she lives from then on, as it is kept with her addresses. ``protected``: nobody may learn it."""

    lines: str = ""
    postcode: str = ""
    protected: bool = False


@dataclass(frozen=True)
class Start:
    """A placement that begins; without a time, now. ``confirmed_by``: who of that service said that they have her."""

    kind: str
    home: Home
    out_of_area: bool
    at: datetime | None = None
    prescriber: str = ""
    confirmed_by: str = ""
    submission: UUID | None = None


@dataclass(frozen=True)
class Supply:
    """Who has her medicine from then on: the codes of the site's prescriber and pharmacy, blank for others."""

    service: str = ""
    pharmacy: str = ""


@dataclass(frozen=True)
class End:
    """A placement that ends; without a time, now. ``with_baby`` is None where no baby is born yet."""

    with_baby: bool | None
    home: Home
    at: datetime | None = None
    supply: Supply = Supply()
    note: str = ""
    submission: UUID | None = None


@transaction.atomic
def start_placement(journey: Journey, start: Start, *, by: User) -> Recorded:
    """She moves there. Raises Refused without a prescriber there who said yes, while she is in treatment."""
    at = start.at or clock.now()
    began = Draft("residential_placement_started", at, submission=start.submission)
    said = fingerprint(journey.pk, *vars(start).values())
    recorded = record_move(
        journey,
        START,
        [began],
        said=said,
        check=lambda each: _check_start(start, each),
        by=by,
    )
    if not recorded.again:
        Placement.objects.create(
            journey=journey,
            event=recorded.events[0],
            kind=start.kind,
            out_of_area=start.out_of_area,
            prescriber=start.prescriber.strip(),
            confirmed_by=start.confirmed_by.strip(),
            recorded_by=by,
        )
        _lives_at(journey, Address.Kind.PLACEMENT, start.home, at, by)
    return recorded


@transaction.atomic
def end_placement(journey: Journey, end: End, *, by: User) -> Recorded:
    """She leaves it. Raises Refused where the record of who is with her says otherwise."""
    at = end.at or clock.now()
    ended = Draft("residential_placement_ended", at, note=end.note, submission=end.submission)
    said = fingerprint(journey.pk, *vars(end).values())
    recorded = record_move(
        journey, END, [ended, *_supply(end.supply, at)], said=said, check=lambda each: _check_end(end, each), by=by
    )
    if not recorded.again:
        record_address(journey.woman, Place(Address.Kind.PLACEMENT, ends_on=clock.today(at)), by=by)
        _lives_at(journey, Address.Kind.HOME, end.home, at, by)
    return recorded


def _check_start(start: Start, standing: Standing) -> None:
    if not start.home.lines.strip():
        raise Refused("Write where it is. Only who may open her addresses reads it.", field="lines")
    if is_treated(standing) and not start.prescriber.strip():
        raise Refused("Write who prescribes for her there, so that no dose is missed.", field="prescriber")
    if start.prescriber.strip() and not start.confirmed_by.strip():
        raise Refused("Write who there said that they have her: their name, and what they are.", field="confirmed_by")
    if start.confirmed_by.strip() and not start.prescriber.strip():
        raise Refused("Write which service it is.", field="prescriber")


def _check_end(end: End, standing: Standing) -> None:
    if standing.pregnant:
        return
    if end.with_baby is None:
        raise Refused("Say whether a baby leaves with her.", field="with_baby")
    if end.with_baby and not standing.where.with_her:
        raise Refused(
            "The record says that no baby is with her. Record first that her baby is back with her.", field="with_baby"
        )
    if not end.with_baby and standing.where.with_her:
        raise Refused(
            "Record first where her baby is placed: “A baby is placed away from her”. Then say here where she lives.",
            field="with_baby",
        )


def _supply(supply: Supply, at: datetime) -> list[Draft]:
    """The fact that says so, where somebody is named."""
    details = {name: code for name, code in vars(supply).items() if code}
    return [Draft("supply_arranged", at, details=details)] if details else []


def _lives_at(journey: Journey, kind: str, home: Home, at: datetime, by: User) -> None:
    if home.lines.strip():
        place = Place(kind, home.lines.strip(), home.postcode.strip(), clock.today(at), protected=home.protected)
        record_address(journey.woman, place, by=by)
