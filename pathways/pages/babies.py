"""What the pages of babies ask of the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from carecoord.access.models import User
from pathways.engine import SubjectKind
from pathways.models import Journey
from pathways.shown import Shown
from pathways.wording.handoffs import full_title

MEETING = "PREDISCHARGE_MEETING"
# What follows the baby home and is not to be done before.
_AFTERWARDS = frozenset({"HV_NEW_BABY"})


@dataclass(frozen=True)
class Owed:
    """One thing about a baby that somebody still owes."""

    title: str
    is_meeting: bool


def owed_before_home(journey: Journey, babies: Sequence[int], reader: User) -> list[Owed]:
    """What is still open about these babies and belongs before they go home, the next due first."""
    rows = journey.handoffs.open().filter(subject=SubjectKind.BABY, subject_number__in=babies)
    shown = Shown.to(reader, journey.woman_id).handoffs(rows.exclude(moment__in=_AFTERWARDS).order_by("due_at", "pk"))
    count = journey.babies.count()
    return [Owed(full_title(each, babies=count), each.moment == MEETING) for each in shown]
