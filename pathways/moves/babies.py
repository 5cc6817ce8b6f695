"""Where each baby is, and that a baby goes home. A baby who goes to somebody else is another page: placed away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from carecoord.access.abilities import Ability
from carecoord.access.models import User
from carecoord.refused import Refused
from pathways.engine import Stage
from pathways.guided import Move, Standing
from pathways.models import Journey
from pathways.moves.recording import Recorded, record_asked
from pathways.recording import Draft
from pathways.rules.baby_places import Place, places_of

BABY_PLACES = Move(
    key="baby_places",
    title="Where each baby is",
    lead="On the ward, in transitional care, in the neonatal unit: so that everybody finds mother and baby.",
    group="Birth and babies",
    ability=Ability.RECORD_EVENT,
    page="baby_places",
    offered=lambda standing: bool(standing.where.with_her) and not standing.closed,
    kinds=("baby_place_recorded",),
    likely=frozenset({Stage.POSTNATAL_INPATIENT.value}),
)


def in_hospital(standing: Standing) -> list[int]:
    """The living babies who are in hospital, also one who is placed away from her."""
    return sorted(standing.where.living & standing.where.babies_in_hospital)


BABY_HOME = Move(
    key="baby_home",
    title="A baby goes home from hospital",
    lead="Whoever looks after the baby at home is told before what late signs look like, and whom to ring.",
    group="Birth and babies",
    ability=Ability.RECORD_EVENT,
    page="baby_home",
    offered=lambda standing: bool(in_hospital(standing)) and not standing.closed,
    kinds=("baby_discharged",),
    likely=frozenset({Stage.POSTNATAL_INPATIENT.value}),
)

HOME_WITH_HER = (Place.WITH_MOTHER, Place.WITH_MOTHER_AND_KIN)


def say_where(
    journey: Journey,
    places: Mapping[int, str],
    at: datetime,
    *,
    note: str = "",
    submission: UUID | None = None,
    by: User,
) -> Recorded:
    """Record where babies are from ``at`` on, by number; what stands already is not said twice. Raises Refused."""

    def ask(_: Journey, standing: Standing) -> list[Draft]:
        if not standing.where.with_her.issuperset(places):
            raise Refused("That baby is not with her any more. Look at her page first.")
        now = places_of(standing.facts)
        moved = [number for number, place in sorted(places.items()) if now[number].place != place]
        if not moved:
            raise Refused("That is what is written down already. Choose where a baby is now, if it has changed.")
        notes = {moved[0]: note}
        return [_place(number, places[number], at, notes.get(number, "")) for number in moved]

    said = (sorted(places.items()), at, note)
    return record_asked(journey, BABY_PLACES, ask, said=said, submission=submission, by=by)


def go_home(
    journey: Journey,
    baby: int,
    at: datetime,
    *,
    to: str = "",
    note: str = "",
    submission: UUID | None = None,
    by: User,
) -> Recorded:
    """One baby left hospital; ``to`` is a place beside her. Raises Refused.

    Blank for a baby who is placed away from her, and for one who goes home to her family while she is in hospital.
    """

    def ask(_: Journey, standing: Standing) -> list[Draft]:
        if baby not in in_hospital(standing):
            raise Refused("That baby is not in hospital. Choose another, or look at her page first.", field="baby")
        beside_her = baby in standing.where.with_her
        if beside_her and to not in HOME_WITH_HER and not (standing.where.mother_in_hospital and not to):
            raise Refused("Choose where the baby goes.", field="to")
        gone = Draft("baby_discharged", at, baby=baby, note=note)
        return [gone, _place(baby, to, at)] if beside_her and to else [gone]

    return record_asked(journey, BABY_HOME, ask, said=(baby, at, to, note), submission=submission, by=by)


def _place(baby: int, place: str, at: datetime, note: str = "") -> Draft:
    return Draft("baby_place_recorded", at, baby=baby, details={"place": place}, note=note)
