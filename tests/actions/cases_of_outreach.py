"""What the database refuses of the search for a woman, for tests/actions/test_constraints.py."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import models

from carecoord import clock
from pathways.models import Asked, LateReason, OutreachDecision, Try
from tests.factories import UserFactory, ago, happened, journey


def a_try(**fields: Any) -> Try:
    """A try that did not reach her, past the verb."""
    record = journey()
    (event,) = happened(record, ("contact_missed", ago(1)))
    known = {"tried_at": ago(1), "way": "text", "result": "no_answer", **fields}
    return Try.objects.create(journey=record, event=event, **known)


def asked(**fields: Any) -> Asked:
    known = {"asked_at": ago(1), "whom": "pharmacy", "answer": "not_seen", **fields}
    return Asked.objects.create(journey=journey(), **known)


def decided(**fields: Any) -> OutreachDecision:
    known = {"choice": "go_on", "reason": "x", "decided_by": UserFactory(), **fields}
    return OutreachDecision.objects.create(journey=journey(), **known)


def late_reason(**fields: Any) -> LateReason:
    return LateReason.objects.create(journey=journey(), reason="fear", **fields)


def twice(made: Callable[..., object]) -> Callable[[], None]:
    """One form, written down as two rows."""

    def forbidden() -> None:
        form = uuid.uuid4()
        for _ in range(2):
            made(submission=form)

    return forbidden


TOMORROW = clock.today() + timedelta(days=1)
CASES: dict[str, tuple[type[models.Model], Callable[[], object]]] = {
    "a_try_has_happened": (Try, lambda: a_try(tried_at=ago(-1))),
    "trying_again_is_later_by_a_way": (Try, lambda: a_try(again_at=ago(2), again_way="text")),
    "who_was_reached_is_not_tried_again": (Try, lambda: a_try(result="not_now", again_way="text")),
    "asking_has_happened": (Asked, lambda: asked(asked_at=ago(-1))),
    "seen_on_a_day_is_seen": (Asked, lambda: asked(seen_on=clock.today())),
    "a_decision_says_why": (OutreachDecision, lambda: decided(reason="")),
    "what_does_not_go_on_is_reviewed": (OutreachDecision, lambda: decided(choice="pause")),
    "who_is_asked_is_named": (OutreachDecision, lambda: decided(choice="ask_partners", review_on=TOMORROW)),
}
UNIQUE_COLUMNS: dict[str, tuple[type[models.Model], Callable[[], object]]] = {
    "submission of a try": (Try, twice(a_try)),
    "submission of asking": (Asked, twice(asked)),
    "submission of a decision": (OutreachDecision, twice(decided)),
    "submission of a late reason": (LateReason, twice(late_reason)),
}
TRIGGERS: dict[str, Callable[[], object]] = {
    "pathways_try": lambda: (a_try(), Try.objects.update(result="reached")),
    "pathways_asked": lambda: (asked(), Asked.objects.all().delete()),
    "pathways_outreachdecision": lambda: (decided(), OutreachDecision.objects.update(reason="y")),
    "pathways_latereason": lambda: (late_reason(), LateReason.objects.update(reason="moved")),
}
