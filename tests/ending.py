"""Rows of how a journey ends and of what runs beside its stages, written past the verbs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from carecoord import clock
from pathways.models import (
    CarriedHistory,
    Closing,
    Event,
    Handoff,
    Journey,
    OutsideTry,
    Reopening,
    ServiceChoice,
    SignOff,
)
from tests.factories import UserFactory, ago, happened, journey


def event_of(record: Journey, kind: str = "contact_made") -> Event:
    """An event past the verbs: what follows from it is not worked out."""
    return Event.objects.create(journey=record, kind=kind, occurred_at=ago(1))


def service_choice(record: Journey | None = None, **fields: Any) -> ServiceChoice:
    """She does not want maternity care for now, and is asked again tomorrow."""
    record = record or journey()
    known = {"service": "maternity_care", "choice": "declines", "chosen_at": ago(1), "recorded_by": UserFactory()}
    if "event" not in fields:
        known |= {"event": event_of(record, "service_declined"), "review_on": clock.today() + timedelta(days=1)}
    return ServiceChoice.objects.create(journey=record, **{**known, **fields})


def outside_try(record: Journey | None = None, **fields: Any) -> OutsideTry:
    """A midwife abroad was rung, and nobody answered."""
    record = record or journey()
    known = {"because": "moving", "what": "care", "to_whom": "Maternity, Porto", "result": "no_answer"}
    return OutsideTry.objects.create(
        journey=record,
        woman=record.woman,
        **{**known, "tried_at": ago(hours=1), "recorded_by": UserFactory(), **fields},
    )


def sign_off_of(record: Journey | None = None, **fields: Any) -> SignOff:
    known = {"words": "Her sister says that she is well.", "signed_by": UserFactory(), **fields}
    return SignOff.objects.create(journey=record or journey(), **known)


def closing(record: Journey | None = None, **fields: Any) -> Closing:
    record = record or journey()
    return Closing.objects.create(journey=record, event=event_of(record), **{"reason": "moved_out", **fields})


def reopening(record: Journey | None = None, **fields: Any) -> Reopening:
    record = record or journey()
    known = {"opened_by": UserFactory(), "agreed_by": UserFactory(), **fields}
    return Reopening.objects.create(journey=record, event=event_of(record), **known)


def carried(record: Journey | None = None, **fields: Any) -> CarriedHistory:
    return CarriedHistory.objects.create(journey=record or journey(), **{"asked_by": UserFactory(), **fields})


def settle(record: Journey, *moments: str) -> None:
    """Answer every handoff of hers that is open, or of these moments: completed, at the time it is now."""
    owed: Any = Handoff.objects.filter(journey=record).open()
    for each in owed.filter(moment__in=moments) if moments else owed:
        subject = {each.subject: str(each.subject_number)} if each.subject_number else {}
        baby = each.subject_number if each.subject == "baby" else None
        details = {"moment": each.moment, "step": each.step, **subject}
        happened(record, ("handoff_completed", clock.now(), details, baby))
