"""Observing a newborn baby: begin, look, tell, end. What is entered is kept as entered; nothing here reads a score.

Every verb locks the journey, writes its row, and with the beginning and the end the event that moves the handoffs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from carecoord.refused import Refused
from medications.models import Observation, ObservationPlan, ObservationStep
from pathways.actions import check_draft
from pathways.engine.offsets import Unit, parse_offset
from pathways.models import Baby, Event, Journey
from pathways.moments.parameters import NOWS_HOURS
from pathways.recording import Draft, append, lock
from pathways.visibility import check_may

Kind = ObservationStep.Kind
_HOURS = {Unit.HOURS: 1, Unit.DAYS: 24}


@dataclass(frozen=True)
class Look:
    """What somebody saw once, as they enter it."""

    at: datetime
    entry: str
    where: str
    mother_present: bool
    settled_by: str
    note: str = ""


@dataclass(frozen=True)
class Told:
    """Who was shown or told something, when, and by whom."""

    whom: str
    at: datetime
    who: str


def observed_until(journey: Journey, born_at: datetime) -> datetime:
    """When the observation of a baby ends, by the site's parameter."""
    rules = journey.rules_site.definition.parameter_values
    offset = parse_offset(rules.get(NOWS_HOURS.name, NOWS_HOURS.default))
    return born_at + timedelta(hours=offset.amount * _HOURS[offset.unit])


def standing_plan(journey: Journey, baby: int) -> ObservationPlan | None:
    """The observation of a baby that counts: neither struck through nor its event entered in error."""
    plans = ObservationPlan.objects.filter(journey=journey, baby=baby, struck_at=None, event__correction=None)
    return plans.select_related("started_by").first()


def ending_of(plan: ObservationPlan) -> ObservationStep | None:
    """How it ended, if it has."""
    ended = plan.steps.filter(kind__in=ObservationStep.ENDINGS, struck_at=None, event__correction=None)
    return ended.select_related("recorded_by").first()


@transaction.atomic
def begin(
    journey: Journey,
    baby: int,
    tool: str,
    first: Look,
    *,
    tool_words: str = "",
    shown: Told | None = None,
    submission: UUID | None = None,
    by: User,
) -> ObservationPlan:
    """Begin with the first look. The same submission counts once. Raises Refused."""
    journey = lock(journey)
    check_may(by, Ability.RECORD_EVENT, woman_id=journey.woman_id)
    if submission and (earlier := ObservationPlan.objects.filter(submission=submission).first()):
        return earlier
    ends_at = _check_begin(journey, baby, tool, tool_words, first, shown)
    _clear_corrected(journey, baby, by)
    event = _event(journey, "observation_started", first.at, baby, by)
    plan = ObservationPlan.objects.create(
        journey=journey,
        baby=baby,
        tool=tool,
        tool_words=tool_words.strip(),
        every_hours=journey.site.definition.observing.every_hours,
        started_at=first.at,
        ends_at=ends_at,
        started_by=by,
        event=event,
        submission=submission,
    )
    _write_look(plan, first, None, by)
    if shown:
        _write_step(plan, Kind.SHOWN, shown, by=by)
    return plan


@transaction.atomic
def look(plan: ObservationPlan, seen: Look, *, submission: UUID | None = None, by: User) -> Observation:
    """Add what was seen. The same submission counts once. Raises Refused."""
    journey = lock(plan.journey)
    check_may(by, Ability.RECORD_EVENT, woman_id=journey.woman_id)
    if submission and (earlier := Observation.objects.filter(submission=submission).first()):
        return earlier
    if submission and plan.submission == submission:  # the form that began it, sent twice
        return plan.observations.order_by("pk")[0]
    if ended := ending_of(plan):
        when = clock.due_in_words(ended.at)
        raise Refused(f"The observation ended, {when}. If that was wrong, mark that entry as entered in error.")
    _check_time(seen.at, _born(journey, plan.baby).born_at, "at")
    return _write_look(plan, seen, submission, by)


@transaction.atomic
def tell(plan: ObservationPlan, kind: str, told: Told, *, submission: UUID | None = None, by: User) -> ObservationStep:
    """Write down that the parents were shown the tool, or that whoever cares for the baby was told of late signs."""
    journey = lock(plan.journey)
    check_may(by, Ability.RECORD_EVENT, woman_id=journey.woman_id)
    if submission and (earlier := ObservationStep.objects.filter(submission=submission).first()):
        return earlier
    _check_told(told, _born(journey, plan.baby))
    return _write_step(plan, kind, told, submission=submission, by=by)


@transaction.atomic
def end(
    plan: ObservationPlan,
    at: datetime,
    *,
    senior: str = "",
    reason: str = "",
    late_signs: Told | None = None,
    submission: UUID | None = None,
    by: User,
) -> ObservationStep:
    """End it: when its time is over, or before it with a senior's name and reason. Raises Refused."""
    journey = lock(plan.journey)
    check_may(by, Ability.RECORD_EVENT, woman_id=journey.woman_id)
    if submission and (earlier := ObservationStep.objects.filter(submission=submission).first()):
        return earlier
    if ended := ending_of(plan):
        raise Refused(f"It has ended already: {clock.due_in_words(ended.at)}, {ended.recorded_by}.")
    _check_time(at, plan.started_at, "at")
    early = _check_early(plan, at, senior, reason)
    if late_signs:
        _check_told(late_signs, _born(journey, plan.baby))
    for old in plan.steps.filter(kind__in=ObservationStep.ENDINGS, struck_at=None):
        _strike(old, "its entry was marked as entered in error", by)
    event = _event(journey, "observation_ended", at, plan.baby, by)
    step = ObservationStep.objects.create(
        journey=journey,
        plan=plan,
        kind=Kind.STOPPED if early else Kind.ENDED,
        at=at,
        who=senior.strip() if early else "",
        reason=reason.strip() if early else "",
        recorded_by=by,
        event=event,
        submission=submission,
    )
    if late_signs:
        _write_step(plan, Kind.LATE_SIGNS, late_signs, by=by)
    return step


