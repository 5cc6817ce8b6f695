"""What the pages around a birth ask of the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from carecoord.access.models import User
from pathways.engine import SubjectKind
from pathways.guided import standing_of
from pathways.models import Journey
from pathways.moves.unbooked import FIRST_RECORD
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


def first_record_panel(journey: Journey, reader: User, now: datetime) -> str | None:
    """Where the first record is written of a woman who is in hospital and was not booked; None where none is owed."""
    if FIRST_RECORD.ability not in reader.abilities or not journey.in_hospital:
        return None
    return reverse(FIRST_RECORD.page, args=[journey.pk]) if FIRST_RECORD.offered(standing_of(journey)) else None
