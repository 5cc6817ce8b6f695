"""How events come to be recorded: the draft, the lock, the checks that screens and import share, and appending.

The verbs stand on this (actions.py); a page or a command never appends by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from carecoord import clock
from carecoord.access.models import User
from carecoord.refused import Refused
from carecoord.sites.definitions import site_codes
from pathways import engine
from pathways.models import Event, Handoff, Journey
from pathways.moments import validate_details
from pathways.projection import refresh
from pathways.seen import check_same, fingerprint

LONGEST_PREGNANCY = timedelta(days=44 * 7)
FULL_TERM = timedelta(days=engine.DAYS_TO_EDD)


@dataclass(frozen=True)
class Draft:
    """An event about to be recorded."""

    kind: str
    occurred_at: datetime
    baby: int | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    recorded_by: User | None = None
    submission: UUID | None = None
    sent_with: Mapping[str, str] = field(default_factory=dict)  # what else the same form said

    @property
    def fingerprint(self) -> str:
        """Stands for what was entered, so that a form sent twice can be told from one that says something else."""
        details, also = sorted(self.details.items()), sorted(self.sent_with.items())
        return fingerprint(self.kind, self.occurred_at.isoformat(), self.baby, details, self.note, also)


def lock(journey: Journey) -> Journey:
    """The journey's row, locked until the transaction ends: one change at a time to one record.

    Without its key, so that a sweep, which writes rows that belong to it, neither waits for a verb nor stops one.
    """
    return (
        Journey.objects.select_for_update(of=("self",), no_key=True).select_related("site", "woman").get(pk=journey.pk)
    )


def check_draft(journey: Journey, draft: Draft) -> None:
    """Raise Refused unless the event could have happened as written. Shared by screens and import."""
    if draft.occurred_at > clock.now():
        raise Refused("This time is in the future. Record it when it has happened.", field="occurred_at")
    if clock.today(draft.occurred_at) <= journey.woman.date_of_birth:
        raise Refused("This is before she was born. Check the year.", field="occurred_at")
    for column, problem in validate_details(draft.kind, draft.baby, draft.details, sites=site_codes()):
        raise Refused(problem, field=column)
    if draft.kind == "dating_agreed":
        check_edd(clock.parse_date(draft.details["edd"]), on=clock.today(draft.occurred_at), field="edd")


def check_edd(edd: date, *, on: date, field: str, tolerance: timedelta = timedelta(0)) -> None:
    """Raise Refused unless she could be pregnant with this EDD on that day, give or take ``tolerance``."""
    conceived = edd - FULL_TERM
    if not conceived - tolerance <= on <= conceived + LONGEST_PREGNANCY + tolerance:
        raise Refused(
            f"With an EDD of {clock.day_in_words(edd)} she could not be pregnant on {clock.day_in_words(on)}. "
            "Check the day, month and year.",
            field=field,
        )


def sent_before(submission: UUID | None, said: str) -> Event | None:
    """The event that this very form has recorded already. Raises SentOtherwise where it said something else then."""
    earlier = Event.objects.filter(submission=submission).first() if submission else None
    if earlier:
        check_same(earlier, said)
    return earlier


def said_by(journey: Journey, draft: Draft) -> str:
    return fingerprint(journey.pk, draft.fingerprint)


def answering(handoff: Handoff, draft: Draft) -> Draft:
    """The draft of an answer, with what says which handoff it answers."""
    subject = {handoff.subject: str(handoff.subject_number)} if handoff.subject_number else {}
    return replace(
        draft,
        baby=handoff.subject_number if handoff.subject == engine.SubjectKind.BABY else None,
        details={"moment": handoff.moment, "step": handoff.step, **subject, **draft.details},
    )


def append(
    journey: Journey,
    drafts: Iterable[Draft],
    *,
    source: Event.Source = Event.Source.SCREEN,
    said: str = "",
    by: User | None,
) -> list[Event]:
    """Append events to a locked journey and bring its copies up to date. ``said``: by the form, else the draft."""
    recorded_at = clock.now()
    events = [
        Event(
            journey=journey,
            kind=draft.kind,
            occurred_at=draft.occurred_at,
            baby=draft.baby,
            details=dict(draft.details),
            note=draft.note,
            recorded_at=recorded_at,
            recorded_by=draft.recorded_by or by,
            source=source,
            submission=draft.submission,
            fingerprint=(said or said_by(journey, draft)) if draft.submission else "",
        )
        for draft in drafts
    ]
    Event.objects.bulk_create(events)
    refresh(journey, at=max(recorded_at, clock.present()))
    return events