@transaction.atomic
def strike(seen: Observation, reason: str, *, by: User) -> Observation:
    """Strike an entry through: it stays readable, and no longer counts. Raises Refused."""
    journey = lock(seen.journey)
    check_may(by, Ability.CORRECT_ENTRY, woman_id=journey.woman_id)
    seen = Observation.objects.select_for_update().get(pk=seen.pk)
    if not reason.strip():
        raise Refused("Say what was wrong, so that the next reader understands.", field="reason")
    if not seen.stands:
        raise Refused(f"It is struck through already: {seen.struck_reason}")
    return _strike(seen, reason.strip(), by)


# -- shared --------------------------------------------------------------------------------------


def _check_begin(journey: Journey, baby: int, tool: str, tool_words: str, first: Look, shown: Told | None) -> datetime:
    """Raise Refused unless it can begin so; returns when it will end."""
    born = _born(journey, baby)
    _check_time(first.at, born.born_at, "at")
    if running := standing_plan(journey, baby):
        when = clock.due_in_words(running.started_at)
        raise Refused(f"{running.started_by} has started this already, {when}. Add what you saw to it.")
    if tool not in journey.site.definition.observing.tools:
        raise Refused("Choose a tool of this site.", field="tool")
    if tool == "local" and not tool_words.strip():
        raise Refused("Write which tool it is.", field="tool_words")
    ends_at = observed_until(journey, born.born_at)
    if first.at >= ends_at:
        raise Refused("The time for observation was over then. Check the day.", field="at")
    if shown:
        _check_told(shown, born)
    return ends_at


def _check_early(plan: ObservationPlan, at: datetime, senior: str, reason: str) -> bool:
    """Whether it ends before its time; raises Refused where nobody is named who decided that, or why."""
    early = at < plan.ends_at
    if early and not senior.strip():
        until = clock.due_in_words(plan.ends_at)
        raise Refused(f"It goes on until {until}. To stop before, write which senior decided it.", field="senior")
    if early and not reason.strip():
        raise Refused("Write the senior’s reason.", field="reason")
    return early


_Row = TypeVar("_Row", Observation, ObservationStep, ObservationPlan)


def _strike(row: _Row, reason: str, by: User) -> _Row:
    row.struck_at, row.struck_by, row.struck_reason = clock.now(), by, reason
    row.save(update_fields=["struck_at", "struck_by", "struck_reason"])
    return row


def _born(journey: Journey, baby: int) -> Baby:
    born = journey.babies.filter(number=baby).first()
    if born is None:
        raise Refused("This baby is not on her record.")
    if journey.events.filter(kind="baby_died", baby=baby, correction=None).exists():
        raise Refused("The record says that this baby has died. Nothing is observed any more.")
    return born


def _check_time(at: datetime, not_before: datetime, field: str) -> None:
    if at > clock.now():
        raise Refused("This time is in the future. Write it down when it has happened.", field=field)
    if at < not_before:
        raise Refused(f"This is before {clock.due_in_words(not_before, year=True)}. Check the day.", field=field)


def _check_told(told: Told, born: Baby) -> None:
    if not told.whom.strip():
        raise Refused("Write who was told: the mother, or whoever looks after the baby.", field="whom")
    _check_time(told.at, born.born_at, "told_at")


def _event(journey: Journey, kind: str, at: datetime, baby: int, by: User) -> Event:
    draft = Draft(kind, at, baby=baby)
    check_draft(journey, draft)
    return append(journey, [draft], by=by)[0]


def _write_look(plan: ObservationPlan, seen: Look, submission: UUID | None, by: User) -> Observation:
    if not seen.entry.strip():
        raise Refused("Write the total or the assessment, as the tool gives it.", field="entry")
    return Observation.objects.create(
        journey_id=plan.journey_id,
        plan=plan,
        observed_at=seen.at,
        entry=seen.entry.strip(),
        where=seen.where,
        mother_present=seen.mother_present,
        settled_by=seen.settled_by,
        note=seen.note.strip(),
        observer=by,
        submission=submission,
    )


def _write_step(
    plan: ObservationPlan, kind: str, told: Told, *, submission: UUID | None = None, by: User
) -> ObservationStep:
    return ObservationStep.objects.create(
        journey_id=plan.journey_id,
        plan=plan,
        kind=kind,
        at=told.at,
        whom=told.whom.strip(),
        who=told.who.strip() or str(by),
        recorded_by=by,
        submission=submission,
    )


def _clear_corrected(journey: Journey, baby: int, by: User) -> None:
    """An observation whose event was entered in error gives way to the next."""
    for old in ObservationPlan.objects.filter(journey=journey, baby=baby, struck_at=None):
        _strike(old, "its entry was marked as entered in error", by)
