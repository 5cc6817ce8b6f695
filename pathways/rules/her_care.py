"""Her own care after a baby is placed away from her: what it is made of, and from which handoffs each line stands.

The first thing on her page then. A line is shown where one of its handoffs was ever owed; nothing else is asked of her.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pathways.engine import URGENCY, State

Owed = TypeVar("Owed")


@dataclass(frozen=True)
class CareLine:
    """One part of her own care. ``owed``: the (moment, step) of its handoffs; ``says``: the evidence that is shown."""

    key: str
    title: str
    about: str
    owed: tuple[tuple[str, str], ...]
    says: tuple[str, ...] = ()


HER_CARE: tuple[CareLine, ...] = (
    CareLine(
        "contact",
        "Somebody with her",
        "tonight, and again on the third day: somebody she knows",
        (("SEP_CONTACT", "contact_1"), ("SEP_CONTACT", "contact_2")),
        ("contact_mode", "next_contact_on"),
    ),
    CareLine(
        "medicine",
        "Her medicine",
        "the next dose is certain: when, where, from whom",
        (
            ("SEP_OST_NALOXONE_24H", "done"),
            ("DISCHARGE_OST_HANDOVER", "both_acknowledged"),
            ("FIRST_COMMUNITY_DOSE", "confirmed"),
            ("DRUG_KW_7D", "contact"),
        ),
        ("next_dose_confirmed", "not_alone_plan"),
    ),
    CareLine(
        "naloxone",
        "Naloxone",
        "in her hands, and somebody near her knows how to use it",
        (("SEP_OST_NALOXONE_24H", "done"), ("NALOXONE_DISCHARGE", "outcome")),
        ("naloxone_outcome",),
    ),
    CareLine(
        "body",
        "Her body",
        "bleeding, stitches or wound, blood pressure, after a birth like any other",
        (
            ("SEP_MIDWIFERY", "first_visit"),
            ("SEP_MIDWIFERY", "plan_continues_to"),
            ("PN_MIDWIFE_36H", "seen"),
            ("GP_6_8W", "invited"),
            ("GP_6_8W", "seen_or_declined"),
        ),
        ("visit_on",),
    ),
    CareLine(
        "milk",
        "Her milk",
        "what she wants: to express, to keep it going, or to let it go gently",
        (("SEP_MIDWIFERY", "first_visit"),),
        ("lactation_support",),
    ),
    CareLine(
        "mind",
        "How she is",
        "somebody who knows this loss, a clinician who asks her directly, a plan with her",
        (
            ("SEP_RISK_7D", "clinician_review"),
            ("SEP_MH_7D", "referral"),
            ("SEP_MH_7D", "first_contact"),
            ("MH_4_6W", "enquiry"),
        ),
        ("mental_health_accepted", "not_accepted_reason", "review_clinician"),
    ),
    CareLine(
        "told",
        "What she was told",
        "in person and in writing: what was decided, and when they meet",
        (("SEP_EXPLAIN", "verbal_and_written"),),
        ("explained_by", "written_copy_on", "family_time_planned"),
    ),
    CareLine(
        "team",
        "Those who know her",
        "all of them heard of it the same day",
        (("SEP_NOTIFY", "all_roles_acknowledged"),),
        ("acknowledged_by",),
    ),
    CareLine(
        "contraception",
        "Contraception",
        "offered if she wants it, and never a condition of anything",
        (("CONTRACEPTION", "outcome"),),
    ),
    CareLine(
        "named",
        "When midwifery ends",
        "those who go on with her meet her first, together",
        (("MIDWIFERY_END_HANDOVER", "joint_handover"),),
    ),
    CareLine(
        "year",
        "Six weeks to twelve months",
        "somebody asks how she is, when nobody else calls any more",
        tuple(("SEP_FOLLOWUP", step) for step in ("w6", "m3", "m6", "m9", "m12")),
        ("alive_and_well",),
    ),
)
OF_HER_CARE: frozenset[tuple[str, str]] = frozenset(owed for line in HER_CARE for owed in line.owed)


def next_of(handoffs: Iterable[tuple[State, object, Owed]]) -> Owed | None:
    """The one to see to next: the most urgent open one, by due time; None where all have ended.

    Each is (its state now, its due time, itself).
    """
    open_ones: Sequence[tuple[State, object, Owed]] = [each for each in handoffs if each[0] in URGENCY]
    first = min(open_ones, key=lambda each: (URGENCY[each[0]], each[1]), default=None)
    return first[2] if first else None
