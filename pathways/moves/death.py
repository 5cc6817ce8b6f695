"""Her own death: one person reports it, another confirms it, and people are told by people (pathway, section 2.3).

With the report everything to her stops. With the confirmation ``mother_died`` is recorded on every journey of hers
that is open, and nobody opens her record by asking any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from pathways.engine import Stage
from pathways.guided import Move
from pathways.keeping import lock_after_death, tell_of_reported_death
from pathways.models import DeathReport, Event, Journey, ToldOfDeath
from pathways.moves.recording import Recorded, record_move
from pathways.recording import Draft, Refused, append, check_draft, lock
from pathways.silence import has_died
from pathways.visibility import check_may

HER_DEATH = Move(
    key="her_death",
    title="She has died",
    lead="One person reports it, and a second person confirms it. From the first report on nothing is sent to her.",
    group="Loss and death",
    ability=Ability.RECORD_DEATH,
    page="her_death",
    offered=lambda standing: not standing.where.mother_died,
    kinds=("mother_died",),
)


@dataclass(frozen=True)
class Notified:
    """Somebody who has to know was told: whom was spoken to and when; or it is not needed, and why."""

    needed: bool
    spoke_to: str = ""
    told_at: datetime | None = None
    words: str = ""


def waiting_report(journey: Journey) -> DeathReport | None:
    """The report that nobody has confirmed or taken back."""
    reports = DeathReport.objects.filter(journey__woman=journey.woman_id, confirmed_at=None, withdrawn_at=None)
    return reports.select_related("reported_by", "journey").first()


@transaction.atomic
def report_death(
    journey: Journey, died_at: datetime, known_from: str, *, submission: UUID | None = None, by: User
) -> DeathReport:
    """``by`` reports that she has died; from now on nothing is sent to her. The same form twice is one report.

    Raises Refused where it is known or reported already, and without how ``by`` knows.
    """
    journey = lock(journey)
    check_may(by, Ability.RECORD_DEATH, woman_id=journey.woman_id)
    if earlier := DeathReport.objects.filter(submission=submission, journey=journey).first() if submission else None:
        return earlier
    if has_died(journey.woman):
        raise Refused("Her record says that she has died.")
    if waiting_report(journey):
        raise Refused("A colleague has reported it. If you know it too, confirm it on this page.")
    if not known_from.strip():
        raise Refused("Say how you know, so that the second person can ask.", field="known_from")
    check_draft(journey, Draft("mother_died", died_at))
    report = DeathReport.objects.create(
        journey=journey, died_at=died_at, known_from=known_from.strip(), reported_by=by, submission=submission
    )
    tell_of_reported_death(journey.woman)
    return report


@transaction.atomic
def confirm_death(report: DeathReport, confirmed_from: str, *, by: User) -> Recorded:
    """``by``, who is not the reporter, knows it too: it is recorded, and her record is locked. Raises Refused."""
    journey = lock(report.journey)
    check_may(by, Ability.RECORD_DEATH, woman_id=journey.woman_id)
    report = _locked(report)
    if report.confirmed_at and report.confirmed_by == by:
        return Recorded(list(Event.objects.filter(journey=journey, kind="mother_died", correction=None)), again=True)
    _check_waits(report)
    if report.reported_by == by:
        raise Refused("You reported it. Somebody else, who knows it too, confirms it.")
    if not confirmed_from.strip():
        raise Refused("Say how you know.", field="confirmed_from")
    report.confirmed_at, report.confirmed_by, report.confirmed_from = clock.now(), by, confirmed_from.strip()
    report.save(update_fields=["confirmed_at", "confirmed_by", "confirmed_from"])
    lock_after_death(journey.woman)
    # The journey that opens her record to whoever confirms comes last: what is recorded may close it to them.
    for other in journey.woman.journeys.exclude(pk=journey.pk).exclude(stage=Stage.CLOSED).order_by("pk"):
        append(lock(other), [Draft("mother_died", report.died_at)], by=by)
    return record_move(journey, HER_DEATH, [Draft("mother_died", report.died_at)], by=by)


@transaction.atomic
def withdraw_report(report: DeathReport, because: str, *, by: User) -> DeathReport:
    """It was not so. What was called back stays so: somebody decides anew what is sent to her. Raises Refused."""
    journey = lock(report.journey)
    check_may(by, Ability.RECORD_DEATH, woman_id=journey.woman_id)
    report = _locked(report)
    if report.withdrawn_at and report.withdrawn_by == by:
        return report
    _check_waits(report)
    if not because.strip():
        raise Refused("Say what was wrong, so that the next reader understands.", field="because")
    report.withdrawn_at, report.withdrawn_by, report.withdrawn_because = clock.now(), by, because.strip()
    report.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
    return report


@transaction.atomic
def tell_of_death(
    journey: Journey, who: str, notified: Notified, *, submission: UUID | None = None, by: User
) -> ToldOfDeath:
    """Write down that somebody who has to know was told, or need not be; the newest of each holds. Raises Refused."""
    journey = lock(journey)
    check_may(by, Ability.RECORD_DEATH, woman_id=journey.woman_id)
    if earlier := ToldOfDeath.objects.filter(submission=submission, journey=journey).first() if submission else None:
        return earlier
    if not has_died(journey.woman):
        raise Refused("Nobody is told before a second person has confirmed it.")
    _check_notified(notified)
    return ToldOfDeath.objects.create(
        journey=journey,
        who=who,
        needed=notified.needed,
        spoke_to=notified.spoke_to.strip() if notified.needed else "",
        told_at=notified.told_at if notified.needed else None,
        words=notified.words.strip(),
        recorded_by=by,
        submission=submission,
    )


def _check_notified(notified: Notified) -> None:
    if not notified.needed:
        if not notified.words.strip():
            raise Refused("Say why they need not be told.", field="words")
        return
    if not notified.spoke_to.strip():
        raise Refused("Name whom you spoke to.", field="spoke_to")
    if notified.told_at is None or notified.told_at > clock.now():
        raise Refused("Enter when they were told: a time up to now.", field="told_at")


def _locked(report: DeathReport) -> DeathReport:
    return DeathReport.objects.select_for_update(of=("self",), no_key=True).get(pk=report.pk)


def _check_waits(report: DeathReport) -> None:
    if report.confirmed_at:
        raise Refused("Somebody else has confirmed it meanwhile.")
    if report.withdrawn_at:
        raise Refused("The report was taken back meanwhile.")
