"""The state of a handoff at ``now`` (rules, section 5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pathways.engine.answers import answers_to
from pathways.engine.definitions import AutoCompletion, Moment, Step
from pathways.engine.due import Due
from pathways.engine.facts import Fact
from pathways.engine.opened import Opened
from pathways.engine.pregnancy import Pregnancy
from pathways.engine.subjects import Subject
from pathways.engine.superseding import superseding


class State(StrEnum):
    """Where a handoff stands."""

    PENDING = "pending"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    MISSED = "missed"
    COMPLETED_ON_TIME = "completed_on_time"
    COMPLETED_LATE = "completed_late"
    DECLINED = "declined"
    NOT_APPLICABLE = "not_applicable"
    UNABLE = "unable"
    SUPERSEDED = "superseded"


OPEN_STATES = (State.PENDING, State.DUE_SOON, State.OVERDUE, State.MISSED)  # in the order of the clock
LATE_STATES = (State.OVERDUE, State.MISSED)
URGENCY = {state: place for place, state in enumerate(reversed(OPEN_STATES))}  # missed 0, overdue 1, …
COMPLETED_STATES = (State.COMPLETED_ON_TIME, State.COMPLETED_LATE)

_ENDED_BY = {
    "handoff_declined": State.DECLINED,
    "handoff_not_applicable": State.NOT_APPLICABLE,
    "handoff_unable": State.UNABLE,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """A state, and since when it is ended (UTC); None while it is open."""

    state: State
    ended_at: datetime | None = None


def standing_of(
    pregnancy: Pregnancy, moment: Moment, step: Step, opened: Opened, subject: Subject, due: Due
) -> Standing:
    """The state of one handoff at the pregnancy's ``now``: the first of the four rules that applies."""
    if done := completion(pregnancy, moment, step, opened, subject):
        return Standing(State.COMPLETED_ON_TIME if done.at <= due.at else State.COMPLETED_LATE, done.at)
    if answers := answers_to(pregnancy, moment, step, opened, subject, *_ENDED_BY):
        return Standing(_ENDED_BY[answers[0].kind], answers[0].at)
    if fell_away := superseding(pregnancy, moment, opened, subject, due):
        return Standing(State.SUPERSEDED, fell_away.at)
    return Standing(by_the_clock(pregnancy.now, due))


def by_the_clock(now: datetime, due: Due) -> State:
    """The state at ``now`` of a handoff that nothing has ended."""
    if now < due.warn_at:
        return State.PENDING
    if now < due.at:
        return State.DUE_SOON
    return State.OVERDUE if now < due.missed_at else State.MISSED


def completion(pregnancy: Pregnancy, moment: Moment, step: Step, opened: Opened, subject: Subject) -> Fact | None:
    """The first fact that completes the step: an answer, or one that completes it by itself."""
    completing = answers_to(pregnancy, moment, step, opened, subject, "handoff_completed")
    if step.completed_by:
        completing += _completing_by_itself(pregnancy, step.completed_by, opened, subject)
    return min(completing, key=lambda fact: fact.order, default=None)


def _completing_by_itself(pregnancy: Pregnancy, by: AutoCompletion, opened: Opened, subject: Subject) -> Iterator[Fact]:
    for kind in by.facts:
        for fact in pregnancy.facts(kind, subject):
            if (by.also_before or opened.fact.order < fact.order) and opened.takes(fact):
                yield fact
                break
