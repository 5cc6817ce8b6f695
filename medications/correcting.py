"""The verbs of what was wrong with a dose: a record struck through by two; a second dose that was given."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from medications.giving import TOLERANCE, check_second
from medications.models import Dose, SafetyReport
from pathways.actions import Refused, correct_event
from pathways.recording import lock
from pathways.visibility import check_may


@transaction.atomic
def strike_dose(dose: Dose, reason: str, *, second: User | None, by: User) -> Dose:
    """Strike a wrong record through, by two people; it stays readable, and what it completed is owed again."""
    journey = lock(dose.journey)
    check_may(by, Ability.WORK_ON_WARD, woman_id=journey.woman_id)
    dose = Dose.objects.select_related("event", "given_by").get(pk=dose.pk)
    if not dose.stands:
        raise Refused("This record is struck through already. Look at what was written.")
    if not reason.strip():
        raise Refused("Say what was wrong, so that the next reader understands.", field="reason")
    if second is None or second == by:
        raise Refused("A second person signs this. Ask a colleague.", field="second")
    check_second(second, journey)
    known = {"struck_at": clock.now(), "struck_by": by, "struck_with": second, "struck_reason": reason.strip()}
    Dose.objects.filter(pk=dose.pk).update(**known)
    if dose.event:
        correct_event(dose.event, reason=reason.strip(), by=by)
    dose.refresh_from_db()
    return dose


@transaction.atomic
def report_second_dose(
    dose: Dose, happened_at: datetime, words: str, *, submission: UUID | None, by: User
) -> SafetyReport:
    """Say that a dose was given although another had given it: kept in words, and told at once. Raises Refused."""
    journey = lock(dose.journey)
    check_may(by, Ability.WORK_ON_WARD, woman_id=journey.woman_id)
    if submission and (earlier := SafetyReport.objects.filter(submission=submission).first()):
        return earlier
    if happened_at > clock.now() + TOLERANCE:
        raise Refused("This lies in the future. Enter the time at which it happened.", field="happened_at")
    if not words.strip():
        raise Refused("Write what happened, as you would tell the doctor.", field="words")
    return SafetyReport.objects.create(
        journey=journey,
        dose=dose,
        happened_at=happened_at,
        words=words.strip(),
        reported_by=by,
        submission=submission,
    )
