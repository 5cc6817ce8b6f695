"""The verb of talking a plan through with her, and giving her a copy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carecoord.access.models import User
from pathways.actions import AlreadyAnswered, Refused
from pathways.models import CarePlan, PlanCopy
from pathways.plans.reading import open_plan
from pathways.plans.settling import settle
from pathways.plans.typed import checked_time


@dataclass(frozen=True)
class Given:
    """How she was told of a version. ``given_by`` is "" where whoever writes it down did it."""

    how: str
    at: datetime
    given_by: str = ""
    her_words: str = ""


@transaction.atomic
def give_copy(plan: CarePlan, given: Given, *, submission: UUID | None = None, by: User) -> PlanCopy:
    """She was told what stands in the version that counts, and has it on paper where that is safe for her."""
    journey, plan = open_plan(plan, by)
    if submission and (earlier := PlanCopy.objects.filter(submission=submission).first()):
        return earlier
    if plan.agreed_at is None:
        raise Refused("Both sides sign first. Until then it can still change.")
    if plan.ended_at:
        raise AlreadyAnswered("A later version has taken its place. Go through that one with her.")
    if given.how not in PlanCopy.How.values:
        raise Refused("Choose whether she has it on paper.", field="how")
    given_at = checked_time(given.at, plan.agreed_at, "it lies before both had signed")
    made = PlanCopy.objects.create(
        plan=plan,
        how=given.how,
        given_at=given_at,
        given_by=given.given_by.strip() or str(by),
        her_words=given.her_words.strip(),
        recorded_by=by,
        submission=submission,
    )
    settle(journey, plan, by=by)
    return made
