"""Giving women another midwife or buddy: one, many, or the whole caseload of somebody who has left."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction

from carecoord.access.abilities import Ability
from carecoord.access.models import User
from carecoord.refused import Refused
from pathways.actions import assign_named_midwife
from pathways.engine import Stage
from pathways.keeping import conflicts_of
from pathways.models import Journey
from pathways.owning import end_of_person
from pathways.recording import lock
from pathways.visibility import journeys_visible_to


@dataclass
class Reassigned:
    """What came of it, in numbers of journeys. ``left_out`` went to nobody else, and stay as they were."""

    given: int = 0
    already: int = 0
    conflict: int = 0
    closed: int = 0
    not_open: int = 0
    no_midwife: int = 0

    @property
    def left_out(self) -> int:
        return self.conflict + self.closed + self.not_open + self.no_midwife

    def add(self, outcome: str) -> None:
        setattr(self, outcome, getattr(self, outcome) + 1)


def reassign(journeys: Collection[int], to: User, *, as_buddy: bool = False, by: User) -> Reassigned:
    """Make ``to`` the midwife (or buddy) of these journeys (ids), each under its own lock, in the order of ids.

    Sent twice it changes nothing more. Left out and counted: women who are not open to ``by``, whom ``to`` must never
    see, whose journey is closed, and, for a buddy, who have no midwife. What the midwife before had taken of her goes
    with her. Raises Refused where ``to`` has no caseload, PermissionDenied where ``by`` names no midwives.
    """
    if Ability.ASSIGN_MIDWIFE not in by.abilities:
        raise PermissionDenied("Your role does not name midwives.")
    if Ability.SEE_CASELOAD not in to.abilities or not to.is_active:
        raise Refused(f"{to} has no caseload. Choose somebody else.", field="to")
    done = Reassigned()
    for pk in sorted(set(journeys)):
        done.add(_one(pk, to, as_buddy, by))
    return done


@transaction.atomic
def _one(pk: int, to: User, as_buddy: bool, by: User) -> str:
    """Give one journey to ``to``; the word for what came of it, as in Reassigned."""
    if not journeys_visible_to(by).filter(pk=pk).exists():
        return "not_open"
    journey = lock(Journey(pk=pk))
    if journey.stage == Stage.CLOSED:
        return "closed"
    if journey.site_id not in to.site_ids:
        raise Refused(f"{to} has no caseload at {journey.site}. Choose somebody else.", field="to")
    if to.pk == (journey.buddy_id if as_buddy else journey.named_midwife_id):
        return "already"
    if to.pk in {known.person.pk for known in conflicts_of(journey.woman)}:
        return "conflict"
    midwife = journey.named_midwife
    if as_buddy:
        if midwife is None or midwife == to or not _works_at(journey, midwife):
            return "no_midwife"
        assign_named_midwife(journey, midwife, buddy=to, by=by)
        return "given"
    if midwife:
        end_of_person(journey, midwife)  # before her record may close to whoever gives it away
    buddy = journey.buddy
    kept = buddy if buddy and buddy != to and _works_at(journey, buddy) else None
    assign_named_midwife(journey, to, buddy=kept, by=by)
    return "given"


def _works_at(journey: Journey, person: User) -> bool:
    return person.is_active and journey.site_id in person.site_ids and Ability.SEE_CASELOAD in person.abilities
