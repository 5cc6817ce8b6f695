"""Which kinds of event a person can record by hand, in which groups, and what the form says to each.

The kinds themselves, their labels and details are the engine's table; here stands only how they are
offered. Answers to handoffs have their own pages, as have the EDD and the named midwife.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from carecoord.access.abilities import Ability
from carecoord.access.labels import Label
from carecoord.access.models import User
from pathways.engine import FACT_KINDS, AboutBaby, FactKind, Stage
from pathways.guided import MOVES, Move, moves_for, standing_of
from pathways.models import Journey
from pathways.visibility import labels_for

# Kinds with a page of their own: its name in urls.py.
OWN_PAGES: Mapping[str, str] = {
    "dating_agreed": "edd",
    "named_midwife_assigned": "midwife",
    "transfer_requested": "move",
}

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Contact and booking",
        (
            "first_contact",
            "contact_made",
            "booking_completed",
            "dating_agreed",
            "named_midwife_assigned",
        ),
    ),
    ("Medicine and drug service", ("drug_use_disclosed", "treatment_started", "treatment_ended")),
    (
        "Hospital",
        ("mother_discharge_planned", "mother_discharged", "baby_discharge_planned"),
    ),
    ("Birth and babies", ("observation_started", "observation_ended", "feeding_conflict_logged")),
    ("At home after birth", ("postnatal_visit",)),
    (
        "Social care",
        (
            "concern_accepted",
            "separation_possible",
            "separated",
            "reunified",
            "residential_placement_started",
            "residential_placement_ended",
        ),
    ),
    ("Moving to another site", ("transfer_requested",)),
    ("Loss and death", ("pregnancy_loss", "baby_died", "mother_died")),
)
_KINDS = dict(GROUPS)
OFFERED = frozenset(kind for _, kinds in GROUPS for kind in kinds)

# What usually comes next, first in the list; by stage, "" before there is one.
LIKELY: Mapping[str, tuple[str, ...]] = {
    "": ("first_contact", "booking_completed"),
    Stage.BOOKING: ("booking_completed", "contact_made", "drug_use_disclosed", "dating_agreed"),
    Stage.ANTENATAL: ("contact_made", "treatment_started", "dating_agreed"),
    Stage.INTRAPARTUM: ("drug_use_disclosed",),
    Stage.POSTNATAL_INPATIENT: ("observation_started", "observation_ended"),
    Stage.POSTNATAL_COMMUNITY: ("postnatal_visit", "contact_made"),
    Stage.RESIDENTIAL_PLACEMENT: ("contact_made",),
    Stage.SEPARATED: ("contact_made", "postnatal_visit"),
    Stage.BEREAVEMENT: ("contact_made", "postnatal_visit"),
    Stage.CLOSED: (),  # what opens it again has a page of its own
}  # fmt: skip

HINTS: Mapping[str, str] = {
    "booking_completed": (
        "Record this when the appointment was held, whether or not everything was asked. Her handoffs before the birth "
        "open from it. Those whose week is already past are given a catch-up time: nobody is late for what came before."
    ),
    "contact_made": "She was reached: seen, spoken to, or she wrote back. A call to the pharmacy belongs in the note.",
    "drug_use_disclosed": "What she said herself. Leave open what was not talked about.",
    "treatment_started": "Opioid replacement, as stated by the prescriber. No amounts are kept here.",
    "separation_possible": (
        "Record a plan, or a change of it, that includes possible separation. "
        "She is to be told in person, before labour."
    ),
    "separated": (
        "The baby is placed away from her. Her own care continues: handoffs for her open from this moment, "
        "and reminders about the baby stop."
    ),
    "pregnancy_loss": (
        "Miscarriage, termination or stillbirth. What belongs to the pregnancy stops; her own care continues."
    ),
    "baby_died": "What belongs to this baby stops at once. Her own care continues.",
    "mother_died": "Everything that is open for her ends at once, except what a living baby still needs. Check twice.",
    "mother_discharged": "Also when she left on her own decision: she needs the handovers then most.",
}


@dataclass(frozen=True)
class Group:
    """What can be recorded under one heading: pages of their own, then kinds of event with a plain form."""

    title: str
    moves: tuple[Move, ...]
    kinds: tuple[FactKind, ...]

    def __bool__(self) -> bool:
        return bool(self.moves or self.kinds)


LIKELY_NOW = "Most likely now"

# Left out of the list after a loss. What was forgotten can still be recorded by its address.
FOR_A_BABY = frozenset(
    {
        "booking_completed",
        "dating_agreed",
        "separation_possible",
        "baby_born",
        "baby_discharge_planned",
        "baby_discharged",
        "observation_started",
        "observation_ended",
        "feeding_conflict_logged",
        "separated",
        "reunified",
        "residential_placement_started",
        "residential_placement_ended",
    }
)


def groups_for(journey: Journey, babies: int, by: User) -> list[Group]:
    """What can be recorded now, what fits her stage first. Each is offered once. One query."""
    standing = standing_of(journey)
    covered = labels_for(by, journey.woman_id)
    moves = [move for move in MOVES.values() if _is_open(move, by, covered) and move.offered(standing)]
    first = [move for move in moves if journey.stage in move.likely]
    left_out = FOR_A_BABY if journey.after_loss else frozenset()
    kinds = [kind for kind in OFFERED if kind not in left_out and can_record(kind, journey, babies, by)]
    likely = [kind for kind in LIKELY.get(journey.stage, ()) if kind in kinds]
    groups = [_group(LIKELY_NOW, first, likely)]
    for title in dict.fromkeys([*(title for title, _ in GROUPS), *(move.group for move in moves)]):
        here = [kind for kind in _KINDS.get(title, ()) if kind in kinds and kind not in likely]
        groups.append(_group(title, [move for move in moves if move.group == title and move not in first], here))
    return [group for group in groups if group]


def _is_open(move: Move, by: User, covered: Collection[Label]) -> bool:
    """Whether ``by`` may open the page, and their roles cover what it records."""
    return move.ability in by.abilities and all(FACT_KINDS[kind].seen_with in covered for kind in move.kinds)


def _group(title: str, moves: Sequence[Move], kinds: Sequence[str]) -> Group:
    return Group(title, tuple(moves), tuple(FACT_KINDS[kind] for kind in kinds))


def can_record(kind: str, journey: Journey, babies: int, by: User) -> bool:
    """Whether the form of this kind makes sense now, and is open to ``by``."""
    abilities = by.abilities
    if kind not in OFFERED or moves_for(kind) or FACT_KINDS[kind].seen_with not in labels_for(by, journey.woman_id):
        return False
    if kind == "dating_agreed" and Ability.AGREE_EDD not in abilities:
        return False
    if kind == "named_midwife_assigned" and Ability.ASSIGN_MIDWIFE not in abilities:
        return False
    if FACT_KINDS[kind].about_baby is not AboutBaby.NO:
        return babies > 0
    return True
