"""The first dose after she went home: a pharmacy, a clinic or her keyworker says that she took it, or did not come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from carecoord.refused import Refused
from medications.checklist import Facts, checklist_of
from medications.models import CommunityDose
from medications.rules.products import WARD_PRODUCTS
from pathways.actions import check_draft
from pathways.models import Journey
from pathways.recording import Draft, append, lock
from pathways.visibility import check_may

Outcome = CommunityDose.Outcome


@dataclass(frozen=True)
class Report:
    """What somebody in the community says. ``taken_at`` where she took it."""

    outcome: str
    said_by: str
    who: str
    said_at: datetime
    taken_at: datetime | None = None
    submission: UUID | None = None


@transaction.atomic
def report(journey: Journey, said: Report, *, by: User) -> CommunityDose:
    """Write down what they say. Taken: confirmed, with its time. The same submission counts once. Raises Refused.

    "She did not come" leaves the handoff open: it stays owed until somebody knows that she had her dose.
    """
    journey = lock(journey)
    check_may(by, Ability.STATE_MEDICINE, woman_id=journey.woman_id)
    if said.submission and (earlier := CommunityDose.objects.filter(submission=said.submission).first()):
        return earlier
    now = clock.now()
    facts = checklist_of(journey, now).facts
    _check(facts, said, now)
    event = None
    if said.outcome == Outcome.TAKEN and said.taken_at:
        draft = Draft("dose_confirmed", said.taken_at, details=_details(facts, said))
        check_draft(journey, draft)
        (event,) = append(journey, [draft], by=by)
    return CommunityDose.objects.create(
        journey=journey,
        admission=facts.admission,
        outcome=said.outcome,
        taken_at=said.taken_at if said.outcome == Outcome.TAKEN else None,
        said_by=said.said_by,
        who=said.who.strip(),
        said_at=said.said_at,
        recorded_by=by,
        event=event,
        submission=said.submission,
    )


def _check(facts: Facts, said: Report, now: datetime) -> None:
    if facts.admission == 0:
        raise Refused("She has not been on a ward in this pregnancy: there is no dose after it to write down.")
    if said.outcome not in Outcome.values:
        raise Refused("Choose what they said.", field="outcome")
    if said.said_by not in CommunityDose.SaidBy.values:
        raise Refused("Choose who says so.", field="said_by")
    if not said.who.strip():
        raise Refused("Write who said so: their name and what they are.", field="who")
    if said.said_at > now:
        raise Refused("This time is in the future. Check the day.", field="said_at")
    if said.outcome == Outcome.TAKEN:
        _check_taken(facts, said)


def _check_taken(facts: Facts, said: Report) -> None:
    if said.taken_at is None:
        raise Refused("Ask when she took it: the day and the time.", field="taken_at")
    if said.taken_at > said.said_at:
        raise Refused("They cannot have said so before she took it. Check both times.", field="taken_at")
    if facts.admitted_at and said.taken_at < facts.admitted_at:
        admitted = clock.due_in_words(facts.admitted_at, year=True)
        raise Refused(
            f"This is before she was admitted, {admitted}. Write it down as what the source says.", field="taken_at"
        )


def _details(facts: Facts, said: Report) -> dict[str, str]:
    details = {"admission": str(facts.admission), "confirmed_by": said.said_by}
    if facts.product:
        details["medication"] = facts.product
    product = WARD_PRODUCTS.get(facts.product)
    if said.taken_at and product and product.is_injection:
        details["next_due"] = _days_later(said.taken_at, product.every_days).isoformat()
    return details


def _days_later(at: datetime, days: int) -> datetime:
    """The same time by London's clocks, so many days later; one that does not exist is the first that does."""
    wall = at.astimezone(clock.LONDON).replace(tzinfo=None) + timedelta(days=days)
    try:
        return clock.from_local(wall)
    except clock.SkippedTime:
        return clock.from_local(wall + timedelta(hours=1))
