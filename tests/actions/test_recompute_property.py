"""Whatever is recorded, in whatever portions and corrected or not: the stored rows are what a recomputation gives."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from carecoord import clock
from pathways.actions import Draft, correct_event, record_history
from pathways.engine import Ending, Fact, Stage
from pathways.models import Event, Flag, Handoff, Journey
from pathways.moments import by_key
from pathways.projection import differences
from pathways.sweep import sweep
from tests.factories import journey, staff
from tests.rules.test_properties import histories

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def drafts(told: list[Fact]) -> list[Draft]:
    """What has happened by now, as events about to be recorded."""
    past = [fact for fact in told if fact.occurred_at <= NOW]
    return [Draft(fact.kind, fact.occurred_at, baby=fact.baby, details=dict(fact.details)) for fact in past]


def asks_for_somebody(handoff: Handoff, record: Journey) -> bool:
    """In a closed journey only what survives its end."""
    if record.stage != Stage.CLOSED:
        return True
    died = record.events.filter(kind="mother_died", correction=None).exists()
    return (Ending.MOTHER_DIED if died else Ending.CLOSED) in by_key[handoff.moment].survives


@given(histories(longest=12), st.integers(0, 12), st.integers(0, 12), st.sampled_from(["ASHF", "GLEN"]))
@settings(max_examples=60, deadline=None, database=None)
def test_the_stored_rows_are_what_a_recomputation_gives(
    told: list[Fact], first_portion: int, wrong: int, site: str
) -> None:
    with transaction.atomic():
        record = journey(site=site)
        happened = drafts(told)
        for portion in (happened[:first_portion], happened[first_portion:]):
            record_history(record, portion, source=Event.Source.SCREEN, by=None)
        events = list(record.events.order_by("pk"))
        if wrong < len(events):
            correct_event(events[wrong], reason="wrong woman", by=staff(site=site))
        record.refresh_from_db()
        assert differences(record, clock.now()) == []
        sweep()
        assert differences(record, clock.now()) == []
        flagged = set(Flag.objects.filter(journey=record, cleared_at=None).values_list("handoff_id", "level"))
        late = Handoff.objects.filter(journey=record, state__in=["overdue", "missed"])
        assert flagged == {(each.pk, each.state) for each in late if asks_for_somebody(each, record)}
        transaction.set_rollback(True)
